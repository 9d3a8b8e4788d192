"""Reader: reads losses, distributions and gradients off any Keras model without changing it.

The model is traced once, as a function of its weights as they are when it is called. What a call in
training would change, moving statistics and the states of seeds, is computed and left aside.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from bnviz.recording.frames import NUM_SINGLE
from bnviz.watch.listening import kernel_of, listening
from bnviz.watch.objective import Objective
from bnviz.watch.taps import Choice, Tap, WatchError, chosen, taps_of

Array = NDArray[np.float32]


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
        kernels: The weights before each activation and those of the output, None where unknown.
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
        self._probe = [tf.convert_to_tensor(each) for each in probe]
        self._validation = [tf.convert_to_tensor(each) for each in validation or ()]
        self.taps: list[Tap] = []
        self.kernels: list[keras.Variable | None] = []
        self.num_activations = self.num_outputs = 0
        self.gradients_known, self.classifies = self._objective.is_known, self._objective.classifies
        self._function = tf.function(self._read, autograph=False)
        try:
            if not model.built:
                # Keras would do so at the first step, with the same first weights.
                model(self._probe[0][:1], training=False)
            self._concrete = self._function.get_concrete_function()
        except WatchError:
            raise
        except Exception as error:
            reason = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
            raise WatchError(f"the model cannot be called on the examples: {reason}") from error

    def read(self, before: Sequence[Array | None] | None = None) -> Reading:
        """Reads the model in its current state.

        Args:
            before: `kernels` before the last step; None if they are not known.
        """
        found = self._concrete()
        kernels = np.full((3, len(self.kernels)), np.nan, np.float32)
        kernels[0], kernels[2] = found["gradients"].numpy(), found["norms_of_kernels"].numpy()
        for place, variable in enumerate(self.kernels):
            earlier = before[place] if before is not None else None
            if variable is not None and earlier is not None:
                now = variable.numpy().astype(np.float32)
                with np.errstate(divide="ignore", invalid="ignore"):
                    kernels[1, place] = np.log10((now - earlier).std() / earlier.std())
        return Reading(
            [tuple(each.numpy() for each in pair) for pair in found["values"]],
            [None if each is None else _norm_reading(each) for each in found["norms"]],
            found["outcome"].numpy(),
            kernels,
        )

    def weights(self) -> list[Array | None]:
        """A copy of `kernels`."""
        return [None if each is None else each.numpy().astype(np.float32) for each in self.kernels]

    def _read(self) -> dict[str, Any]:
        """What a reading follows from; traced once."""
        model, objective = self._model, self._objective
        x, y = self._probe
        trained = [variable.value for variable in model.trainable_variables]
        state = list(zip(model.trainable_variables, trained, strict=True))
        state += [(variable, variable.value) for variable in model.non_trainable_variables]

        def called(given: tf.Tensor, *, training: bool) -> Any:
            # What the call assigns stays in the scope.
            with keras.StatelessScope(state_mapping=state):
                return model(given, training=training)

        with listening(model) as events, tf.GradientTape() as tape:
            tape.watch(trained)
            made = called(x, training=True)
            loss, accuracy = objective.of(y, made)
        every = taps_of(events, made)
        self.taps, self.num_activations = chosen(every, self._choice), len(every)
        self.num_outputs = int(made.shape[-1]) if isinstance(made, tf.Tensor) else 0
        weights = [tap.weights for tap in self.taps]
        weights.append(next((e.layer for e in reversed(events) if e.kind == "weights"), None))
        self.kernels = [None if each is None else kernel_of(each) for each in weights]
        outcome = [loss, accuracy, *objective.of(y, called(x, training=False))]
        if self._validation:
            x_validation, y_validation = self._validation
            outcome += objective.of(y_validation, called(x_validation, training=False))
        outcome += [np.nan] * (6 - len(outcome))
        return {
            "values": [(tap.read(tap.given), tap.read(tap.made)) for tap in self.taps],
            "norms": [_norm(tap) for tap in self.taps],
            "outcome": tf.stack([tf.cast(each, tf.float32) for each in outcome]),
            "gradients": self._gradients(tape, loss, trained),
            "norms_of_kernels": tf.stack(
                [np.float32(np.nan) if k is None else _length(k.value) for k in self.kernels]
            ),
        }

    def _gradients(
        self, tape: tf.GradientTape, loss: tf.Tensor, trained: list[tf.Tensor]
    ) -> tf.Tensor:
        """L2 norm of the gradient of each of `kernels`; NaN where there is none."""
        unknown = tf.constant(np.nan, tf.float32)
        if not self._objective.is_known:
            return tf.stack([unknown] * len(self.kernels))
        place = {id(v): n for n, v in enumerate(self._model.trainable_variables)}
        found = tape.gradient(loss, trained)
        gradients = [
            None if kernel is None or id(kernel) not in place else found[place[id(kernel)]]
            for kernel in self.kernels
        ]
        return tf.stack([unknown if each is None else _length(each) for each in gradients])


def _length(values: Any) -> tf.Tensor:
    values = tf.convert_to_tensor(values)
    return tf.norm(tf.cast(values, tf.float32))


def _norm(tap: Tap) -> dict[str, Any] | None:
    """What a reading has of the normalization of a layer, as tensors."""
    if tap.norm is None or tap.norm_event is None:
        return None
    layer, width = tap.norm_event.layer, tap.spec.width
    found: dict[str, Any] = {
        "gamma": _of_neurons(getattr(layer, "gamma", None), width, tf.ones),
        "beta": _of_neurons(getattr(layer, "beta", None), width, tf.zeros),
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
