"""Lesson: chapters with experiments, and a quiz."""

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import streamlit as st

from bnviz.figures.view import View
from bnviz.lesson import axes_picture
from bnviz.lesson.chapters import CHAPTERS, MOVED, Chapter
from bnviz.page.forms import folds, settings_form
from bnviz.page.lesson import chapter_text, learner, quiz_text
from bnviz.page.lesson.learner import PLACES, QUIZ
from bnviz.page.modes import laboratory_mode
from bnviz.page.shell import clicks, navigation, presenting, rerun, session, shown_run
from bnviz.page.shell.components import component
from bnviz.page.shell.links import LESSON, PRESENT, Link
from bnviz.page.shell.player_component import (
    last_request,
    requested_seed,
    requested_view,
    show,
)
from bnviz.page.shell.state import state
from bnviz.player.content import StageContent
from bnviz.recording import Recording
from bnviz.settings import Settings
from bnviz.settings.problem import Problem

NAME = LESSON
LABEL = "Lesson"
PARAMETERS: tuple[str, ...] = ("chapter", PRESENT)

_STYLES = Path(__file__).parents[1] / "lesson"
TRAIN = "train in the lesson"


@dataclass(frozen=True)
class LessonSelection:
    """What the lesson shows.

    Attributes:
        place: Name of the chapter, or `QUIZ`.
        present: Whether it is shown on a projector.
        own: Settings of the learner's own run, if there is one.
    """

    place: str
    present: bool
    own: Settings | None


def follow(link: Link) -> list[Problem]:
    """Opens the chapter of a link, by number or name, and trains the learner's own run."""
    problems = []
    given = link.parameters.get("chapter", "1")
    by_number = {str(chapter.number): name for name, chapter in CHAPTERS.items()}
    place = by_number.get(given, given)
    if place not in PLACES:
        allowed = f"a number from 1 to {len(CHAPTERS)}, {QUIZ}, or one of {', '.join(CHAPTERS)}"
        place = PLACES[0]
        problems.append(Problem("chapter", given, allowed, used=place))
    if link.former and place in MOVED and link.named & set(CHAPTERS[place].controls):
        place = MOVED[place]
    learner.open_place(place, present=presenting.asked(link.parameters))
    if place in CHAPTERS:
        chapter = CHAPTERS[place]
        own = {name: getattr(link.settings, name) for name in chapter.controls}
        settings = chapter.settings
        if link.named & set(chapter.controls):
            settings = settings.replace(**own)
        settings_form.fill(settings, mode=NAME)
        if link.train:
            learner.train(settings)
    return problems


def form() -> LessonSelection:
    """What is open; the lesson has its controls in its text."""
    run = learner.run()
    own = run.settings if run is not None else None
    return LessonSelection(state.lesson_place, state.presenting, own)


def query(selection: LessonSelection) -> dict[str, str]:
    """The chapter, and the controls of the learner's own run."""
    parts = {"chapter": selection.place} | presenting.query()
    if selection.own is not None and selection.place in CHAPTERS:
        names = CHAPTERS[selection.place].controls
        parts |= {name: selection.own.text(name) for name in names}
    return parts


def shows(selection: LessonSelection) -> bool:
    """Whether the learner's own run is on the stage."""
    return selection.own is not None


def actions(selection: LessonSelection, *, key: str) -> None:
    """Draws nothing: the lesson has its buttons in its text."""


def stage(selection: LessonSelection) -> None:
    """Draws the text of the chapter beside its experiment, or the quiz."""
    st.html(_STYLES / "lesson.css")
    if selection.present:
        st.html(_STYLES / "presenting.css")
    component("terms")(key="terms", data=None)
    if selection.place == QUIZ:
        with st.container(key="lesson_text"):
            quiz_text.draw(present=selection.present)
        return
    chapter = CHAPTERS[selection.place]
    if not chapter_text.is_revealed(chapter):
        st.html(_STYLES / "unanswered.css")
        if learner.run() is not None:
            st.html(_STYLES / "blurred.css")
    with st.container(key="lesson"):
        text, picture = st.columns([6, 13] if not selection.present else [8, 12])
        with text, st.container(key="lesson_text"):
            own = chapter_text.draw(
                chapter,
                present=selection.present,
                run=learner.run(),
                recording=_recording(chapter.experiment),
            )
            _draw_buttons(own)
        if chapter.axes:
            with picture, st.container(key="lesson_axes"):
                component("axes")(key="axes", data=axes_picture.message())
        with picture, st.container(key="lesson_stage"):
            _picture(chapter.name)


@rerun.fragment
def _picture(name: str) -> None:
    """Draws the chapter's experiment; runs again whenever the player requests more."""
    chapter, run = CHAPTERS[name], learner.run()
    session.viewer().watch(run)
    request = last_request()
    if request.ask:
        session.engine()
    content = _recorded_content(chapter)
    if run is not None:
        here = session.viewer().state(run)
        content = shown_run.content(run, session.engine(), meanwhile=content, here=here)
    content = replace(content, opened=state.opened, presented=state.presenting)
    show(
        content,
        on_seeds=_on_seeds,
        on_train=_on_train,
        on_open=folds.opened_in_player,
        on_present=presenting.requested_in_player,
    )
    rerun.request_after_end(session.is_active(run))


def _on_seeds() -> None:
    """Has the learner's run checked on other seeds."""
    shown_run.check(learner.run(), requested_seed())


def _on_train() -> None:
    """Trains what the open view needs, in the laboratory, where every setting can be chosen."""
    run = learner.run()
    experiment = CHAPTERS[state.lesson_place].experiment
    recording = _recording(experiment) if run is None else run.recording
    if laboratory_mode.train_for_view(requested_view(), recording):
        navigation.go(laboratory_mode.NAME, opened_from=NAME)


def _recorded_content(chapter: Chapter) -> StageContent:
    """The recording of a chapter, in the view that shows its statement.

    Before the prediction only how it begins is sent to the browser, in a view that tells nothing.
    """
    if not chapter_text.is_revealed(chapter):
        return StageContent(
            f"{chapter.name} begins",
            _beginning(chapter.experiment, chapter.start_step),
            "recorded",
            "This is how it begins. Answer the question, and it goes on.",
            view=View(),
            fixed=True,
            begin=chapter.start_step,
        )
    message = f"A recorded run of chapter {chapter.number}. Train your own below the text."
    view = state.lesson_view or chapter.view
    return StageContent(
        f"{chapter.name} {sorted(view.items())}",
        _recording(chapter.experiment),
        "recorded",
        message,
        view=View.read({**view}),
        begin=chapter.start_step,
        loops=True,
    )


@cache
def _recording(experiment: str) -> Recording:
    """The recording of an experiment of the lesson."""
    chapter = next(each for each in CHAPTERS.values() if each.experiment == experiment)
    return Recording.load(chapter.recording)


@cache
def _beginning(experiment: str, step: int) -> Recording:
    """The frames of an experiment of the lesson up to a step."""
    return _recording(experiment).beginning(step)


def _draw_buttons(settings: Settings | None) -> None:
    """Draws the buttons of the learner's own run; none without settings, as when presenting."""
    if settings is not None and clicks.taken(TRAIN):
        learner.train(settings)
        st.rerun()  # parts that depend on the run have been drawn already
    run = learner.run()
    active = settings is not None and session.is_active(run)
    if clicks.stop_button(active, learner.stop, key="lesson_stop") or settings is None:
        return
    clicks.button(
        "Train both with these",
        TRAIN,
        type="primary",
        key="lesson_train",
        shortcut="Ctrl+Enter",
    )
    if run is not None:
        st.button(
            "Back to the recording",
            on_click=learner.clear_run,
            width="stretch",
            key="lesson_forget",
        )
