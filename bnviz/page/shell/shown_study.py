"""Shown study: the studies that this session has started, and sentences about their state."""

from collections.abc import Sequence
from typing import Any

from bnviz.engine.engine import Engine
from bnviz.engine.study_runs import StudyRun
from bnviz.page.forms import own_data
from bnviz.page.shell import notices, session
from bnviz.page.shell.shown_run import still_trained, waiting
from bnviz.page.shell.state import state
from bnviz.studies.study import Block, Study


def start(name: str, study: Study, upload: str) -> None:
    """Starts a study, or joins the same one if it is known to the engine.

    Args:
        name: Its name within the session; an earlier study of this name is left.
        study: What to carry out.
        upload: Key of the viewer's own data, if the study uses them.
    """
    viewer = session.viewer()
    viewer.let_go(get(name))
    run = session.engine().study(study, own_data.source(upload), session.origin())
    state.studies[name] = run
    viewer.start(run)
    notices.clear()


def get(name: str) -> StudyRun[Any] | None:
    """The study of this name, if it was started."""
    return state.studies.get(name)


def clear(name: str) -> None:
    """Shows the study of this name no longer."""
    state.studies.pop(name, None)


def stop(*names: str) -> None:
    """Stops studies for this viewer, and altogether unless others watch them."""
    for name in names:
        run = get(name)
        if run is not None:
            session.viewer().stop(run)


def active(*names: str) -> bool:
    """Whether any of these studies is queued or running."""
    return any(map(session.is_active, map(get, names)))


def excess(architectures: Sequence[Block], runs: int) -> str:
    """Why a study is too much for this host, in one sentence; empty if it is not.

    Args:
        architectures: A block of each architecture.
        runs: How many runs it has.
    """
    data = own_data.source(architectures[0].settings[0].upload)
    pace = session.pace()
    return session.limits().excess_of_many(architectures, runs, data, pace=pace)


def progress(run: StudyRun[Any], engine: Engine, doing: str, done: str) -> str:
    """The state of a study, in one sentence.

    Args:
        run: The study.
        engine: The engine that carries it out.
        doing: Begins the sentence while it is running.
        done: Begins the sentence once it is finished.
    """
    share = run.progress
    match session.viewer().state(run):
        case "queued":
            return waiting(run, engine)
        case "running":
            left = run.seconds * (1 - share) / share if share else 0.0
            about = f", about {max(1, round(left))} s left" if share else ""
            return f"{doing}: {100 * share:.0f} % done{about}."
        case "finished":
            return f"{done} in {run.seconds:.1f} s."
        case "stopped" if run.active:
            return still_trained(run)
        case "stopped":
            return f"Stopped at {100 * share:.0f} %; training can continue from there."
        case _:
            return run.error
