"""Phase map: its form, its studies, and the runs that its cells open."""

import math
from dataclasses import replace
from functools import partial
from typing import Any

import streamlit as st

from bnviz.engine.duration import in_words, study_seconds
from bnviz.engine.engine import Engine
from bnviz.engine.study_runs import StudyRun
from bnviz.page.forms import axes_form, own_data, settings_form, shown_settings
from bnviz.page.modes import laboratory_mode
from bnviz.page.shell import clicks, navigation, notices, rerun, session, shown_study
from bnviz.page.shell.links import MAP, Link
from bnviz.page.shell.map_component import last_request, requested_cell, show
from bnviz.page.shell.polling import pause
from bnviz.page.shell.state import state
from bnviz.player.map_content import MapContent
from bnviz.settings.problem import Problem
from bnviz.studies.phase_map import PhaseMap
from bnviz.studies.stable_rates import DEFINITION, StableRates
from bnviz.studies.study import UNUSED, second_problem
from bnviz.studies.sweep import Sweep

NAME = MAP
LABEL = "Phase map"
PARAMETERS: tuple[str, ...] = ("x", "y", "seeds", "measure", "target")

#: The studies of this mode by their names in the session, and the clicks that start them.
_MAP, _RATES = "map", "stable rates"
TRAIN, _FIND = "fill the map", "find the largest stable rate"


def follow(link: Link) -> list[Problem]:
    """Fills the form from a link, and the map if the link asks for that."""
    settings = link.settings
    if "steps" not in link.named:
        settings = settings.replace(steps=Sweep().base.steps)
    sweep, found = Sweep.nearest(settings, link.parameters)
    problems = [replace(each, used=str(getattr(sweep, each.name))) for each in found]
    if (second := second_problem(settings)) is not None:
        problems.append(second)
    fill_form(sweep)
    if link.train:
        fill_map(_normalized(sweep))
    return problems


def fill_form(sweep: Sweep) -> None:
    """Sets every field of the form; the recorded map is shown again."""
    settings_form.fill(sweep.base, mode=NAME)
    axes_form.fill(sweep)
    shown_study.clear(_MAP)
    shown_study.clear(_RATES)


def form() -> Sweep | None:
    """Draws the axes and the settings that all cells share."""
    arguments = axes_form.form(settings_form.studied_arm(NAME))
    without = (*axes_form.axis_names(), *UNUSED)
    base = settings_form.form(mode=NAME, default=Sweep().base, without=without, studied=True)
    if arguments is None or base is None:
        return None
    return axes_form.sweep(base, arguments)


def query(sweep: Sweep) -> dict[str, str]:
    """The shared settings, always with their steps, and the axes."""
    return sweep.base.to_query() | {"steps": str(sweep.base.steps)} | sweep.to_query()


def shows(sweep: Sweep) -> bool:
    """Whether the stage shows the map of this sweep."""
    run = shown_study.get(_MAP)
    return run is not None and run.study.digest == sweep.digest


def fill_map(sweep: Sweep) -> None:
    """Trains the runs of a sweep, or joins those who do; does nothing if the host forbids it."""
    if _excess(sweep):
        return  # as the caption below the button says
    shown_study.start(_MAP, PhaseMap(sweep), sweep.base.upload)


def find_rates(sweep: Sweep) -> None:
    """Searches for the largest stable learning rate of the settings that all cells share."""
    rates = StableRates(sweep.base)
    excess = shown_study.excess(rates.architectures, rates.num_runs)
    if excess:
        notices.refuse(excess)
    else:
        shown_study.start(_RATES, rates, sweep.base.upload)


def actions(sweep: Sweep | None, *, key: str) -> None:
    """Draws the buttons that start a study, or the one that stops it."""
    if clicks.taken(TRAIN) and sweep is not None:
        fill_map(sweep)
    if clicks.taken(_FIND) and sweep is not None:
        find_rates(sweep)
    active = shown_study.active(_MAP, _RATES)
    if clicks.stop_button(active, partial(shown_study.stop, _MAP, _RATES), key=f"stop_{key}"):
        return
    clicks.button(
        "Fill the map",
        TRAIN,
        type="primary",
        disabled=sweep is None or bool(_excess(sweep)),
        key=f"fill_{key}",
        shortcut="Ctrl+Enter" if key == "wide" else None,
    )
    clicks.button(
        "Find the largest stable rate",
        _FIND,
        disabled=sweep is None,
        key=f"rates_{key}",
        help=DEFINITION,
    )
    if sweep is not None:
        st.caption(_excess(sweep) or _cost(sweep))


@rerun.fragment
def stage(sweep: Sweep | None) -> None:
    """Draws the map as far as it is known; runs again whenever the browser requests more."""
    run = shown_study.get(_MAP)
    rates = shown_study.get(_RATES)
    session.viewer().watch(run, rates)
    request = last_request()
    if request.ask:
        # The map is drawn; the workers may load TensorFlow while the visitor looks around.
        session.engine()
    measure = sweep.measure if sweep is not None else ""
    content = MapContent.recorded() if run is None else _map_content(run, session.engine())
    state.map_sweep = content.sweep
    note = {} if rates is None else _rates_note(rates, session.engine())
    note["other"] = _other(content.sweep, sweep)
    note["note_other"] = rates is not None and _differs(rates.study, sweep)
    show(content.respond(request, measure) | note, on_cell=_open_cell)
    rerun.request_after_end(shown_study.active(_MAP, _RATES))


def _other(shown: Sweep, chosen: Sweep | None) -> str:
    """In what the map on the stage is not what is chosen, in one line; "" if it is."""
    if chosen is None:
        return ""  # as the message in the form says
    chosen, axes = _normalized(chosen), (shown.x.name, shown.y.name)
    different = [
        f"{axes_form.HEADINGS[side].lower()} {axes_form.in_words(axis, shown.base.second_arm)}"
        for side in axes_form.HEADINGS
        if (axis := getattr(shown, side)) != getattr(chosen, side)
    ]
    different += shown_settings.differences(shown.base, chosen.base, without=(*axes, *UNUSED))
    if shown.seeds != chosen.seeds:
        different.append(f"seeds per cell {shown.seeds}")
    if shown.target != chosen.target:
        different.append(f"target {shown.target:g}")
    if not different:
        return ""
    advice = "Press “Fill the map” to train what you have chosen."
    if shown_study.active(_MAP, _RATES):
        advice = "Press “Stop” to train what you have chosen."
    elif _excess(chosen):
        advice = ""
    return shown_settings.sentence(different, advice)


def _differs(rates: StableRates, chosen: Sweep | None) -> bool:
    """Whether stable rates are those of other settings than the chosen ones."""
    return chosen is not None and rates.digest != StableRates(chosen.base).digest


def _open_cell() -> None:
    """Shows the run of the cell that was clicked, in the laboratory."""
    cell, sweep = requested_cell(), state.map_sweep
    if cell is None or sweep is None:
        return
    rows, columns, _ = sweep.shape
    if cell.row >= rows or cell.column >= columns:
        return
    settings = sweep.settings(cell)
    laboratory_mode.train(settings)
    settings_form.fill(settings)
    navigation.go(laboratory_mode.NAME, opened_from=NAME)
    rerun.request()


def _map_content(run: StudyRun[PhaseMap], engine: Engine) -> MapContent:
    """A map that was started in this session."""
    networks = 2 * run.study.known.size
    message = shown_study.progress(run, engine, "Filling the map", f"{networks:,} networks trained")
    here = session.viewer().state(run)
    poll = pause(here, engine.viewers)
    return MapContent(run.token, run.version, run.study, here, message, poll, run.lock)


def _rates_note(run: StudyRun[StableRates], engine: Engine) -> dict[str, Any]:
    """The state or the result of the search for stable rates, as parts of a message."""
    with run.lock:
        sentence, shared = run.study.sentence(), run.study.settings
        seeds = run.study.seeds
    note: dict[str, Any] = {"definition": DEFINITION}
    if session.is_active(run):
        note["poll"] = pause("running", engine.viewers)
        text = shown_study.progress(run, engine, "Searching for the largest stable rates", "Found")
    elif run.state != "finished":
        text = shown_study.progress(run, engine, "", "")
    else:
        where = f"At initial scale {shared.init_scale:g}, over {seeds} seeds"
        text = f"{where}: {sentence[0].lower()}{sentence[1:]}"
    return note | {"note": text}


def _normalized(sweep: Sweep) -> Sweep:
    """The sweep as the form gives it: settings that its axes replace have their default."""
    default = Sweep().base
    axes = {axis.name: getattr(default, axis.name) for axis in (sweep.x, sweep.y)}
    return Sweep(
        sweep.base.replace(**axes), sweep.x, sweep.y, sweep.seeds, sweep.measure, sweep.target
    )


def _excess(sweep: Sweep) -> str:
    """Why a sweep is too much for this host, in one sentence; empty if it is not."""
    return shown_study.excess(sweep.architectures, math.prod(sweep.shape))


def _cost(sweep: Sweep) -> str:
    """What filling the map takes, in words."""
    runs = math.prod(sweep.shape)
    data = own_data.source(sweep.base.upload)
    pace = session.pace()
    seconds = in_words(pace * study_seconds(sweep.architectures, runs, data))
    return f"{2 * runs:,} networks of {sweep.base.steps:,} steps, about {seconds}"
