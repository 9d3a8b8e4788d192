"""Health: sentences on the generalisation gap and on the problems of layers and networks."""

import math
from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from bnviz.findings import comparison, over_seeds, speed, statistics
from bnviz.findings.comparison import SAME_LOSS
from bnviz.findings.events import MAX_LAYERS, events, symptoms
from bnviz.findings.lasting import MIN_FRAMES
from bnviz.findings.learning import name_at
from bnviz.findings.standstill import standstill, waited
from bnviz.findings.wording import capitalized, hundredths, listed, with_arm
from bnviz.recording import Recording
from bnviz.recording.networks import NUMBERED

#: What a gap is called that is larger, or smaller.
_SIZES = {1: "larger", -1: "smaller"}
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
    "motionless": "had a kernel that did not move",
}


def health(recording: Recording) -> str:
    """Says how the generalisation gaps compare, and which layers have problems."""
    parts = [_gap(recording), _problems(recording)]
    return f"{capitalized('; '.join(part for part in parts if part))}."


def moves(recording: Recording) -> bool:
    """Returns whether some kernel of a hidden layer moves in every network at the last frames."""
    return all(
        len(_present(affected["motionless"])) < recording.layout.hidden_layers
        for affected in (symptoms(recording, arm) for arm in recording.layout.arms)
    )


def _present(affected: NDArray[np.bool_]) -> tuple[int, ...]:
    """Returns the layers that show a symptom in all of the last frames, counted from 1."""
    return tuple((np.flatnonzero(affected[-MIN_FRAMES:].all(axis=0)) + 1).tolist())


def _gap(recording: Recording) -> str:
    """Compares the generalisation gaps, leaving out networks that have learnt nothing."""
    first, *others = recording.layout.arms
    arm = others[0] if others else first
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
    results = [comparison.arm_result(recording, name) for name in gaps]
    fits = [each.validation_loss - each.generalisation_gap for each in results]
    if not abs(fits[0] - fits[1]) < SAME_LOSS:
        # A network that fits less closely has less to lose on other examples.
        losses = f"training losses {hundredths(fits[0])} and {hundredths(fits[1])}"
        return f"{subject} {names[arm]} is not compared {values}: {losses}"
    clear = 0 if abs(ours - theirs) < SAME_LOSS else over_seeds.gap_order(ours, theirs)
    tally = over_seeds.gap_tally(recording, over_seeds.gap_order(ours, theirs))
    if tally is None:
        if not clear:
            return f"in this run {subject} does not clearly differ {names[arm]} {values}"
        return f"in this run {subject} is {_SIZES[clear]} {names[arm]} {values}"
    values = f"{values.removesuffix(')')}; {tally.words(_SIZES)})"
    if not tally.decided:
        return f"{subject} does not clearly differ {names[arm]} {values}"
    but = "" if tally.agrees else ", but not in this run"
    return f"{subject} is {_SIZES[tally.decided]} {names[arm]}{but} {values}"


def _problems(recording: Recording) -> str:
    """Names standstills, and the problems at the last frames by arm and layer.

    If there are neither, it names the first problem of a layer that has passed. A standstill is
    named even when it has passed: it is a part of the run, not a moment.
    """
    last = len(recording) - 1
    found = {arm: _of_arm(recording, arm) for arm in recording.layout.arms}
    parts = [
        f"{name_at(recording, arm, last)} {listed(problems)}"
        for arm, problems in found.items()
        if problems
    ]
    stood = [standstill(recording, arm) for arm in recording.layout.arms]
    parts += [f"{with_arm(recording, each.arm)} the network {each}" for each in stood if each]
    if parts:
        return "; ".join(parts)
    past = next((event for event in events(recording) if event.kind in _PAST), None)
    if past is None:
        learnt = any(speed.learnt(recording, arm) for arm in recording.layout.arms)
        smooth = learnt and not waited(recording)
        return "no problems found" if smooth else "no layer shows a problem"
    where = recording.header.layers[past.layer - 1].name if past.layer else "layers"
    return (
        f"no problems now, but {where} {with_arm(recording, past.arm)} "
        f"{recording.header.of_channels(_PAST[past.kind])} at step {past.step:,}"
    )


def _of_arm(recording: Recording, arm: str) -> list[str]:
    """Names an arm's divergence, and the problems of its layers at the last frames."""
    found = []
    diverged_at = comparison.arm_result(recording, arm).diverged_at
    if diverged_at is not None:
        found.append(f"the network diverged at step {diverged_at:,}")
    by_layers: dict[tuple[int, ...], list[str]] = {}
    for kind, affected in symptoms(recording, arm).items():
        layers = _present(affected)
        if not layers:
            continue
        if kind == "motionless":
            found.append(_motionless(recording, arm, layers))
        else:
            words = recording.header.of_channels(_NOW[kind][len(layers) > 1])
            by_layers.setdefault(layers, []).append(words)
    found += [
        f"{_layers(recording, layers)} {listed(words)}" for layers, words in by_layers.items()
    ]
    return found


def _motionless(recording: Recording, arm: str, layers: Collection[int]) -> str:
    """Says that kernels do not move, and with small batches what the probe is beside them."""
    numbers = _layers(recording, layers)
    several = len(layers) > 1
    kernels, do = ("kernels", "do") if several else ("kernel", "does")
    words = f"the {kernels} of {numbers} {do} not move"
    batch = recording.header.batch_size
    step = int(recording.frames["step"][-1])
    by_batches = arm in recording.header.moving_arms_between(step, step)
    if batch is None or not by_batches or batch > statistics.SMALL_BATCH:
        return words
    return (
        f"{words} (drift and gradients are those of the probe, {statistics.probe_size(recording)} "
        f"examples that {statistics.of_arms(recording, [arm])}, unlike a training step with "
        f"batches of {batch})"
    )


def _layers(recording: Recording, numbers: Collection[int]) -> str:
    """Returns layers in words: "layer 2", "layers 1 to 3 and 5", or by their names."""
    names = [recording.header.layers[number - 1].name for number in numbers]
    if not all(name.startswith(NUMBERED) for name in names):
        more = len(names) - MAX_LAYERS
        return listed(names if more < 1 else [*names[:MAX_LAYERS], f"{more} further layers"])
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
