"""Chapter list: the way through the lesson."""

import streamlit as st

from bnviz.lesson.chapters import CHAPTERS
from bnviz.page.forms import fields
from bnviz.page.lesson import learner
from bnviz.page.lesson.learner import PLACES, QUIZ

_FIELD = "lesson_chapter"


def draw(place: str) -> None:
    """Draws the buttons back and forward, the list of all chapters, and the progress.

    Args:
        place: Name of the open chapter, or `QUIZ`.
    """
    index = PLACES.index(place)
    with st.container(key="lesson_navigation"):
        back, choice, forward = st.columns([1, 5, 1], vertical_alignment="bottom")
    for column, step, label, keys in ((back, -1, "‹", "PageUp"), (forward, 1, "›", "PageDown")):
        exists = 0 <= index + step < len(PLACES)
        column.button(
            label,
            on_click=learner.open_place,
            args=(PLACES[index + step] if exists else place,),
            disabled=not exists,
            width="stretch",
            key=f"lesson_{keys}",
            help=f"{'Next' if step > 0 else 'Previous'} chapter ({keys})",
            shortcut=keys,
        )
    fields.set_value(_FIELD, place)
    choice.selectbox(
        "Chapter",
        PLACES,
        index,
        format_func=_title,
        key=fields.key(_FIELD),
        on_change=fields.when_changed(_FIELD, learner.open_place),
        label_visibility="collapsed",
    )
    st.progress((index + 1) / len(PLACES), text="")


def _title(place: str) -> str:
    if place == QUIZ:
        return "Quiz"
    return f"{CHAPTERS[place].number} · {CHAPTERS[place].title}"
