"""Showing: which recording the stage shows, and the message that brings it there."""

import dataclasses
import hashlib
import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from bnviz import pair
from bnviz.engine.engine import Engine
from bnviz.engine.runs import Run
from bnviz.engine.work import Work
from bnviz.events import events
from bnviz.figures.style import ARM_COLOURS
from bnviz.figures.view import View
from bnviz.figures.views import VIEWS, choices, grown, shown, tabs
from bnviz.frames import ARM_LABELS
from bnviz.interventions import LEARNING_RATE, OF_BN
from bnviz.page.pace import crowded, live, message_bytes, pause
from bnviz.page.player_component import Want, pack
from bnviz.recording import Recording
from bnviz.settings import KINDS
from bnviz.verdict import verdict

#: The run that is shown before anyone has trained.
RECORDED = Path(__file__).parents[2] / "assets" / "default.npz"
#: What was last said of each recording, and at how many frames.
_TOLD: WeakKeyDictionary[Recording, tuple[int, dict[str, Any]]] = WeakKeyDictionary()


@dataclass(frozen=True)
class Showing:
    """What the stage shows.

    Attributes:
        token: Names the recording; another token makes the player start from its first frame.
        recording: What is drawn.
        state: As of `Run`, or "recorded".
        message: One sentence on it, or empty.
        viewers: How many look at something that goes on, all sessions together.
        view: What is shown of it at first; what was shown before if None.
        begin: Step at which the player begins.
        loops: Whether it is played again and again.
    """

    token: str
    recording: Recording
    state: str
    message: str
    viewers: int = 1
    view: View | None = None
    begin: int = 0
    loops: bool = False

    @classmethod
    def recorded(cls) -> "Showing":
        """The recording that comes with the page."""
        message = "A recorded run of the default settings. Press Train both to run yours."
        return cls("recorded", recorded_default(), "recorded", message, loops=True)

    @classmethod
    def of(cls, run: Run, engine: Engine, meanwhile: "Showing | None" = None) -> "Showing":
        """A run as it stands; until its first frame something else.

        Args:
            run: The run.
            engine: That carries it out.
            meanwhile: What is shown until then, and whose view is kept; the recording that comes
                with the page if None.
        """
        before = meanwhile or cls.recorded()
        now: dict[str, Any] = {
            "state": run.state,
            "message": _message(run, engine),
            "viewers": engine.viewers,
        }
        if len(run.recording) == 0:
            now["message"] += " Meanwhile a recorded run."
            return dataclasses.replace(before, **now)
        return cls(run.token, run.recording, view=before.view, **now)

    @property
    def live(self) -> bool:
        """Whether more may come."""
        return live(self.state)

    def answer(self, want: Want) -> bytes:
        """The message that brings the player what it lacks.

        Args:
            want: The player's last question, whichever recording it was about.
        """
        # A run goes on growing while it is answered for.
        recording = self.recording.still()
        new = want.run != self.token
        wanted = self.view if new and self.view is not None else want.view
        view = shown(recording.layout, wanted)
        detail = VIEWS[view.name].detail or (want.detail and not new)
        layout = recording.layout if detail else recording.layout.overview
        first = 0 if new or detail != want.detail else min(want.first, len(recording))
        poll = pause(self.state, self.viewers)
        size = layout.dtype.itemsize
        count = max(1, message_bytes(poll, first * size) // size)
        available = len(recording)
        header: dict[str, Any] = {
            "run": self.token,
            "detail": detail,
            "spare": not crowded(self.viewers),
            "state": self.state,
            "message": self.message,
            "ask": want.ask,
            "loops": self.loops,
            "poll": poll,
            "first": first,
            "available": available,
            "capacity": len(recording.steps),
            "steps": recording.settings.steps,
            "begin": _begin(recording) if self.live else recording.at_step(self.begin),
            **_told(self.recording, recording),
        }
        if first == 0:
            header["schema"] = layout.schema()
        figure_id = self._figure_id(view)
        if new or want.figure != figure_id:
            header["figure"] = self._figure(view, figure_id)
        return pack(header, recording.slice(first, min(first + count, available), layout))

    def _figure_id(self, view: View) -> str:
        """Changes whenever the figure would."""
        whole = f"{view} {grown(self.recording, view)}"
        return f"{self.token} {hashlib.sha256(whole.encode()).hexdigest()[:16]}"

    def _figure(self, view: View, figure_id: str) -> dict[str, Any]:
        recording = self.recording
        layout = recording.layout
        live_figure = VIEWS[view.name].figure(recording, view).to_json()
        return live_figure | {
            "id": figure_id,
            "view": view.to_dict(),
            "tabs": tabs(layout),
            "choices": choices(layout, view),
            "reading": VIEWS[view.name].reading,
            "detail": VIEWS[view.name].detail,
            "cards": {
                "arms": [
                    {"name": arm, "label": ARM_LABELS[arm], "colour": ARM_COLOURS[arm]}
                    for arm in layout.arms
                ],
            },
        }


def _told(recording: Recording, still: Recording) -> dict[str, Any]:
    """What is said of a recording as it stands, found once for all who look at it."""
    known = _TOLD.get(recording)
    if known is None or known[0] != len(still):
        told = {
            "pair": _pair(still),
            "changes": _changes(still),
            "events": _events(still),
            "verdict": verdict(still),
        }
        known = _TOLD[recording] = (len(still), told)
    return known[1]


def _changes(recording: Recording) -> dict[str, Any]:
    """The learning rate at step 0, what is changed in mid-run, and what can be."""
    settings, kind = recording.settings, KINDS[LEARNING_RATE]
    made = [dataclasses.asdict(change) for change in settings.changes]
    rates = [kind.nearest(end) for end in (0.0, 1e9)]
    return {"rate": settings.learning_rate, "rates": rates, "made": made, "of_bn": OF_BN}


def _begin(recording: Recording) -> int:
    """Where the player begins: at the last change in mid-run, before which all is known."""
    changes = recording.settings.changes
    return recording.index_of(changes[-1]) if changes else 0


def _events(recording: Recording) -> list[dict[str, Any]]:
    """The events as they are marked on the time axis."""
    return [
        dataclasses.asdict(event) | {"colour": ARM_COLOURS[event.arm]}
        for event in events(recording)
    ]


def _pair(recording: Recording) -> dict[str, Any]:
    """The target accuracy, when each arm reached it, and the speed-up over the first in words."""
    if len(recording) == 0:
        return {}
    target = pair.target_accuracy(recording)
    times = {name: pair.reached(recording, name, target) for name in recording.layout.arms}
    return {
        "target": target if math.isfinite(target) else None,
        "reached": {name: time.step if time else None for name, time in times.items()},
        "speeds": {
            name: {
                "steps": _speed_up(recording, target, "step", name),
                "seconds": _speed_up(recording, target, "seconds", name),
            }
            for name in recording.layout.arms[1:]
        },
    }


def _speed_up(recording: Recording, target: float, axis: str, name: str) -> str:
    ratio = pair.speed_up(recording, target, axis=axis, slow=recording.layout.arms[0], fast=name)
    return str(ratio) if ratio else ""


@cache
def recorded_default() -> Recording:
    """The recording of the default settings that comes with the page."""
    return Recording.load(RECORDED)


def _message(run: Run, engine: Engine) -> str:
    match run.state:
        case "queued":
            return waiting(run, engine)
        case "running":
            tenths = int(10 * run.progress)
            done = f"Training both networks: {10 * tenths} % done."
            # The run waits for workers that are gone; it is no end of it.
            gone = engine.status.state == "unreachable"
            return f"{done} {engine.status.message}" if gone else done
        case "finished":
            return "Trained to the last step."
        case "diverged":
            return f"Trained to the last step; diverged: {_diverged(run.recording)}."
        case "stopped":
            return "Stopped."
        case _:
            return run.error


def waiting(work: Work, engine: Engine) -> str:
    """What a queued run or study waits for."""
    if engine.status.state != "ready":
        return engine.status.message
    place = work.place()
    if place is None:
        return "The run is about to start."
    return (
        f"All workers are busy: place {place.number} in the queue, about "
        f"{max(1, round(place.seconds))} s."
    )


def _diverged(recording: Recording) -> str:
    frame = recording.frames[-1]
    return " and ".join(
        f"{ARM_LABELS[arm]} at step {frame[arm]['diverged_at']}"
        for arm in recording.layout.arms
        if frame[arm]["diverged_at"] >= 0
    )
