"""Reader: reads losses, distributions and gradients off any Keras model without changing it.

The model is traced once, as a function of its state and of examples, so that an earlier state can
be read too, and on more or fewer of them. What a call in training would change, moving statistics
and the states of seeds, is computed and left aside.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from bnviz.lab.normalization import beta_of, gamma_of
from bnviz.recording.frames import NUM_SINGLE
from bnviz.watch.listening import Event, kernel_of, listening
from bnviz.watch.objective import Objective
from bnviz.watch.sample_sizes import SampleSizes, ladder
from bnviz.watch.taps import Choice, Tap, WatchError, chosen, taps_of

Array = NDArray[np.float32]
#: The values of all variables of a model.
State = list[tf.Tensor]


@dataclass(frozen=True)
class NormReading:
    """What a normalization has of each neuron; None for what it has not.

    Attributes:
        learnt: Gamma and beta, 1 and 0 where they are not learnt, each of shape (width,).
        moments: Mean and biased variance of what BN normalizes, then its moving ones.
        inputs: What it normalizes of the first examples, shape (examples, width).
    """

    learnt: tuple[Array, Array]
    moments: tuple[Array, Array, Array, Array] | None
    inputs: Array | None


@dataclass(frozen=True)
class Reading:
    """What is read off a model at one step.

    Attributes:
        values: Of each layer what enters its activation and what leaves it, each of shape
            (examples, positions, width).
        norms: What each layer is normalized by; None where it is not.
        outcome: Loss and accuracy on the probe as in training, then in inference, then on the
            validation examples, shape (6,); NaN for what is not known.
        kernels: L2 norm of the gradient, std(update) / std(kernel before), and L2 norm of the
            weights before each activation and of the output's, shape (3, layers + 1).
    """

    values: list[tuple[Array, Array]]
    norms: list[NormReading | None]
    outcome: Array
    kernels: Array


class Reader:
    """Reads one model.

    Args:
        model: A compiled model; its weights are made if it has none yet.
        probe: Examples and answers that it is measured on as in a training step.
        validation: The same in inference; None for none.
        choice: Which layers are watched.

    Attributes:
        taps: Where its values are read.
        num_activations: Number of activations of its hidden layers, watched or not.
        num_outputs: Numbers that it makes of an example.
        gradients_known: Whether the gradient that trains it is known.
        classifies: Whether its loss is one of classes.

    Raises:
        WatchError: If it cannot be watched.
    """

    def __init__(
        self,
        model: keras.Model,
        probe: tuple[Any, Any],
        validation: tuple[Any, Any] | None,
        choice: Choice,
    ):
        self._model, self._choice = model, choice
        self._objective = Objective(model)
        self._examples = [tf.convert_to_tensor(each) for each in (*probe, *(validation or ()))]
        self.taps: list[Tap] = []
        self._kernels: list[keras.Variable | None] = []
        self.num_activations = self.num_outputs = 0
        self.gradients_known, self.classifies = self._objective.is_known, self._objective.classifies
        shapes = [tf.TensorSpec((None, *e.shape[1:]), e.dtype) for e in self._examples]
        self._given: dict[SampleSizes, list[tf.Tensor]] = {}
        self._updates = tf.function(_updates, autograph=False)
        try:
            if not model.built:
                # Keras would do so at the first step, with the same first weights.
                model(self._examples[0][:1], training=False)
            # Those that are trained come first.
            self._variables = [*model.trainable_variables, *model.non_trainable_variables]
            self._num_trained = len(model.trainable_variables)
            self._state = _reading(self._variables)
            function = tf.function(self._read, autograph=False)
            self._concrete = function.get_concrete_function(self.state(), shapes)
            self._weights = _reading([each for each in self._kernels if each is not None])
            # The first call compiles, and refuses what does not fit together.
            self.read(self.sizes[0], before=self.weights())
        except WatchError:
            raise
        except Exception as error:
            reason = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
            raise WatchError(f"the model cannot be called on the examples: {reason}") from error

    @property
    def sizes(self) -> list[SampleSizes]:
        """On how many examples it can be read, ascending."""
        probe, _, *validation = map(len, self._examples)
        return ladder(SampleSizes(probe, validation[0] if validation else 0))

    @property
    def state_bytes(self) -> int:
        """The memory that a state takes."""
        return sum(tensor.dtype.size * tensor.shape.num_elements() for tensor in self.state())

    def state(self) -> State:
        """The state of the model as it is now."""
        return list(self._state())

    def weights(self, state: State | None = None) -> State:
        """The weights before each activation and those of the output, as far as they are known.

        Args:
            state: The state of the model; None for that of now.
        """
        if state is None:
            return list(self._weights())
        of = dict(zip(map(id, self._variables), state, strict=True))
        return [of[id(each)] for each in self._kernels if each is not None]

    def read(
        self, sizes: SampleSizes, state: State | None = None, before: State | None = None
    ) -> Reading:
        """Reads the model.

        Args:
            sizes: On how many examples.
            state: Its state; None for that of now.
            before: `weights` before the last step; None if they are not known.
        """
        state = self.state() if state is None else state
        if sizes not in self._given:
            counts = (sizes.probe,) * 2 + (sizes.validation,) * 2
            self._given[sizes] = [e[:n] for e, n in zip(self._examples, counts, strict=False)]
        found = self._concrete(state, self._given[sizes])
        kernels = np.full((3, len(self._kernels)), np.nan, np.float32)
        kernels[0] = found["gradients"].numpy()
        known = [place for place, each in enumerate(self._kernels) if each is not None]
        kernels[2, known] = found["norms_of_weights"].numpy()
        if before is not None and known:
            with np.errstate(divide="ignore"):
                ratios = np.log10(self._updates(self.weights(state), before).numpy())
            kernels[1, known] = np.where(np.isinf(ratios), np.nan, ratios)
        return Reading(
            [tuple(each.numpy() for each in pair) for pair in found["values"]],
            [None if each is None else _norm_reading(each) for each in found["norms"]],
            found["outcome"].numpy(),
            kernels,
        )

    def _read(self, values: State, examples: list[tf.Tensor]) -> dict[str, Any]:
        """What a reading follows from; traced once."""
        model, objective = self._model, self._objective
        x, y, *validation = examples
        trained = values[: self._num_trained]
        state = list(zip(self._variables, values, strict=True))

        def called(given: tf.Tensor, *, training: bool) -> Any:
            # What the call assigns stays in the scope.
            with keras.StatelessScope(state_mapping=state):
                return model(given, training=training)

        with listening(model) as events, tf.GradientTape() as tape:
            tape.watch(trained)
            made = called(x, training=True)
            loss, accuracy = objective.of(y, made)
        every = taps_of(events, made, len(self._examples[0]))
        self.taps, self.num_activations = chosen(every, self._choice), len(every)
        self.num_outputs = int(made.shape[-1]) if isinstance(made, tf.Tensor) else 0
        self._kernels = self._kernels_of(events)
        outcome = [loss, accuracy, *objective.of(y, called(x, training=False))]
        if validation:
            outcome += objective.of(validation[1], called(validation[0], training=False))
        outcome += [np.nan] * (6 - len(outcome))
        gradients = self._gradients(tape, loss, trained)
        with keras.StatelessScope(state_mapping=state):
            lengths = [_length(each.value) for each in self._kernels if each is not None]
            return {
                "values": [(tap.read(tap.given), tap.read(tap.made)) for tap in self.taps],
                "norms": [_norm(tap) for tap in self.taps],
                "outcome": tf.stack([tf.cast(each, tf.float32) for each in outcome]),
                "gradients": gradients,
                "norms_of_weights": tf.stack(lengths) if lengths else tf.zeros(0),
            }

    def _kernels_of(self, events: list[Event]) -> list[keras.Variable | None]:
        """The weights before each tap and those of the output, None where they are not known."""
        layers = [tap.weights for tap in self.taps]
        layers.append(next((e.layer for e in reversed(events) if e.kind == "weights"), None))
        own = {id(variable) for variable in self._variables}
        kernels = [None if each is None else kernel_of(each) for each in layers]
        return [each if id(each) in own else None for each in kernels]

    def _gradients(
        self, tape: tf.GradientTape, loss: tf.Tensor, trained: list[tf.Tensor]
    ) -> tf.Tensor:
        """L2 norm of the gradient of each of the kernels; NaN where there is none."""
        unknown = tf.constant(np.nan, tf.float32)
        if not self._objective.is_known:
            return tf.stack([unknown] * len(self._kernels))
        found = tape.gradient(loss, trained)
        of = dict(zip(map(id, self._variables), found, strict=False))
        gradients = [of.get(id(kernel)) for kernel in self._kernels]
        return tf.stack([unknown if each is None else _length(each) for each in gradients])


def _reading(variables: list[keras.Variable]) -> Callable[[], State]:
    """A function that reads variables, all in one call: one of each takes several times as long."""
    function = tf.function(lambda: [tf.convert_to_tensor(each.value) for each in variables])
    read: Callable[[], State] = function.get_concrete_function()
    return read


def _updates(now: State, before: State) -> tf.Tensor:
    """The standard deviation of each update in that of the weights before it."""
    pairs = [[tf.cast(e, tf.float32) for e in pair] for pair in zip(now, before, strict=True)]
    std = tf.math.reduce_std
    return tf.stack([std(new - old) / std(old) for new, old in pairs])


def _length(values: Any) -> tf.Tensor:
    values = tf.convert_to_tensor(values)
    return tf.norm(tf.cast(values, tf.float32))


def _norm(tap: Tap) -> dict[str, Any] | None:
    """What a reading has of the normalization of a layer, as tensors."""
    if tap.norm is None or tap.norm_event is None:
        return None
    layer, width = tap.norm_event.layer, tap.spec.width
    found: dict[str, Any] = {
        "gamma": _of_neurons(gamma_of(layer), width, tf.ones),
        "beta": _of_neurons(beta_of(layer), width, tf.zeros),
    }
    if tap.norm.kind == "batch":
        given = tf.cast(tap.norm_event.given, tf.float32)
        axis = layer.axis if layer.axis >= 0 else len(given.shape) + layer.axis
        mean, variance = tf.nn.moments(given, [n for n in range(len(given.shape)) if n != axis])
        found |= {"mean": mean, "variance": variance}
        found |= {"moving_mean": layer.moving_mean.value}
        found |= {"moving_variance": layer.moving_variance.value}
        found["inputs"] = tap.read(given)[:NUM_SINGLE, 0]
    return found


def _of_neurons(variable: Any, width: int, otherwise: Any) -> tf.Tensor:
    """A number of each neuron that may be learnt; NaN if it is not one for each of them."""
    if variable is None:
        return otherwise(width)
    value = tf.cast(variable.value, tf.float32)
    return value if value.shape == (width,) else tf.fill([width], np.float32(np.nan))


def _norm_reading(found: dict[str, tf.Tensor]) -> NormReading:
    def of(*names: str) -> Any:
        return tuple(found[name].numpy() for name in names)

    if "mean" not in found:
        return NormReading(of("gamma", "beta"), None, None)
    moments = of("mean", "variance", "moving_mean", "moving_variance")
    return NormReading(of("gamma", "beta"), moments, found["inputs"].numpy())
