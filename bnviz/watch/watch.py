"""Watch: one or more Keras models, watched while `fit` trains them, as one recording."""

import contextlib
import sys
from collections.abc import Collection
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any, BinaryIO

import keras
import numpy as np

from bnviz.notebook.live_display import LiveDisplay
from bnviz.recording import Recording
from bnviz.recording.frames import PROBE_SIZE, VALIDATION_SIZE
from bnviz.recording.header import RecordingHeader, quantities
from bnviz.recording.header_text import MAX_ARMS, MAX_NAME, HeaderError, check, is_name
from bnviz.recording.networks import LayerSpec
from bnviz.watch.arm_callback import ArmCallback
from bnviz.watch.described import about, specs
from bnviz.watch.growing_file import GrowingFile
from bnviz.watch.measured import UNTAKEN, write
from bnviz.watch.objective import classes_of
from bnviz.watch.pace import BUDGET
from bnviz.watch.reader import Reader
from bnviz.watch.sample_sizes import SampleSizes
from bnviz.watch.taps import Choice, WatchError


class Watch:
    """Records Keras models while they train, and changes nothing of them.

    Values are read at every activation, as a layer or inside of one, on a fixed probe: at most 256
    of the training examples, as in a training step but without dropout and other noise. Of a
    convolution a channel is a neuron, read at up to 16 positions of each example. Validation is in
    inference, on at most 2,000 examples. Where a training is too short for many frames of that, the
    probe has 128 or 64 examples, and validation fewer too; the recording says how many. About 60
    frames are made where there are as many steps: of those that the budget does not pay for the
    weights are kept, as far as 64 MB for each network hold them, and measured when the recording is
    asked for.

    Args:
        x_train: Training examples, an array with one row for each.
        y_train: Their answers, an array.
        validation: The same of validation examples.
        layers: Names of the layers that are watched, or a function that says of a name whether it
            is; at most 12 by default, evenly spread.
        budget: Share of the time of training that measuring may take, without what it takes to
            compile it. About 300 frames are made, or as many as fit.
        file: Where the recording is written while `fit` runs, whole each time, as often as half of
            the budget pays for, and at the end of each training; None for nowhere.

    Raises:
        WatchError: If the examples cannot be watched, the file cannot be there, or Keras does not
            run on TensorFlow.
    """

    def __init__(
        self,
        x_train: Any,
        y_train: Any,
        *,
        validation: tuple[Any, Any] | None = None,
        layers: Choice = None,
        budget: float = BUDGET,
        file: str | Path | None = None,
    ):
        if keras.backend.backend() != "tensorflow":
            raise WatchError(
                f"Keras runs on {keras.backend.backend()}; only models on TensorFlow are watched"
            )
        self._probe = _sample("training", x_train, y_train, PROBE_SIZE)
        self._validation = validation and _sample("validation", *validation, VALIDATION_SIZE)
        self._choice, self._budget = layers, budget
        self._file = None if file is None else GrowingFile(Path(file))
        self._arms: list[ArmCallback] = []
        self._display: LiveDisplay | None = None

    def arm(self, label: str) -> ArmCallback:
        """Returns the callback for `fit` of another network.

        Args:
            label: What the network is called: "with BN".

        Raises:
            WatchError: If there are too many networks, or the name cannot be used.
        """
        if len(self._arms) == MAX_ARMS:
            raise WatchError(f"at most {MAX_ARMS} networks are watched together")
        if any(arm.label == label for arm in self._arms):
            raise WatchError(f"a network is called {label!r} already")
        if not is_name(label):
            raise WatchError(
                f"a network needs a name of 1 to {MAX_NAME} printable characters, without markup"
            )
        made = ArmCallback(
            label,
            self._reader,
            self._schedule,
            self._agreed,
            self._share,
            self._write,
            self._is_shown,
        )
        self._arms.append(made)
        return made

    def _share(self) -> float:
        """The share of the time of training for each: measuring, writing and showing."""
        return self._budget / (1 + (self._file is not None) + self._is_shown())

    def _is_shown(self) -> bool:
        return self._display is not None and self._display.is_shown_live

    @property
    def recording(self) -> Recording:
        """The recording of all networks so far, at the steps at which all of them were measured.

        Raises:
            WatchError: If nothing has been trained yet, or the networks cannot be compared.
        """
        for arm in self._arms:
            arm.measure_rest()
        return self._recording()

    def _recording(self, *, growing: bool = False) -> Recording:
        """The recording of what was measured so far; raises as `recording` does.

        Args:
            growing: Whether it is to lack its last step as long as a network is being trained.
        """
        found = {arm: of for arm in self._arms if (of := arm.measured())}
        arms, measures = list(found), list(found.values())
        steps = sorted(set.intersection(*map(set, measures))) if arms else []
        if not any(len(each) > 1 for each in measures):
            raise WatchError("nothing has been trained yet: give `fit` the callback of an arm")
        if len(steps) < 2:
            raise WatchError(
                "the networks were measured at no step that they share but the first one: train "
                "them for as many steps, or allow more frames by `budget`"
            )
        ends = [arm.until or max(each) for arm, each in found.items()]
        goes_on = growing and any(arm.until is not None for arm in arms)
        planned = [*steps, *[max(steps[-1] + 1, min(ends))] * goes_on]
        differ = any(len(each) > len(steps) for each in measures)
        header = self._header(arms, planned, differ=differ)
        recording = Recording(header)
        share = self._majority_share(arms[0])
        for step in steps:
            frame = np.zeros((), recording.layout.dtype)
            frame["step"], frame["majority_share"] = step, share
            for spec, each in zip(header.arms, measures, strict=True):
                write(frame[spec.name], each[step])
            # Indexing a 0-dimensional array by () returns its record, which its type does not tell.
            recording.append(frame[()])  # type: ignore[arg-type]
        return recording

    def save(self, file: str | Path | BinaryIO) -> None:
        """Writes the recording, as `Recording.load` and `bnviz export` read it."""
        self.recording.save(file)

    def to_html(self, file: str | Path) -> None:
        """Writes the recording as one HTML file that plays anywhere."""
        # What draws takes a second to load.
        from bnviz.export.replay import replay

        Path(file).write_text(replay(self.recording), encoding="utf-8")

    def __repr__(self) -> str:
        names = ", ".join(f"“{arm.label}”" for arm in self._arms) or "no network yet"
        shown = f"<bnviz.Watch of {names}>"
        if find_spec("anywidget") is None:
            shown += (
                " (pip install '.[notebook]' in a checkout of bnviz lets notebooks show it live)"
            )
        return shown

    def _ipython_display_(self) -> None:
        """Shows the player in the cell of a notebook that runs."""
        shell = sys.modules["IPython"].get_ipython()
        # A terminal shows words.
        if not hasattr(shell, "kernel"):
            raise NotImplementedError
        self._in_notebook().appear(shell)

    def _display_(self) -> Any:
        """Returns what marimo shows."""
        return self._in_notebook().widget()

    def _in_notebook(self) -> LiveDisplay:
        if self._display is None:

            def so_far() -> Recording | None:
                with contextlib.suppress(WatchError):
                    return self._recording(growing=True)
                return None

            def whole() -> Recording | None:
                with contextlib.suppress(WatchError):
                    return self.recording
                return None

            self._display = LiveDisplay(self.__repr__, so_far, whole)
        return self._display

    def _write(self, arm: ArmCallback, *, at_end: bool) -> None:
        """Writes the recording to the file of the watch and shows it, if that is due.

        Args:
            arm: The network that trains.
            at_end: Whether its training has ended; then what had to wait is measured before.
        """
        trained, share = arm.pace.trained, self._share()
        if self._file is not None and (at_end or self._file.is_due(trained, share)):
            if at_end:
                for each in self._arms:
                    each.measure_rest()
            self._file.write(partial(self._recording, growing=not at_end), trained, at_end=at_end)
        # A picture whose end moves with each frame would begin anew each time.
        if self._display is not None and (at_end or (arm.until or 0) > arm.step):
            of = "" if arm.until is None else f" of {arm.until:,}"
            message = f"“{arm.label}” is at step {arm.step:,}{of}."
            self._display.update(arm.label, message, trained, share, at_end=at_end)

    def _reader(self, model: keras.Model) -> Reader:
        """The reader of a model whose layers are those of the models before it."""
        reader = Reader(model, self._probe, self._validation, self._choice)
        ours = [_shape(tap.spec) for tap in reader.taps]
        for arm in self._arms:
            if arm.reader is not None and [_shape(tap.spec) for tap in arm.reader.taps] != ours:
                raise WatchError(
                    f"the layers of this network are not those of “{arm.label}”: networks that "
                    "are watched together have as many activations of the same kinds and sizes; "
                    "choose them by `layers`, or use another Watch"
                )
        return reader

    def _schedule(self, arm: ArmCallback) -> Collection[int] | None:
        """The steps at which the networks that began before an arm were measured."""
        others = [each.moments.steps for each in self._arms if each is not arm and each.moments]
        return set.intersection(*others) if others else None

    def _agreed(self) -> SampleSizes | None:
        """On how many examples all networks are measured, once one of them has begun."""
        sizes = (each.moments.sizes for each in self._arms if each.moments)
        return next(filter(None, sizes), None)

    def _header(
        self, arms: list[ArmCallback], steps: list[int], *, differ: bool
    ) -> RecordingHeader:
        layers = tuple(tap.spec for tap in arms[0].reader.taps)  # type: ignore[union-attr]
        unknown = list(UNTAKEN)
        if not all(arm.reader and arm.reader.gradients_known for arm in arms):
            unknown.append("gradient_norm")
        if not all(arm.updates_known for arm in arms):
            unknown.append("update_ratio")
        if differ:
            unknown.append("drift_step")
        rates = {arm.rate for arm in arms}
        rate = rates.pop() if len(rates) == 1 else None
        header = RecordingHeader(
            arms=specs(arms),
            layers=layers,
            quantities=quantities(layers),
            steps=tuple(steps),
            title=" and ".join(arm.label for arm in arms),
            about=about(arms, rate, self._agreed()),
            learning_rate=rate,
            unknown=tuple(unknown),
        )
        try:
            check(header)
        except HeaderError as error:
            raise WatchError(str(error)) from error
        return header

    def _majority_share(self, arm: ArmCallback) -> float:
        """Share of the largest class of the validation examples; NaN where there are no classes."""
        sizes = self._agreed()
        if not (self._validation and arm.reader and arm.reader.classifies and sizes):
            return float("nan")
        y = self._validation[1][: sizes.validation]
        classes = classes_of(y, arm.reader.num_outputs).numpy().ravel()
        return float(np.unique(classes, return_counts=True)[1].max() / len(classes))


def _sample(which: str, x: Any, y: Any, most: int) -> tuple[Any, Any]:
    """At most so many examples, always the same ones, in an order by chance."""
    try:
        x, y = np.asarray(x), np.asarray(y)
    except ValueError as error:
        raise WatchError(f"the {which} examples are not an array") from error
    if x.dtype == object or x.ndim < 2 or not len(x) or len(x) != len(y):
        raise WatchError(
            f"the {which} examples and their answers must be two arrays with a row for each "
            f"example; they have the shapes {x.shape} and {y.shape}"
        )
    # As `fit` does.
    x, y = (each.astype(np.float32) if each.dtype == np.float64 else each for each in (x, y))
    # Any number of the first ones is a sample, even of examples that are ordered by their class.
    chosen = np.random.default_rng(0).permutation(len(x))[:most]
    return x[chosen], y[chosen]


def _shape(layer: LayerSpec) -> tuple[int, str, str, int]:
    return layer.width, layer.activation, layer.kind, layer.positions
