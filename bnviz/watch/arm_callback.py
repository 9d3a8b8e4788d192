"""ArmCallback: what Keras calls while a network trains that is watched."""

import hashlib
import time
from collections.abc import Callable, Collection, Mapping
from typing import Any

import keras
import numpy as np

from bnviz.recording.frames import DIGEST_SIZE
from bnviz.watch.measured import Measures
from bnviz.watch.moments import Moment, Moments
from bnviz.watch.pace import MIN_FRAMES, Pace
from bnviz.watch.reader import Reader, State
from bnviz.watch.sample_sizes import SampleSizes
from bnviz.watch.taps import WatchError

#: As long as there are so many frames, each is measured on more examples.
_ENOUGH_FRAMES = 100


# Keras names the arguments of what it calls, so unused ones stand there too.
class ArmCallback(keras.callbacks.Callback):  # type: ignore[misc]
    """Records a network while `fit` trains it; made by `Watch.arm`.

    Args:
        label: What the network is called.
        read: Makes the reader of a model.
        schedule: The steps at which the networks before it were recorded; None before any was.
        agreed: On how many examples the networks before it were measured; None before any was.
        budget: Returns the share of the time of training that measuring may take, at its start.
        write: Writes and shows what was measured, if that is due; see `Watch`.
        is_shown: Whether somebody sees what was measured while the network trains.

    Attributes:
        label: What the network is called.
        step: How many steps it has been trained for.
        reader: Its reader; None before its training has begun.
        moments: The moments that are measured; None before its training has begun.
        rate: Learning rate at step 0; None where it is not one number.
        optimizer: Name of the optimizer.
        updates_known: Whether the update of single steps can be seen.
        kernels_digest: SHA-256 of the weights before the activations at step 0.
        pace: Which steps are measured, and what that has cost.
        until: The step after which the training that goes on will end, as far as that is known;
            None while none goes on.
    """

    def __init__(
        self,
        label: str,
        read: Callable[[keras.Model], Reader],
        schedule: Callable[["ArmCallback"], Collection[int] | None],
        agreed: Callable[[], SampleSizes | None],
        budget: Callable[[], float],
        write: Callable[..., None],
        is_shown: Callable[[], bool],
    ):
        super().__init__()
        self.label = label
        self._read, self._schedule, self._agreed, self._budget = read, schedule, agreed, budget
        self._write, self._is_shown = write, is_shown
        self.reader: Reader | None = None
        self.moments: Moments | None = None
        self.rate: float | None = None
        self.optimizer = ""
        self.updates_known = True
        self.kernels_digest = bytes(DIGEST_SIZE)
        self.pace = Pace(None)
        self.until: int | None = None
        self._watched: keras.Model | None = None
        self.step, self._stride = 0, 1
        self._before: State | None = None
        self._is_due = self._disturbed = False
        self._begins = False
        self._begun = 0.0
        self._first_of_epoch, self._per_epoch = 0, 0

    def on_train_begin(self, logs: Mapping[str, Any] | None = None) -> None:  # noqa: ARG002
        """Finds out what can be read of the model, and keeps its state at step 0."""
        if self.reader is None:
            begun = time.perf_counter()
            self.reader = self._read(self.model)
            self._watched = self.model
            self._begin(self.reader)
            self.pace.prepared = time.perf_counter() - begun
        elif self.model is not self._watched:
            raise WatchError(f"“{self.label}” watches another model; give each an arm of its own")
        self.pace.total, self._begins = None, True
        self.until, self._per_epoch = self.step + 1, 0

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:  # noqa: ARG002
        """Finds out how many steps there will be."""
        steps, epochs = self.params.get("steps") or self._per_epoch, self.params.get("epochs")
        if steps and epochs is not None:
            self.until = self.step + steps * (epochs - epoch)
            if self._begins and not self.step:
                self.pace.total = self.until
        self._begins, self._first_of_epoch = False, self.step

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:  # noqa: ARG002
        """Keeps the state after the last step: at the end of training others may change it."""
        self._per_epoch = self.step - self._first_of_epoch
        last = self.model.stop_training or epoch + 1 == self.params.get("epochs")
        if last and self.moments is not None:
            self._keep_last(self.moments)

    def _begin(self, reader: Reader) -> None:
        optimizer = self.model.optimizer
        self.optimizer = type(optimizer).__name__
        rate = getattr(optimizer, "_learning_rate", None)
        scheduled = isinstance(rate, keras.optimizers.schedules.LearningRateSchedule)
        self.rate = None if scheduled else self._rate_now()
        self._stride = self.model.steps_per_execution or 1
        self.updates_known = self._stride == 1
        digest = hashlib.sha256()
        for weights in reader.weights():
            digest.update(weights.numpy().tobytes())
        self.kernels_digest = digest.digest()[:DIGEST_SIZE]
        start = Moment(0, reader.state(), None, self._rate_now())
        self.moments = Moments(reader, start, MIN_FRAMES)
        least = max(1, self.moments.most)
        self.pace = Pace(None, self._schedule(self), self._budget(), least)

    def on_train_batch_begin(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:  # noqa: ARG002
        """Keeps the weights before a step that is going to be measured."""
        self._first, self._before = batch, None
        self._is_due, self._keeping = False, 0.0
        if self.moments is not None and self.reader is not None and self.moments.sizes:
            begun = time.perf_counter()
            step = self.step + self._end(batch + self._stride) - batch
            self._is_due = self.pace.is_due(step, can_wait=self.moments.can_wait)
            if self._is_due and self.updates_known:
                self._before = self.reader.weights()
            self._keeping = time.perf_counter() - begun
        self._begun = time.perf_counter()

    def on_train_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:  # noqa: ARG002
        """Measures the network, or keeps its state, if it is to be measured after this step."""
        begun = time.perf_counter()
        seconds, count = begun - self._begun, self._end(batch + 1) - self._first
        self.step += count
        # The first step compiles.
        if self.step > count:
            self.pace.note_step(seconds, count, disturbed=self._disturbed or self._is_due)
        if self.moments is None:
            return
        self._disturbed = self._is_due
        if self._is_due:
            self._keep()
            self.pace.note_due(self.step)
        elif self.moments.sizes is None and self.pace.is_known:
            self._begin_measuring(self.moments)
            return
        self.pace.spent += time.perf_counter() - begun + self._keeping
        in_advance, at_once = not self.moments.can_wait, self._is_shown()
        while self.moments.wait and self.pace.pays(
            self.step, in_advance=in_advance, at_once=at_once
        ):
            begun = time.perf_counter()
            # Who asks for the recording on another thread may have been faster.
            if not self.moments.measure_next():
                break
            self._disturbed = True
            self.pace.note_frame(time.perf_counter() - begun)
        if self._disturbed:
            self._write(self, at_end=False)

    def on_train_end(self, logs: Mapping[str, Any] | None = None) -> None:  # noqa: ARG002
        """Keeps the state of the network at its end, unless its last epoch has done so."""
        self.until = None
        if self.moments is not None:
            self._keep_last(self.moments)
            self._write(self, at_end=True)

    def _keep_last(self, moments: Moments) -> None:
        self._before = None
        if moments.sizes is None:
            self._begin_measuring(moments)
        if self.step in moments.steps:
            return
        while moments.wait and not moments.can_wait:
            moments.measure_next()
        self._keep()
        if not moments.most:  # a state takes more memory than all that may wait
            moments.measure_next()

    def measure_rest(self) -> None:
        """Measures what had to wait."""
        while self.moments is not None and self.moments.measure_next():
            pass

    def measured(self) -> dict[int, Measures]:
        """The measures of all steps that were measured so far."""
        if self.moments is None:
            return {}
        digest = {"kernels_digest": np.frombuffer(self.kernels_digest, np.uint8)}
        return {step: each | digest for step, each in self.moments.measures.copy().items()}

    def _begin_measuring(self, moments: Moments) -> None:
        begun, agreed = time.perf_counter(), self._agreed()
        rungs = moments.reader.sizes if agreed is None else [agreed]
        self.pace.expect(
            moments.begin(rungs, lambda seconds: self.pace.affordable(seconds) >= _ENOUGH_FRAMES)
        )
        self.pace.prepared += time.perf_counter() - begun

    def _end(self, batch: int) -> int:
        """How many batches of the epoch are trained when Keras says that so many are.

        Of several steps an execution, it counts those of the last one that the epoch does not have.
        """
        steps = self.params.get("steps")
        return batch if steps is None else min(batch, steps)

    def _keep(self) -> None:
        if self.moments is not None and self.reader is not None:
            rate = self._rate_now()
            self.moments.keep(Moment(self.step, self.reader.state(), self._before, rate))

    def _rate_now(self) -> float | None:
        rate: Any = getattr(self.model.optimizer, "learning_rate", 0.0)
        number = float(rate.numpy() if hasattr(rate, "numpy") else rate)
        return number if number > 0 else None
