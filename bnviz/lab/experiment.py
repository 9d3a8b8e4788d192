"""Experiment: the arms of a run trained side by side and measured, frame after frame."""

import threading
from collections.abc import Generator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from bnviz.data.dataset import Dataset
from bnviz.frames import (
    DIGEST_SIZE,
    NO_POINT,
    PLANE_RANGE,
    PROBE_SIZE,
    Frame,
    FrameLayout,
    frame_steps,
)
from bnviz.lab.arms import DIVERGENCE, UNCHANGED, Arm, intervene, new_arm
from bnviz.lab.datasets import DataError, Examples, load, observed, sample
from bnviz.lab.measures import measure
from bnviz.lab.observer import NORMALIZATION, Observation
from bnviz.lab.training import BatchOrder
from bnviz.settings import Settings

#: Training examples from which statistics are recomputed in each deep frame, at the most.
PRECISE_SIZE = 10_000
#: Networks are used again from run to run, so one process runs one experiment at a time.
_one_at_a_time = threading.Lock()


@dataclass(frozen=True)
class ArmSnapshot:
    """What an arm has shown at a step.

    Attributes:
        look: What the observer saw.
        deep: The dear measures by the names of a frame's fields, in deep runs.
        bad_step: The first step since the last frame with a diverged loss, or -1.
        batches_digest: SHA-256 of all batches so far.
        seconds: Time its training has taken so far.
    """

    look: Observation
    deep: dict[str, NDArray]
    bad_step: int
    batches_digest: bytes
    seconds: float


class ExperimentError(ValueError):
    """An experiment that cannot be run, in one sentence."""


def run(settings: Settings, dataset: Dataset | None = None) -> Generator[Frame, None, None]:
    """Trains all arms on the same batches from the same kernels and measures as it goes.

    The same settings on the same machine give the same frames, bit for bit but for `seconds`.

    Args:
        settings: What to run.
        dataset: The examples, where `settings.dataset` is an upload.

    Yields:
        One frame a step of `frame_steps(settings.steps)`.

    Raises:
        ExperimentError: If the data cannot be had.
    """
    try:
        data = load(settings, dataset)
    except DataError as error:
        raise ExperimentError(str(error)) from error
    with _one_at_a_time:
        yield from _run(settings, data)


def warm_up() -> None:
    """Compiles the default experiment, so that the first run need not wait."""
    frames = run(Settings())
    for _ in range(2):
        next(frames)
    frames.close()


def _run(settings: Settings, data: Dataset) -> Generator[Frame, None, None]:
    layout = FrameLayout.of(settings)
    x, y = tf.constant(data.x_train), tf.constant(data.y_train)
    probe, validation = map(_tensors, observed(data))
    precise, _ = _tensors(sample(data.x_train, data.y_train, PRECISE_SIZE))
    points = _points(*probe) if layout.plane else {}
    order = BatchOrder(len(data.x_train), settings.batch_size, seed=settings.seed)
    arms = {name: new_arm(settings, name, data) for name in layout.arms}

    def advance(arm: Arm, step: int, indices: NDArray[np.int32]) -> ArmSnapshot:
        """Trains one arm up to a step and looks into it."""
        bad_row = arm.train(x, y, indices)
        bad_step = step - len(indices) + bad_row if bad_row >= 0 else -1
        look = arm.observer.observe(probe, validation)
        deep: dict[str, NDArray] = {}
        if layout.deep:
            deep = arm.landscape.measure(*probe, arm.trainer.learning_rate)
            deep |= arm.inference.evaluate(precise, probe[0], validation)
            deep["batch_values"] = deep["batch_values"][:, : layout.neurons]
        return ArmSnapshot(look, deep, bad_step, arm.trainer.batches_digest, arm.seconds)

    def frame(step: int, sights: list[ArmSnapshot]) -> Frame:
        record = np.zeros((), layout.dtype)
        record["step"] = step
        for name, value in points.items():
            record[name] = value
        for (name, arm), sight in zip(arms.items(), sights, strict=True):
            _certify(record[name], arm, sight, data)
            _measure(record[name], step, arm, sight, layout)
        # An array of no dimension gives its record to this index, which its types do not say.
        return record[()]  # type: ignore[return-value]

    # The arms know nothing of each other, so each has a thread; what they have shown is measured
    # while they train on.
    with ThreadPoolExecutor(len(arms)) as threads:

        def set_out(step: int, indices: NDArray[np.int32]) -> list[Future[ArmSnapshot]]:
            return [threads.submit(advance, arm, step, indices) for arm in arms.values()]

        start, *stops = frame_steps(settings.steps).tolist()
        sights = [part.result() for part in set_out(start, order.take(0))]
        # The first losses are known before the first step: beyond a multiple of them it diverges.
        yield frame(start, sights)
        list(threads.map(lambda arm: arm.trainer.prepare(x, y), arms.values()))
        waiting = list(settings.changes)
        seen = None
        for stop in stops:
            while waiting and waiting[0].step <= start:
                if seen:  # what an arm has shown is measured before it becomes another
                    yield frame(*seen)
                    seen = None
                change = waiting.pop(0)
                for name, arm in arms.items():
                    arms[name] = intervene(arm, change, settings, data, probe, validation)
            parts = set_out(stop, order.take(stop - start))
            if seen:
                yield frame(*seen)
            seen = stop, [part.result() for part in parts]
            start = stop
        if seen:
            yield frame(*seen)


def _tensors(examples: Examples) -> tuple[tf.Tensor, tf.Tensor]:
    return tf.constant(examples[0]), tf.constant(examples[1])


def _points(x: tf.Tensor, y: tf.Tensor) -> dict[str, NDArray]:
    """The probe in the plane, as a frame keeps it."""
    points = np.zeros((PROBE_SIZE, 2), np.int16)
    classes = np.full(PROBE_SIZE, NO_POINT, np.uint8)
    whole = np.iinfo(np.int16).max
    points[: len(x)] = np.clip(np.round(x.numpy() / PLANE_RANGE * whole), -whole, whole)
    classes[: len(y)] = y.numpy()
    return {"points": points, "point_classes": classes}


def _certify(record: Any, arm: Arm, sight: ArmSnapshot, data: Dataset) -> None:
    """Writes the digests of the pair certificate, and the clock, into an arm's part of a frame."""
    digests = {
        "data_digest": data.digest,
        "kernels_digest": arm.kernels_digest,
        "batches_digest": sight.batches_digest,
    }
    for name, digest in digests.items():
        record[name] = np.frombuffer(digest, np.uint8, DIGEST_SIZE)
    record["seconds"] = sight.seconds


def _measure(record: Any, step: int, arm: Arm, sight: ArmSnapshot, layout: FrameLayout) -> None:
    """Writes an arm's measures into its part of a frame."""
    measures = measure(sight.look, layout, arm.past) | sight.deep
    fields: tuple[str, ...] = record.dtype.names
    # An arm into which BN was inserted has more than its frames keep, one that lost it less.
    for name in {*measures, *NORMALIZATION} & {*fields}:
        record[name] = measures.get(name, np.nan)
    record["change_losses"], arm.change_losses = arm.change_losses, UNCHANGED
    loss = measures["train_loss"]
    if step == 0:
        arm.first_loss = loss
    if arm.diverged_at < 0:
        bad_now = not loss <= DIVERGENCE * arm.first_loss
        arm.diverged_at = step if sight.bad_step < 0 and bad_now else sight.bad_step
    record["diverged_at"] = arm.diverged_at
