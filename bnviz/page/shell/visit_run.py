"""VisitRun: a run that a viewer can show again."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from bnviz.lesson import presets
from bnviz.recording import Recording
from bnviz.recording.described import described
from bnviz.settings import Settings
from bnviz.settings.choices import UPLOAD

#: Longest name of a run, in characters.
MAX_NAME = 60


@dataclass(frozen=True)
class VisitRun:
    """A run that was trained, or opened from a file, in a visit.

    Attributes:
        token: Tells it from all others; of a run that was trained the digest of its settings.
        name: What the viewer calls it; text of a stranger, never markup.
        settings: What was run; None if its networks are not the laboratory's.
        curves: Points of its picture by colour, see `presets.curves_of`.
        recording: Its frames, if it was opened from a file; those of a run that was trained are
            the engine's, which trains it again if it has dropped them.
        content: Names what was run and recorded, whichever file it came from; empty for a run that
            anybody's browser can have trained again, which its settings name.
        grows: Whether further frames are to come to its file.
    """

    token: str
    name: str
    settings: Settings | None
    curves: Mapping[str, Sequence[float]] = field(repr=False)
    recording: Recording | None = None
    content: str = ""
    grows: bool = False

    @property
    def kept_as(self) -> str:
        """Names it among the runs that a browser keeps across visits."""
        return self.content or self.token

    @classmethod
    def opened(cls, name: str, data: bytes, recording: Recording) -> "VisitRun":
        """The run of a file.

        Args:
            name: File name.
            data: Content of the file.
            recording: What was read of it.
        """
        token = f"opened {hashlib.sha256(data).hexdigest()[:32]}"
        return cls(
            token,
            named(name),
            recording.header.settings,
            _curves(recording),
            recording,
            _content(recording),
        )

    @classmethod
    def trained(cls, name: str, recording: Recording) -> "VisitRun":
        """A run that was trained to its end.

        Args:
            name: What it is called at first.
            recording: Of the run; it is not kept.
        """
        settings = recording.settings
        content = _content(recording) if settings.dataset == UPLOAD else ""
        return cls(settings.digest, named(name), settings, _curves(recording), content=content)

    @property
    def about(self) -> str:
        """Data, networks and training in a line; text of a stranger, never markup."""
        if self.recording is not None:
            return self.recording.header.about
        return "" if self.settings is None else described(self.settings)

    @property
    def fits_form(self) -> bool:
        """Whether the form can hold what was run: settings, of data that any page has."""
        return self.settings is not None and self.settings.dataset != UPLOAD

    @property
    def frame_bytes(self) -> int:
        """Bytes of the frames that are kept with it."""
        return 0 if self.recording is None else self.recording.frames.nbytes


def _curves(recording: Recording) -> Mapping[str, Sequence[float]]:
    (curves,) = presets.curves_of({"": recording}).values()
    return {recording.header.arm(name).colour: points for name, points in curves.items()}


def _content(recording: Recording) -> str:
    digest = hashlib.sha256(recording.header.digest.encode())
    digest.update(np.ascontiguousarray(recording.frames).view(np.uint8).data)
    return f"recorded {digest.hexdigest()[:32]}"


def named(text: str) -> str:
    """A name of one line that is not too long."""
    return " ".join(text.split())[:MAX_NAME] or "a recording"
