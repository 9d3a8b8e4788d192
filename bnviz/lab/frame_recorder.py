"""Frame recorder: fills a frame with the measures of all arms at one step."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bnviz.data.dataset import Dataset
from bnviz.data.sampling import MeasuredExamples, majority_share
from bnviz.lab.answers import answers
from bnviz.lab.arms import DIVERGENCE, UNCHANGED, Arm
from bnviz.lab.drift import DriftReference
from bnviz.lab.measures import measure
from bnviz.lab.observer import NORMALIZATION, Observation
from bnviz.lab.propagation import effective_rates
from bnviz.recording.frame_layout import FrameLayout
from bnviz.recording.frames import DIGEST_SIZE, NO_POINT, PLANE_RANGE, PROBE_SIZE, Frame
from bnviz.recording.scores import no_score

#: What stands for the measures of BN where an arm has none; scores have a code for it.
_UNKNOWN = dict.fromkeys(NORMALIZATION, np.nan)
_SCORES = "example_scores"


@dataclass(frozen=True)
class ArmSnapshot:
    """What was observed of an arm at one step.

    Attributes:
        step: Number of training steps so far.
        observation: What the observer read off its network.
        costly: The costly measures by the names of a frame's fields; empty unless the run is deep.
        bad_step: First step since the last snapshot with a diverged loss, or -1.
        batches_digest: SHA-256 of all batches so far.
    """

    step: int
    observation: Observation
    costly: dict[str, NDArray[Any]]
    bad_step: int
    batches_digest: bytes


class FrameRecorder:
    """Makes the frames of a run.

    Args:
        layout: Layout of the frames.
        data: Examples of the run.
        measured: Those that the arms are measured on.
    """

    def __init__(self, layout: FrameLayout, data: Dataset, measured: MeasuredExamples):
        self._layout = layout
        self._drift_reference = DriftReference()
        self._data_digest = data.digest
        self._labels = measured.validation[1][measured.shown]
        self._of_data: dict[str, Any] = {"majority_share": majority_share(measured.validation[1])}
        if layout.plane:
            self._of_data |= _points(*measured.probe)

    def frame(self, arms: Mapping[str, Arm], snapshots: Mapping[str, ArmSnapshot]) -> Frame:
        """Makes the next frame from one snapshot of each arm.

        Args:
            arms: The arms by name; first loss, step of divergence and change losses of each are
                updated.
            snapshots: Their snapshots by name, all at the same step.
        """
        record = np.zeros((), self._layout.dtype)
        for name, value in self._of_data.items():
            record[name] = value
        observations = [snapshots[name].observation for name in arms]
        measured = measure(observations, self._layout, self._drift_reference)
        for (name, arm), measures in zip(arms.items(), measured, strict=True):
            snapshot = snapshots[name]
            record["step"] = snapshot.step
            self._certify(record[name], arm, snapshot)
            self._write(record[name], arm, snapshot, measures)
        # Indexing a 0-dimensional array by () returns its record, which its type does not tell.
        return record[()]  # type: ignore[return-value]

    def _certify(self, record: Any, arm: Arm, snapshot: ArmSnapshot) -> None:
        """Writes the digests of the pair certificate, and the training time."""
        digests = {
            "data_digest": self._data_digest,
            "kernels_digest": arm.kernels_digest,
            "batches_digest": snapshot.batches_digest,
        }
        for name, digest in digests.items():
            record[name] = np.frombuffer(digest, np.uint8, DIGEST_SIZE)

    def _write(
        self, record: Any, arm: Arm, snapshot: ArmSnapshot, measures: dict[str, Any]
    ) -> None:
        """Writes the measures of an arm, those that others share the calls of among them."""
        measures |= snapshot.costly
        measures |= answers(snapshot.observation.shown.numpy(), self._labels)
        # A change of the rate at this step is made after the frame is measured.
        rate = arm.compiled.trainer.learning_rate
        measures["effective_rate"] = effective_rates(measures["kernel_norm"], rate)
        fields: tuple[str, ...] = record.dtype.names
        # An arm has more measures than fields once BN was inserted, and fewer once it was removed.
        for name in {*measures, *_UNKNOWN} & {*fields}:
            record[name] = measures[name] if name in measures else _UNKNOWN[name]
        if _SCORES in fields and _SCORES not in measures:
            record[_SCORES] = no_score(record[_SCORES].dtype)
        record["change_losses"], arm.change_losses = arm.change_losses, UNCHANGED
        loss = measures["train_loss"]
        if snapshot.step == 0:
            arm.first_loss = loss
        if arm.diverged_at < 0:
            diverged_now = not loss <= DIVERGENCE * arm.first_loss
            at_snapshot = snapshot.step if diverged_now else -1
            arm.diverged_at = snapshot.bad_step if snapshot.bad_step >= 0 else at_snapshot
        record["diverged_at"] = arm.diverged_at


def _points(x: NDArray[np.float32], y: NDArray[np.int32]) -> dict[str, NDArray[Any]]:
    """The points of the probe and their classes, as a frame stores them."""
    points = np.zeros((PROBE_SIZE, 2), np.int16)
    classes = np.full(PROBE_SIZE, NO_POINT, np.uint8)
    largest = np.iinfo(np.int16).max
    points[: len(x)] = np.clip(np.round(x / PLANE_RANGE * largest), -largest, largest)
    classes[: len(y)] = y
    return {"points": points, "point_classes": classes}
