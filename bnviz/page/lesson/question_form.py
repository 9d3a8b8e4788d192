"""Question form: a single-choice question, answered by a click."""

import streamlit as st

from bnviz.lesson.question import Question
from bnviz.page.lesson import learner
from bnviz.page.shell.state import state


def ask(question: Question, *, where: str, revealed: bool = False) -> bool:
    """Draws a question with its options, and the reply to the chosen one.

    Args:
        question: The question.
        where: Distinguishes the same question in two places.
        revealed: Whether the right option is marked although none has been chosen.

    Returns:
        Whether it has been answered.
    """
    name = learner.answer_name(question.name, where)
    chosen = state.answers.get(name)
    st.markdown(question.text)
    for number, option in enumerate(question.options):
        mark = ""
        if (chosen is not None or revealed) and (option.right or number == chosen):
            mark = "✓ " if option.right else "✗ "
        st.button(
            f"{mark}{option.text}",
            on_click=learner.answer,
            args=(name, number),
            width="stretch",
            key=f"{name}_{number}",
            type="primary" if number == chosen else "secondary",
        )
    if chosen is None:
        if revealed:
            st.info(question.options[question.right].reply)
        return False
    option = question.options[chosen]
    (st.success if option.right else st.info)(option.reply)
    return True
