"""SeedsContent: what the curves over many seeds show, and the responses to their requests."""

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any

from bnviz.figures.studies.seeds_figure import READING, seeds_figure
from bnviz.player.request import MapRequest
from bnviz.studies.seeds import SeedBands

_LABEL = "Loss, accuracy and speed-up of both networks over many seeds."
_INVITATION = "One run may be luck. Train many seeds to see which results hold."


@dataclass(frozen=True)
class SeedsContent:
    """What the curves over many seeds show.

    Attributes:
        token: Names the study; another token makes the browser begin anew.
        version: Changes whenever another seed is known.
        bands: The curves so far.
        state: State of the study, as `bnviz.engine.job.State`, or "ready" before any training.
        message: One sentence about the study.
        poll: Milliseconds until the browser's next request; 0 if no more will come.
        lock: Held while `bands` is read.
    """

    token: str
    version: int
    bands: SeedBands
    state: str
    message: str
    poll: int = 0
    lock: AbstractContextManager[Any] = field(default_factory=nullcontext)

    @classmethod
    def empty(cls, bands: SeedBands) -> "SeedsContent":
        """The empty axes of a study that has not been started."""
        return cls(f"none {bands.evaluation_steps[-1]}", 0, bands, "ready", "")

    def respond(self, request: MapRequest) -> dict[str, Any]:
        """Responds to a request with what the browser lacks.

        Args:
            request: The browser's last request.

        Returns:
            A message in JSON types.
        """
        version = f"{self.token} {self.version}"
        message: dict[str, Any] = {
            "token": self.token,
            "version": version,
            "state": self.state,
            "message": self.message,
            "ask": request.ask,
            "poll": self.poll,
        }
        with self.lock:
            message["filled"] = int(self.bands.known.sum())
            headline = _INVITATION if self.state == "ready" else self.bands.sentence()
            message["headline"] = headline
            if request.held != version:
                message["picture"] = {
                    "figure": seeds_figure(self.bands).to_json(),
                    "square": {"share": 0, "more": 0},
                    "reading": READING,
                    "label": f"{_LABEL} {headline}",
                }
        return message
