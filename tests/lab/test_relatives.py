"""Relatives of BN in whole runs: with tiny batches, through changes in mid-run, and saved."""

import numpy as np
import pytest

from bnviz.lab.experiment import run
from bnviz.recording import Recording
from bnviz.recording.frames import ARM_LABELS
from bnviz.settings import Settings
from tests.support.everyday import everyday

RELATIVES = ("renorm", "ghost_bn", "dyt", "weight_norm")
SMALL = Settings(dataset="moons", hidden_layers=2, units=4, steps=8, learning_rate=0.05)


def recorded(settings: Settings) -> Recording:
    recording = Recording(settings)
    for frame in run(settings):
        recording.append(frame)
    return recording


@pytest.mark.parametrize("batch_size", [1, 2])
@pytest.mark.parametrize("arm", everyday(RELATIVES, ()))
def test_tiny_batches_and_changes_of_bn_leave_all_finite(arm, batch_size, tmp_path):
    changes = "2:insert_bn,4:freeze_bn,6:remove_bn"
    settings = SMALL.replace(third_arm=arm, batch_size=batch_size, interventions=changes, deep=True)
    recording = recorded(settings)
    assert recording.certificate.holds
    frames = recording.frames[arm]
    for name in ("train_loss", "validation_loss", "drift_whole", "gradient_norm", "kernel_norm"):
        assert np.isfinite(frames[name]).all(), name
    starts = {"dyt": ("alpha", 0.5), "weight_norm": ("g", None)}
    if arm in starts:
        name, start = starts[arm]
        assert np.isfinite(frames[name]).all()
        assert (frames[name][0] == start).all() == (start is not None)
        assert (frames[name][-1] != frames[name][0]).any()
    frozen = arm in ("renorm", "ghost_bn")
    assert np.isfinite(frames["change_losses"][4:6]).all(axis=1).any() == frozen
    recording.save(path := tmp_path / "run.npz")
    loaded = Recording.load(path)
    assert loaded.header == recording.header
    assert loaded.frames.tobytes() == recording.frames.tobytes()
    assert loaded.header.arm(arm).label == ARM_LABELS[arm]
