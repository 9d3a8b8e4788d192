"""Recordings filled with random numbers, for tests of what draws them."""

from collections.abc import Sequence

import numpy as np

from bnviz.recording import Recording
from bnviz.recording.frames import Frame
from bnviz.recording.header import RecordingHeader
from bnviz.settings import Settings

SHARES = ("accuracy", "saturated", "dead")


def random_recording(
    settings: Settings | RecordingHeader, frames: int, *, seed: int = 0, broken: float = 0.0
) -> Recording:
    """A recording with made-up numbers in every measure.

    Args:
        settings: Or a header, of which the layout follows. A step costs each arm one unit more
            than the last.
        frames: How many.
        seed: From which the numbers follow.
        broken: Share of the numbers that are NaN or infinite.
    """
    generator = np.random.default_rng(seed)
    recording = Recording(settings)
    recording.seconds_per_step = {
        arm: 0.01 * number for number, arm in enumerate(recording.layout.arms, 1)
    }
    for at in range(frames):
        frame = np.zeros((), recording.layout.dtype)
        _fill(frame, generator, broken)
        frame["step"] = recording.steps[at]
        for arm in recording.layout.arms:
            frame[arm]["diverged_at"] = -1
        recording.append(frame[()])
    return recording


def recorded_accuracies(none: list[float], bn: list[float]) -> Recording:
    """A recording with these validation accuracies in its first frames, and nothing else."""
    recording = Recording(Settings(hidden_layers=1, units=2))
    for index, accuracies in enumerate(zip(none, bn, strict=True)):
        frame = np.zeros((), recording.layout.dtype)
        frame["step"] = recording.steps[index]
        for arm, accuracy in zip(("none", "bn"), accuracies, strict=True):
            frame[arm]["validation_accuracy"] = accuracy
            frame[arm]["diverged_at"] = -1
        recording.append(frame[()])
    return recording


def with_accuracies(recording: Recording, accuracies: Sequence[float]) -> Recording:
    """The same recording, in whose frames all networks have these validation accuracies."""
    frames = recording.frames.copy()
    for arm in recording.layout.arms:
        frames[arm]["validation_accuracy"] = accuracies
    changed = Recording(recording.settings)
    changed.extend(0, frames.tobytes())
    changed.seconds_per_step = recording.seconds_per_step
    return changed


def _fill(part: Frame, generator: np.random.Generator, broken: float) -> None:
    for name in part.dtype.names:
        values = part[name]
        shape, kind = values.shape, values.dtype.kind
        if values.dtype.names:
            _fill(values, generator, broken)
        elif kind == "f":
            drawn = generator.normal(0, 2, shape)
            if name.endswith("percentiles"):
                drawn = np.sort(drawn, axis=-1)
            if name.endswith(SHARES) or name in ("gradient_norm", "std", "neuron_std"):
                drawn = np.abs(drawn)
            odd = generator.random(shape)
            drawn = np.where(odd < broken, np.nan, drawn)
            part[name] = np.where(odd < broken / 2, np.inf, drawn)
        elif kind == "i":
            most = min(32_767, np.iinfo(values.dtype).max)
            part[name] = generator.integers(-most, most, shape)
        else:
            part[name] = generator.integers(0, 2 if name == "point_classes" else 200, shape)
