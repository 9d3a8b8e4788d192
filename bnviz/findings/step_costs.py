"""Step costs: what a training step of each arm costs in a run, and what that makes of a speed-up.

Seconds are steps times what a step costs by itself. The time that a run takes says nothing of an
arm: the other arms train beside it on the same processors.
"""

from collections.abc import Mapping

from bnviz.interventions import BN_CHANGES
from bnviz.recording import Recording


def of_recording(recording: Recording) -> Mapping[str, float]:
    """Returns the processor seconds of a step by arm; empty if `unknown` says why."""
    return {} if unknown(recording) else recording.seconds_per_step


def unknown(recording: Recording) -> str:
    """Returns why steps cannot be turned into seconds, in a few words; empty if they can."""
    if any(change.action in BN_CHANGES for change in recording.settings.changes):
        return "not with changes of BN"
    return "" if recording.seconds_per_step else "not known yet"
