"""Experiment: the arms of a run trained side by side and measured, frame after frame."""

import threading
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from bnviz.dataset import Dataset
from bnviz.frames import (
    DIGEST_SIZE,
    NO_POINT,
    PLANE_RANGE,
    PROBE_SIZE,
    Frame,
    FrameLayout,
    frame_steps,
)
from bnviz.lab.arms import DIVERGENCE, UNCHANGED, Arm, changed, new_arm
from bnviz.lab.data import DataError, Examples, load, observed, sample
from bnviz.lab.measures import measure
from bnviz.lab.observer import NORMALIZATION, Look
from bnviz.lab.training import BatchOrder
from bnviz.settings import Settings

#: Training examples from which statistics are recomputed in each deep frame, at the most.
PRECISE_SIZE = 10_000
#: Networks are used again from run to run, so one process runs one experiment at a time.
_one_at_a_time = threading.Lock()


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

    def advance(arm: Arm, record: Any, step: int, indices: NDArray[np.int32]) -> None:
        """Trains one arm up to a step and writes its part of that step's frame."""
        bad_row = arm.train(x, y, indices)
        bad_step = step - len(indices) + bad_row if bad_row >= 0 else -1
        _certify(record, arm, data)
        look = arm.observer.look(probe, validation)
        _measure(record, step, arm, bad_step, look, layout)
        if layout.deep:
            deep = arm.landscape.look(*probe, arm.trainer.learning_rate)
            deep |= arm.inference.look(precise, probe[0], validation)
            deep["batch_values"] = deep["batch_values"][:, : layout.neurons]
            for name, value in deep.items():
                record[name] = value

    # The arms know nothing of each other, so each has a thread.
    with ThreadPoolExecutor(len(arms)) as threads:

        def frame(step: int, indices: NDArray[np.int32]) -> Frame:
            record = np.zeros((), layout.dtype)
            record["step"] = step
            for name, value in points.items():
                record[name] = value
            parts = [
                threads.submit(advance, arm, record[name], step, indices)
                for name, arm in arms.items()
            ]
            for part in parts:
                part.result()
            # An array of no dimension gives its record to this index, which its types do not say.
            return record[()]  # type: ignore[return-value]

        yield frame(0, order.take(0))
        list(threads.map(lambda arm: arm.trainer.prepare(x, y), arms.values()))
        waiting = list(settings.changes)
        for start, stop in pairwise(frame_steps(settings.steps).tolist()):
            while waiting and waiting[0].step <= start:
                change = waiting.pop(0)
                for name, arm in arms.items():
                    arms[name] = changed(arm, change, settings, data, probe, validation)
            yield frame(stop, order.take(stop - start))


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


def _certify(record: Any, arm: Arm, data: Dataset) -> None:
    """Writes the digests of the pair certificate, and the clock, into an arm's part of a frame."""
    digests = {
        "data_digest": data.digest,
        "kernels_digest": arm.kernels_digest,
        "batches_digest": arm.trainer.batches_digest,
    }
    for name, digest in digests.items():
        record[name] = np.frombuffer(digest, np.uint8, DIGEST_SIZE)
    record["seconds"] = arm.seconds


def _measure(
    record: Any, step: int, arm: Arm, bad_step: int, look: Look, layout: FrameLayout
) -> None:
    """Writes an arm's measures into its part of a frame."""
    measures = measure(look, layout, arm.past)
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
        arm.diverged_at = step if bad_step < 0 and bad_now else bad_step
    record["diverged_at"] = arm.diverged_at
