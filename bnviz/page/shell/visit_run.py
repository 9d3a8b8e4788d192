"""VisitRun: a run that a viewer can show again, or that `bnviz show` has brought along."""

import hashlib
from dataclasses import dataclass

from bnviz.recording import Recording
from bnviz.settings import Settings

#: Longest name of a run, in characters.
MAX_NAME = 60


@dataclass(frozen=True)
class VisitRun:
    """A run that was opened from a file.

    Attributes:
        token: Tells it from all others.
        name: What the viewer calls it; text of a stranger, never markup.
        recording: Its frames.
    """

    token: str
    name: str
    recording: Recording

    @classmethod
    def opened(cls, name: str, data: bytes, recording: Recording) -> "VisitRun":
        """The run of a file.

        Args:
            name: File name.
            data: Content of the file.
            recording: What was read of it.
        """
        return cls(f"opened {hashlib.sha256(data).hexdigest()[:32]}", named(name), recording)

    @property
    def settings(self) -> Settings:
        """What was run."""
        return self.recording.settings


def named(text: str) -> str:
    """A name of one line that is not too long."""
    return " ".join(text.split())[:MAX_NAME] or "a recording"
