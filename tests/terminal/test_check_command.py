"""The command `check` lists problems and ends with a status that tells of them."""

import numpy as np
import pytest

from bnviz.recording import BUNDLED, Recording
from bnviz.terminal.main import main
from tests.support.networks import header_of
from tests.support.recordings import random_recording


def recorded(dead: float) -> Recording:
    """A watched network, of whose second layer this share of neurons is dead from step 0 on."""
    recording = random_recording(header_of(1, [4, 4]), 5)
    frames = recording.frames.copy()
    for name in ("gradient_norm", "update_ratio", "train_loss"):
        frames["arm_1"][name] = 1.0
    frames["arm_1"]["saturated"] = np.nan
    frames["arm_1"]["dead"] = [0.0, dead]
    found = Recording(recording.header)
    found.extend(0, frames.tobytes())
    return found


@pytest.mark.parametrize(
    ("dead", "status", "words"),
    [
        (0.9, 1, "Step 0: neurons die in block_1/conv_relu in “plain”: 90 % output 0"),
        (0.0, 0, "No problem lasted in any of 5 frames up to step 9."),
    ],
)
def test_the_status_tells_whether_a_problem_was_found(tmp_path, capsys, dead, status, words):
    recorded(dead).save(tmp_path / "run.npz")
    assert main(["check", str(tmp_path / "run.npz")]) == status
    assert words in capsys.readouterr().out


def test_runs_of_the_laboratory_are_checked_too(capsys):
    main(["check", str(BUNDLED / "default.npz")])
    assert capsys.readouterr().out


@pytest.mark.parametrize("data", [b"", b"no recording"])
def test_what_is_no_recording_is_refused(tmp_path, data, capsys):
    (tmp_path / "run.npz").write_bytes(data)
    assert main(["check", str(tmp_path / "run.npz")]) == 2
    assert "run.npz" in capsys.readouterr().err


def test_a_recording_without_frames_is_refused(tmp_path):
    Recording(header_of(1, [4])).save(tmp_path / "run.npz")
    assert main(["check", str(tmp_path / "run.npz")]) == 2
