"""LivePlayer: the widget that shows a recording in a cell of a notebook while it grows."""

import json
import math
import time
from typing import Any

import anywidget
import traitlets

from bnviz.notebook.framed import LOOK, live_page
from bnviz.notebook.live_figures import LiveFigures
from bnviz.player import BROWSER
from bnviz.player.content import StageContent
from bnviz.player.message import POLL, unpack
from bnviz.player.request import PlayerRequest
from bnviz.recording import Recording

#: Frames for which the player makes room at first; watched trainings have less.
_CAPACITY = 512
#: Memory that they may take in the browser, in bytes; else they come without detail.
_MAX_BYTES = 2**26


class LivePlayer(anywidget.AnyWidget):  # type: ignore[misc]
    """A player that is told all there is, and asks nothing.

    A kernel that trains reads no messages, and not every front end repeats those that it missed. So
    new frames are sent as they come, and all of them whenever they have become twice as many.

    Attributes:
        page: The page in the cell's frame, as HTML.
        look: The style of that frame.
        header: Header of the player's messages, as JSON; empty before the first frame.
        figures: What `LiveFigures` packs.
        film: All frames up to some time: `run`, `first` and `frames`.
    """

    _esm = (BROWSER / "notebook" / "widget.js").read_text(encoding="utf-8")
    page = traitlets.Unicode().tag(sync=True)
    look = traitlets.Unicode(LOOK).tag(sync=True)
    header = traitlets.Unicode().tag(sync=True)
    figures = traitlets.Bytes().tag(sync=True)
    film = traitlets.Dict().tag(sync=True)

    def __init__(self) -> None:
        super().__init__(page=live_page())
        self._shown: Recording | None = None
        self._runs = self._sent = self._kept = 0
        self._capacity = _CAPACITY
        self._figures: LiveFigures | None = None

    def show(self, recording: Recording, *, message: str, live: bool = True) -> bool:
        """Shows a recording that goes on where the one before ended, or another one.

        Args:
            recording: With at least one frame.
            message: What is said of it, in a sentence.
            live: Whether more frames are to come.

        Returns:
            Whether it is another one.
        """
        recording = recording.snapshot()
        content = self._content(recording, message, live=live)
        begins = self._figures is None
        if self._figures is None:
            self._figures = LiveFigures(content, detail=self._detail(recording))
            self._send_figures()
        header, _ = unpack(
            content.respond(PlayerRequest(run=content.token, detail=self._detail(recording)))
        )
        del header["figure"]
        header |= {"spare": False, "available": len(recording)}
        header["capacity"] = self._capacity if live else len(recording)
        self.header = json.dumps(header)
        self._send_frames(recording, live=live)
        self._shown = recording
        return begins

    def draw(self, seconds: float = math.inf) -> None:
        """Draws views that wait: the next one, and others until so many seconds have passed."""
        recording, figures = self._shown, self._figures
        if recording is None or figures is None:
            return
        begun = time.perf_counter()
        content = self._content(recording, "")
        drawn = 0
        while (name := figures.due(recording)) and (
            not drawn or time.perf_counter() - begun < seconds
        ):
            figures.draw(content, name)
            drawn += 1
        if drawn:
            self._send_figures()

    def withdraw(self) -> None:
        """Closes it for good.

        What runs notebooks without a front end saves all widgets it was told of, closed or not.
        """
        with self.hold_sync():
            self.page = self.header = ""
            self.figures = b""
            # Such a buffer is kept until another one has its place.
            self.film = {"frames": b""}
        self.close()

    def _content(self, recording: Recording, message: str, *, live: bool = True) -> StageContent:
        if self._shown is None or not self._goes_on(self._shown, recording):
            while len(recording) > self._capacity:
                self._capacity *= 2
            self._runs += 1
            self._sent = self._kept = 0
            self._figures = None
        return StageContent(
            self._token,
            recording,
            "running" if live else "recorded",
            message,
            poll=POLL if live else 0,
            loops=not live,
        )

    def _goes_on(self, before: Recording, recording: Recording) -> bool:
        """Whether the player can add the frames of a recording to those of the one before."""
        old, new = before.header, recording.header
        return (
            (old.arms, old.layers, old.num_steps) == (new.arms, new.layers, new.num_steps)
            and len(before) <= len(recording) <= self._capacity
            and old.steps[: len(before)] == new.steps[: len(before)]
        )

    def _detail(self, recording: Recording) -> bool:
        return recording.layout.dtype.itemsize * _CAPACITY <= _MAX_BYTES

    def _send_figures(self) -> None:
        if self._figures is not None:
            self.figures = self._figures.packed(self._token)

    @property
    def _token(self) -> str:
        return f"{self.model_id} {self._runs}"

    def _send_frames(self, recording: Recording, *, live: bool) -> None:
        layout = recording.layout if self._detail(recording) else recording.layout.overview
        count = len(recording)
        about: dict[str, Any] = {"run": self._token}
        if not live or count >= 2 * self._kept:
            frames = recording.slice(0, count, layout)
            self.film = about | {"first": 0, "frames": frames}
            self._kept = count
        elif count > self._sent:
            frames = recording.slice(self._sent, count, layout)
            self.send(about | {"first": self._sent}, [frames])
        self._sent = count
