"""Drift in words: how far the values in the last hidden layer moved, and by whose doing.

A distance depends on the scale of the values, which differs between networks. So one network is
said to drift more than another only if it does in the values' own unit and in standard deviations.
"""

import math
from collections.abc import Sequence

import numpy as np

from bnviz.findings import comparison, over_seeds
from bnviz.findings.over_seeds import Tally
from bnviz.findings.statistics import SMALL_BATCH, of_arms
from bnviz.findings.wording import capitalized, number, with_arm
from bnviz.recording import Recording
from bnviz.recording.frame_schema import DRIFT_PARTS, IN_STD

#: Ratio above which one distance, or shift of the gradient, is called larger than another. Among 20
#: seeds of the default experiment, no two runs of the same network differ by more in a distance.
CLEAR_RATIO = 2.0
#: The parts of drift, in words.
_BY_WHOM = {
    "previous_layers": "by the layers before it",
    "own_weights": "by its own weights",
}
_WORDS = {1: "more", -1: "less", 0: "about as far"}
_SIDES = {side: _WORDS[side] for side in (1, -1)}


def split(recording: Recording) -> dict[str, dict[str, list[float]]] | None:
    """Returns the drift of each hidden layer since step 0, in the values' own unit.

    Args:
        recording: A run with at least one frame.

    Returns:
        By arm: "whole", "previous_layers" and "own_weights", each a number for each hidden layer,
        NaN where it is not known; None for a recording of the first version of the measures.
    """
    if not recording.header.splits_drift:
        return None
    last = recording.frames[-1]
    return {
        arm: {part: last[arm][f"drift_{part}"].astype(float).tolist() for part, *_ in DRIFT_PARTS}
        for arm in recording.layout.arms
    }


def sentence(recording: Recording) -> str:
    """Says who moved the values in the last hidden layer, and how far, without a full stop.

    It is empty of a single network, and if one has diverged or has no drift at the last frame.
    """
    arms = recording.layout.arms
    if len(arms) < 2:
        return ""
    if any(comparison.arm_result(recording, arm).diverged_at is not None for arm in arms):
        return ""
    layer, name = recording.layout.hidden_layers, recording.header.layers[-1].name
    if not recording.header.splits_drift:
        text = _pooled(recording)
        words = f"in this run the values in {name} were moved, whoever moved them, {text}"
        return text and capitalized(words)
    # Nothing moves the features, which reach the first layer.
    parts = [part for part in _BY_WHOM if layer > 1 or part == "own_weights"]
    said = [_part(recording, f"drift_{part}", _BY_WHOM[part]) for part in parts]
    if not all(said):
        return ""
    where = "" if over_seeds.count(recording) > 1 else "in this run "
    where += f"{_where(recording)} values in {name}"
    return capitalized(f"{where} were moved {' and '.join(said)}{_last_moves(recording)}")


def _where(recording: Recording) -> str:
    """Says that the probe is not how BN trains, if batches are small; else just "the"."""
    batch, step = recording.header.batch_size, int(recording.frames["step"][-1])
    ways = of_arms(recording, recording.header.moving_arms_between(step, step))
    if batch is None or batch > SMALL_BATCH or not ways:
        return "the"
    return f"on the probe, which {ways} and not in batches of {batch}, the"


def order(recording: Recording, measure: str) -> int | None:
    """Returns how the second arm compares with the first in a drift of the last hidden layer.

    Args:
        recording: A run with at least one frame.
        measure: Name of a drift in the values' own unit.

    Returns:
        1 if it drifts more in both units, -1 if less in both, 0 if about as far in both, else None.
    """
    return _agreeing(_values(recording, measure), _values(recording, f"{measure}{IN_STD}"))


def _part(recording: Recording, measure: str, by_whom: str) -> str:
    own, in_std = (_values(recording, name) for name in (measure, f"{measure}{IN_STD}"))
    tally = over_seeds.drift_tally(recording, measure)
    return _compared(recording, own, in_std, by_whom, tally)


def _pooled(recording: Recording) -> str:
    in_std = _values(recording, "drift_start")
    stds = [recording.frames[0][arm]["pre_activation_std"][-1] for arm in recording.layout.arms]
    own = [value * float(std) for value, std in zip(in_std, stds, strict=True)]
    return _compared(recording, own, in_std, "", None)


def _values(recording: Recording, measure: str) -> list[float]:
    """A measure of the last hidden layer at the last frame, by arm."""
    last = recording.frames[-1]
    return [float(last[arm][measure][-1]) for arm in recording.layout.arms]


def _compared(
    recording: Recording,
    own: Sequence[float],
    in_std: Sequence[float],
    by_whom: str,
    tally: Tally | None,
) -> str:
    """A drift in words: compared where both units say the same, else in both units.

    Args:
        recording: The run.
        own: The drift of each arm in the values' own unit.
        in_std: The same in standard deviations.
        by_whom: Who moved the values, in words.
        tally: What all seeds show; None if they are not known.
    """
    if not all(map(math.isfinite, (*own, *in_std))):
        return ""
    first, arm, *_ = arms = recording.layout.arms
    found = _agreeing(own, in_std)
    values = dict(zip(arms, own, strict=True))
    others = ", ".join(
        f"{with_arm(recording, name)} {number(values[name])}" for name in arms if name != arm
    )
    distances = f"{number(values[arm])} since step 0, {others}"
    if tally is not None:
        seeds = tally.words(_SIDES, none="shows a difference in both units")
        if not tally.decided:
            units = f"in standard deviations {number(in_std[1])}, {with_arm(recording, first)} "
            units += number(in_std[0])
            return f"{by_whom} {distances} ({units}; no clear difference: {seeds})"
        but = "" if tally.agrees else ", but not in this run"
        where = f"{with_arm(recording, arm)}{but}"
        return f"{by_whom} {_WORDS[tally.decided]} {where} ({distances}; {seeds})"
    if found is None:
        stds = dict(zip(arms, map(number, in_std), strict=True))
        return (
            f"{by_whom} {distances} (in standard deviations {stds[arm]} and {stds[first]}, so "
            "neither counts as more)"
        ).strip()
    return f"{by_whom} {_WORDS[found]} {with_arm(recording, arm)} ({distances})".strip()


def _agreeing(one_unit: Sequence[float], other_unit: Sequence[float]) -> int | None:
    """How the second value compares with the first if both units agree, else None."""
    found = {_order(ours, theirs) for theirs, ours, *_ in (one_unit, other_unit)}
    return found.pop() if len(found) == 1 else None


def _order(ours: float, theirs: float) -> int:
    if ours > CLEAR_RATIO * theirs:
        return 1
    return -1 if theirs > CLEAR_RATIO * ours else 0


def _last_moves(recording: Recording) -> str:
    """What else is measured in a deep run: moves from frame to frame, and the gradient shift."""
    if not recording.layout.deep or recording.layout.hidden_layers == 1:
        return ""
    since_start = order(recording, "drift_previous_layers")
    moves = [_typical(recording, f"move_previous_layers{unit}") for unit in ("", IN_STD)]
    text = ""
    now = _agreeing(*moves)
    # A dead layer does not move at all, which must not count as steady.
    if now and since_start is not None and now != since_start and min(moves[0][:2]) > 0:
        how = ("but" if since_start == -now else "and") + _here(recording)
        text = (
            f", {how} by the layers before it {_WORDS[now]} from frame to frame "
            f"({_against(recording, moves[0])})"
        )
    return text + _shift(recording, since_start)


def _shift(recording: Recording, drift_order: int | None) -> str:
    """Says how the gradient shift compares, and whether both meanings of the term agree."""
    absolute, relative = (
        _typical(recording, name) for name in ("gradient_shift", "relative_gradient_shift")
    )
    if not all(map(math.isfinite, (*absolute[:2], *relative[:2]))) or max(absolute[:2]) == 0:
        return ""
    found, here = _agreeing(absolute, relative), _here(recording)
    if found is None:
        return (
            f";{here} its gradient shift ({_against(recording, absolute)}) and the same relative "
            f"to the gradient ({_against(recording, relative)}) compare differently"
        )
    word = {1: "larger", -1: "smaller", 0: "about the same"}[found]
    text = f"its gradient shift is {word} ({_against(recording, absolute)})"
    if drift_order is None:
        return f";{here} {text}"
    agree = found == drift_order
    verb = "agree" if agree else "disagree"
    but = "" if agree else " but"
    return f";{but}{here} {text}, so the two meanings of internal covariate shift {verb}"


def _typical(recording: Recording, measure: str) -> list[float]:
    """The median of a measure of the last hidden layer over the frames after step 0, by arm."""
    found = []
    for arm in recording.layout.arms:
        values = recording.frames[arm][measure][1:, -1]
        finite = values[np.isfinite(values)]
        found.append(float(np.median(finite)) if len(finite) else math.nan)
    return found


def _against(recording: Recording, values: Sequence[float]) -> str:
    """The second arm's number and that of the first: "0.5, without BN 2"."""
    return (
        f"{number(values[1])}, {with_arm(recording, recording.layout.arms[0])} {number(values[0])}"
    )


def _here(recording: Recording) -> str:
    """Says that what follows is measured in this run alone, if what stands before it is not."""
    return " in this run" if over_seeds.count(recording) > 1 else ""
