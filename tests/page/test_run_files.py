"""The files that the page offers of a run."""

import weakref

import pytest
from streamlit.testing.v1 import AppTest

from bnviz.export.replay_process import ReplayProcessError
from bnviz.export.tidy import tidy
from bnviz.page.shell import run_files
from bnviz.recording import Recording
from bnviz.settings import Settings
from tests.support.recordings import random_recording


def page() -> None:
    """Draws the files of the recorded run."""
    from bnviz.page.shell import run_files
    from bnviz.player.content import recorded_default

    run_files.draw(recorded_default(), complete=True, key="files")


def test_each_kind_has_a_button():
    tester = AppTest.from_function(page, default_timeout=60).run()
    assert not tester.exception
    labels = [button.proto.label for button in tester.get("download_button")]
    assert labels == ["Page that plays it", "Recording", "Numbers", "Curves for TensorBoard"]


def test_a_button_gives_its_file(tmp_path):
    recording = random_recording(Settings(hidden_layers=1, units=4, steps=20), 21)
    held = weakref.ref(recording)
    assert run_files._made(held, "csv").decode() == tidy(recording)
    saved = tmp_path / "run.npz"
    saved.write_bytes(run_files._made(held, "npz"))
    assert Recording.load(saved).slice(0, 21) == recording.slice(0, 21)


def test_a_button_does_not_keep_the_run():
    recording = random_recording(Settings(hidden_layers=1, units=4, steps=20), 21)
    held = weakref.ref(recording)
    del recording
    with pytest.raises(ReplayProcessError, match="not held any more"):
        run_files._made(held, "npz")
