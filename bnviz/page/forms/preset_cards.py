"""Preset cards: the named experiments above the form, each with a picture of its recording.

It shows the accuracies, or, of examples in a plane, these and the line that each network draws
between their classes at the end.
"""

import base64
import math
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path

import numpy as np
import streamlit as st

from bnviz.figures.bindings.binding import Points
from bnviz.figures.bindings.plane import Boundary, ClassPoints
from bnviz.figures.style import CLASS_COLOURS
from bnviz.lesson import presets
from bnviz.lesson.presets import PRESETS
from bnviz.recording import Recording
from bnviz.recording.arm_colours import ARM_COLOURS
from bnviz.recording.frames import ARMS, PLANE_GRID, PLANE_RANGE

_STYLE_SHEET = Path(__file__).with_name("presets.css")
#: Size of the drawing on a card, in its own units, and the empty part above and below the curves.
_WIDTH, _HEIGHT, _MARGIN = 100, 40, 2
#: Lines are as wide on a wide card as on a narrow one.
_STROKE = 'vector-effect="non-scaling-stroke"'
#: Size of the drawing of a plane, in its own units, and one in how many of its points are drawn.
_SIDE, _ONE_IN = 200, 2
#: The view of presets whose examples lie in a plane.
_IN_PLANE = "decision"


def draw(chosen: str, choose: Callable[[str], None], *, note: str = "") -> None:
    """Draws the cards, and what the seeds show of the chosen one, or a note in place of that.

    Args:
        chosen: Name of the preset whose settings are those of the form; empty if there is none.
        choose: Called with the name of a preset when its card is clicked.
        note: In Markdown; empty for none.
    """
    st.markdown("## Experiments")
    st.html(_STYLE_SHEET)
    st.html(_pictures())
    with st.container(key="presets"):
        for name, preset in PRESETS.items():
            st.button(
                preset.title,
                on_click=choose,
                args=(name,),
                type="primary" if name == chosen else "secondary",
                width="stretch",
                key=f"preset_{name}",
            )
    with st.container(key="preset_sentence"):  # always there, so that the form keeps its place
        if note:
            st.caption(note)
        elif chosen:
            st.caption(f"**{PRESETS[chosen].title}:** {PRESETS[chosen].sentence}")


@cache
def _pictures() -> str:
    """A style sheet with the picture of each card."""
    pictures = {
        name: curves_picture({ARM_COLOURS[arm]: points for arm, points in curves.items()})
        for name, curves in presets.recorded_curves().items()
    }
    for name, preset in PRESETS.items():
        if preset.view == _IN_PLANE:
            # Not kept: most visitors never open it.
            pictures[name] = _plane(Recording.load(presets.path_of(name)))
    rules = (
        f'.st-key-preset_{name} button {{ background-image: url("{address(picture)}"); }}'
        for name, picture in pictures.items()
    )
    return f"<style>{' '.join(rules)}</style>"


def address(picture: str) -> str:
    """A picture as an address that holds the whole of it."""
    return f"data:image/svg+xml;base64,{base64.b64encode(picture.encode()).decode()}"


def curves_picture(curves: Mapping[str, Sequence[float]]) -> str:
    """The picture of the accuracies of networks, by colour, from 0 to 1 at equal distances."""
    lines = "".join(
        f'<path {_STROKE} stroke="{colour}" d="{_path(values)}"/>'
        for colour, values in curves.items()
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
        'preserveAspectRatio="none">'
        f'<g fill="none" stroke-width="1.6" stroke-linejoin="round">{lines}</g></svg>'
    )


def _path(values: Sequence[float]) -> str:
    """The path of a curve; it is interrupted where a value is not known."""
    path, command, inner = "", "M", _HEIGHT - 2 * _MARGIN
    for at, value in enumerate(values):
        if math.isfinite(value):
            top = _HEIGHT - _MARGIN - inner * min(max(value, 0), 1)
            path += f"{command}{_WIDTH * at / (len(values) - 1):.1f},{top:.1f}"
        command = "L" if math.isfinite(value) else "M"
    return path


def _plane(recording: Recording) -> str:
    """The picture of the examples of both classes and of the last boundary of each network."""
    frames, last = recording.frames, len(recording) - 1
    dots = lines = ""
    for label, colour in enumerate(CLASS_COLOURS):
        examples = ClassPoints(
            places="points", classes="point_classes", label=label, reach=PLANE_RANGE
        ).points(frames, last)
        places = _places(examples)[::_ONE_IN]
        dots += (
            f'<path {_STROKE} stroke="{colour}" d="{"".join(f"M{each}h0" for each in places)}"/>'
        )
    for arm in ARMS:
        boundary = Boundary(values=f"{arm}/boundary", size=PLANE_GRID, reach=PLANE_RANGE).points(
            frames, last
        )
        places = _places(boundary)
        parts = zip(places[::2], places[1::2], strict=True)
        path = "".join(f"M{start}L{end}" for start, end in parts)
        lines += f'<path {_STROKE} stroke="{ARM_COLOURS[arm]}" d="{path}"/>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_SIDE} {_SIDE}" '
        f'preserveAspectRatio="none"><g fill="none" stroke-linecap="round"><g stroke-width="3">'
        f'{dots}</g><g stroke-width="2">{lines}</g></g></svg>'
    )


def _places(points: Points) -> list[str]:
    """Points of the plane in the drawing's units, without the gaps between them."""
    x, y = (np.asarray(points[name], float) for name in ("x", "y"))
    known = ~np.isnan(x)
    right = _SIDE * (x[known] + PLANE_RANGE) / (2 * PLANE_RANGE)
    down = _SIDE * (PLANE_RANGE - y[known]) / (2 * PLANE_RANGE)
    return [f"{a:.0f},{b:.0f}" for a, b in zip(right, down, strict=True)]
