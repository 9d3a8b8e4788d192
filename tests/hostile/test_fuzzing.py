"""Short forms of `tests/benchmarks/fuzzing.py`: some cases of every kind, from one seed."""

import pytest

from tests.hostile.guard import watched
from tests.hostile.kinds import KINDS, Kind
from tests.hostile.pages import take_visit, visit

#: Cases of each kind. Those of pages and of the terminal take tenths of a second.
CASES = {name: 10 if name == "terminal" else 40 for name in KINDS}


@pytest.mark.parametrize("name", KINDS)
def test_bad_input_ends_as_promised(name: str):
    for number in range(CASES[name]):
        KINDS[name].attempt(name, 1, number)


def test_a_page_stands_whatever_its_link_and_its_file():
    for number in range(4):
        Kind(visit, take_visit, 0).attempt("page", 1, number)


def forbidden(act):
    with pytest.raises(PermissionError), watched():
        act()


def test_the_guard_sees_what_is_forbidden(tmp_path):
    import pickle
    import subprocess
    import sys

    forbidden(lambda: (tmp_path / "a").write_text(""))
    forbidden(lambda: pickle.loads(pickle.dumps(print)))
    forbidden(lambda: subprocess.run([sys.executable, "-c", ""], check=True))
    with watched():
        (tmp_path / "a").read_text()
