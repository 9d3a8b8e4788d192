"""Shown run: the run that a mode shows in this session, and what the player shows of it."""

import dataclasses
from typing import Any

from bnviz.engine.engine import Engine
from bnviz.engine.job import ACTIVE, Job, State
from bnviz.engine.runs import Run
from bnviz.page.forms import own_data
from bnviz.page.shell import session
from bnviz.page.shell.polling import crowded, pause
from bnviz.page.shell.state import state
from bnviz.player.content import StageContent
from bnviz.recording import Recording
from bnviz.settings import Settings


def start(mode: str, settings: Settings) -> Run:
    """Starts or joins a run of these settings, and makes it the one that a mode shows.

    The session state holds only its settings: Streamlit keeps that state for minutes after a page
    was closed, and would keep megabytes of frames with it.
    """
    viewer = session.viewer()
    viewer.let_go(viewer.runs.get(mode))
    viewer.replaced.pop(mode, None)
    run = _run_of(settings)
    _show(mode, run)
    return run


def follow(mode: str, settings: Settings) -> str:
    """Starts or joins a live run of these settings, in place of the run that a mode shows.

    Returns:
        Why there can be none now, in one sentence, and then nothing has changed; empty if there is.
    """
    viewer = session.viewer()
    before, run = viewer.runs.get(mode), _run_of(settings, live=True)
    if run.state == "failed":
        return run.error
    if before is not None and before is not run:
        viewer.stop(before)
        if len(before.recording):
            viewer.replaced[mode] = before
    _show(mode, run)
    return ""


def replaced(mode: str) -> StageContent | None:
    """What a live run has replaced and what is shown until its first frame; None if nothing."""
    before = session.viewer().replaced.get(mode)
    return None if before is None else ended(before)


def ended(run: Run) -> StageContent:
    """What the player shows of a run that is not the one that was asked for."""
    return StageContent(run.token, run.recording, run.state, "", opens_seeds=True)


def _show(mode: str, run: Run) -> None:
    """Makes a run the one that a mode shows and that the viewer watches."""
    viewer = session.viewer()
    state.run_settings[mode] = run.settings
    viewer.runs[mode] = run
    viewer.start(run)


def check(run: Run | None, asked: int | str | None) -> None:
    """Has a run checked on other seeds, if the viewer has asked for that."""
    if run is not None and asked == "check":
        session.engine().check(run)


def clear(mode: str) -> None:
    """Makes a mode show no run."""
    state.run_settings.pop(mode, None)
    session.viewer().runs.pop(mode, None)
    session.viewer().replaced.pop(mode, None)


def get(mode: str) -> Run | None:
    """The run that a mode shows; after a lost connection, a run of the same settings."""
    settings = state.run_settings.get(mode)
    if settings is None:
        return None
    runs = session.viewer().runs
    if mode not in runs:
        runs[mode] = session.engine().find(settings.digest) or _run_of(settings)
    return runs[mode]


def _run_of(settings: Settings, *, live: bool = False) -> Run:
    source = own_data.source(settings.upload)
    return session.engine().start(settings, source, session.origin(), live=live)


def content(
    run: Run,
    engine: Engine,
    *,
    meanwhile: StageContent | None = None,
    here: State | None = None,
    opens_seeds: bool = False,
) -> StageContent:
    """What the player shows of a run in its present state.

    Args:
        run: The run.
        engine: The engine that executes it.
        meanwhile: Shown until the first frame, and its view is kept afterwards; None for the
            recording that comes with the package.
        here: The run's state for the viewer, if that is another than for the engine.
        opens_seeds: Whether a click opens the run of another seed.
    """
    before = meanwhile or StageContent.recorded()
    viewers, here = engine.viewers, here or run.state
    now: dict[str, Any] = {
        "state": here,
        "message": _message(run, engine, here),
        "poll": pause(here, viewers, awaited=run.awaits_more, opening=run.is_opening),
        "check": run.check,
        "check_refusal": run.check_refusal,
        "ahead": not crowded(viewers),
    }
    if len(run.recording) == 0:
        kind = "a recorded run" if before.state == "recorded" else "the run before"
        now["message"] += f" Meanwhile, {kind} is shown."
        awaited = run.recording.layout if here in ACTIVE else None
        return dataclasses.replace(before, awaited=awaited, **now)
    return StageContent(run.token, run.recording, view=before.view, opens_seeds=opens_seeds, **now)


def waiting(job: Job, engine: Engine) -> str:
    """What a queued run or study is waiting for, in one sentence."""
    if engine.status.state != "ready":
        return engine.status.message
    position = job.position()
    if position is None:
        return "The run is about to start."
    why = f"All workers are busy: place {position.number} in the queue"
    if position.compiling:
        why = "The networks are being compiled"
    return f"{why}, about {max(1, round(position.seconds))} s to wait."


def still_trained(job: Job) -> str:
    """Says that others go on with what this viewer has stopped, in one sentence."""
    if not job.viewers:
        return "Stopped."
    others = "another viewer" if job.viewers == 1 else f"{job.viewers} other viewers"
    return f"Stopped here; it goes on for {others}."


def _message(run: Run, engine: Engine, here: State) -> str:
    """The state of a run in words."""
    match here:
        case "queued":
            return waiting(run, engine)
        case "running":
            tenths = int(10 * run.progress)
            progress = f"Training: {10 * tenths} % done." if tenths else "Training."
            # A run that has lost its worker has not ended: it waits for another.
            lost = engine.status.state == "unreachable"
            return f"{progress} {engine.status.message}" if lost else progress
        case "finished":
            return "Trained to the last step."
        case "diverged":
            return f"Trained to the last step; diverged: {_diverged(run.recording)}."
        case "stopped" if run.active:
            return still_trained(run)
        case "stopped":
            return "Stopped."
        case _:
            return run.error


def _diverged(recording: Recording) -> str:
    frame = recording.frames[-1]
    return " and ".join(
        f"{arm.label} at step {frame[arm.name]['diverged_at']}"
        for arm in recording.header.arms
        if frame[arm.name]["diverged_at"] >= 0
    )
