"""The command `show`: what it starts the page with, and what it refuses before that."""

import pytest

from bnviz.page.shell import brought, recording_process
from bnviz.recording import BUNDLED, Recording
from bnviz.terminal.main import main
from tests.support.networks import header_of
from tests.support.recordings import random_recording


@pytest.fixture
def launched(monkeypatch):
    """The options of each page that was started."""
    found = []
    monkeypatch.setattr("bnviz.terminal.show_command.launch", found.append)
    monkeypatch.setattr(brought, "_brought", [])
    return found


def test_the_page_starts_with_the_recording(launched):
    path = BUNDLED / "default.npz"
    assert main(["show", str(path), "--server.port", "8600"]) == 0
    assert launched == [["--server.port", "8600"]]
    run = brought.run()
    assert run.name == "default.npz"
    assert run.settings == Recording.load(path).settings


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "cannot be read: No such file or directory"),
        (b"", "cannot be read as a recording"),
        (b"a,b\n1,2\n", "cannot be read as a recording"),
        ((BUNDLED / "default.npz").read_bytes()[:-1], "cannot be read as a recording"),
        ((BUNDLED / "sweep.npz").read_bytes(), "is not a recording of this laboratory"),
    ],
)
def test_anything_else_is_one_sentence_and_starts_nothing(
    launched, tmp_path, capsys, content, sentence
):
    path = tmp_path / "run.npz"
    if content is not None:
        path.write_bytes(content)
    assert main(["show", str(path)]) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith(f"bnviz: {path}")
    assert sentence in line
    assert not launched


@pytest.mark.parametrize("option", ["--server.port", "--server.port=8600", "--nonsense"])
def test_an_option_before_the_file_is_refused_in_a_sentence(launched, capsys, option):
    assert main(["show", option, "8600", "run.npz"]) == 2
    said = capsys.readouterr().err
    assert said == f"bnviz: {option} must follow the file: bnviz show RUN.npz {option} ...\n"
    assert not launched


def test_ctrl_c_while_the_file_is_read_ends_without_a_traceback(monkeypatch, launched):
    program = "import os, signal; os.kill(os.getppid(), signal.SIGINT); input()"
    monkeypatch.setattr(recording_process, "_PROGRAM", ("-c", program))
    assert main(["show", str(BUNDLED / "default.npz")]) == 130
    assert not launched


def test_a_file_is_followed_that_is_not_there_yet(launched, tmp_path):
    path = tmp_path / "run.npz"
    assert main(["show", str(path), "--follow", "--server.port", "8600"]) == 0
    assert launched == [["--server.port", "8600"]]
    assert brought.followed().path == path
    assert brought.run() is None


def test_a_file_that_is_there_is_read_before_the_page_starts(launched, tmp_path, capsys):
    path = tmp_path / "run.npz"
    random_recording(header_of(1, [4]), 3).save(path)
    assert main(["show", "--follow", str(path)]) == 0
    assert len(brought.recording()) == 3
    assert brought.run().grows
    for wrong, sentence in (
        (tmp_path / "no" / "run.npz", "its folder"),
        (__file__, "as a recording"),
    ):
        assert main(["show", str(wrong), "--follow"]) == 2
        [line] = capsys.readouterr().err.splitlines()
        assert sentence in line
    assert len(launched) == 1
