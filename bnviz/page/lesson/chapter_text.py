"""Chapter text: what is shown beside the picture of a chapter."""

import streamlit as st

from bnviz.engine.runs import Run
from bnviz.lesson import glossary, typed_batch
from bnviz.lesson.chapters import Chapter
from bnviz.lesson.claims import evidence
from bnviz.page.forms import settings_form
from bnviz.page.lesson import chapter_list, learner
from bnviz.page.lesson.question_form import ask
from bnviz.page.modes import map_mode
from bnviz.page.shell import experiment_code, navigation
from bnviz.page.shell.links import LESSON
from bnviz.page.shell.markup import plain
from bnviz.page.shell.state import state
from bnviz.recording import Recording
from bnviz.settings import Settings
from bnviz.settings.written_numbers import written
from bnviz.studies.axis import Axis
from bnviz.studies.sweep import Sweep

#: Distinguishes the questions of the chapters from those of the quiz.
_WHERE = "predict"


def draw(
    chapter: Chapter, *, present: bool, run: Run | None, recording: Recording
) -> Settings | None:
    """Draws the text, the question, and the measurements.

    Args:
        chapter: The open chapter.
        present: Whether it is shown on a projector; then the explanation and what is calculated
            by hand are folded away.
        run: The learner's own run, if there is one.
        recording: Recording of the chapter's experiment.

    Returns:
        The settings in the learner's own form; None if the form is not drawn.
    """
    chapter_list.draw(chapter.name)
    st.markdown(f"# {chapter.number} · {chapter.title}")
    with st.container(key="lesson_statement"):
        st.markdown(chapter.statement)
    if present:
        with st.expander("Explanation"):
            st.markdown(_with_terms(chapter.text))
    else:
        st.markdown(_with_terms(chapter.text))
    if chapter.batch and present:
        with st.expander("By hand"):
            _draw_typed_batch()
    elif chapter.batch:
        st.markdown("## By hand")
        _draw_typed_batch()
    st.markdown("## Predict first")
    revealed = is_revealed(chapter)
    with st.container(key="lesson_question"):
        answered = ask(chapter.question, where=_WHERE, revealed=revealed)
    with st.container(key="lesson_after"):  # so that what follows keeps its place
        if answered or revealed:
            st.markdown(f"## Watch\n\n{_with_terms(chapter.watch)}")
            _draw_measured(chapter, run, recording)
            if chapter.phase_map:
                _draw_map_button(chapter)
        else:
            st.button(
                "Skip the prediction",
                on_click=learner.skip,
                args=(chapter.name,),
                type="tertiary",
                key="lesson_skip",
            )
    if chapter.script:
        st.markdown("## The script")
        experiment_code.draw(
            run.settings if run is not None else chapter.settings, key="lesson_code"
        )
    if present:
        return None
    with st.expander("Try it yourself", expanded=run is not None):
        return settings_form.short_form(chapter.controls, mode=LESSON, default=chapter.settings)


def is_revealed(chapter: Chapter) -> bool:
    """Whether the learner has answered the chapter's question, or chosen to skip it."""
    name = chapter.question.name
    return name in learner.answers([name], where=_WHERE) or chapter.name in state.skipped


def _with_terms(text: str) -> str:
    """A text of the lesson as Markdown, its terms as links that carry their explanations."""
    pieces = []
    for part in glossary.parts(text):
        if isinstance(part, str):
            pieces.append(part)
        else:
            slug = part.term.lower().replace(" ", "-")
            explanation = part.explanation.replace('"', "”")
            pieces.append(f'[{part.words}](#term-{slug} "{explanation}")')
    return "".join(pieces)


def _draw_typed_batch() -> None:
    """Draws Batch Normalization of a batch that the learner types, step by step."""
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
    scale, shift = steps.identity
    st.markdown(
        f"mean **{written(steps.mean, '.4g')}**, variance **{written(steps.variance, '.4g')}**, "
        f"√(variance + ε) **{written(scale, '.4g')}**"
    )
    rows = {
        "x": steps.x,
        "x − mean": tuple(value - steps.mean for value in steps.x),
        "x̂": steps.x_hat,
        "γ x̂ + β": steps.y,
    }
    table = {name: [written(value, ".3f") for value in values] for name, values in rows.items()}
    st.table(table, border="horizontal")
    st.caption(
        f"With gamma {written(scale, '.4g')} and beta {written(shift, '.4g')}, the output is the "
        f"input. {steps.note}"
    )


def _draw_measured(chapter: Chapter, run: Run | None, recording: Recording) -> None:
    """Draws what the claims measured over the seeds, and what one run measured.

    The one run is the learner's own if it has ended, else the recording.
    """
    ended = run is not None and not run.active
    single = run.recording if run is not None and ended else recording
    st.markdown("## Measured")
    for claim in chapter.claims:
        result = evidence.recorded()[claim.name]
        st.markdown(f"{'✓' if result.holds else '✗'} {result.verdict}")
        st.caption(result.details)
        sentence = claim.describe_run(single)
        if sentence:
            st.markdown(f"*{'Your run' if ended else 'This run'}:* {sentence}.")


def _draw_map_button(chapter: Chapter) -> None:
    """Draws the button that leads to the chapter's phase map."""
    st.button(
        "See it on the phase map: many runs at once",
        on_click=_open_map,
        args=(chapter,),
        width="stretch",
        key="lesson_map",
    )


def _open_map(chapter: Chapter) -> None:
    x, y = map(Axis.parse, chapter.phase_map)
    map_mode.fill_form(Sweep(x=x, y=y))
    navigation.go(map_mode.NAME, opened_from=LESSON)
