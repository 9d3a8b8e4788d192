"""Bundle: files of a run as one."""

import io
import zipfile

import pytest

from bnviz.export.bundle import README, curves
from bnviz.export.event_files import event_files
from bnviz.settings import Settings
from tests.support.recordings import random_recording

RECORDING = random_recording(Settings(hidden_layers=1, units=4, steps=20), 21)


@pytest.mark.parametrize(
    ("link", "end"),
    [
        ("https://example.org/?v=2&train=1", "The run: https://example.org/?v=2&train=1\n"),
        ("", " --set hidden_layers=1 --set units=4 --set steps=20 --out run.npz\n"),
    ],
)
def test_curves_are_the_event_files_and_three_lines(link, end):
    with zipfile.ZipFile(io.BytesIO(curves(RECORDING, link))) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    readme = files.pop(README).decode()
    assert files == event_files(RECORDING)
    assert readme.count("\n") == 3
    assert "tensorboard --logdir" in readme
    assert readme.endswith(end)
