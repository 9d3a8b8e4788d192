"""Verdict: two or three sentences on what the numbers of a run say.

Each sentence follows from comparisons, so other numbers make it say the opposite: BN is slower,
there is no difference, the inputs drift more with BN.
"""

from bnviz.findings import drift, speed
from bnviz.findings.headline import nothing_yet
from bnviz.findings.health import health, moves
from bnviz.findings.learning import learning
from bnviz.recording import Recording


def verdict(recording: Recording) -> tuple[str, ...]:
    """Returns what the numbers of a run say so far, as plain text.

    Returns:
        One sentence before the second frame. After it one on speed and one more for each later
        part of a run with changes in mid-run; one on drift, unless a network has diverged, the
        kernels of one do not move, or such a change lies between step 0 and the last frame; and
        one on the generalisation gap and problems of layers.
    """
    recording = recording.snapshot()
    if len(recording) < 2:
        return (nothing_yet(recording),)
    changed = speed.num_unchanged(recording) < len(recording)
    # A network whose kernels stand still does not drift less for any reason of interest.
    moved = "" if changed or not moves(recording) else _drift(recording)
    return tuple(filter(None, (*learning(recording), moved, health(recording))))


def _drift(recording: Recording) -> str:
    """Says who moved the values in the last hidden layer; empty if that is not known."""
    words = drift.sentence(recording)
    return words and f"{words}."
