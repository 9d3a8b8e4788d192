"""Standard error while libraries are loaded."""

import os
import subprocess
import sys

import pytest

from tests.support import ROOT

#: The module alone: its package would load TensorFlow.
CODE = """
import os, runpy, signal, sys
quiet_stderr = runpy.run_path("bnviz/lab/quiet.py")["quiet_stderr"]
with quiet_stderr():
    os.write(2, b"noise\\n" * 50_000)
    {}
print("after", file=sys.stderr)
"""


def stderr_of(code, level="2"):
    outcome = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=os.environ | {"TF_CPP_MIN_LOG_LEVEL": level},
    )
    return outcome.stderr


def test_is_quiet_if_they_are_loaded():
    assert stderr_of(CODE.format("pass")) == "after\n"


@pytest.mark.parametrize("end", ["raise ImportError('why')", "os.abort()", "os._exit(1)"])
def test_says_everything_if_they_are_not(end):
    assert stderr_of(CODE.format(end)).startswith("noise\nnoise\n")


def test_says_nothing_of_them_at_ctrl_c():
    text = stderr_of(CODE.format("signal.raise_signal(signal.SIGINT)"))
    assert "noise" not in text
    assert "KeyboardInterrupt" in text


def test_says_everything_if_asked_to():
    assert stderr_of(CODE.format("pass"), level="0").startswith("noise\n")


@pytest.mark.parametrize("descriptor", ["2>&-", "2>/dev/null"])
def test_works_without_standard_error(descriptor):
    script = f'"$0" -c "$1" {descriptor}; echo $?'
    code = CODE.format("print('loaded')").replace('print("after", file=sys.stderr)', "")
    outcome = subprocess.run(
        ["sh", "-c", script, sys.executable, code.replace('os.write(2, b"noise\\n" * 50_000)', "")],
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert outcome.stdout == "loaded\n0\n"


@pytest.mark.widest
def test_training_writes_nothing_to_standard_error():
    outcome = subprocess.run(
        [sys.executable, "-m", "bnviz", "train", "--set=steps=5", "--set=hidden_layers=1"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if not name.startswith("TF_CPP")},
    )
    assert (outcome.returncode, outcome.stderr) == (0, "")
