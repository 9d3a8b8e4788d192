"""LessonState: where a learner is in the lesson and what was answered, in this session alone."""

from collections.abc import Mapping

import streamlit as st

from bnviz.engine.runs import Run
from bnviz.lesson.chapters import CHAPTERS
from bnviz.page.shell import notices, session, shown_run
from bnviz.settings import Settings

#: Name of the lesson among the modes, and of the quiz among the chapters.
NAME = "lesson"
QUIZ = "quiz"
#: Name of the chapter with which the lesson begins.
FIRST = next(iter(CHAPTERS))
_PLACE = "lesson_place"
_PRESENT = "lesson_present"
_VIEW = "lesson_view"
_ANSWERS = "lesson_answers"
_SKIPPED = "lesson_skipped"
_RUN = "lesson_run"


def place() -> str:
    """Name of the open chapter, or `QUIZ`."""
    name: str = st.session_state.get(_PLACE, FIRST)
    return name


def presenting() -> bool:
    """Whether the lesson is shown for a projector."""
    return bool(st.session_state.get(_PRESENT))


def view() -> Mapping[str, object] | None:
    """The view in which the chapter was opened, if it is not the chapter's own."""
    chosen: Mapping[str, object] | None = st.session_state.get(_VIEW)
    return chosen


def open_place(
    name: str, *, present: bool | None = None, view: Mapping[str, object] | None = None
) -> None:
    """Opens a chapter or the quiz; the learner's own run in the one before is left.

    Args:
        name: Of the chapter, or `QUIZ`.
        present: Whether it is for a projector; as before if None.
        view: What is shown of its experiment, if not the chapter's own view.
    """
    st.session_state[_PLACE] = name
    st.session_state[_VIEW] = view
    shown_run.put(_RUN, None)
    if present is not None:
        st.session_state[_PRESENT] = present


def answers() -> dict[str, int]:
    """Index of the chosen answer by the question's name."""
    given: dict[str, int] = st.session_state.setdefault(_ANSWERS, {})
    return given


def skip(name: str) -> None:
    """Shows a chapter's experiment though its question was not answered."""
    st.session_state.setdefault(_SKIPPED, set()).add(name)


def skipped(name: str) -> bool:
    """Whether a chapter's question was left out."""
    return name in st.session_state.get(_SKIPPED, ())


def run() -> Run | None:
    """The learner's own run in the open chapter."""
    return shown_run.get(_RUN)


def train(settings: Settings) -> None:
    """Trains these settings as the learner's own run, or joins those who do."""
    started = session.engine().start(settings)
    shown_run.put(_RUN, started)
    session.viewer().watch(started)
    notices.clear()


def forget_run() -> None:
    """Shows the recording again."""
    shown_run.put(_RUN, None)
