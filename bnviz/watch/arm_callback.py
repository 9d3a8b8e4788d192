"""ArmCallback: what Keras calls while a network trains that is watched."""

import hashlib
import time
from collections.abc import Callable, Collection, Mapping
from typing import Any

import keras
import numpy as np

from bnviz.lab.arms import DIVERGENCE
from bnviz.recording.frames import DIGEST_SIZE, MAX_NEURONS, MIN_NEURONS
from bnviz.watch.measured import Measures, Measuring
from bnviz.watch.pace import Pace
from bnviz.watch.reader import Reader
from bnviz.watch.taps import WatchError


# Keras names the arguments of what it calls, so unused ones stand there too.
class ArmCallback(keras.callbacks.Callback):  # type: ignore[misc]
    """Records a network while `fit` trains it; made by `Watch.arm`.

    Args:
        label: What the network is called.
        read: Makes the reader of a model.
        schedule: The steps at which the networks before it were recorded; None before any was.
        budget: Share of the time of training that measuring may take.

    Attributes:
        label: What the network is called.
        reader: Its reader; None before its training has begun.
        measures: Its measures by step.
        rate: Learning rate at step 0; None where it is not one number.
        optimizer: Name of the optimizer.
        updates_known: Whether the update of single steps can be seen.
        kernels_digest: SHA-256 of the weights before the activations at step 0.
        pace: Which steps are measured, and what that has cost.
    """

    def __init__(
        self,
        label: str,
        read: Callable[[keras.Model], Reader],
        schedule: Callable[["ArmCallback"], Collection[int] | None],
        budget: float,
    ):
        super().__init__()
        self.label = label
        self._read, self._schedule, self._budget = read, schedule, budget
        self.reader: Reader | None = None
        self.measures: dict[int, Measures] = {}
        self.rate: float | None = None
        self.optimizer = ""
        self.updates_known = True
        self.kernels_digest = bytes(DIGEST_SIZE)
        self.pace = Pace(None)
        self._watched: keras.Model | None = None
        self._step, self._stride = 0, 1
        self._diverged_at = -1
        self._before: list[Any] | None = None
        self._is_due = False
        self._begun = 0.0

    def on_train_begin(self, logs: Mapping[str, Any] | None = None) -> None:  # noqa: ARG002
        """Finds out what can be read of the model, and measures step 0."""
        if self.reader is None:
            self.reader = self._read(self.model)
            self._watched = self.model
            self._begin(self.reader)
        elif self.model is not self._watched:
            raise WatchError(f"“{self.label}” watches another model; give each an arm of its own")
        steps, epochs = self.params.get("steps"), self.params.get("epochs")
        known = steps is not None and epochs is not None and not self._step
        self.pace.total = steps * epochs if known else None

    def _begin(self, reader: Reader) -> None:
        layers = [tap.spec for tap in reader.taps]
        most = min(max(each.width for each in layers), _most_neurons(len(layers)))
        self._measuring = Measuring(layers, most)
        self.pace = Pace(None, self._schedule(self), self._budget)
        optimizer = self.model.optimizer
        self.optimizer = type(optimizer).__name__
        rate = getattr(optimizer, "_learning_rate", None)
        scheduled = isinstance(rate, keras.optimizers.schedules.LearningRateSchedule)
        self.rate = None if scheduled else self._rate_now()
        self._stride = self.model.steps_per_execution or 1
        self.updates_known = self._stride == 1
        digest = hashlib.sha256()
        for kernel in reader.weights():
            digest.update(b"" if kernel is None else kernel.tobytes())
        self.kernels_digest = digest.digest()[:DIGEST_SIZE]
        begun = time.perf_counter()
        self._measure()
        self.pace.expect(time.perf_counter() - begun)

    def on_train_batch_begin(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:  # noqa: ARG002
        """Keeps the weights before a step that is going to be measured."""
        self._first = batch
        self._is_due = self.pace.is_due(self._step + self._stride)
        begun = time.perf_counter()
        self._before = None
        if self._is_due and self.updates_known and self.reader is not None:
            self._before = self.reader.weights()
        self._begun = time.perf_counter()
        self._keeping = self._begun - begun

    def on_train_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:  # noqa: ARG002
        """Measures the network if it is to be after this step."""
        seconds, count = time.perf_counter() - self._begun, batch - self._first + 1
        self._step += count
        # The first step compiles.
        if self._step > count:
            self.pace.note_step(seconds / count)
        if self._is_due:
            begun = time.perf_counter()
            self._measure()
            self.pace.note_frame(self._step, time.perf_counter() - begun + self._keeping)

    def on_train_end(self, logs: Mapping[str, Any] | None = None) -> None:  # noqa: ARG002
        """Measures the network at its end."""
        self._before = None
        if self._step not in self.measures:
            self._measure()

    def _measure(self) -> None:
        if self.reader is None:
            return
        reading = self.reader.read(self._before)
        measures = self._measuring.measure(reading, self._rate_now())
        first = next(iter(self.measures.values()), measures)["train_loss"]
        loss = measures["train_loss"]
        if self._diverged_at < 0 and np.isfinite(first) and not loss <= DIVERGENCE * first:
            self._diverged_at = self._step
        digest = np.frombuffer(self.kernels_digest, np.uint8)
        measures |= {"diverged_at": self._diverged_at, "kernels_digest": digest}
        self.measures[self._step] = measures

    def _rate_now(self) -> float | None:
        rate: Any = getattr(self.model.optimizer, "learning_rate", 0.0)
        number = float(rate.numpy() if hasattr(rate, "numpy") else rate)
        return number if number > 0 else None


def _most_neurons(layers: int) -> int:
    """As `FrameLayout.neurons`."""
    return max(MIN_NEURONS, MAX_NEURONS // layers)
