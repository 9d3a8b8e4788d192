"""Mapping: the phase map as a mode of the page: its form, its study, and what a click opens."""

from typing import Any

import streamlit as st

from bnviz.engine.engine import Engine
from bnviz.engine.limits import cost
from bnviz.engine.study_runs import StudyRun
from bnviz.page.forms import axes_form, settings_form
from bnviz.page.modes import laboratory
from bnviz.page.shell import clicks, navigation, rerun, session, shown_study
from bnviz.page.shell.links import Link
from bnviz.page.shell.map_component import last_request, requested_cell, show
from bnviz.page.shell.polling import pause
from bnviz.player.map_content import MapContent
from bnviz.settings import Problem, Settings
from bnviz.studies.phase_map import PhaseMap
from bnviz.studies.stable_rates import DEFINITION, StableRates
from bnviz.studies.study import UNUSED
from bnviz.studies.sweep import Cell, Sweep

NAME = "map"
LABEL = "Phase map"
PARAMETERS: tuple[str, ...] = ("x", "y", "seeds", "measure", "target")
_MAP, _RATES = "map_study", "rates_study"
_SHOWN = "shown_sweep"
_FILL = "fill the map"
_FIND = "find the largest stable rate"


def open_at(link: Link) -> list[Problem]:
    """Fills the form as a link says, and the map if it asks for that."""
    settings = link.settings
    if "steps" not in link.named:
        settings = settings.replace(steps=Sweep().base.steps)
    sweep, problems = Sweep.nearest(settings, link.parameters)
    fill_in(sweep)
    if link.train:
        fill(_plain(sweep))
    return problems


def fill_in(sweep: Sweep) -> None:
    """Sets every field of the form; the recorded map is shown again."""
    settings_form.fill_in(sweep.base, mode=NAME)
    axes_form.fill_in(sweep)
    shown_study.forget(_MAP)
    shown_study.forget(_RATES)


def form() -> Sweep | None:
    """Draws the axes and the settings that all cells share."""
    asked = axes_form.form()
    without = (*axes_form.axes(), *UNUSED)
    base = settings_form.form(mode=NAME, default=Sweep().base, without=without)
    if asked is None or base is None:
        return None
    return axes_form.sweep(base, asked)


def actions(sweep: Sweep | None, *, key: str) -> None:
    """The button that fills the map, or the one that stops."""
    names = (_MAP, _RATES)
    if clicks.taken(_FILL) and sweep is not None:
        fill(sweep)
    if clicks.taken(_FIND) and sweep is not None:
        find_rates(sweep)
    if shown_study.active(*names):
        st.button("Stop", on_click=shown_study.stop, args=names, width="stretch", key=f"stop_{key}")
        return
    clicks.button(
        "Fill the map",
        _FILL,
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


def query(sweep: Sweep) -> dict[str, str]:
    """The shared settings, their steps in any case, and the axes."""
    return sweep.base.to_query() | {"steps": str(sweep.base.steps)} | sweep.to_query()


def shows(sweep: Sweep) -> bool:
    """Whether the stage shows the map of this sweep."""
    run = shown_study.begun(_MAP)
    return run is not None and run.study.digest == sweep.digest


def fill(sweep: Sweep) -> None:
    """Trains the runs of this sweep, or joins those who do; not more than the host allows."""
    if _excess(sweep):
        return  # which stands below the button
    shown_study.begin(_MAP, PhaseMap(sweep), sweep.base.upload)


def find_rates(sweep: Sweep) -> None:
    """Searches for the largest stable learning rate with the settings that all cells share."""
    shown_study.begin(_RATES, StableRates(sweep.base), sweep.base.upload)


def open_cell() -> None:
    """Shows the run of the cell that was clicked in the laboratory."""
    cell, sweep = requested_cell(), st.session_state.get(_SHOWN)
    if cell is None or sweep is None:
        return
    rows, columns, _ = sweep.shape
    if cell.row >= rows or cell.column >= columns:
        return
    settings: Settings = sweep.settings(cell)
    laboratory.start(settings)
    settings_form.fill_in(settings)
    navigation.go(navigation.LABORATORY, opened_from=NAME)
    rerun.soon()


@rerun.fragment
def stage(sweep: Sweep | None) -> None:
    """The map as far as it is known; runs again whenever the browser asks for more."""
    run = shown_study.begun(_MAP)
    rates = shown_study.begun(_RATES)
    session.viewer().watch(run, rates)
    request = last_request()
    if request.ask:
        # The picture stands: the workers may load TensorFlow while the visitor looks around.
        session.engine()
    measure = sweep.measure if sweep is not None else ""
    content = MapContent.recorded() if run is None else _map_of(run, session.engine())
    st.session_state[_SHOWN] = content.sweep
    note = {} if rates is None else _rates_note(rates, session.engine())
    show(content.respond(request, measure) | note, on_cell=open_cell)
    if shown_study.ended_since(_MAP, _RATES):
        rerun.soon()


def _map_of(run: StudyRun[PhaseMap], engine: Engine) -> MapContent:
    """A map that is being filled, or was."""
    networks = 2 * run.study.known.size
    message = shown_study.progress(run, engine, "Filling the map", f"{networks:,} networks trained")
    poll = pause(run.state, engine.viewers)
    return MapContent(run.token, run.version, run.study, run.state, message, poll, run.lock)


def _rates_note(run: StudyRun[StableRates], engine: Engine) -> dict[str, Any]:
    """What the search for the largest stable rates has found, as parts of a message."""
    with run.lock:
        found, shared = run.study.sentence(), run.study.settings
        seeds = run.study.seeds
    note: dict[str, Any] = {"definition": DEFINITION}
    if run.active:
        note["poll"] = pause("running", engine.viewers)
        found = shown_study.progress(run, engine, "Searching for the largest stable rates", "Found")
    elif run.state != "finished":
        found = shown_study.progress(run, engine, "", "")
    else:
        where = f"At initial scale {shared.init_scale:g}, over {seeds} seeds"
        found = f"{where}: {found[0].lower()}{found[1:]}"
    return note | {"note": found}


def _plain(sweep: Sweep) -> Sweep:
    """The sweep without what its axes replace in the settings, as the form has it."""
    default = Sweep().base
    axes = {axis.name: getattr(default, axis.name) for axis in (sweep.x, sweep.y)}
    return Sweep(
        sweep.base.replace(**axes), sweep.x, sweep.y, sweep.seeds, sweep.measure, sweep.target
    )


def _excess(sweep: Sweep) -> str:
    """What is too much about a sweep for this host, in one sentence; empty if nothing is."""
    rows, columns, seeds = sweep.shape
    corners = [Cell(row, column) for row in (0, rows - 1) for column in (0, columns - 1)]
    return shown_study.excess(max(map(sweep.settings, corners), key=cost), rows * columns * seeds)


def _cost(sweep: Sweep) -> str:
    """What filling the map takes, in words."""
    rows, columns, seeds = sweep.shape
    return f"{2 * rows * columns * seeds:,} networks of {sweep.base.steps:,} steps"
