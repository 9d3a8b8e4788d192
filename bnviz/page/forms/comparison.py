"""Comparison: the choice of a second run beside the one on the stage, and what differs in both."""

import html
from dataclasses import asdict

import streamlit as st

from bnviz.page.forms import fields
from bnviz.page.forms.settings_form import in_words
from bnviz.page.shell import visit
from bnviz.page.shell.state import state
from bnviz.page.shell.visit_run import VisitRun
from bnviz.player.content import StageContent
from bnviz.player.ghost import Ghost
from bnviz.settings import KINDS, Settings, is_relevant

_FIELD, _ALIGNED = "compared", "aligned"
#: What the other run is drawn at, by whether its frames are those of `alignment.by_accuracy`.
_AT = {False: "step", True: "accuracy"}


def compared(*shown: str) -> VisitRun | None:
    """The run that is chosen to be drawn beside the one shown; None if none is.

    Args:
        shown: Tokens of the run on the stage and of what stands in for it, which are not compared
            with themselves.
    """
    return visit.find(state.compared) if state.compared not in shown else None


def ghost(run: VisitRun, beside: StageContent) -> Ghost | None:
    """What the player draws of it; None if its frames are not kept any more.

    Args:
        run: The run.
        beside: What the player shows.
    """
    recording = visit.recording_of(run)
    if recording is None:
        return None
    found = Ghost(run.token, recording, run.name)
    if not state.aligned or not len(beside.recording):
        return found
    return found.at_accuracies(beside.token, beside.recording.snapshot())


def draw_choice(shown: str) -> None:
    """Draws the field that chooses it, once there is a run to compare with.

    Args:
        shown: Token of the run on the stage.
    """
    names = {run.token: run.name for run in visit.here().runs if run.token != shown}
    if not names:
        return
    chosen = state.compared if state.compared in names else ""
    fields.set_value(_FIELD, chosen)
    tokens = ["", *names]
    st.selectbox(
        "compare with",
        tokens,
        tokens.index(chosen),
        format_func=lambda token: names.get(token, "nothing"),
        key=fields.key(_FIELD),
        on_change=fields.when_changed(_FIELD, _choose),
        help="Draws another run of this visit into the same figure: its curves dashed, its "
        "histograms pale, at the same step up to its last one, or at the same accuracy.",
    )
    if not chosen:
        return
    fields.set_value(_ALIGNED, state.aligned)
    st.radio(
        "at the same",
        list(_AT),
        list(_AT).index(state.aligned),
        format_func=lambda aligned: _AT[aligned],
        horizontal=True,
        key=fields.key(_ALIGNED),
        on_change=fields.when_changed(_ALIGNED, _align),
        help="At the same accuracy: for each step of the run on the stage, each network of the "
        "other run is drawn as it was at its first recorded step with at least the validation "
        "accuracy that the same network has here; nothing where it never had that.",
    )


def draw_differences(shown: Settings, run: VisitRun | None) -> None:
    """Draws a table of what differs in the settings of both runs.

    Args:
        shown: Settings of the run that is shown.
        run: The run that it is compared with; None to draw nothing.
    """
    if run is None:
        return
    name = html.escape(run.name)
    if visit.recording_of(run) is None:
        st.html(f"<p>The frames of {name} are not kept any more: its card trains it again.</p>")
    rows = "".join(
        f"<tr><th scope='row'>{label}</th><td>{here}</td><td>{there}</td></tr>"
        for label, here, there in differing(shown, run.settings)
    )
    st.html(
        "<table class='bnviz-differences'><thead><tr><th scope='col'>What differs</th>"
        f"<th scope='col'>on the stage</th><th scope='col'>{name}</th></tr></thead>"
        f"<tbody>{rows or '<tr><td colspan=3>nothing</td></tr>'}</tbody></table>"
    )


def differing(one: Settings, other: Settings) -> list[tuple[str, str, str]]:
    """Label and both values of each setting that differs and makes a difference to either run."""
    first, second = asdict(one), asdict(other)
    names = [
        name
        for name in KINDS
        if first[name] != second[name]
        and name != "upload"
        and (is_relevant(name, first) or is_relevant(name, second))
    ]
    rows = [(KINDS[name].label, _value(name, first), _value(name, second)) for name in names]
    if first["upload"] != second["upload"] and first["dataset"] == second["dataset"]:
        rows.append(("file", "one", "another"))
    return rows


def _value(name: str, values: dict[str, object]) -> str:
    return html.escape(in_words(values[name])) if is_relevant(name, values) else "–"


def _choose(token: str) -> None:
    state.compared = token


def _align(aligned: bool) -> None:
    state.aligned = aligned
