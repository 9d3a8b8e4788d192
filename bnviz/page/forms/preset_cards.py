"""Preset cards: the named experiments above the form, each with the curves of its recording."""

import base64
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path

import streamlit as st

from bnviz.figures.style import ARM_COLOURS
from bnviz.lesson import presets
from bnviz.lesson.presets import PRESETS

_STYLE_SHEET = Path(__file__).with_name("presets.css")
#: Size of the drawing on a card, in its own units, and the empty part above and below the curves.
_WIDTH, _HEIGHT, _MARGIN = 100, 40, 2
#: Lines are as wide on a wide card as on a narrow one.
_STROKE = 'vector-effect="non-scaling-stroke"'


def draw(chosen: str, choose: Callable[[str], None]) -> None:
    """Draws the cards, and what the seeds show of the chosen one.

    Args:
        chosen: Name of the preset whose settings are those of the form; empty if there is none.
        choose: Called with the name of a preset when its card is clicked.
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
        if chosen:
            st.caption(f"**{PRESETS[chosen].title}:** {PRESETS[chosen].sentence}")


@cache
def _pictures() -> str:
    """A style sheet with the picture of each card."""
    rules = (
        f'.st-key-preset_{name} button {{ background-image: url("{_picture(curves)}"); }}'
        for name, curves in presets.recorded_curves().items()
    )
    return f"<style>{' '.join(rules)}</style>"


def _picture(curves: Mapping[str, Sequence[float]]) -> str:
    """The curves of both networks as an address that holds the whole drawing."""
    lines = "".join(
        f'<path {_STROKE} stroke="{ARM_COLOURS[arm]}" d="{_line(values)}"/>'
        for arm, values in curves.items()
    )
    drawing = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
        'preserveAspectRatio="none">'
        f'<g fill="none" stroke-width="1.6" stroke-linejoin="round">{lines}</g></svg>'
    )
    return f"data:image/svg+xml;base64,{base64.b64encode(drawing.encode()).decode()}"


def _line(values: Sequence[float]) -> str:
    """Accuracies from 0 to 1 at equal distances as the path of a line."""
    inner = _HEIGHT - 2 * _MARGIN
    return "M" + " ".join(
        f"{_WIDTH * at / (len(values) - 1):.1f},{_HEIGHT - _MARGIN - inner * value:.1f}"
        for at, value in enumerate(values)
    )
