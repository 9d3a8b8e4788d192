"""Quiz text: the quiz after the chapters."""

import streamlit as st

from bnviz.lesson.chapters import CHAPTERS
from bnviz.lesson.question import score
from bnviz.lesson.quiz import QUESTIONS, QUIZ
from bnviz.page.lesson import chapter_list, learner
from bnviz.page.lesson.question_form import ask
from bnviz.page.shell.state import state

#: Distinguishes the quiz's questions from those of the chapters.
_WHERE = "quiz"


def draw(*, present: bool) -> None:
    """Draws the score and the questions, each answered one with a link to its chapter.

    Args:
        present: Whether it is shown to a class; then it has one question a screen.
    """
    chapter_list.draw(learner.QUIZ)
    st.markdown("# Quiz")
    given = learner.answers((question.name for question in QUESTIONS), where=_WHERE)
    with st.container(key="lesson_statement"):
        st.markdown(score(QUESTIONS, given).sentence)
    shown = list(enumerate(QUIZ, start=1))
    if present:
        at = min(state.quiz_question, len(QUIZ) - 1)
        _draw_steps(at)
        shown = shown[at : at + 1]
    for number, item in shown:
        st.markdown(f"## Question {number}")
        if ask(item.question, where=_WHERE):
            chapter = CHAPTERS[item.chapter]
            st.button(
                f"See it in chapter {chapter.number}: {chapter.title}",
                on_click=learner.open_place,
                args=(item.chapter,),
                kwargs={"view": item.view},
                key=f"see_{item.question.name}",
                type="tertiary",
                icon=":material/visibility:",
            )


def _draw_steps(at: int) -> None:
    """Draws the buttons to the question before and the one after."""
    with st.container(horizontal=True, key="quiz_steps"):
        for step, label, key in ((-1, "Previous question", "Left"), (1, "Next question", "Right")):
            st.button(
                label,
                on_click=_open_question,
                args=(at + step,),
                disabled=not 0 <= at + step < len(QUIZ),
                key=f"quiz_{key}",
                shortcut=key,
            )


def _open_question(index: int) -> None:
    state.quiz_question = index
