"""ChannelMaps: which maps of a channel the player draws beside the way of an example through it."""

from typing import Any

from bnviz.figures.bindings.passage import ACTIVATIONS
from bnviz.figures.panels import Panels
from bnviz.figures.views.chosen_neuron import of_batch_norm

#: Why a recording of convolutions has no maps.
_EARLIER = (
    "Each channel’s map of the example is not in this recording, which an earlier version of bnviz "
    "made: train the same settings again to see it."
)
_OWN_FILE = (
    "Each channel’s map of the example is not recorded of images in your own file, since it would "
    "show much of the image."
)
_WATCHED = (
    "Each channel’s map of the example is recorded of networks that bnviz trains itself, not of "
    "models that it watches."
)
#: What the maps are called: of what the normalization is given, of what BN makes of it.
_GIVEN, _NORMALIZED = "values x", "γ x̂ + β"


def channel_maps(panels: Panels, example: int) -> dict[str, Any]:
    """Which maps are drawn of the chosen layer, neuron and example; see `LiveFigure.maps`.

    Args:
        panels: Of the view; its layer and its neuron are read.
        example: Index of the example.

    Returns:
        What `Maps` in tests/browser/types/message.d.ts describes, or the reason why there are none;
        empty unless the layers convolve.
    """
    recording, layer = panels.recording, panels.layer
    header, plan = recording.header, recording.layout.maps
    if not header.convolves:
        return {}
    if plan is None:
        if header.settings is None:
            return {"reason": _WATCHED}
        return {"reason": _OWN_FILE if header.from_upload else _EARLIER}
    return {
        "layer": layer,
        "name": header.layers[layer].name,
        "channel": panels.neuron,
        "example": example,
        "channels": plan.channels,
        "start": plan.start(layer),
        "size": plan.sides[layer],
        "mark": plan.read_position(layer),
        "arms": [_arm(panels, arm.name) for arm in header.arms],
    }


def _arm(panels: Panels, name: str) -> dict[str, Any]:
    """The maps of a network: what the channel is given, and what is known to become of it."""
    arm = panels.recording.header.arm(name)
    norm = arm.norm(panels.layer)
    changes = {change.action for change in panels.recording.header.changes}
    neuron = None
    if norm is not None and norm.kind == "batch":
        neuron = of_batch_norm(panels, name)
    activation = panels.recording.header.layers[panels.layer].activation
    # Where a skip is added in between, the activation acts on a sum that is not recorded.
    adds = panels.recording.header.adds_skip(name, panels.layer)
    if norm is None:
        # From then on it would act on what the inserted BN makes.
        follows = "insert_bn" not in changes
    else:
        noisy = name == "noisy_bn"
        follows = neuron is not None and norm.position == "before" and not adds and not noisy
    activation = activation if follows and activation in ACTIVATIONS else ""
    # Without a normalization, what is added before the activation is part of what it is given.
    sums = norm is None and follows and adds == "before"
    given = f"{_GIVEN} + skip" if sums else _GIVEN
    stages = [given, *[_NORMALIZED] * (neuron is not None), *[activation] * bool(activation)]
    return {
        "name": name,
        "label": panels.label(name),
        "colour": panels.colour(name),
        "neuron": neuron,
        "activation": activation,
        "stages": stages,
    }
