"""SeedsContent: what the curves over many seeds show, and the responses to their requests."""

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from bnviz.figures.studies.seeds_figure import READING, seeds_figure
from bnviz.player.request import MapRequest
from bnviz.recording import BUNDLED
from bnviz.studies import seeds_file
from bnviz.studies.seeds import SeedBands

_LABEL = "Loss, accuracy and speed-up of both networks over many seeds."
#: The result shown before anyone has trained.
RECORDED = BUNDLED / "seeds.npz"


@dataclass(frozen=True)
class SeedsContent:
    """What the curves over many seeds show.

    Attributes:
        token: Names the study; another token makes the browser begin anew.
        version: Changes whenever another seed is known.
        bands: The curves so far.
        state: State of the study, as `bnviz.engine.job.State`, or "recorded".
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
    def recorded(cls) -> "SeedsContent":
        """The result that comes with the package."""
        bands = recorded_seeds()
        message = (
            f"A recorded result of the default settings. Press “Train {bands.seeds} seeds” to "
            "train your own."
        )
        return cls("recorded", 0, bands, "recorded", message)

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
            headline = self.bands.sentence()
            message["headline"] = headline
            if request.held != version:
                message["picture"] = {
                    "figure": seeds_figure(self.bands).to_json(),
                    "square": {"share": 0, "more": 0},
                    "reading": READING,
                    "label": f"{_LABEL} {headline}",
                }
        return message


@cache
def recorded_seeds() -> SeedBands:
    """The result of the default settings that comes with the package."""
    return seeds_file.read(RECORDED)
