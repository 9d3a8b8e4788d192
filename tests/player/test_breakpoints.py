"""Breakpoints: the widths at which the page changes its arrangement."""

import re
from itertools import pairwise

from tests.support import ROOT

#: Pixels between two widths of different meaning.
APART = 20


def test_at_every_width_one_arrangement_holds():
    """A width up to which one style holds is that from which the next does."""
    first = set()
    for path in (ROOT / "bnviz").rglob("*.css"):
        for query in re.findall(r"@media ([^{]*)", path.read_text()):
            for end, width in re.findall(r"\((max|min)-width: (\d+)px\)", query):
                first.add(int(width) + (end == "max"))
    assert len(first) > 5
    assert [pair for pair in pairwise(sorted(first)) if pair[1] - pair[0] < APART] == []
