"""The recording: what was measured at each step, of which networks, in memory and as a file."""

from bnviz.recording.recording import BUNDLED, Recording

__all__ = ["BUNDLED", "Recording"]
