"""Visit cards: the runs of this visit, each with a picture of its curves, to be shown again."""

from collections.abc import Callable

import streamlit as st

from bnviz.page.forms import fields, shown_settings
from bnviz.page.forms.preset_cards import address, curves_picture
from bnviz.page.shell import visit
from bnviz.page.shell.markup import plain
from bnviz.page.shell.visit import MAX_RUNS
from bnviz.page.shell.visit_run import MAX_NAME, VisitRun
from bnviz.settings import Settings

_NAME = "run_name"


def draw(shown: str, show: Callable[[VisitRun], None]) -> None:
    """Draws the cards, and a field with which the run on the stage is named.

    Args:
        shown: Token of the run on the stage; empty or another if it is none of these.
        show: Called with a run when its card is clicked.
    """
    here = visit.here()
    here.collect(first_name)
    if not here.runs:
        return
    newest_first = here.runs[::-1]
    st.markdown(
        "## Runs of this visit",
        help=f"The last {MAX_RUNS} runs that were trained or opened in this tab, without those of "
        "“Train as I change things”. They are gone once it is closed, unless “Keep runs in this "
        "browser” is on; “Take this run along” saves one as a file.",
    )
    pictures = " ".join(
        f".st-key-visit_{number} button {{ background-image: "
        f'url("{address(curves_picture(run.curves))}"); }}'
        for number, run in enumerate(newest_first)
    )
    st.html(f"<style>{pictures}</style>")
    with st.container(key="visit_runs"):
        for number, run in enumerate(newest_first):
            st.button(
                plain(run.name),
                on_click=show,
                args=(run,),
                type="primary" if run.token == shown else "secondary",
                width="stretch",
                key=f"visit_{number}",
            )
    on_stage = next((run for run in here.runs if run.token == shown), None)
    if on_stage is not None:
        _draw_name(on_stage)


def first_name(settings: Settings) -> str:
    """What a run is called at first: in what it differs from the default settings."""
    different = shown_settings.differences(settings, Settings())
    return ", ".join(different) or "default settings"


def _draw_name(run: VisitRun) -> None:
    field = f"{_NAME} {run.token}"
    st.text_input(
        "Name of this run",
        run.name,
        max_chars=MAX_NAME,
        key=fields.key(field),
        on_change=fields.when_changed(field, lambda name: visit.here().rename(run.token, name)),
    )
