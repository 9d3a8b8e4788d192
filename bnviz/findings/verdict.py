"""Verdict: two or three sentences on what the numbers of a run say.

Each sentence follows from comparisons, so other numbers make it say the opposite: BN is slower,
there is no difference, the inputs drift more with BN.
"""

import math
from collections.abc import Iterable

import numpy as np

from bnviz.findings import comparison, drift
from bnviz.findings.events import MIN_FRAMES, events, symptoms
from bnviz.findings.wording import percent, with_arm
from bnviz.frames import ARM_LABELS
from bnviz.recording import Recording

#: Generalisation gaps that differ by less, in units of the loss, count as equal.
SAME_GAP = 0.02

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


def verdict(recording: Recording) -> tuple[str, ...]:
    """Returns what the numbers of a run say so far, as plain text.

    Returns:
        One sentence before the second frame. After it two or three: on speed, on drift (unless a
        network has diverged), and on the generalisation gap and problems of layers.
    """
    recording = recording.snapshot()
    if len(recording) < 2:
        return ("Nothing has happened yet: all networks start from the same weights.",)
    sentences = (_speed(recording), _drift(recording), _health(recording))
    return tuple(sentence for sentence in sentences if sentence)


def _speed(recording: Recording) -> str:
    """Says which arm learns faster in steps, and in seconds if these disagree."""
    arms = recording.layout.arms
    if not any(_learnt(recording, arm) for arm in arms):
        return f"No network has learnt much so far: {_accuracies(recording)}."
    others = [_speed_of(recording, arm, arms[0]) for arm in arms[1:]]
    if not any(others):
        return f"The speed cannot be compared: {_accuracies(recording)}."
    goal = f"to {percent(comparison.target_accuracy(recording))} accuracy"
    when = ", ".join(_arrival(recording, arm) for arm in (*arms[1:], arms[0]))
    return f"{_sentence('; '.join(filter(None, others)))} ({goal}: {when})."


def _speed_of(recording: Recording, arm: str, first: str) -> str:
    """Says how fast an arm learns compared with the first one; empty if that is not known."""
    target = comparison.target_accuracy(recording)
    ratios = [
        (
            comparison.speed_up(recording, target, axis=axis, slow=first, fast=arm),
            comparison.speed_up(recording, target, axis=axis, slow=arm, fast=first),
        )
        for axis in ("step", "seconds")
    ]
    (steps, inverse), (seconds, inverse_seconds) = ratios
    if steps is None:
        return ""
    order = steps.order
    if order == 1:
        words = f"{_name(arm)} learns {steps} as fast in steps"
    elif order == -1:
        needs = f": it needs {inverse} as many steps" if inverse else ""
        words = f"{_name(arm)} learns more slowly{needs}"
    elif steps.bound:
        words = f"{_name(arm)} is {'ahead' if steps.bound == 'more than' else 'behind'}"
    else:
        words = f"{_name(arm)} makes no clear difference in speed"
    if seconds is None or seconds.order in (order, None):
        return words
    if seconds.order == 1:
        return f"{words}, but is {seconds} as fast in seconds"
    if seconds.order == -1:
        return f"{words}, but takes {inverse_seconds} as long in seconds"
    return f"{words}, but about as long in seconds"


def _arrival(recording: Recording, arm: str) -> str:
    """Says after how many steps an arm reached the target."""
    time = comparison.reached(recording, arm, comparison.target_accuracy(recording))
    return f"{comparison.in_words(time, recording)} {with_arm(arm)}"


def _accuracies(recording: Recording) -> str:
    figures = [
        (arm, comparison.arm_result(recording, arm).validation_accuracy)
        for arm in recording.layout.arms
    ]
    return "validation accuracy is " + _listed(
        f"{percent(accuracy)} {with_arm(arm)}"
        if math.isfinite(accuracy)
        else f"undefined {with_arm(arm)}"
        for arm, accuracy in figures
    )


def _drift(recording: Recording) -> str:
    """Says who moved the values in the last hidden layer; empty if that is not known."""
    words = drift.sentence(recording)
    return words and f"{words}."


def _health(recording: Recording) -> str:
    """Says how the generalisation gaps compare, and which layers have problems."""
    parts = [_gap(recording), _problems(recording)]
    return f"{_sentence('; '.join(part for part in parts if part))}."


def _gap(recording: Recording) -> str:
    """Compares the generalisation gaps, leaving out networks that have learnt nothing."""
    first, arm, *_ = recording.layout.arms
    gaps = {
        name: comparison.arm_result(recording, name).generalisation_gap
        for name in (arm, first)
        if _learnt(recording, name)
    }
    if not gaps or not all(math.isfinite(gap) for gap in gaps.values()):
        return ""
    if len(gaps) == 1:
        ((name, gap),) = gaps.items()
        return f"the generalisation gap {with_arm(name)} is {_hundredths(gap)}"
    ours, theirs = gaps.values()
    values = f"({_hundredths(ours)}, {with_arm(first)} {_hundredths(theirs)})"
    if abs(ours - theirs) < SAME_GAP:
        return f"the generalisation gap is about the same {values}"
    word = "larger" if ours > theirs else "smaller"
    return f"the generalisation gap is {word} {with_arm(arm)} {values}"


def _learnt(recording: Recording, arm: str) -> bool:
    """Returns whether an arm has learnt something and not lost it by diverging."""
    accuracy = recording.frames[arm]["validation_accuracy"]
    diverged = comparison.arm_result(recording, arm).diverged_at is not None
    return bool(accuracy[-1] - accuracy[0] >= comparison.MIN_GAIN) and not diverged


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
            f"{_layers(layers)} {_listed(words)}" for layers, words in by_layers.items() if layers
        ]
        if found:
            now.append(f"{with_arm(arm)} {_listed(found)}")
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
    return f"layer{'s' if several else ''} {_listed(words)}"


def _name(arm: str) -> str:
    """Returns an arm as a subject: "BN", "layer norm"."""
    return ARM_LABELS[arm].removeprefix("with ")


def _sentence(words: str) -> str:
    """Capitalizes the first letter."""
    return words[0].upper() + words[1:]


def _hundredths(value: float) -> str:
    """Returns a number with two decimals, never -0.00."""
    return f"{round(value, 2) + 0.0:.2f}"


def _listed(words: Iterable[str]) -> str:
    """Returns words as a list: "a, b and c"."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last
