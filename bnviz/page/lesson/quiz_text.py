"""Quiz text: the quiz after the chapters."""

import streamlit as st

from bnviz.lesson.chapters import CHAPTERS
from bnviz.lesson.question import score
from bnviz.lesson.quiz import QUESTIONS, QUIZ
from bnviz.page.lesson import chapter_list, learner
from bnviz.page.lesson.question_form import ask

#: Distinguishes the quiz's questions from those of the chapters.
_WHERE = "quiz"


def draw() -> None:
    """Draws the score and all questions, each answered one with a link to its chapter."""
    chapter_list.draw(learner.QUIZ)
    st.markdown("# Quiz")
    given = learner.answers((question.name for question in QUESTIONS), where=_WHERE)
    with st.container(key="lesson_statement"):
        st.markdown(score(QUESTIONS, given).sentence)
    for number, item in enumerate(QUIZ, start=1):
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
