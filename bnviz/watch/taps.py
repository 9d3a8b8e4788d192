"""Taps: where the values of a model's layers are read, before and after each activation."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from bnviz.lab.normalization import renormalizes
from bnviz.recording.frames import PROBE_SIZE
from bnviz.recording.header_text import FORMULA, MAX_LAYERS, MAX_NAME
from bnviz.recording.networks import LayerSpec, NormSpec
from bnviz.watch.listening import ACTIVATIONS, NORMALIZATIONS, Event

#: Number of layers that are watched unless others are chosen.
USUAL_LAYERS = 12
#: Values of a layer that are read at most, unless an example alone has more: of a convolution, so
#: many positions of each example.
_MAX_READ, _MAX_POSITIONS = 2**15, 16
#: What a name may not hold.
_MARKUP = str.maketrans("<>&{}", "_____")

#: Which layers are watched: their names, or whether one of a name is.
Choice = Sequence[str] | Callable[[str], bool] | None


class WatchError(ValueError):
    """What cannot be watched; the message is one sentence."""


@dataclass(frozen=True, eq=False)
class Tap:
    """Where the values of a layer are read in a trace.

    Attributes:
        spec: The layer.
        given: What enters its activation.
        made: What leaves it.
        weights: The layer with the last weights before it; None if there are none.
        norm: What it normalizes by; None if it does not.
        norm_event: That normalization.
    """

    spec: LayerSpec
    given: tf.Tensor
    made: tf.Tensor
    weights: keras.layers.Layer | None
    norm: NormSpec | None
    norm_event: Event | None

    def read(self, values: tf.Tensor) -> tf.Tensor:
        """The values that are kept of a tensor, shape (examples, positions, width), float32."""
        channels_first = getattr(self.weights, "data_format", "") == "channels_first"
        if channels_first and len(values.shape) > 2:
            values = tf.experimental.numpy.moveaxis(values, 1, -1)
        width = values.shape[-1]
        count, kept = int(np.prod(values.shape[1:])) // width, self.spec.positions
        rows = tf.reshape(tf.cast(values, tf.float32), (-1, count, width))
        places = (np.arange(kept) * count + count // 2) // kept
        return rows if kept == count else tf.gather(rows, places, axis=1)


def taps_of(events: Iterable[Event], output: Any, examples: int) -> list[Tap]:
    """The activations of the hidden layers of a traced model, in the order of its calls.

    Args:
        events: What its layers were given and made.
        output: What the model made; an activation that makes it is not a hidden one.
        examples: On how many examples they are read at most.
    """
    events, outer = list(events), tf.compat.v1.get_default_graph()
    outputs = tf.nest.flatten(output)
    found: list[Tap] = []
    for place, event in enumerate(events):
        hidden = not any(event.made is each for each in outputs)
        if event.kind == "activation" and hidden and event.made.graph is outer:
            found += _tap(events, place, examples)
    return _named(found)


def chosen(taps: list[Tap], choice: Choice) -> list[Tap]:
    """Those that are watched.

    Args:
        taps: All of a model.
        choice: Which of them; None for `USUAL_LAYERS`, evenly spread.

    Raises:
        WatchError: If there are none, or too many, or one is chosen that the model does not have.
    """
    if not taps:
        raise WatchError("the model has no hidden layer with an activation that Keras shows")
    found = _chosen(taps, choice)
    if not found:
        raise WatchError("no layer of the model was chosen")
    if len(found) > MAX_LAYERS:
        raise WatchError(f"{len(found)} layers were chosen, and at most {MAX_LAYERS} are watched")
    return found


def _tap(events: list[Event], place: int, examples: int) -> list[Tap]:
    """That of an activation; none if it does nothing, or is no hidden layer's."""
    event = events[place]
    activation = activation_of(event.layer)
    if activation in ("linear", "softmax") or len(event.made.shape) < 2:
        return []
    before = events[:place]
    start = max((n for n, each in enumerate(before) if each.kind == "weights"), default=0)
    weights = before[start].layer if before and before[start].kind == "weights" else None
    norms = [each for each in before[start:] if each.kind == "norm" and each.made is event.given]
    position = "before"
    if not norms:
        norms = [
            each for each in events[place:] if each.kind == "norm" and each.given is event.made
        ]
        position = "after"
    norm = norms[-1] if norms else None
    shape = event.made.shape
    channels_first = getattr(weights, "data_format", "") == "channels_first" and len(shape) > 2
    width = int(shape[1 if channels_first else -1])
    count = int(np.prod(shape[1:])) // width
    most = max(1, min(_MAX_POSITIONS, _MAX_READ // (width * min(examples, PROBE_SIZE))))
    kind = "convolution" if count > 1 else "dense"
    spec = LayerSpec(event.layer.name, width, activation, kind, min(count, most))
    # It may be a variable.
    with tf.init_scope():
        norm_spec = norm and NormSpec(_kind(norm.layer), position, float(norm.layer.epsilon))
    return [Tap(spec, event.given, event.made, weights, norm_spec, norm)]


def _kind(layer: keras.layers.Layer) -> str:
    kind = next(kind for each, kind in NORMALIZATIONS.items() if isinstance(layer, each))
    # What its examples become follows from the batch alone only without this correction.
    return "renorm" if renormalizes(layer) else kind


def activation_of(layer: keras.layers.Layer) -> str:
    """Name of a layer's activation; "" for one that is known by no name."""
    if isinstance(layer, keras.layers.ReLU):
        plain = not layer.negative_slope and not layer.threshold
        return {None: "relu", 6.0: "relu6"}.get(layer.max_value, "") if plain else ""
    if isinstance(layer, keras.layers.LeakyReLU):
        return "leaky_relu" if np.isclose(layer.negative_slope, 0.2) else ""
    if isinstance(layer, keras.layers.ELU):
        return "elu" if layer.alpha == 1 else ""
    if isinstance(layer, ACTIVATIONS) and not isinstance(layer, keras.layers.Activation):
        return ""
    function = layer.activation
    name = getattr(function, "__name__", "")
    return name if getattr(keras.activations, name, None) is function else ""


def _named(taps: list[Tap]) -> list[Tap]:
    """The same with names that are each of one alone, printable and not too long."""
    named: dict[str, Tap] = {}
    for tap in taps:
        text = tap.spec.name.translate(_MARKUP)[-MAX_NAME:].strip()
        name = base = text.lstrip("".join(FORMULA) + " ") or "layer"
        count = 1
        while name in named:
            count += 1
            ending = f" {count}"
            name = f"{base[: MAX_NAME - len(ending)]}{ending}"
        named[name] = replace(tap, spec=replace(tap.spec, name=name))
    return [*named.values()]


def _chosen(taps: list[Tap], choice: Choice) -> list[Tap]:
    if choice is None:
        if len(taps) <= USUAL_LAYERS:
            return taps
        places = np.linspace(0, len(taps) - 1, USUAL_LAYERS).round().astype(int)
        return [taps[place] for place in places]
    if callable(choice):
        return [tap for tap in taps if choice(tap.spec.name)]
    names = [tap.spec.name for tap in taps]
    missing = [name for name in choice if name not in names]
    if missing:
        raise WatchError(
            f"the model has no layer {missing[0]!r} with an activation; it has {', '.join(names)}"
        )
    return [tap for tap in taps if tap.spec.name in choice]
