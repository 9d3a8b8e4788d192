"""Number tracks: the line in each number's field that shows where its value lies in its bounds.

A style sheet says how far each track is filled and on which scale, so that a track appears with its
field and follows it whoever sets it. The script `fields/tracks.js` reads the same properties when a
number is dragged.
"""

import re
from collections.abc import Mapping

import streamlit as st

from bnviz.settings.kinds import Float, Integer
from bnviz.settings.settings import KINDS

#: What Streamlit replaces in a key to make a class of it.
_NO_CLASS = re.compile(r"[^a-zA-Z0-9_-]")


def draw(numbers: Mapping[str, tuple[str, float]]) -> None:
    """Draws the tracks of fields.

    Args:
        numbers: The name of the setting and its value, by the key of its field.
    """
    rules = (
        f".st-key-{_NO_CLASS.sub('-', key.strip())} {{ {_properties(name, value)} }}"
        for key, (name, value) in numbers.items()
    )
    st.html(f"<style>{' '.join(rules)}</style>")


def _properties(name: str, value: float) -> str:
    kind = KINDS[name]
    if not isinstance(kind, Integer | Float):
        raise TypeError(f"{name} is not a number")
    scale = kind.scale
    filled = scale.position(value, kind.low, kind.high)
    spacing = f"ratios {scale.origin:g} {scale.offset:g}" if scale.ratios else "differences"
    return f"--bnviz-filled: {filled:.4f}; --bnviz-scale: {spacing};"
