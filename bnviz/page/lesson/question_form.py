"""QuestionForm: a single-choice question, answered by a click."""

from collections.abc import Iterable

import streamlit as st

from bnviz.lesson.question import Question
from bnviz.page.lesson import lesson_state


def ask(question: Question, *, key: str) -> bool:
    """Draws a question with its answers, and what is to be said to the one that was chosen.

    Args:
        question: What is asked.
        key: Tells the same question in two places apart.

    Returns:
        Whether it has been answered.
    """
    name = f"{key}_{question.name}"
    chosen = lesson_state.answers().get(name)
    st.markdown(question.text)
    for number, option in enumerate(question.options):
        mark = ""
        if chosen is not None and (option.right or number == chosen):
            mark = "✓ " if option.right else "✗ "
        st.button(
            f"{mark}{option.text}",
            on_click=_answer,
            args=(name, number),
            width="stretch",
            key=f"{name}_{number}",
            type="primary" if number == chosen else "secondary",
        )
    if chosen is None:
        return False
    option = question.options[chosen]
    (st.success if option.right else st.info)(option.reply)
    return True


def answered(names: Iterable[str], *, key: str) -> dict[str, int]:
    """The answers given in one place to the questions of these names."""
    given = lesson_state.answers()
    return {name: given[f"{key}_{name}"] for name in names if f"{key}_{name}" in given}


def _answer(name: str, number: int) -> None:
    lesson_state.answers()[name] = number
