"""What the stage shows of a run, and the sentences about its state."""

import dataclasses
from typing import Any

from bnviz.engine.engine import Engine
from bnviz.engine.job import Job
from bnviz.engine.runs import Run
from bnviz.frames import ARM_LABELS
from bnviz.page.shell.polling import crowded, pause
from bnviz.player.content import StageContent
from bnviz.recording import Recording


def of_run(run: Run, engine: Engine, meanwhile: StageContent | None = None) -> StageContent:
    """The content for a run in its present state; until its first frame, other content.

    Args:
        run: The run.
        engine: The engine that executes it.
        meanwhile: Shown until the first frame, and its view is kept afterwards; the recording that
            comes with the package if None.
    """
    before = meanwhile or StageContent.recorded()
    viewers = engine.viewers
    now: dict[str, Any] = {
        "state": run.state,
        "message": _message(run, engine),
        "poll": pause(run.state, viewers),
        "ahead": not crowded(viewers),
    }
    if len(run.recording) == 0:
        now["message"] += " Meanwhile a recorded run."
        return dataclasses.replace(before, **now)
    return StageContent(run.token, run.recording, view=before.view, **now)


def waiting(job: Job, engine: Engine) -> str:
    """What a queued run or study is waiting for, in one sentence."""
    if engine.status.state != "ready":
        return engine.status.message
    position = job.position()
    if position is None:
        return "The run is about to start."
    return (
        f"All workers are busy: place {position.number} in the queue, about "
        f"{max(1, round(position.seconds))} s."
    )


def _message(run: Run, engine: Engine) -> str:
    match run.state:
        case "queued":
            return waiting(run, engine)
        case "running":
            tenths = int(10 * run.progress)
            done = f"Training both networks: {10 * tenths} % done."
            # The run is waiting for workers that were lost; it has not ended.
            lost = engine.status.state == "unreachable"
            return f"{done} {engine.status.message}" if lost else done
        case "finished":
            return "Trained to the last step."
        case "diverged":
            return f"Trained to the last step; diverged: {_diverged(run.recording)}."
        case "stopped":
            return "Stopped."
        case _:
            return run.error


def _diverged(recording: Recording) -> str:
    frame = recording.frames[-1]
    return " and ".join(
        f"{ARM_LABELS[arm]} at step {frame[arm]['diverged_at']}"
        for arm in recording.layout.arms
        if frame[arm]["diverged_at"] >= 0
    )
