"""Curves: measures over the run on panels, the line at the cursor, and the values there."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bnviz.figures.bindings.series import (
    AreaBetween,
    CursorLine,
    EndDots,
    EndLabels,
    Marker,
    Series,
)
from bnviz.figures.panels import LINEAR_RANGE, Panels
from bnviz.figures.style import INK, translucent
from bnviz.figures.view import CHOICES
from bnviz.recording.frames import PERCENTILES

#: Opacity of the part of a curve that the cursor has not reached.
FUTURE = 0.32
#: Part of the linear value axis that percentiles are drawn on.
_PERCENTILES = 0.5


def arm_path(arm: str, path: str) -> str:
    """Returns the path in a frame of a measure of an arm, or of the difference of two."""
    return " - ".join(f"{arm}/{part}" for part in path.split(" - "))


def curve(panels: Panels, number: int, arm: str, path: str, **options: Any) -> None:
    """Adds a measure over the run, faint where the cursor has not been yet.

    Args:
        panels: The panels to add to.
        number: Number of the panel.
        arm: The arm whose measure it is.
        path: Path of the measure within the arm.
        options: `colour`, `width`, `dash`, `transform` and `name`, to replace the usual ones.
    """
    line = {
        "color": options.get("colour", panels.colour(arm)),
        "width": options.get("width", 2.5),
        "dash": options.get("dash", "solid"),
    }
    transform = options.get("transform", "")
    for part, opacity in (("future", FUTURE), ("past", 1.0)):
        panels.add(
            number,
            Series(
                **panels.run.binding(arm), y=arm_path(arm, path), part=part, transform=transform
            ),
            mode="lines",
            line=line,
            opacity=opacity,
            hoverinfo="x+y+name",
            **panels.run.hover,
            name=f"{panels.label(arm)} · {options.get('name', path.replace('_', ' '))}",
        )


def line(
    panels: Panels, number: int, arm: str, path: str, *, width: float, transform: str = ""
) -> None:
    """Adds a measure over the whole run without hover labels."""
    panels.add(
        number,
        Series(**panels.run.binding(arm), y=f"{arm}/{path}", part="all", transform=transform),
        mode="lines",
        line={"color": panels.colour(arm), "width": width},
    )


def band(panels: Panels, number: int, arm: str, lower: str, upper: str, **options: Any) -> None:
    """Adds the area between two measures of an arm over the run.

    Args:
        panels: The panels to add to.
        number: Number of the panel.
        arm: The arm whose measures they are.
        lower: Path of the lower measure within the arm.
        upper: Path of the upper measure within the arm.
        options: `colour`, `opacity` and `transform`, to replace the usual ones.
    """
    colour, opacity = options.get("colour", panels.colour(arm)), options.get("opacity", 0.28)
    for part, share in (("future", 0.35 * opacity), ("past", opacity)):
        panels.add(
            number,
            AreaBetween(
                **panels.run.binding(arm),
                lower=f"{arm}/{lower}",
                upper=f"{arm}/{upper}",
                part=part,
                transform=options.get("transform", ""),
            ),
            mode="lines",
            fill="toself",
            fillcolor=translucent(colour, share),
            line={"width": 0},
        )


def cursor(
    panels: Panels, number: int, low: float, high: float, *, arms: Sequence[str] | None = None
) -> None:
    """Adds the line at the cursor, one for each arm where one step lies in several places.

    Args:
        panels: The panels to add to.
        number: Number of the panel.
        low: Lowest value on the axis, even on a logarithmic one.
        high: Highest value on the axis.
        arms: The arms that the panel shows; None for all.
    """
    places = {panels.run.binding(arm)["x_scale"]: arm for arm in arms or panels.arms}
    for arm in places.values():
        panels.add(
            number,
            CursorLine(**panels.run.binding(arm), low=low, high=high),
            mode="lines",
            line={"color": INK if len(places) == 1 else panels.colour(arm), "width": 1},
        )


def markers(
    panels: Panels,
    number: int,
    path: str,
    low: float,
    high: float,
    *,
    arms: Sequence[str] | None = None,
    **options: Any,
) -> None:
    """Adds the line at the cursor and each arm's value with its name there.

    Args:
        panels: The panels to add to.
        number: Number of the panel.
        path: Path of the measure within each arm.
        low: Lowest value on the axis.
        high: Highest value on the axis.
        arms: The arms that have one; all if None.
        options: `unit` and `transform` of `Marker`.
    """
    cursor(panels, number, low, high)
    arms = panels.arms if arms is None else arms
    paths = [arm_path(arm, path) for arm in arms]
    for place, arm in enumerate(arms):
        panels.add(
            number,
            Marker(
                **panels.run.binding(arm),
                y=paths[place],
                low=low,
                high=high,
                middle=panels.run.place(0.6),
                text=f"{panels.label(arm)} {{}}",
                before=tuple(paths[:place]),
                after=tuple(paths[place + 1 :]),
                **options,
            ),
            mode="markers+text",
            marker={"color": panels.colour(arm), "size": 9},
            textfont={"color": INK, "size": 12},
            cliponaxis=False,
        )


@dataclass(frozen=True, kw_only=True)
class NamedCurve:
    """A curve whose name is written at its end.

    Attributes:
        path: Path of the measure within the arm.
        name: The name at its end.
        colour: A colour such as #D55E00.
        width: Width of the line, in pixels.
        dash: "solid", "dash" or "dot".
    """

    path: str
    name: str
    colour: str
    width: float = 2.5
    dash: str = "solid"


def named_curves(
    panels: Panels,
    number: int,
    arm: str,
    curves: Sequence[NamedCurve],
    low: float,
    high: float,
    *,
    log: bool = False,
) -> None:
    """Adds several curves of an arm with their names at their ends, and the line at the cursor.

    Args:
        panels: The panels to add to.
        number: Number of the panel.
        arm: The arm whose measures they are.
        curves: The curves.
        low: Lower end of the axis as drawn: a power of 10 if `log`.
        high: Upper end of the axis as drawn.
        log: Whether the axis is logarithmic.
    """
    for each in curves:
        style = {"colour": each.colour, "width": each.width, "dash": each.dash}
        curve(panels, number, arm, each.path, name=each.name, **style)
    ends: dict[str, Any] = {
        **panels.run.binding(arm),
        "measures": tuple(arm_path(arm, each.path) for each in curves),
        "low": low,
        "high": high,
        "log": log,
    }
    panels.add(
        number,
        EndDots(**ends),
        mode="markers",
        marker={"color": [each.colour for each in curves], "size": 8},
        cliponaxis=False,
    )
    panels.add(
        number,
        EndLabels(**ends, names=tuple(each.name for each in curves), gap=0.09),
        mode="text",
        textposition="middle right",
        textfont={"color": INK, "size": 12},
        cliponaxis=False,
    )
    cursor(panels, number, *((10.0**low, 10.0**high) if log else (low, high)), arms=(arm,))


def value_percentiles(panels: Panels, number: int, *, titled: bool = True) -> None:
    """Adds a panel with the percentiles 15, 50 and 85 of the chosen layer's values over the run.

    Args:
        panels: The panels to add to.
        number: Number of the panel.
        titled: Whether the axis below has its title and its numbers.
    """
    quantity, transform = panels.view.quantity, panels.transform
    _, _, axis = panels.value_axis(quantity)
    if not transform and axis["range"][1] > LINEAR_RANGE:
        # Seven tenths of the values seldom fill the axis that holds nearly all of them.
        axis = axis | {"range": [_PERCENTILES * end for end in axis["range"]]}
    panels.panel(
        number,
        f"<b>{panels.name(panels.layer)} {CHOICES['quantity']['options'][quantity]}</b>",
        "median and middle 70 %",
        x=panels.run.axis(titled=titled, ticks=titled),
        y={"nticks": 5, **axis},
    )
    path = f"{quantity}_percentiles/{panels.layer}"
    low, median, high = (f"{path}/{PERCENTILES.index(percent)}" for percent in (15, 50, 85))
    for arm in panels.arms:
        band(panels, number, arm, low, high, transform=transform)
        curve(panels, number, arm, median, transform=transform, name="median")
    unit = "" if transform else ".01"
    markers(panels, number, median, *axis["range"], unit=unit, transform=transform)
