"""Diagram: the way through the layers of each network, from its weights to its activation.

The numbers here say what is drawn; the player's `wiring.js` says where, from the axes as laid out.
"""

from typing import Any

import numpy as np

from bnviz.figures.bindings.passage import ACTIVATIONS
from bnviz.figures.panels import Panels
from bnviz.figures.style import contrast
from bnviz.recording.header import RecordingHeader
from bnviz.recording.networks import ArmSpec

#: Short and full name of each normalization, and of that which noise follows.
_NAMES = {
    "batch": ("BN", "Batch Normalization"),
    "layer": ("LN", "layer normalization"),
    "group": ("GN", "group normalization"),
    "instance": ("IN", "instance normalization"),
    "rms": ("RMS", "RMS normalization"),
    "renorm": ("BRN", "Batch Renormalization"),
    "ghost": ("GBN", "Ghost Batch Normalization"),
    "dyt": ("DyT", "dynamic tanh"),
    "weight": ("WN", "weight normalization"),
}
_NOISY = ("BN~", "Batch Normalization followed by noise")
#: The arguments from which to which an activation is drawn, and at how many of them.
_ARGUMENTS = (-3.0, 3.0, 25)


def diagram(panels: Panels, baselines: list[float], start: float) -> dict[str, Any]:
    """Describes the diagram beside the histograms of the arms, in JSON types.

    Args:
        panels: Panels whose first ones are the arms' histograms, in their order.
        baselines: Height of each layer's baseline on the vertical axes.
        start: Where the baselines begin on the axes of the values.

    Returns:
        `columns` with the parts of each arm's layers in order, and where it adds the input of
        residual blocks, before or after the activation of the layers named in `closing`; `curve`
        with the points of the activation in a unit square; and what the histograms show. Of
        networks whose layers may differ, `rows` has name, activation and curve of each layer, and
        in each arm its parts and the names of its normalization.
    """
    layers = panels.recording.header.layers
    first = layers[0].activation
    described: dict[str, Any] = {
        "columns": [_column(panels, number, arm) for number, arm in enumerate(panels.arms, 1)],
        "closing": [*panels.recording.header.closing_layers],
        "activation": first,
        "curve": curve(first),
        "baselines": baselines,
        "start": start,
        "quantity": panels.view.quantity,
        "layer": panels.layer + 1,
    }
    if panels.recording.header.settings is None:
        described["rows"] = [
            {
                "name": layer.name,
                "activation": layer.activation,
                "curve": curve(layer.activation),
                "parts": [_parts(panels.recording.header.arm(arm), number) for arm in panels.arms],
                "norms": [_norm(panels.recording.header, arm, number) for arm in panels.arms],
            }
            for number, layer in enumerate(layers)
        ]
    return described


def curve(activation: str) -> list[list[float]]:
    """Returns the points of an activation, its arguments and its values scaled to [0, 1].

    Nothing for an activation of which only the name is known.
    """
    if activation not in ACTIVATIONS:
        return []
    low, high, count = _ARGUMENTS
    x = np.linspace(low, high, count)
    y = ACTIVATIONS[activation](x)
    points = np.stack([(x - low) / (high - low), (y - y.min()) / (y.max() - y.min())], axis=1)
    return [[round(float(each), 3) for each in point] for point in points]


def _column(panels: Panels, number: int, arm: str) -> dict[str, Any]:
    header = panels.recording.header
    spec = header.arm(arm)
    adds = [header.adds_skip(arm, layer - 1) for layer in header.closing_layers]
    return {
        "panel": number,
        "arm": spec.label,
        "colour": spec.colour,
        "contrast": contrast(spec.colour),
        "parts": _parts(spec, 0),
        "adds": adds[0] if adds else "",
        "opens": "inside" if arm in header.batch_norm_arms[:1] else "scale_and_shift",
        **_norm(header, arm, 0),
    }


def _norm(header: RecordingHeader, arm: str, layer: int) -> dict[str, str]:
    """Short and full name of what a network normalizes by at a layer; empty without it."""
    spec = header.arm(arm)
    norm = spec.norm(layer)
    names = ("", "") if norm is None else _NAMES[norm.kind]
    if spec.normalization == "weight":
        names = _NAMES["weight"]
    if arm == "noisy_bn" and header.settings is not None:
        names = _NOISY
    return dict(zip(("short", "full"), names, strict=True))


def _parts(arm: ArmSpec, layer: int) -> list[str]:
    """What a layer of a network consists of, in order."""
    weights = "normalized_weights" if arm.normalization == "weight" else "weights"
    parts, norm = [weights, "activation"], arm.norm(layer)
    if norm is not None:
        parts.insert(1 if norm.position == "before" else 2, "normalization")
    return parts
