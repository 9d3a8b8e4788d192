"""Diagram: the way through the layers of each network, from its weights to its activation.

The numbers here say what is drawn; the player's `wiring.js` says where, from the axes as laid out.
"""

from typing import Any

import numpy as np

from bnviz.figures.bindings.passage import ACTIVATIONS
from bnviz.figures.panels import Panels
from bnviz.figures.style import ARM_COLOURS, contrast
from bnviz.frames import ARM_LABELS
from bnviz.recording_header import normalization_position

#: Short and full name of the normalization of each arm that has one.
NORMALIZATIONS = {
    "bn": ("BN", "Batch Normalization"),
    "bn_other": ("BN", "Batch Normalization"),
    "layer_norm": ("LN", "layer normalization"),
    "noisy_bn": ("BN~", "Batch Normalization followed by noise"),
}
#: The arguments from which to which an activation is drawn, and at how many of them.
_ARGUMENTS = (-3.0, 3.0, 25)


def diagram(panels: Panels, baselines: list[float], start: float) -> dict[str, Any]:
    """Describes the diagram beside the histograms of the arms, in JSON types.

    Args:
        panels: Panels whose first ones are the arms' histograms, in their order.
        baselines: Height of each layer's baseline on the vertical axes.
        start: Where the baselines begin on the axes of the values.

    Returns:
        `columns` with the parts of each arm's layers in order, `curve` with the points of the
        activation in a unit square, and what the histograms show.
    """
    return {
        "columns": [_column(panels, number, arm) for number, arm in enumerate(panels.arms, 1)],
        "activation": panels.recording.layout.activation,
        "curve": curve(panels.recording.layout.activation),
        "baselines": baselines,
        "start": start,
        "quantity": panels.view.quantity,
        "layer": panels.layer + 1,
    }


def curve(activation: str) -> list[list[float]]:
    """Returns the points of an activation, its arguments and its values scaled to [0, 1]."""
    low, high, count = _ARGUMENTS
    x = np.linspace(low, high, count)
    y = ACTIVATIONS[activation](x)
    points = np.stack([(x - low) / (high - low), (y - y.min()) / (y.max() - y.min())], axis=1)
    return [[round(float(each), 3) for each in point] for point in points]


def _column(panels: Panels, number: int, arm: str) -> dict[str, Any]:
    position = normalization_position(panels.recording.settings, arm)
    parts = ["weights", "activation"]
    if position:
        parts.insert(1 if position == "before" else 2, "normalization")
    short, full = NORMALIZATIONS.get(arm, ("", ""))
    return {
        "panel": number,
        "arm": ARM_LABELS[arm],
        "colour": ARM_COLOURS[arm],
        "contrast": contrast(ARM_COLOURS[arm]),
        "parts": parts,
        "short": short,
        "full": full,
    }
