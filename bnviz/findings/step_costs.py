"""Step costs: what a training step of each arm costs in a run, and what that makes of a speed-up.

Seconds are steps times what a step costs by itself. The time that a run takes says nothing of an
arm: the other arms train beside it on the same processors.
"""

from collections.abc import Mapping

from bnviz.findings.speed import SpeedUp
from bnviz.findings.wording import listed, number
from bnviz.recording import Recording
from bnviz.recording.header import RecordingHeader
from bnviz.settings.interventions import BN_CHANGES


def of_recording(recording: Recording) -> Mapping[str, float]:
    """Returns the processor seconds of a step by arm; empty if `unknown` says why."""
    return {} if unknown(recording) else recording.seconds_per_step


def unknown(recording: Recording) -> str:
    """Returns why steps cannot be turned into seconds, in a few words; empty if they can."""
    if changed(recording):
        return "not with changes of BN"
    return "" if recording.seconds_per_step else "not known yet"


def changed(recording: Recording) -> bool:
    """Returns whether a change in mid-run gives a network steps of another cost."""
    return any(change.action in BN_CHANGES for change in recording.header.changes)


def speed_up(steps: SpeedUp, costs: Mapping[str, float], arm: str) -> SpeedUp:
    """Returns a speed-up in processor time.

    Args:
        steps: The speed-up of an arm over the first one in steps.
        costs: Seconds of a step by arm, the first arm first.
        arm: The arm.
    """
    first = next(iter(costs.values()))
    return SpeedUp(steps.ratio * first / costs[arm], steps.bound)


def sentence(costs: Mapping[str, float], header: RecordingHeader) -> str:
    """Returns what a step of each of the laboratory's arms costs, in words.

    Args:
        costs: Seconds of a step by arm, the first arm first.
        header: Of the run.
    """
    first = next(iter(costs))
    words = [
        f"{in_words(cost)} {header.arm(arm).with_it}"
        + (f" ({cost / costs[first]:.1f} times)" if arm != first else "")
        for arm, cost in costs.items()
    ]
    return f"a step costs {listed(words)}, in processor time"


def in_words(seconds: float) -> str:
    """Returns a time to two digits in its unit: "67 µs", "1.2 ms", "3 s"."""
    for unit, size in (("µs", 1e-6), ("ms", 1e-3)):
        # What would be rounded to a thousand of a unit is written in the next one.
        if seconds < 999.5 * size:
            return f"{number(seconds / size)} {unit}"
    return f"{number(seconds)} s"
