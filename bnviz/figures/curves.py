"""Curves: measures over the run on panels, the line at the cursor, and the values there."""

from collections.abc import Sequence
from typing import Any

from bnviz.figures.bindings.binding import Band, CursorLine, Ends, Marker, Series
from bnviz.figures.panels import Panels
from bnviz.figures.style import ARM_COLOURS, INK, translucent
from bnviz.frames import ARM_LABELS

#: Opacity of that part of a curve where the cursor has not been yet.
FUTURE = 0.32


def of_arm(arm: str, path: str) -> str:
    """A path within an arm, or the difference of two, as a path of the frame."""
    return " - ".join(f"{arm}/{part}" for part in path.split(" - "))


def curve(panels: Panels, number: int, arm: str, path: str, **options: Any) -> None:
    """A measure over the run, faint where the cursor has not been yet.

    Args:
        panels: To which it is added.
        number: Of the axes.
        arm: Whose measure.
        path: Of the measure within the arm.
        options: `colour`, `width`, `dash`, `transform` and `name` other than the usual ones.
    """
    line = {
        "color": options.get("colour", ARM_COLOURS[arm]),
        "width": options.get("width", 2.5),
        "dash": options.get("dash", "solid"),
    }
    transform = options.get("transform", "")
    for part, opacity in (("future", FUTURE), ("past", 1.0)):
        panels.add(
            number,
            Series(**panels.x(arm), y=of_arm(arm, path), part=part, transform=transform),
            mode="lines",
            line=line,
            opacity=opacity,
            hoverinfo="x+y+name",
            name=f"{ARM_LABELS[arm]} · {options.get('name', path.replace('_', ' '))}",
        )


def line(
    panels: Panels, number: int, arm: str, path: str, *, width: float, transform: str = ""
) -> None:
    """A measure over the whole run, which does not answer the mouse."""
    panels.add(
        number,
        Series(**panels.x(arm), y=f"{arm}/{path}", part="all", transform=transform),
        mode="lines",
        line={"color": ARM_COLOURS[arm], "width": width},
    )


def band(panels: Panels, number: int, arm: str, lower: str, upper: str, **options: Any) -> None:
    """The area between two measures of an arm over the run.

    Args:
        panels: To which it is added.
        number: Of the axes.
        arm: Whose measures.
        lower: Path of the lower one within the arm.
        upper: Path of the upper one.
        options: `colour`, `opacity` and `transform` other than the usual ones.
    """
    colour, opacity = options.get("colour", ARM_COLOURS[arm]), options.get("opacity", 0.28)
    for part, share in (("future", 0.35 * opacity), ("past", opacity)):
        panels.add(
            number,
            Band(
                **panels.x(arm),
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


def cursor(panels: Panels, number: int, low: float, high: float, arm: str = "") -> None:
    """The line at the cursor; `low` and `high` are values, also on a logarithmic axis."""
    panels.add(
        number,
        CursorLine(**panels.x(arm or panels.arms[0]), low=low, high=high),
        mode="lines",
        line={"color": INK, "width": 1.5, "dash": "dot"},
    )


def markers(
    panels: Panels,
    number: int,
    path: str,
    low: float,
    high: float,
    *,
    arms: Sequence[str] = (),
    **more: Any,
) -> None:
    """The cursor's line and on it each arm's value, named.

    Args:
        panels: To which it is added.
        number: Of the axes.
        path: Of the measure within each arm.
        low: Lowest value on the axis.
        high: Highest value on it.
        arms: Whose; all, unless given.
        more: Further attributes of `Marker`.
    """
    arms = arms or panels.arms
    cursor(panels, number, low, high)
    paths = {arm: of_arm(arm, path) for arm in arms}
    for arm in arms:
        panels.add(
            number,
            Marker(
                **panels.x(arm),
                y=paths[arm],
                low=low,
                high=high,
                middle=0.6 * panels.x_end(),
                text=f"{ARM_LABELS[arm]} {{}}",
                before=tuple(paths[other] for other in arms[: arms.index(arm)]),
                after=tuple(paths[other] for other in arms[arms.index(arm) + 1 :]),
                **more,
            ),
            mode="markers+text",
            marker={"color": ARM_COLOURS[arm], "size": 9},
            textfont={"color": INK, "size": 12},
            cliponaxis=False,
        )


def ends(
    panels: Panels,
    number: int,
    arm: str,
    names: dict[str, str],
    colours: Sequence[str],
    low: float,
    high: float,
    *,
    log: bool = False,
) -> None:
    """Names at the ends of an arm's curves.

    Args:
        panels: To which they are added.
        number: Of the axes.
        arm: Whose curves.
        names: By the path of each within the arm.
        colours: Of the curves.
        low: Lower end of the axis as drawn, so its logarithm if that is logarithmic.
        high: Its upper end.
        log: Whether the axis is logarithmic.
    """
    panels.add(
        number,
        Ends(
            **panels.x(arm),
            measures=tuple(of_arm(arm, path) for path in names),
            names=tuple(names.values()),
            low=low,
            high=high,
            log=log,
            gap=0.09,
        ),
        mode="markers+text",
        marker={"color": list(colours), "size": 8},
        textposition="middle right",
        textfont={"color": INK, "size": 12},
        cliponaxis=False,
    )


def log_axis(low: int, high: int) -> dict[str, Any]:
    """A logarithmic axis between two powers of 10 with a handful of ticks."""
    ticks = max(1, -(-(high - low) // 4))
    return {"type": "log", "range": [low, high], "dtick": ticks, "exponentformat": "power"}
