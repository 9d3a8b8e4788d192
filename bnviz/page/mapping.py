"""Mapping: the phase map as a mode of the page: its form, its study, and what a click opens."""

import streamlit as st

from bnviz.limits import cost
from bnviz.page import axes_form, laboratory, orders, redraw, session, sidebar, studies, visit
from bnviz.page.address import Link
from bnviz.page.map_component import asked_cell, last_want, show
from bnviz.page.map_showing import MapShowing, rates_note
from bnviz.phase_map import PhaseMap
from bnviz.settings import Problem, Settings
from bnviz.stability import DEFINITION, StableRates
from bnviz.study import UNUSED
from bnviz.sweep import Cell, Sweep

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
    sidebar.fill_in(sweep.base, mode=NAME)
    axes_form.fill_in(sweep)
    studies.forget(_MAP)
    studies.forget(_RATES)


def form() -> Sweep | None:
    """Draws the axes and the settings that all cells share."""
    asked = axes_form.form()
    without = (*axes_form.axes(), *UNUSED)
    base = sidebar.form(mode=NAME, default=Sweep().base, without=without)
    if asked is None or base is None:
        return None
    return axes_form.sweep(base, asked)


def actions(sweep: Sweep | None, *, key: str) -> None:
    """The button that fills the map, or the one that stops."""
    names = (_MAP, _RATES)
    if orders.taken(_FILL) and sweep is not None:
        fill(sweep)
    if orders.taken(_FIND) and sweep is not None:
        find_rates(sweep)
    if studies.active(*names):
        st.button("Stop", on_click=studies.stop, args=names, width="stretch", key=f"stop_{key}")
        return
    orders.button(
        "Fill the map",
        _FILL,
        type="primary",
        disabled=sweep is None or bool(_excess(sweep)),
        key=f"fill_{key}",
        shortcut="Ctrl+Enter" if key == "wide" else None,
    )
    orders.button(
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
    run = studies.begun(_MAP)
    return run is not None and run.study.digest == sweep.digest


def fill(sweep: Sweep) -> None:
    """Trains the runs of this sweep, or joins those who do; not more than the host allows."""
    if _excess(sweep):
        return  # which stands below the button
    studies.begin(_MAP, PhaseMap(sweep), sweep.base.upload)


def find_rates(sweep: Sweep) -> None:
    """Searches for the largest stable learning rate with the settings that all cells share."""
    studies.begin(_RATES, StableRates(sweep.base), sweep.base.upload)


def open_cell() -> None:
    """Shows the run of the cell that was clicked in the laboratory."""
    cell, sweep = asked_cell(), st.session_state.get(_SHOWN)
    if cell is None or sweep is None:
        return
    rows, columns, _ = sweep.shape
    if cell.row >= rows or cell.column >= columns:
        return
    settings: Settings = sweep.settings(cell)
    laboratory.start(settings)
    sidebar.fill_in(settings)
    visit.go(visit.LABORATORY, opened_from=NAME)
    redraw.soon()


@redraw.fragment
def stage(sweep: Sweep | None) -> None:
    """The map as far as it is known; runs again whenever the browser asks for more."""
    run = studies.begun(_MAP)
    rates = studies.begun(_RATES)
    session.viewer().watch(run, rates)
    want = last_want()
    if want.ask:
        # The picture stands: the workers may load TensorFlow while the visitor looks around.
        session.engine()
    measure = sweep.measure if sweep is not None else ""
    showing = MapShowing.recorded() if run is None else MapShowing.of(run, session.engine())
    st.session_state[_SHOWN] = showing.sweep
    note = {} if rates is None else rates_note(rates, session.engine())
    show(showing.answer(want, measure) | note, on_cell=open_cell)
    if studies.ended_since(_MAP, _RATES):
        redraw.soon()


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
    return studies.excess(max(map(sweep.settings, corners), key=cost), rows * columns * seeds)


def _cost(sweep: Sweep) -> str:
    """What filling the map takes, in words."""
    rows, columns, seeds = sweep.shape
    return f"{2 * rows * columns * seeds:,} networks of {sweep.base.steps:,} steps"
