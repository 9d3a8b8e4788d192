"""Alignment: the frames of another run at the accuracies that a run has reached."""

import dataclasses
from typing import Any

import numpy as np

from bnviz.recording import Recording

_REACHED = "validation_accuracy"


def by_accuracy(recording: Recording, other: Recording) -> Recording:
    """Returns what another run was when it first had the accuracies of a run.

    Frame i has the step of the run's frame i. Of each network it has the measures that it had at
    its first recorded step with at least the validation accuracy that the run's network which it is
    compared with has in frame i. Where it never had that, and of a network that the run lacks, all
    numbers are NaN and all counts 0.

    Args:
        recording: The run, complete or growing; frames of a longer one are the same.
        other: The other run; its detail is left out.
    """
    overview = other.layout.overview
    theirs = np.frombuffer(other.slice(0, len(other), overview), overview.dtype)
    ours = recording.frames
    frames = np.zeros(len(ours), overview.dtype)
    frames["step"] = ours["step"]
    for arm in overview.arms:
        frames[arm] = _unknown(overview.dtype[arm])
        own = other.header.counterpart(arm, recording.header)
        if own is not None and len(theirs):
            best = np.maximum.accumulate(np.nan_to_num(theirs[arm][_REACHED], nan=-np.inf))
            first = np.searchsorted(best, ours[own][_REACHED])
            reached = first < len(best)
            frames[arm][reached] = theirs[arm][first[reached]]
    # No settings train this.
    header = dataclasses.replace(
        other.header, steps=recording.header.steps, changes=(), settings=None
    )
    aligned = Recording(header, detail=False)
    aligned.extend(0, frames.tobytes())
    return aligned


def _unknown(dtype: np.dtype[Any]) -> Any:
    """The measures of a network of which nothing is known, of a structured dtype."""
    values = np.zeros((), dtype)
    for name in dtype.names or ():
        if dtype[name].base.kind == "f":
            values[name] = np.nan
    return values
