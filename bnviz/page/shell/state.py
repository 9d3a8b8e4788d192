"""Session state: everything that the page remembers for one browser tab, declared in one place.

The values live in `st.session_state`, one entry an attribute, because `rerun.fragment` compares
those entries to notice what has changed. Widgets keep their own entries there: the fields of forms
under `fields.key(name)`, components under their names, all others under the key that they are drawn
with.
"""

import secrets
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Generic, TypeVar

import streamlit as st

from bnviz.engine.study_runs import StudyRun
from bnviz.lesson.chapters import CHAPTERS
from bnviz.lesson.presets import FIRST
from bnviz.page.shell.links import LABORATORY, AwaitedFile
from bnviz.player.request import PlayerRequest
from bnviz.settings import Settings
from bnviz.settings.problem import Problem
from bnviz.studies.sweep import Sweep

T = TypeVar("T")


class _Value(Generic[T]):
    """An immutable value; it has no entry until it is first set."""

    def __init__(self, default: T):
        self._default = default

    def __set_name__(self, owner: type, name: str) -> None:
        self._key = f"bnviz_{name}"

    def __get__(self, instance: object, owner: type | None = None) -> T:
        value: T = st.session_state.get(self._key, self._default)
        return value

    def __set__(self, instance: object, value: T) -> None:
        st.session_state[self._key] = value


class _Made(_Value[T]):
    """A value that is made when it is first read, such as a collection to be filled."""

    def __init__(self, make: Callable[[], T]):
        self._make = make

    def __get__(self, instance: object, owner: type | None = None) -> T:
        if self._key not in st.session_state:
            st.session_state[self._key] = self._make()
        value: T = st.session_state[self._key]
        return value


class SessionState:
    """The state of one session. Use the module's `state`; it reads and writes the current session.

    Attributes:
        link_followed: Whether the link with which the session began has been followed.
        mode: Name of the open mode.
        opened_from: Name of the mode in which the run on the stage was clicked; else empty.
        opened: What is open of all that is folded away at first, of `links.FOLDS`.
        problems: What was wrong with the link.
        refusal: Why the viewer's last request was refused, in one sentence; else empty.
        field_values: Last known value of every form field, drawn or not, by its name.
        field_changes: How often the page itself has changed a field, by its name.
        session_name: Random name of the session.
        tab_key: Key by which the tab reclaims its file after the session has ended; else empty.
        tab_answered: Whether the tab has said if it knows such a key.
        awaited: The viewer's own file that the link needs, if it is not there.
        file_refusal: Why the file that was chosen last was not taken; else empty.
        recording_refusal: Why the recording that was chosen last was not opened; else empty.
        clicks: Actions whose buttons have been clicked and that have not been carried out yet.
        drew_stop: Whether a Stop button was drawn in place of the buttons that start something.
        rerun_requested: Whether the whole page is to be drawn again.
        drawn_values: Simple values of the session as they were when the page was drawn.
        responded: Token of the content that the player was last sent, and the request that this was
            the response to; None before.
        shortens_history: Whether the page has had its links replace each other in the browser.
        preset: Name of the preset whose recording the laboratory shows while it shows no run.
        opened_run: Token of the recording that it shows instead, which the viewer has opened; empty
            if it shows none of these.
        followed_seen: What a file that is followed held when the whole page was drawn.
        stand_in: What the laboratory shows while the chosen settings have no run yet: one of
            `presets.BUNDLED_RUNS`, or the digest of a run; empty if nothing is nearer than its own.
        compared: Tokens of the runs of this visit that are drawn beside the one on the stage.
        aligned: Whether they are drawn at the accuracies of that run, not at its steps.
        run_settings: Settings of the run that a mode shows, by the mode's name.
        studies: The studies begun in this session, by name.
        map_sweep: The sweep whose map is on the page.
        lesson_place: Name of the open chapter, or of the quiz.
        presenting: Whether the lesson is shown on a projector.
        quiz_question: Index of the question of the quiz that is shown to a class.
        lesson_view: The view in which the chapter was opened; None for the chapter's own.
        answers: Index of the chosen answer, by the name of the question.
        skipped: Chapters whose experiment is shown although their question was not answered.
    """

    link_followed = _Value(False)
    mode = _Value(LABORATORY)
    opened_from = _Value("")
    opened = _Value[tuple[str, ...]](())
    problems = _Value[tuple[Problem, ...]](())
    refusal = _Value("")

    field_values = _Made[dict[str, Any]](dict)
    field_changes = _Made[dict[str, int]](dict)
    session_name = _Made(lambda: secrets.token_bytes(16))
    tab_key = _Value("")
    tab_answered = _Value(False)
    awaited = _Value[AwaitedFile | None](None)
    file_refusal = _Value("")
    recording_refusal = _Value("")

    clicks = _Made[set[str]](set)
    drew_stop = _Value(False)
    rerun_requested = _Value(False)
    drawn_values = _Value[Mapping[str, object]](MappingProxyType({}))

    responded = _Value[tuple[str, PlayerRequest] | None](None)
    shortens_history = _Value(False)
    preset = _Value(FIRST)
    opened_run = _Value("")
    followed_seen = _Value("")
    stand_in = _Value("")
    compared = _Value[tuple[str, ...]](())
    aligned = _Value(False)
    run_settings = _Made[dict[str, Settings]](dict)
    studies = _Made[dict[str, StudyRun[Any]]](dict)
    map_sweep = _Value[Sweep | None](None)

    lesson_place = _Value(next(iter(CHAPTERS)))
    presenting = _Value(False)
    quiz_question = _Value(0)
    lesson_view = _Value[Mapping[str, object] | None](None)
    answers = _Made[dict[str, int]](dict)
    skipped = _Made[set[str]](set)


#: The state of the session whose script is running.
state = SessionState()
