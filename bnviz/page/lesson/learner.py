"""Learner: the place in the lesson, the learner's own run, and the answers given so far.

All of it lives in the session state alone.
"""

from collections.abc import Iterable, Mapping

from bnviz.engine.runs import Run
from bnviz.lesson.chapters import CHAPTERS
from bnviz.page.shell import notices, session, shown_run
from bnviz.page.shell.links import LESSON
from bnviz.page.shell.state import state
from bnviz.settings import Settings

#: Name of the quiz, which follows the chapters.
QUIZ = "quiz"
#: Names of the chapters and the quiz, in order.
PLACES = (*CHAPTERS, QUIZ)


def open_place(
    name: str, *, present: bool | None = None, view: Mapping[str, object] | None = None
) -> None:
    """Opens a chapter or the quiz, and leaves the learner's own run.

    Args:
        name: Name of the chapter, or `QUIZ`.
        present: Whether the lesson is shown on a projector; unchanged if None.
        view: The view in which the chapter opens; None for the chapter's own.
    """
    state.lesson_place = name
    state.lesson_view = view
    clear_run()
    if present is not None:
        state.presenting = present


def run() -> Run | None:
    """The learner's own run in the open chapter."""
    return shown_run.get(LESSON)


def train(settings: Settings) -> None:
    """Trains these settings as the learner's own run, or joins a run of them."""
    shown_run.start(LESSON, settings)
    notices.clear()


def stop() -> None:
    """Stops the learner's own run for them, and altogether unless others watch it."""
    started = run()
    if started is not None:
        session.viewer().stop(started)


def clear_run() -> None:
    """Shows the recording again."""
    shown_run.clear(LESSON)


def answer(name: str, option: int) -> None:
    """Records the answer to a question.

    Args:
        name: Name of the question and of where it was asked, as from `answer_name`.
        option: Index of the chosen answer.
    """
    state.answers[name] = option


def answers(questions: Iterable[str], *, where: str) -> dict[str, int]:
    """The answers given in one place, by the names of the questions."""
    names = {question: answer_name(question, where) for question in questions}
    return {
        question: state.answers[name] for question, name in names.items() if name in state.answers
    }


def answer_name(question: str, where: str) -> str:
    """Distinguishes the answers to one question in two places."""
    return f"{where}_{question}"


def skip(chapter: str) -> None:
    """Shows a chapter's experiment although its question was not answered."""
    state.skipped.add(chapter)
