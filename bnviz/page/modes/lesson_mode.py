"""Lesson: the chapters and the quiz as a mode of the page."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from bnviz.figures.view import View
from bnviz.lesson.chapters import CHAPTERS, Chapter
from bnviz.page.forms import settings_form
from bnviz.page.lesson import chapter_text, lesson_state, quiz_text
from bnviz.page.lesson.lesson_state import NAME, QUIZ
from bnviz.page.shell import clicks, rerun, session
from bnviz.page.shell.components import component
from bnviz.page.shell.links import Link
from bnviz.page.shell.player_component import last_request, show
from bnviz.page.shell.run_content import of_run
from bnviz.player.content import StageContent
from bnviz.recording import Recording
from bnviz.settings import Problem, Settings

LABEL = "Lesson"
PARAMETERS: tuple[str, ...] = ("chapter", "present")

_STYLES = Path(__file__).parents[1] / "lesson"
_DREW_ACTIVE = "drew_active_lesson_run"
_TRAIN = "train in the lesson"


@dataclass(frozen=True)
class Asked:
    """What the lesson shows.

    Attributes:
        place: Name of the chapter, or `QUIZ`.
        present: Whether it is for a projector.
        own: The settings of the learner's own run, if there is one.
    """

    place: str
    present: bool
    own: Settings | None


def open_at(link: Link) -> list[Problem]:
    """Opens the chapter of a link, by its number or name, and trains the learner's own run."""
    problems = []
    given = link.parameters.get("chapter", "1")
    by_number = {str(chapter.number): name for name, chapter in CHAPTERS.items()}
    place = by_number.get(given, given)
    if place not in CHAPTERS and place != QUIZ:
        allowed = f"a number from 1 to {len(CHAPTERS)}, {QUIZ}, or one of {', '.join(CHAPTERS)}"
        problems.append(Problem("chapter", given, allowed))
        place = lesson_state.FIRST
    lesson_state.open_place(place, present=link.parameters.get("present") == "1")
    if place in CHAPTERS:
        chapter = CHAPTERS[place]
        own = {name: getattr(link.settings, name) for name in chapter.controls}
        settings = chapter.settings
        if link.named & set(chapter.controls):
            settings = settings.replace(**own)
        settings_form.fill_in(settings, mode=NAME)
        if link.train:
            lesson_state.train(settings)
    return problems


def form() -> Asked:
    """What is open; the lesson's controls stand in its text."""
    run = lesson_state.run()
    own = run.settings if run is not None else None
    return Asked(lesson_state.place(), lesson_state.presenting(), own)


def actions(asked: Asked, *, key: str) -> None:
    """The lesson has its buttons in its text."""


def query(asked: Asked) -> dict[str, str]:
    """The chapter, and what differs from its experiment in the learner's own run."""
    parts = {"chapter": asked.place}
    if asked.present:
        parts["present"] = "1"
    if asked.own is not None and asked.place in CHAPTERS:
        names = CHAPTERS[asked.place].controls
        parts |= {name: _text(getattr(asked.own, name)) for name in names}
    return parts


def shows(asked: Asked) -> bool:
    """Whether the learner's own run is on the stage."""
    return asked.own is not None


def stage(asked: Asked) -> None:
    """The text of the chapter and, beside it, its experiment; or the quiz."""
    st.html(_STYLES / "lesson.css")
    if asked.present:
        st.html(_STYLES / "presenting.css")
    component("terms")(key="terms", data=None)
    if asked.place == QUIZ:
        with st.container(key="lesson_text"):
            quiz_text.draw()
        return
    chapter = CHAPTERS[asked.place]
    if not chapter_text.predicted(chapter):
        st.html(_STYLES / "unanswered.css")
    with st.container(key="lesson"):
        text, picture = st.columns([6, 13] if not asked.present else [8, 12])
        with text, st.container(key="lesson_text"):
            own = chapter_text.draw(
                chapter,
                present=asked.present,
                run=lesson_state.run(),
                recording=recorded(chapter.experiment),
            )
            if own is not None:
                _actions(own)
        with picture, st.container(key="lesson_stage"):
            _picture(chapter.name)


@rerun.fragment
def _picture(name: str) -> None:
    chapter, run = CHAPTERS[name], lesson_state.run()
    session.viewer().watch(run)
    request = last_request()
    if request.ask:
        session.engine()
    content = _recorded(chapter)
    if run is not None:
        content = of_run(run, session.engine(), meanwhile=content)
    show(content.respond(request), on_change=lambda: None)
    if run is not None and not run.active and st.session_state.get(_DREW_ACTIVE):
        rerun.soon()


def _recorded(chapter: Chapter) -> StageContent:
    """The recording of a chapter, with the view that shows its statement."""
    message = f"A recorded run of chapter {chapter.number}. Below the text you can train your own."
    if not chapter_text.predicted(chapter):
        message = "Answer the question first: then the picture comes into focus."
    view = lesson_state.view() or chapter.view
    return StageContent(
        f"{chapter.name} {sorted(view.items())}",
        recorded(chapter.experiment),
        "recorded",
        message,
        view=View.read({**view}),
        begin=chapter.start_step,
        loops=True,
    )


@cache
def recorded(experiment: str) -> Recording:
    """The recording of an experiment of the lesson."""
    chapter = next(each for each in CHAPTERS.values() if each.experiment == experiment)
    return Recording.load(chapter.recording)


def _actions(settings: Settings) -> None:
    if clicks.taken(_TRAIN):
        lesson_state.train(settings)
        st.rerun()  # what the run has changed is drawn already
    run = lesson_state.run()
    st.session_state[_DREW_ACTIVE] = run is not None and run.active
    if run is not None and run.active:
        st.button("Stop", on_click=run.stop, width="stretch", key="lesson_stop")
        return
    clicks.button(
        "Train both with these",
        _TRAIN,
        type="primary",
        key="lesson_train",
        shortcut="Ctrl+Enter",
    )
    if run is not None:
        st.button(
            "Back to the recording",
            on_click=lesson_state.forget_run,
            width="stretch",
            key="lesson_forget",
        )


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
