"""ChapterText: what stands beside the picture of a chapter."""

import streamlit as st

from bnviz.engine.runs import Run
from bnviz.lesson import glossary
from bnviz.lesson.chapters import CHAPTERS, Chapter
from bnviz.lesson.claims import evidence
from bnviz.page.forms import fields, settings_form
from bnviz.page.lesson import chapter_extras, lesson_state
from bnviz.page.lesson.lesson_state import NAME, QUIZ
from bnviz.page.lesson.question_form import answered, ask
from bnviz.page.shell import keras_code
from bnviz.recording import Recording
from bnviz.settings import Settings

#: Tells the questions before the reveal from those of the quiz.
_PREDICT = "predict"
_CHAPTER = "lesson_chapter"


def draw(
    chapter: Chapter, *, present: bool, run: Run | None, recording: Recording
) -> Settings | None:
    """Draws the text, the question, and what was measured.

    Args:
        chapter: The open one.
        present: Whether it is for a projector: what is to be read at leisure is folded away then.
        run: The learner's own run, if there is one.
        recording: Of the chapter.

    Returns:
        The settings in the learner's own form; None where it is not drawn.
    """
    navigation(chapter.name)
    st.markdown(f"# {chapter.number} · {chapter.title}")
    with st.container(key="lesson_statement"):
        st.markdown(chapter.statement)
    if present:
        with st.expander("Explanation"):
            st.markdown(marked(chapter.text))
    else:
        st.markdown(marked(chapter.text))
    if chapter.batch:
        chapter_extras.draw_typed_batch()
    st.markdown("## Predict first")
    with st.container():  # so that what comes after keeps its place
        if ask(chapter.question, key=_PREDICT) or predicted(chapter):
            st.markdown(f"## Watch\n\n{marked(chapter.watch)}")
            _measured(chapter, run, recording)
            if chapter.phase_map:
                chapter_extras.draw_map_button(chapter)
        else:
            st.button(
                "Show it without a guess",
                on_click=lesson_state.skip,
                args=(chapter.name,),
                type="tertiary",
                key="lesson_skip",
            )
    if chapter.script:
        st.markdown("## The script")
        keras_code.draw(run.settings if run is not None else chapter.settings, key="lesson_code")
    if present:
        return None
    with st.expander("Try it yourself", expanded=run is not None):
        return settings_form.few(chapter.controls, mode=NAME, default=chapter.settings)


def predicted(chapter: Chapter) -> bool:
    """Whether the learner has answered the chapter's question, or chosen not to."""
    name = chapter.question.name
    return name in answered([name], key=_PREDICT) or lesson_state.skipped(chapter.name)


def navigation(place: str) -> None:
    """Draws the way through the lesson: back, on, and every chapter by its title."""
    places = [*CHAPTERS, QUIZ]
    at = places.index(place)
    with st.container(key="lesson_navigation"):
        back, choice, on = st.columns([1, 5, 1], vertical_alignment="bottom")
    for column, step, label, keys in ((back, -1, "‹", "PageUp"), (on, 1, "›", "PageDown")):
        inside = 0 <= at + step < len(places)
        column.button(
            label,
            on_click=lesson_state.open_place,
            args=(places[at + step] if inside else place,),
            disabled=not inside,
            width="stretch",
            key=f"lesson_{keys}",
            help=f"{'Next' if step > 0 else 'Previous'} chapter ({keys})",
            shortcut=keys,
        )
    fields.put(_CHAPTER, place)
    choice.selectbox(
        "Chapter",
        places,
        at,
        format_func=_title,
        key=fields.key(_CHAPTER),
        on_change=fields.when_changed(_CHAPTER, lesson_state.open_place),
        label_visibility="collapsed",
    )
    st.progress((at + 1) / len(places), text="")


def marked(text: str) -> str:
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


def _title(place: str) -> str:
    if place == QUIZ:
        return "Quiz"
    return f"{CHAPTERS[place].number} · {CHAPTERS[place].title}"


def _measured(chapter: Chapter, run: Run | None, recording: Recording) -> None:
    """What the claims' runs gave over the seeds, and what the learner's own run gave."""
    own = run.recording if run is not None and not run.active else recording
    whose = "Your run" if own is not recording else "This run"
    st.markdown("## Measured")
    for claim in chapter.claims:
        outcome = evidence.recorded()[claim.name]
        st.markdown(f"{'✓' if outcome.holds else '✗'} {outcome.sentence}")
        said = claim.describe_run(own)
        if said:
            st.markdown(f"*{whose}:* {said}.")
