"""The command `export`."""

import numpy as np
import pytest

from bnviz.data import builtin, uploads
from bnviz.export.event_files import FILE_NAME
from bnviz.recording import BUNDLED, Recording
from bnviz.settings import Settings
from bnviz.terminal.main import main
from tests.support.recordings import random_recording


@pytest.fixture
def recording(tmp_path):
    path = tmp_path / "run.npz"
    random_recording(Settings(hidden_layers=1, units=4, steps=20), 21).save(path)
    return str(path)


def test_one_call_writes_all_files(recording, tmp_path, capsys):
    page, table, events = tmp_path / "a.html", tmp_path / "a.csv", tmp_path / "events"
    options = ["--html", str(page), "--csv", str(table), "--tensorboard", str(events)]
    assert main(["export", recording, *options]) == 0
    assert page.read_text().startswith("<!doctype html>")
    assert table.read_text().startswith("step,arm,layer,measure,value\n")
    written = [page, table, *(events / arm / FILE_NAME for arm in ("1_without_bn", "2_with_bn"))]
    assert all(file.stat().st_size for file in written)
    shown = [line.split(": ")[0] for line in capsys.readouterr().out.splitlines()]
    assert shown == [str(file) for file in written]


def test_a_folder_with_a_network_of_another_run_is_refused(recording, tmp_path, capsys):
    events = tmp_path / "events"
    other = events / "layer_norm" / FILE_NAME
    other.parent.mkdir(parents=True)
    other.touch()
    assert main(["export", recording, "--tensorboard", str(events)]) == 2
    assert "holds a network of another run" in capsys.readouterr().err
    assert list(events.iterdir()) == [other.parent]


def test_networks_of_a_run_on_a_file_need_that_file(tmp_path, capsys):
    path, table = tmp_path / "run.npz", tmp_path / "other.csv"
    settings = Settings(dataset="upload", upload="0" * 32, hidden_layers=1, units=4, steps=5)
    random_recording(settings, 6).save(path)
    table.write_text(builtin.csv("wine"))
    export = ["export", str(path), "--keras", str(tmp_path / "nets")]
    assert main(export) == 2
    assert "--keras needs --data FILE" in capsys.readouterr().err
    assert main([*export, "--data", str(table)]) == 2
    assert "is not the file of this run" in capsys.readouterr().err
    assert not (tmp_path / "nets").exists()


@pytest.mark.slow
# Keras 3.15 converts variables in a way that NumPy 2.4 warns of.
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_networks_that_are_not_the_recorded_ones_are_written_and_that_is_said(tmp_path, capsys):
    path, table, folder = tmp_path / "run.npz", tmp_path / "wine.csv", tmp_path / "nets"
    table.write_text(builtin.csv("wine"))
    digest = np.frombuffer(uploads.read(table.name, table.read_bytes()).dataset.digest, np.uint8)
    # The key is one that the page has made.
    settings = Settings(dataset="upload", upload="0" * 32, hidden_layers=1, units=4, steps=3)
    recording = random_recording(settings, 3)
    frames = recording.frames.copy()
    for arm in recording.layout.arms:
        frames[arm]["data_digest"] = digest[: frames[arm]["data_digest"].shape[-1]]
    of_the_file = Recording(settings)
    of_the_file.extend(0, frames.tobytes())
    of_the_file.save(path)
    export = ["export", str(path), "--keras", str(folder), "--data", str(table)]
    assert main(export) == 0
    assert {file.name for file in folder.iterdir()} == {
        "without_bn.keras",
        "with_bn.keras",
        "examples.npz",
    }
    said = capsys.readouterr()
    assert "differ from the recorded ones from step 0 on" in said.err
    assert f"{folder / 'with_bn.keras'}: " in said.out


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ([], "nothing to write: add one of --html, --csv, "),
        (["--csv", "a.csv", "--data", "a.csv"], "--data is for --keras alone"),
        (["--csv", "a.csv", "--step", "3"], "--view and --step are for --png and --svg alone"),
        (["--png", "a.png", "--view", "stage"], "the view 'stage' must be one of layers, drift,"),
        (["--svg", "a.svg", "--view", "decision"], "This view shows"),
        (["--png", "a.png", "--step", "x"], "a whole number"),
        (["--keras", "a/b"], "--keras a/b must be a folder, or a new one in an existing folder"),
        (["--keras", "a", "--data", "a.csv"], "this run trained on digits, so --data has no use"),
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
