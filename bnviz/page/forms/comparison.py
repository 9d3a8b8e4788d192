"""Comparison: the choice of other runs beside the one on the stage, and what differs in them."""

import html
from collections.abc import Sequence
from dataclasses import asdict

import streamlit as st

from bnviz.figures.ghosts import LETTERS
from bnviz.page.forms import fields
from bnviz.page.forms.settings_form import in_words
from bnviz.page.shell import rerun, visit
from bnviz.page.shell.followed_file import TOKEN
from bnviz.page.shell.state import state
from bnviz.page.shell.visit_run import VisitRun
from bnviz.player.content import StageContent
from bnviz.player.ghost import Ghost
from bnviz.recording import Recording
from bnviz.settings import Settings
from bnviz.settings.choices import UPLOAD
from bnviz.settings.settings import KINDS, is_relevant

_FIELD, _ALIGNED = "compared", "aligned"
#: What the other runs are drawn at, by whether their frames are those of `alignment.by_accuracy`.
_AT = {False: "step", True: "accuracy"}


def compared(*shown: str) -> tuple[VisitRun, ...]:
    """The runs that are chosen to be drawn beside the one shown.

    Args:
        shown: Tokens of the run on the stage and of what stands in for it, which are not compared
            with themselves.
    """
    found = (visit.find(token) for token in state.compared if token not in shown)
    return tuple(run for run in found if run is not None and not run.grows)


def ghosts(runs: Sequence[VisitRun], beside: StageContent) -> tuple[Ghost, ...]:
    """What the player draws of them, without those whose frames are not kept any more.

    Args:
        runs: The runs.
        beside: What the player shows.
    """
    drawn = []
    for run in runs:
        recording = visit.recording_of(run)
        if recording is None:
            continue
        # A followed file may hold something else by then.
        token = run.content if run.token == TOKEN else run.token
        found = Ghost(token, recording, run.name)
        if state.aligned and len(beside.recording):
            found = found.at_accuracies(beside.token, beside.recording.snapshot())
        drawn.append(found)
    return tuple(drawn)


def draw_choice(shown: str) -> None:
    """Draws the field that chooses them, once there is a run to compare with.

    Args:
        shown: Token of the run on the stage.
    """
    runs = [run for run in visit.here().runs if run.token != shown and not run.grows]
    names = _distinct(runs)
    if not names:
        return
    chosen = [token for token in state.compared if token in names]
    fields.set_value(_FIELD, chosen)
    st.multiselect(
        "compare with",
        list(names),
        chosen,
        format_func=lambda token: names.get(token, ""),
        max_selections=len(LETTERS),
        placeholder="nothing",
        key=fields.key(_FIELD),
        on_change=fields.when_changed(_FIELD, _choose),
        help="Draws other runs of this visit into the same figure: the curves of up to "
        f"{len(LETTERS)} dashed, and the histograms of the first pale, at the same step up to its "
        "last one, or at the same accuracy.",
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
        help="At the same accuracy: for each step of the run on the stage, each network of "
        "another run is drawn as it was at its first recorded step with at least the validation "
        "accuracy that the same network has here; nothing where it never had that.",
    )


def _distinct(runs: Sequence[VisitRun]) -> dict[str, str]:
    """What runs are called by token, numbered where they share a name."""
    names: dict[str, str] = {}
    for run in runs:
        name, number = run.name, 1
        # Streamlit tells options apart by what they are called.
        while name in names.values():
            number += 1
            name = f"{run.name} ({number})"
        names[run.token] = name
    return names


def draw_differences(shown: Recording, runs: Sequence[VisitRun]) -> None:
    """Draws a table of what differs in the settings of the runs; where one has none, of their data.

    Args:
        shown: The run that is shown.
        runs: The runs that it is compared with; none to draw nothing.
    """
    if not runs:
        return
    gone = [run for run in runs if visit.recording_of(run) is None]
    for run in gone:
        name = html.escape(run.name)
        st.html(f"<p>The frames of {name} are not kept any more: its card trains it again.</p>")
    drawn = [run for run in runs if run not in gone]
    heads = [html.escape(run.name) for run in runs]
    if len(drawn) > 1:  # else the figure has no letters
        letters = dict(zip([run.token for run in drawn], LETTERS, strict=False))
        heads = [
            f"{letters[run.token]}: {head}" if run.token in letters else head
            for run, head in zip(runs, heads, strict=True)
        ]
    rows = "".join(
        f"<tr><th scope='row'>{label}</th>{''.join(f'<td>{value}</td>' for value in values)}</tr>"
        for label, *values in _rows(shown, runs)
    )
    columns = "".join(f"<th scope='col'>{head}</th>" for head in ["on the stage", *heads])
    nothing = f"<tr><td colspan={2 + len(runs)}>nothing</td></tr>"
    st.html(
        "<table class='bnviz-differences'><thead><tr><th scope='col'>What differs</th>"
        f"{columns}</tr></thead><tbody>{rows or nothing}</tbody></table>"
    )


def _rows(shown: Recording, runs: Sequence[VisitRun]) -> list[tuple[str, ...]]:
    """Label and values of each row, in HTML."""
    settings = [shown.header.settings, *(run.settings for run in runs)]
    known = [each for each in settings if each is not None]
    if len(known) == len(settings):
        return differing(*known)
    return [("networks", *map(html.escape, [shown.header.about, *(run.about for run in runs)]))]


def differing(*settings: Settings) -> list[tuple[str, ...]]:
    """Label and all values of each setting that differs and makes a difference to any run."""
    values = [asdict(each) for each in settings]
    names = [
        name
        for name in KINDS
        if any(each[name] != values[0][name] for each in values)
        and name != "upload"
        and any(is_relevant(name, each) for each in values)
    ]
    rows = [(KINDS[name].label, *(_value(name, each) for each in values)) for name in names]
    files = [each["upload"] if each["dataset"] == UPLOAD else "" for each in values]
    named = list(dict.fromkeys(filter(None, files)))
    if len(named) > 1:
        rows.append(("file", *(f"file {named.index(each) + 1}" if each else "–" for each in files)))
    return rows


def _value(name: str, values: dict[str, object]) -> str:
    return html.escape(in_words(values[name])) if is_relevant(name, values) else "–"


def _choose(tokens: list[str]) -> None:
    # The player may have asked for something at the same time.
    state.compared = tuple(tokens)
    rerun.request()


def _align(aligned: bool) -> None:
    state.aligned = aligned
