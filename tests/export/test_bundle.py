"""Bundle: files of a run as one."""

import io
import zipfile

import pytest

from bnviz.export.bundle import README, curves, networks
from bnviz.export.event_files import event_files
from bnviz.recording.trained_networks import TrainedNetworks, frame_digest
from bnviz.settings import Settings
from tests.support.recordings import random_recording

LINK = "https://example.org/?v=2&train=1"
RECORDING = random_recording(Settings(hidden_layers=1, units=4, steps=20), 21)


def unpacked(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize(
    ("link", "end"),
    [
        (LINK, f"The run: {LINK}\n"),
        ("", " --set hidden_layers=1 --set units=4 --set steps=20 --out run.npz\n"),
    ],
)
def test_curves_are_the_event_files_and_three_lines(link, end):
    files = unpacked(curves(RECORDING, link))
    readme = files.pop(README).decode()
    assert files == event_files(RECORDING)
    assert readme.count("\n") == 3
    assert "tensorboard --logdir" in readme
    assert readme.endswith(end)


def test_networks_come_with_what_they_are_and_in_what_they_are_not_the_recorded_ones():
    arms = RECORDING.layout.arms
    digests = [frame_digest(frame, arms) for frame in RECORDING.frames[:12]]
    outcomes = {"none": (0.5, 0.25), "bn": (0.5, 0.75)}
    same = TrainedNetworks({"with_bn.keras": b"1"}, outcomes, ("No noise.",), tuple(digests))
    files = unpacked(networks(same, RECORDING, LINK))
    assert files.pop("with_bn.keras") == b"1"
    what, how, where, *more = files.pop(README).decode().splitlines()
    assert "at step 11" in what
    assert "keras.models.load_model" in how
    assert where == f"The run: {LINK}"
    assert more == ["No noise."]
    digests[5] = bytes(8)
    other = TrainedNetworks({}, outcomes, (), tuple(digests))
    (sentence,) = unpacked(networks(other, RECORDING, LINK))[README].decode().splitlines()[3:]
    assert "differ from the recorded ones from step 5 on" in sentence
    assert "at step 11 is 0.2500 without BN (recorded: " in sentence
