"""Studies: those that this session has begun, and the buttons and sentences that go with them."""

from typing import Any

import streamlit as st

from bnviz.engine.engine import Engine
from bnviz.engine.study_runs import StudyRun
from bnviz.page.forms import own_data
from bnviz.page.shell import notices, session
from bnviz.page.shell.run_content import waiting
from bnviz.settings import Settings
from bnviz.studies.study import Study

_DREW_ACTIVE = "drew_active_study"


def begin(name: str, study: Study, upload: str) -> None:
    """Carries a study out, or joins those who do.

    Args:
        name: What it is called within the session; another one of this name is left.
        study: What to carry out.
        upload: Key of the viewer's own data, if it uses them.
    """
    run = session.engine().study(study, own_data.dataset(upload))
    st.session_state[name] = run
    session.viewer().watch(run)
    notices.clear()


def excess(dearest: Settings, runs: int) -> str:
    """What is too much about so many runs for this host, in one sentence; empty if nothing is.

    Args:
        dearest: Settings of that run of theirs which costs most.
        runs: How many.
    """
    return session.limits().excess_of_many(dearest, runs, own_data.dataset(dearest.upload))


def begun(name: str) -> StudyRun[Any] | None:
    """The study of this name, if it was begun."""
    run: StudyRun[Any] | None = st.session_state.get(name)
    return run


def forget(name: str) -> None:
    """Shows the study of this name no longer."""
    st.session_state[name] = None


def stop(*names: str) -> None:
    """Stops studies for all who look at them."""
    for name in names:
        run = begun(name)
        if run is not None:
            run.stop()


def active(*names: str) -> bool:
    """Whether one of them goes on; notes that buttons were drawn accordingly."""
    found = any(run is not None and run.active for run in map(begun, names))
    st.session_state[_DREW_ACTIVE] = found
    return found


def ended_since(*names: str) -> bool:
    """Whether all have ended since buttons were drawn by `active`."""
    return bool(st.session_state.get(_DREW_ACTIVE)) and not any(
        run is not None and run.active for run in map(begun, names)
    )


def progress(run: StudyRun[Any], engine: Engine, doing: str, done: str) -> str:
    """How far a study is, in one sentence.

    Args:
        run: The study.
        engine: That carries it out.
        doing: What is being done.
        done: What has been done when it is finished.
    """
    share = run.progress
    match run.state:
        case "queued":
            return waiting(run, engine)
        case "running":
            left = run.seconds * (1 - share) / share if share else 0.0
            about = f", about {max(1, round(left))} s left" if share else ""
            return f"{doing}: {100 * share:.0f} % done{about}."
        case "finished":
            return f"{done} in {run.seconds:.1f} s."
        case "stopped":
            return f"Stopped at {100 * share:.0f} %; it can go on from there."
        case _:
            return run.error
