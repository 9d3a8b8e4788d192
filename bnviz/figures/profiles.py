"""Profiles: panels of a measure of every layer at the cursor, from the first layer to the last."""

from typing import Any

from bnviz.figures.bindings.profiles import Profile
from bnviz.figures.curves import arm_path
from bnviz.figures.panels import Panels

#: Maximum number of layers with a tick each; beyond that one in several has one.
_MAX_TICKS = 10
#: Opacity of a profile in the first frame.
_START = 0.5


def layer_axis(panels: Panels, *, output: bool = False) -> dict[str, Any]:
    """Returns an axis of the hidden layers.

    Args:
        panels: The panels whose recording has the layers.
        output: Whether the output layer follows them.
    """
    layers = panels.layers
    every = next(n for n in (1, 5, 10) if layers <= n * _MAX_TICKS)
    last = layers + 1 - every / 2 if output else layers
    ticks = [layer for layer in range(1, layers + 1) if layer == 1 or layer % every == 0]
    ticks = [layer for layer in ticks if layer <= last]
    names = [str(layer) for layer in ticks]
    if output:
        ticks, names = [*ticks, layers + 1], [*names, "out"]
    return {
        "range": [0.5, layers + output + 0.5],
        "tickvals": ticks,
        "ticktext": names,
        "title": {"text": "layer", "standoff": 4},
    }


def profile(panels: Panels, number: int, arm: str, path: str, **options: Any) -> None:
    """Adds a measure of every layer at the cursor.

    Args:
        panels: The panels to add to.
        number: Number of the panel.
        arm: The arm whose measure it is.
        path: Path of the measure within the arm.
        options: `name`, `width` and `dash`, to replace the usual ones; `dot`, whether the
            chosen layer has a dot; `output`, whether the output layer has the measure too;
            `start`, whether the first frame is drawn too, thin.
    """
    colour = panels.colour(arm)
    row, count = arm_path(arm, path), panels.layers + options.get("output", False)
    name = f"{panels.label(arm)} · {options.get('name', path.replace('_', ' '))}"
    line = {
        "color": colour,
        "width": options.get("width", 2.5),
        "dash": options.get("dash", "solid"),
    }
    if options.get("start"):
        panels.add(
            number,
            Profile(row=row, count=count, at_start=True),
            mode="lines",
            line={"color": colour, "width": 1},
            opacity=_START,
        )
    panels.add(
        number,
        Profile(row=row, count=count),
        mode="lines+markers",
        line=line,
        marker={"color": colour, "size": 4},
        hoverinfo="x+y+name",
        name=name,
    )
    if not options.get("dot", True):
        return
    panels.add(
        number,
        Profile(row=row, first=panels.layer, count=1),
        mode="markers",
        marker={"color": colour, "size": 9},
        cliponaxis=False,
    )
