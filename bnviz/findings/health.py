"""Health: sentences on the generalisation gap and on the problems of layers and networks."""

import math
from collections.abc import Iterable

import numpy as np

from bnviz.findings import comparison, speed, statistics
from bnviz.findings.events import MIN_FRAMES, events, symptoms
from bnviz.findings.learning import name_at
from bnviz.findings.wording import capitalized, hundredths, listed, with_arm
from bnviz.recording import Recording

#: Generalisation gaps that differ by less, in units of the loss, count as equal. Two seeds of the
#: same network differ by more in 8 and 7 % of pairs (without and with BN, 5x32 ReLU at learning
#: rate 0.2) and in 1 and 6 % (3x32 sigmoid at 1; 32 seeds each, digits).
SAME_GAP = 0.1

#: A symptom in words, for one layer and for several.
_NOW = {
    "saturated": ("is saturated", "are saturated"),
    "dead": ("has dead neurons", "have dead neurons"),
    "vanishing": ("gets almost no gradient", "get almost no gradient"),
    "exploding": ("has an exploding gradient", "have exploding gradients"),
}
#: A symptom that has passed, in words.
_PAST = {
    "saturated": "saturated",
    "dead": "lost neurons",
    "vanishing": "got almost no gradient",
    "exploding": "had an exploding gradient",
}


def health(recording: Recording) -> str:
    """Says how the generalisation gaps compare, and which layers have problems."""
    parts = [_gap(recording), _problems(recording)]
    return f"{capitalized('; '.join(part for part in parts if part))}."


def _gap(recording: Recording) -> str:
    """Compares the generalisation gaps, leaving out networks that have learnt nothing."""
    first, arm, *_ = recording.layout.arms
    gaps = {
        name: comparison.arm_result(recording, name).generalisation_gap
        for name in (arm, first)
        if speed.learnt(recording, name)
    }
    if not gaps or not all(math.isfinite(gap) for gap in gaps.values()):
        return ""
    names = {name: name_at(recording, name, len(recording) - 1) for name in gaps}
    by = "" if statistics.alike(recording) else " by different statistics"
    subject = f"the generalisation gap{by}"
    if len(gaps) == 1:
        ((name, gap),) = gaps.items()
        return f"{subject} {names[name]} is {hundredths(gap)}"
    ours, theirs = gaps.values()
    values = f"({hundredths(ours)}, {names[first]} {hundredths(theirs)})"
    if abs(ours - theirs) < SAME_GAP:
        return f"{subject} does not clearly differ {names[arm]} {values}"
    word = "larger" if ours > theirs else "smaller"
    return f"{subject} is {word} {names[arm]} {values}"


def _problems(recording: Recording) -> str:
    """Names the problems at the last frames by arm and layer, else the first one that passed."""
    now = []
    for arm in recording.layout.arms:
        found = []
        diverged_at = comparison.arm_result(recording, arm).diverged_at
        if diverged_at is not None:
            found.append(f"the network diverged at step {diverged_at:,}")
        by_layers: dict[tuple[int, ...], list[str]] = {}
        for kind, affected in symptoms(recording, arm).items():
            layers = tuple((np.flatnonzero(affected[-MIN_FRAMES:].all(axis=0)) + 1).tolist())
            by_layers.setdefault(layers, []).append(_NOW[kind][len(layers) > 1])
        found += [
            f"{_layers(layers)} {listed(words)}" for layers, words in by_layers.items() if layers
        ]
        if found:
            now.append(f"{name_at(recording, arm, len(recording) - 1)} {listed(found)}")
    if now:
        return "; ".join(now)
    past = next((event for event in events(recording) if event.kind in _PAST), None)
    if past is None:
        return "no problems found"
    where = f"layer {past.layer}" if past.layer else "layers"
    return (
        f"no problems now, but {where} {with_arm(past.arm)} {_PAST[past.kind]} "
        f"at step {past.step:,}"
    )


def _layers(numbers: Iterable[int]) -> str:
    """Returns layers in words: "layer 2", "layers 1 to 3 and 5"."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    words: list[str] = []
    for run in runs:
        words += [f"{run[0]} to {run[-1]}"] if len(run) > 2 else map(str, run)
    several = len(runs) > 1 or len(runs[0]) > 1
    return f"layer{'s' if several else ''} {listed(words)}"
