"""Seeds showing: the message that brings the curves over many seeds to the browser."""

from contextlib import nullcontext
from typing import Any

from bnviz.engine.engine import Engine
from bnviz.engine.studies import StudyRun
from bnviz.figures.seed_bands import READING, seed_bands
from bnviz.page import studies
from bnviz.page.map_component import Want
from bnviz.page.pace import pause
from bnviz.seeds import SeedBands
from bnviz.settings import Settings

_LABEL = "Loss, accuracy and speed-up of both networks over many seeds."
_INVITATION = "One run may be luck. Train many seeds to see what of it is not."


def answer(
    want: Want, run: StudyRun[SeedBands] | None, engine: Engine | None, asked: SeedBands | None
) -> dict[str, Any]:
    """The message that brings the browser what it lacks.

    Args:
        want: The browser's last question.
        run: What is shown; None before anything was trained.
        engine: That carries it out.
        asked: What the form asks for, if that can be run; its empty axes stand until there is more.
    """
    lock: Any = nullcontext()
    if run is None or engine is None:
        bands = asked or SeedBands(Settings())
        token, state, message = f"none {bands.watch[-1]}", "ready", ""
    else:
        bands, lock = run.study, run.lock
        token, state = run.token, run.state
        message = studies.progress(run, engine, "Training", f"{2 * bands.seeds} networks trained")
    version = f"{token} {run.version if run else 0}"
    answered: dict[str, Any] = {
        "token": token,
        "version": version,
        "state": state,
        "message": message,
        "ask": want.ask,
        "poll": pause(state, engine.viewers) if engine is not None else 0,
    }
    with lock:
        answered["filled"] = int(bands.known.sum())
        answered["headline"] = bands.sentence() if run else _INVITATION
        if want.held != version:
            answered["picture"] = {
                "figure": seed_bands(bands).to_json(),
                "square": {"share": 0, "more": 0},
                "reading": READING,
                "label": f"{_LABEL} {answered['headline']}",
            }
    return answered
