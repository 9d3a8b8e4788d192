"""The command `export`."""

import pytest

from bnviz.recording import BUNDLED
from bnviz.settings import Settings
from bnviz.terminal.main import main
from tests.support.recordings import random_recording


@pytest.fixture
def recording(tmp_path):
    path = tmp_path / "run.npz"
    random_recording(Settings(hidden_layers=1, units=4, steps=20), 21).save(path)
    return str(path)


def test_one_call_writes_all_files(recording, tmp_path, capsys):
    page, table = tmp_path / "a.html", tmp_path / "a.csv"
    assert main(["export", recording, "--html", str(page), "--csv", str(table)]) == 0
    assert page.read_text().startswith("<!doctype html>")
    assert table.read_text().startswith("step,arm,layer,measure,value\n")
    assert [line.split(":")[0] for line in capsys.readouterr().out.splitlines()] == [
        str(page),
        str(table),
    ]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ([], "nothing to write: add --html or --csv"),
        (["--csv", "no/such/folder.csv"], "--csv no/such/folder.csv must be a file"),
        (["--html", "/tmp/x.html", "--note", "a" * 2_001], "a note may have 2,000 characters"),
    ],
)
def test_a_wrong_command_says_why(recording, options, message, capsys):
    assert main(["export", recording, *options]) == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize("name", ["sweep.npz", "seeds.npz"])
def test_a_study_becomes_a_page_too(tmp_path, name, capsys):
    page = tmp_path / "a.html"
    assert main(["export", str(BUNDLED / name), "--html", str(page)]) == 0
    assert "</html>" in page.read_text()
    other = tmp_path / "b.html"
    both = ["--html", str(other), "--csv", str(tmp_path / "a.csv")]
    assert main(["export", str(BUNDLED / name), *both]) == 2
    assert not other.exists()
    assert "--csv needs a recording" in capsys.readouterr().err


def test_a_file_that_is_no_recording_is_refused(tmp_path, capsys):
    foreign = BUNDLED / "claims.json"
    assert main(["export", str(foreign), "--csv", str(tmp_path / "a.csv")]) == 2
    assert "the file cannot be read as a recording" in capsys.readouterr().err
    assert not (tmp_path / "a.csv").exists()
