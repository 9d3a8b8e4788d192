"""TrainedNetworks: whether networks that were trained again are those that were recorded."""

import numpy as np
import pytest

from bnviz.recording import Recording
from bnviz.recording.trained_networks import TrainedNetworks, frame_digest
from bnviz.settings import Settings
from tests.support.recordings import random_recording

RECORDED = random_recording(Settings(hidden_layers=2, units=5, steps=12), 13, broken=0.1)


def networks_of(frames):
    """Networks of which these frames were measured on the way."""
    digests = tuple(frame_digest(frame, RECORDED.layout.arms) for frame in frames)
    return TrainedNetworks({}, {}, (), digests)


@pytest.mark.parametrize("measure", ["validation_loss", "gradient_norm", "kernels_digest"])
def test_another_network_is_noticed_at_the_first_frame_that_differs(measure):
    frames = RECORDED.frames.copy()
    assert networks_of(frames).departs_at(RECORDED) == -1
    frames["bn"][measure][7] = 1
    assert networks_of(frames).departs_at(RECORDED) == 7
    # A run that was stopped before.
    assert networks_of(frames[:7]).departs_at(RECORDED) == -1


def test_all_nans_are_alike_and_so_are_both_zeros():
    frames = RECORDED.frames.copy()
    frames["bn"]["train_loss"] = np.uint32(0x7FC00001).view(np.float32)
    frames["none"]["train_loss"] = -0.0
    other = RECORDED.frames.copy()
    other["bn"]["train_loss"], other["none"]["train_loss"] = np.nan, 0.0
    recording = Recording(RECORDED.settings)
    recording.extend(0, other.tobytes())
    assert networks_of(frames).departs_at(recording) == -1
