"""ChapterExtras: what single chapters have beside text, question and picture."""

import streamlit as st

from bnviz.lesson import typed_batch
from bnviz.lesson.chapters import Chapter
from bnviz.page.lesson.lesson_state import NAME
from bnviz.page.modes import map_mode
from bnviz.page.shell import navigation
from bnviz.page.shell.markup import plain
from bnviz.studies.sweep import Axis, Sweep


def draw_typed_batch() -> None:
    """Batch Normalization of a few numbers that the learner types, step by step."""
    st.markdown("## By hand")
    text = st.text_input(
        "One neuron's values for a batch", typed_batch.EXAMPLE, max_chars=200, key="typed_batch"
    )
    columns = st.columns(2)
    gamma = columns[0].number_input("gamma", value=1.0, step=0.5, format="%.3g", key="typed_gamma")
    beta = columns[1].number_input("beta", value=0.0, step=0.5, format="%.3g", key="typed_beta")
    try:
        steps = typed_batch.parse(text, gamma=gamma, beta=beta)
    except typed_batch.BatchError as error:
        st.error(plain(str(error)))
        return
    rows = {
        "x": steps.x,
        "x − mean": tuple(value - steps.mean for value in steps.x),
        "x̂": steps.x_hat,
        "γ x̂ + β": steps.y,
    }
    scale, shift = steps.identity
    st.markdown(
        f"mean **{steps.mean:.4g}**, variance **{steps.variance:.4g}**, √(variance + ε) "
        f"**{scale:.4g}**"
    )
    table = {name: [f"{value:.3f}" for value in values] for name, values in rows.items()}
    st.table(table, border="horizontal")
    st.caption(f"With gamma {scale:.4g} and beta {shift:.4g} what came in comes back. {steps.note}")


def draw_map_button(chapter: Chapter) -> None:
    """The way to the phase map that belongs to a chapter."""
    st.button(
        "See it on the phase map: many runs at once",
        on_click=_open_map,
        args=(chapter,),
        width="stretch",
        key="lesson_map",
    )


def _open_map(chapter: Chapter) -> None:
    x, y = map(Axis.parse, chapter.phase_map)
    map_mode.fill_in(Sweep(x=x, y=y))
    navigation.go(map_mode.NAME, opened_from=NAME)
