"""Listening: what the layers of a model are given and make, while it is traced once.

Nothing of the model is changed: for the time of a trace, the calls of its layers and the activation
functions inside them are replaced by such that write down their tensors.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any, NamedTuple

import keras
import tensorflow as tf

#: Layers that are nothing but an activation, and those that normalize, with what they do so by.
ACTIVATIONS = (
    keras.layers.Activation,
    keras.layers.ReLU,
    keras.layers.LeakyReLU,
    keras.layers.ELU,
    keras.layers.PReLU,
)
NORMALIZATIONS: dict[type, str] = {
    keras.layers.BatchNormalization: "batch",
    keras.layers.LayerNormalization: "layer",
    keras.layers.GroupNormalization: "group",
    keras.layers.RMSNormalization: "rms",
}
#: Layers that add noise in training, which would be another one in each frame.
_NOISE = (
    keras.layers.Dropout,
    keras.layers.SpatialDropout1D,
    keras.layers.SpatialDropout2D,
    keras.layers.SpatialDropout3D,
    keras.layers.AlphaDropout,
    keras.layers.GaussianDropout,
    keras.layers.GaussianNoise,
)
#: Layers inside of which a step is traced in a loop of its own.
_LOOPS = (keras.layers.RNN, keras.layers.TimeDistributed, keras.layers.Bidirectional)
#: Attributes that hold the weights of a layer that multiplies by them; the first one there is.
_KERNELS = ("pointwise_kernel", "kernel", "depthwise_kernel")


class Event(NamedTuple):
    """What a layer was given and made.

    Attributes:
        kind: "weights", "norm" or "activation".
        layer: The layer.
        given: Its input; of an activation inside of a layer, that of the activation.
        made: Its output.
    """

    kind: str
    layer: keras.layers.Layer
    given: tf.Tensor
    made: tf.Tensor


def kernel_of(layer: keras.layers.Layer) -> keras.Variable | None:
    """The weights that a layer multiplies by; None if it has none."""
    found = next((getattr(layer, name, None) for name in _KERNELS if hasattr(layer, name)), None)
    return found if isinstance(found, keras.Variable) else None


@contextmanager
def listening(model: keras.Model) -> Iterator[list[Event]]:
    """Yields the events of a model that is called inside, in the order of its calls."""
    events: list[Event] = []
    with ExitStack() as held:
        for layer in _layers(model):
            held.enter_context(_heard(layer, events))
        yield events


def _layers(model: keras.Model) -> list[keras.layers.Layer]:
    """All layers of a model, those of its layers included, without those inside of loops."""
    found: list[keras.layers.Layer] = []
    waiting = [*model.layers]
    while waiting:
        layer = waiting.pop()
        if isinstance(layer, _LOOPS) or any(layer is other for other in found):
            continue
        found.append(layer)
        waiting += layer._layers
    return found


@contextmanager
def _heard(layer: keras.layers.Layer, events: list[Event]) -> Iterator[None]:
    """Has a layer write down its calls."""
    with ExitStack() as held:
        if isinstance(layer, _NOISE):
            held.enter_context(_replaced(layer, "call", _same))
        elif isinstance(layer, ACTIVATIONS):
            held.enter_context(_replaced(layer, "call", _noting(layer, "activation", events)))
        elif isinstance(layer, tuple(NORMALIZATIONS)):
            held.enter_context(_replaced(layer, "call", _noting(layer, "norm", events)))
        elif kernel_of(layer) is not None:
            inner = getattr(layer, "activation", None)
            # A layer in place of a function is heard by itself.
            if callable(inner) and not isinstance(inner, keras.layers.Layer):
                noting = _noting(layer, "activation", events, inner)
                held.enter_context(_replaced(layer, "activation", noting))
            held.enter_context(_replaced(layer, "call", _noting(layer, "weights", events)))
        yield


def _same(*given: Any, **named: Any) -> Any:
    return _first(given, named)


def _first(given: tuple[Any, ...], named: Mapping[str, Any]) -> Any:
    """The first argument of a call."""
    return given[0] if given else next(iter(named.values()))


def _noting(
    layer: keras.layers.Layer,
    kind: str,
    events: list[Event],
    function: Callable[..., Any] | None = None,
) -> Callable[..., Any]:
    """A function, or the call of a layer, that writes down what it is given and makes."""
    called = layer.call if function is None else function

    def noting(*arguments: Any, **named: Any) -> Any:
        # The weights of a layer come before the activation inside of it.
        place, given = len(events), _first(arguments, named)
        made = called(*arguments, **named)
        if isinstance(given, tf.Tensor) and isinstance(made, tf.Tensor):
            event = Event(kind, layer, given, made)
            events.insert(place if kind == "weights" else len(events), event)
        return made

    return noting


@contextmanager
def _replaced(layer: keras.layers.Layer, name: str, value: object) -> Iterator[None]:
    """Replaces an attribute of a layer, unseen by what Keras tracks."""
    own = vars(layer)
    before, there = own.get(name), name in own
    object.__setattr__(layer, name, value)
    try:
        yield
    finally:
        if there:
            object.__setattr__(layer, name, before)
        else:
            object.__delattr__(layer, name)
