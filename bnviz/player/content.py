"""StageContent: what a player shows, and the responses to its requests."""

import dataclasses
import hashlib
from dataclasses import dataclass
from functools import cache
from typing import Any
from weakref import WeakKeyDictionary

from bnviz.figures.bindings.plane import MAX_BYTE
from bnviz.figures.ghosts import LETTERS, LINES, with_ghosts
from bnviz.figures.view import View
from bnviz.figures.views.catalogue import (
    VIEWS,
    available_view,
    choices,
    figure_version,
    missing,
    tabs,
)
from bnviz.findings import over_seeds, speed, step_costs
from bnviz.findings.events import events
from bnviz.findings.headline import headline
from bnviz.findings.hook import hook
from bnviz.findings.proof import proof
from bnviz.findings.verdict import verdict
from bnviz.findings.wording import percent
from bnviz.player.ghost import Ghost
from bnviz.player.message import frame_bytes, pack
from bnviz.player.request import PlayerRequest
from bnviz.player.seed_strip import seed_strip
from bnviz.recording import BUNDLED, Recording
from bnviz.recording.frame_layout import FrameLayout
from bnviz.recording.frames import NO_ANSWER, NUM_GUESSES
from bnviz.settings.bn_changes import is_removable, offered
from bnviz.settings.interventions import BN_CHANGES, LEARNING_RATE
from bnviz.settings.settings import KINDS

#: The run shown before anyone has trained.
RECORDED = BUNDLED / "default.npz"
#: Findings of each recording with what they follow from, shared by all its viewers: the number of
#: frames, and what a step costs.
_FINDINGS: WeakKeyDictionary[Recording, tuple[object, dict[str, Any]]] = WeakKeyDictionary()


@dataclass(frozen=True)
class StageContent:
    """What a player shows.

    Attributes:
        token: Names the recording; another token makes the player start from its first frame.
        recording: What is drawn.
        state: State of the run, as `bnviz.engine.job.State`, or "recorded".
        message: One sentence about the run, or empty.
        poll: Milliseconds until the player's next request; 0 if nothing more will be known.
        ahead: Whether detail may be sent before a view needs it.
        view: The view at first; None keeps the viewer's own.
        fixed: Whether it is shown in that view alone.
        check: Whether the run is checked on other seeds, as `bnviz.engine.runs.Run.check`.
        check_refusal: Why it is not, as `bnviz.engine.runs.Run.check_refusal`.
        opens_seeds: Whether a click opens the run of another seed.
        linked: Whether the address of the page leads to the recording.
        opened: What of all that the player folds away at first is open, by name.
        begin: Step at which the player begins; a live player begins at the last change.
        loops: Whether playback repeats.
        other: In what the recording is not what the viewer has chosen, in one line; "" if it is.
        presented: Whether it is shown to a class, on a projector.
        awaited: Layout of the run whose first frame replaces the recording, if one does.
        ghosts: What is drawn beside it, at most as many as `figures.ghosts.LETTERS`.
    """

    token: str
    recording: Recording
    state: str
    message: str
    poll: int = 0
    ahead: bool = True
    view: View | None = None
    fixed: bool = False
    opened: tuple[str, ...] = ()
    begin: int = 0
    check: str = "none"
    check_refusal: str = ""
    opens_seeds: bool = False
    linked: bool = True
    loops: bool = False
    other: str = ""
    presented: bool = False
    awaited: FrameLayout | None = None
    ghosts: tuple[Ghost, ...] = ()

    @classmethod
    def recorded(cls, recording: Recording | None = None, *, name: str = "") -> "StageContent":
        """A recording that comes with the package.

        Args:
            recording: The recording; that of the default settings if None.
            name: Tells it from the others; empty for that of the default settings.
        """
        return cls(
            f"recorded {name}".rstrip(),
            recording or recorded_default(),
            "recorded",
            "A recorded run, over and over. Press “Train both” to run your own.",
            loops=True,
            opens_seeds=True,
        )

    def respond(self, request: PlayerRequest, *, repeated: bool = False) -> bytes:
        """Responds to a request with what the player lacks.

        Args:
            request: The player's last request, for this recording or another.
            repeated: Whether this content has responded to the same request before. Then it sends
                no frames again, which may be hundreds of kilobytes; a player that has missed them
                requests them as soon as it reads how many there are.

        Returns:
            A message, as packed by `pack`.
        """
        # The recording may grow in the meantime.
        recording = self.recording.snapshot()
        new = request.run != self.token
        chosen = self.view if (new or self.fixed) and self.view is not None else request.view
        view = available_view(recording.layout, chosen)
        detail = recording.layout.detail and (
            VIEWS[view.name].detail or (request.detail and not new)
        )
        layout = recording.layout if detail else recording.layout.overview
        first = 0 if new or detail != request.detail else min(request.first, len(recording))
        size = layout.dtype.itemsize
        live = self.poll > 0 and not recording.complete
        count = max(1, frame_bytes(self.poll if live else 0, first * size) // size)
        if repeated and not new:
            count = 0
        available = len(recording)
        begin = _begin(recording) if live else recording.index_at_step(self.begin)
        header: dict[str, Any] = {
            "run": self.token,
            "detail": detail,
            "spare": self.ahead and recording.layout.detail,
            "state": self.state,
            "message": self.message,
            "ask": request.ask,
            "loops": self.loops,
            "poll": self.poll,
            "first": first,
            "available": available,
            "capacity": len(recording.steps),
            "steps": recording.header.num_steps,
            "begin": begin,
            "about": recording.header.about,
            **_findings(self.recording, recording, self.check, self.check_refusal),
            "opens_seeds": self.opens_seeds,
            "linked": self.linked,
            "opened": self.opened,
            "fixed": self.fixed,
            "other": self.other,
            "presented": self.presented,
            "missing": missing(recording.layout, chosen.name, self.awaited),
        }
        if first == 0:
            header["schema"] = layout.schema()
            header["usual"] = View().to_dict()
            header["shown"] = _shown(recording)
        if new or request.figure != self._figure_id(chosen):
            header["figure"] = self.figure(chosen)
        parts = [ghost.respond(request, repeated=repeated) for ghost in self.ghosts]
        header["ghosts"] = [
            part | {"letter": LETTERS[place], "line": LINES[place]}
            for place, (part, _) in enumerate(parts)
        ]
        frames = recording.slice(first, min(first + count, available), layout)
        return pack(header, b"".join([frames, *(data for _, data in parts)]))

    def figure(self, chosen: View) -> dict[str, Any]:
        """The figure of a view with all that surrounds it, in JSON types.

        Args:
            chosen: The view; that of the layers is drawn if the recording cannot show it.
        """
        layout = self.recording.layout
        view = available_view(layout, chosen)
        hidden = view != chosen
        figure = VIEWS[view.name].figure(self.recording, view)
        if self.ghosts:
            others = [ghost.recording for ghost in self.ghosts]
            aligned = any(ghost.aligned for ghost in self.ghosts)
            figure = with_ghosts(figure, self.recording, view, others, aligned=aligned)
        return figure.to_json() | {
            "id": self._figure_id(chosen),
            "view": chosen.to_dict(),
            "tabs": tabs(layout),
            "choices": {} if hidden else choices(self.recording, view),
            "reading": "" if hidden else VIEWS[view.name].reading_of(self.recording),
            "detail": VIEWS[view.name].detail,
            "cards": {
                "arms": _arms(self.recording, view),
                "layer": _layer(self.recording, view),
                "layers": self.recording.layout.hidden_layers,
                **_names(self.recording),
            },
        }

    def _figure_id(self, chosen: View) -> str:
        """An id that changes whenever the figure of a view changes."""
        view = available_view(self.recording.layout, chosen)
        version = f"{view} {chosen.name} {figure_version(self.recording, view)}"
        for ghost in self.ghosts:
            version += f" {ghost.token}"
            if not ghost.aligned:  # else its curves run over what the recording's do
                version += f" {figure_version(ghost.recording, view)}"
        return f"{self.token} {hashlib.sha256(version.encode()).hexdigest()[:16]}"


def _arms(recording: Recording, view: View) -> list[dict[str, Any]]:
    """The arms as their cards show them; with costs, these tell seconds in place of steps."""
    costs = step_costs.of_recording(recording) if view.x_axis == "seconds" else {}
    return [
        {
            "name": arm.name,
            "label": arm.label,
            "colour": arm.colour,
            "cost": costs.get(arm.name),
            "with": arm.with_it,
        }
        for arm in recording.header.arms
    ]


def _names(recording: Recording) -> dict[str, Any]:
    """What layers are called in sentences, if not by their numbers."""
    header = recording.header
    return {} if header.settings else {"names": [layer.name for layer in header.layers]}


def _layer(recording: Recording, view: View) -> int:
    """The hidden layer that the view tells of, from 1."""
    layers = recording.layout.hidden_layers
    return min(view.layer, layers) or layers


def _shown(recording: Recording) -> dict[str, Any] | None:
    """The examples whose answers the frames keep; None if there are none of either."""
    if recording.shown is None or not recording.header.keeps_answers:
        return None
    constants = {"guesses": NUM_GUESSES, "no_answer": NO_ANSWER, "max_byte": MAX_BYTE}
    return recording.shown.to_dict() | constants


@cache
def recorded_default() -> Recording:
    """The recording of the default settings that comes with the package."""
    return Recording.load(RECORDED)


def _findings(
    recording: Recording, snapshot: Recording, check: str, refusal: str
) -> dict[str, Any]:
    """What the frames so far show; computed once for all viewers of a recording."""
    known = _FINDINGS.get(recording)
    basis = (len(snapshot), snapshot.seconds_per_step, over_seeds.count(snapshot), check, refusal)
    if known is None or known[0] != basis:
        colours = {arm.name: arm.colour for arm in snapshot.header.arms}
        found: dict[str, Any] = {
            "pair": _pair(snapshot),
            "changes": _changes(snapshot),
            "events": _events(snapshot),
            "hook": [(text, colours.get(arm, "")) for text, arm in hook(snapshot)],
            "headline": headline(snapshot),
            "verdict": verdict(snapshot),
            "seeds": seed_strip(snapshot, check, refusal),
        }
        if snapshot.header.settings is None:
            found["proof"] = proof(snapshot)
        known = _FINDINGS[recording] = (basis, found)
    return known[1]


def _changes(recording: Recording) -> dict[str, Any]:
    """The learning rate at step 0, the changes made in mid-run, and the possible ones, if any."""
    header, kind = recording.header, KINDS[LEARNING_RATE]
    made = [dataclasses.asdict(change) for change in header.changes]
    settings, rates, since = header.settings, [], {}
    if settings is not None:
        rates = [kind.nearest(end) for end in (0.0, 1e9)]
        layers, position = settings.hidden_layers, settings.bn_position
        removable = is_removable(settings.architecture, layers, position)
        arms = [arm.name for arm in header.arms]
        since = offered(arms, header.changes, removable=removable)
    names = dict(BN_CHANGES)
    if "BN" not in (first := header.arms[0]).label:
        names["insert_bn"] = f"insert BN into {first.network}"
    return {
        "rate": header.learning_rate or 0.0,
        "rates": rates,
        "made": made,
        "of_bn": {action: names[action] for action in since},
        "since": since,
    }


def _begin(recording: Recording) -> int:
    """Index of the frame at which a live player begins: the last change in mid-run, or 0."""
    changes = recording.header.changes
    return recording.index_of(changes[-1]) if changes else 0


def _events(recording: Recording) -> list[dict[str, Any]]:
    """The events as they are marked on the time axis."""
    return [
        dataclasses.asdict(event) | {"colour": recording.header.arm(event.arm).colour}
        for event in events(recording)
    ]


def _pair(recording: Recording) -> dict[str, Any]:
    """The target accuracy, when each arm reached it, and its speed-ups over the first as text.

    A target that chance reaches is none; a single network has none.
    """
    if len(recording) == 0:
        return {}
    speeds = speed.of_recording(recording)
    timed = next(iter(speeds.values()), None)
    if timed is None:
        return {}
    arrivals = speed.arrivals(recording, speeds)
    costs = step_costs.of_recording(recording)
    in_seconds = {
        arm: step_costs.speed_up(each.speed_up, costs, arm).in_words("less time", "as long")
        if each.speed_up
        else ""
        for arm, each in speeds.items()
        if costs
    }
    return {
        "target": timed.goal,
        "share": f"{percent(speed.TARGET_SHARE)} of the best",
        "reached": {arm: arrival.step for arm, arrival in arrivals.items()},
        "speeds": {
            arm: each.speed_up.in_words() if each.speed_up else "" for arm, each in speeds.items()
        },
        "speeds_in_seconds": in_seconds,
    }
