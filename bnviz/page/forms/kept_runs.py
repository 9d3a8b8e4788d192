"""Kept runs: what the viewer's browser keeps across visits, and how it comes back.

A run that the engine trained on data of its own is kept as the parameters of its link, which train
it again: a few bytes, where its file would take megabytes and be read like a stranger's. One that
was opened from a file may be of another version or machine, and one of the viewer's own data lacks
them at the next visit: of those the browser keeps the file.
"""

import math
from collections.abc import Callable

from streamlit.runtime import get_instance

from bnviz.data.bounds import MAX_FILE_BYTES
from bnviz.export.replay_process import ReplayProcessError
from bnviz.page.shell import keep_component, links, rerun, run_files, visit
from bnviz.page.shell.followed_file import TOKEN
from bnviz.page.shell.keep_component import KeptRun
from bnviz.page.shell.visit_run import VisitRun

#: Decimals of the points of a card's curves.
_DECIMALS = 3


def draw(
    shown: str, show_again: Callable[[VisitRun], None], train: Callable[[KeptRun], None]
) -> None:
    """Draws the switch that has the browser keep runs, and those that it keeps.

    Args:
        shown: Token of the run on the stage.
        show_again: Called with a run of this visit that the viewer opens.
        train: Called with one of another visit that the viewer opens, if it is kept as a link.
    """
    # What a followed file holds would be another run each time.
    runs = tuple(run for run in visit.here().runs if run.token != TOKEN)
    on_stage = next((run.kept_as for run in runs if run.token == shown), "")
    keep_component.draw(
        runs=[_entry(run) for run in runs] if keep_component.keeps() else [],
        has_runs=bool(runs),
        shown=on_stage,
        file=_file(runs),
        on_open=lambda: _open(show_again, train),
    )


def _entry(run: VisitRun) -> dict[str, object]:
    """What the browser keeps of a run, but for its file."""
    return {
        "id": run.kept_as,
        "name": run.name,
        "curves": [
            {"colour": colour, "points": [_point(each) for each in points]}
            for colour, points in run.curves.items()
        ],
        "query": None
        if run.content or run.settings is None
        else links.of_run(run.settings.to_query()),
    }


def _point(value: float) -> float | None:
    return round(float(value), _DECIMALS) if math.isfinite(value) else None


def _file(runs: tuple[VisitRun, ...]) -> dict[str, str] | None:
    """Where the browser finds the file of the run that it wants; None if it wants none."""
    wanted = keep_component.wanted() if keep_component.keeps() else ""
    run = next((run for run in runs if run.content and run.content == wanted), None)
    if run is None:
        return {"id": wanted, "url": ""} if wanted else None
    recording = visit.recording_of(run)
    if recording is None:
        return {"id": wanted, "url": ""}
    try:
        data = run_files.kept_copy(recording)
    except ReplayProcessError:
        data = b""
    if not 0 < len(data) <= MAX_FILE_BYTES:  # or it could not be opened again
        return {"id": wanted, "url": ""}
    # Until the script of the whole page runs again.
    address = get_instance().media_file_mgr.add(data, run_files.ZIP, "bnviz kept run")
    return {"id": wanted, "url": address}


def _open(show_again: Callable[[VisitRun], None], train: Callable[[KeptRun], None]) -> None:
    kept = keep_component.opened()
    here = next((run for run in visit.here().runs if run.kept_as == kept.kept_as), None)
    if here is not None:
        show_again(here)
    elif kept.query:
        train(kept)
    # The player may have asked for something at the same time.
    rerun.request()
