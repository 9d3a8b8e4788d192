"""QuizText: the quiz after the chapters."""

import streamlit as st

from bnviz.lesson.chapters import CHAPTERS
from bnviz.lesson.question import score
from bnviz.lesson.quiz import QUESTIONS, QUIZ
from bnviz.page.lesson import lesson_state
from bnviz.page.lesson.chapter_text import navigation
from bnviz.page.lesson.question_form import answered, ask

_KEY = "quiz"


def draw() -> None:
    """Draws the score, all questions, and the way to the chapter that answers each."""
    navigation(lesson_state.QUIZ)
    st.markdown("# Quiz")
    given = answered((question.name for question in QUESTIONS), key=_KEY)
    with st.container(key="lesson_statement"):
        st.markdown(score(QUESTIONS, given).sentence)
    for number, item in enumerate(QUIZ, start=1):
        st.markdown(f"## Question {number}")
        if ask(item.question, key=_KEY):
            chapter = CHAPTERS[item.chapter]
            st.button(
                f"See it in chapter {chapter.number}: {chapter.title}",
                on_click=lesson_state.open_place,
                args=(item.chapter,),
                kwargs={"view": item.view},
                key=f"see_{item.question.name}",
                type="tertiary",
                icon=":material/visibility:",
            )
