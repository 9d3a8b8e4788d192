"""A short form of `tests/benchmarks/fuzzing.py`: some cases at every entry point, from one seed."""

import pytest

from tests.hostile.entry_points import ENTRY_POINTS, EntryPoint
from tests.hostile.guard import watched
from tests.hostile.pages import check_visit, visit

#: Number of cases by entry point. A case of the terminal takes tenths of a second.
CASES = {name: 10 if name == "terminal" else 40 for name in ENTRY_POINTS}


@pytest.mark.parametrize("name", ENTRY_POINTS)
def test_bad_input_ends_as_promised(name: str):
    for number in range(CASES[name]):
        ENTRY_POINTS[name].attempt(name, 1, number)


@pytest.mark.slow
def test_the_page_works_whatever_its_link_and_its_file():
    for number in range(4):
        EntryPoint(visit, check_visit, 0).attempt("page", 1, number)


def assert_forbidden(act):
    with pytest.raises(PermissionError), watched():
        act()


def test_the_guard_notices_forbidden_actions(tmp_path):
    import pickle
    import subprocess
    import sys

    assert_forbidden(lambda: (tmp_path / "a").write_text(""))
    assert_forbidden(lambda: pickle.loads(pickle.dumps(print)))
    assert_forbidden(lambda: subprocess.run([sys.executable, "-c", ""], check=True))
    with watched():
        (tmp_path / "a").read_text()
