"""Events: what happened in a run and when, found in its frames alone.

A layer falls ill (its values saturate, its neurons die, its gradient vanishes or explodes), an arm
reaches a high accuracy, an arm diverges. An illness counts from the first frame at which it lasts
for `MIN_FRAMES` frames, so that the noise of single batches makes no event and an event that was
found in a growing run stays.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bnviz.findings import comparison
from bnviz.findings.wording import percent, with_arm
from bnviz.interventions import LEARNING_RATE
from bnviz.recording import Recording

#: Frames for which an illness must last: about 1.5 % of a run.
MIN_FRAMES = 5
#: Share of a layer's values at the ends of their range above which it is saturated: most of it no
#: longer passes a gradient on.
SATURATED_SHARE = 0.5
#: Share of a layer's neurons that answer no example above which they are said to die. A few are
#: usual in a healthy ReLU network; a quarter is lost capacity.
DEAD_SHARE = 0.25
#: How many times smaller, or larger, than the output layer's the gradient of a hidden layer is
#: where it vanishes, or explodes. With one learning rate for all layers such a layer stands still,
#: or is thrown about, while the output learns; layers of healthy networks are within about 20.
GRADIENT_RATIO = 100.0
#: Share of the loss below which a gradient vanishes whatever the output layer's is. The gradient
#: of the cross-entropy shrinks with the loss, so that a network that has learnt is not ill; below
#: this share an update is lost in the rounding of single precision.
LOST_SHARE = 1e-6
#: L2 norm above which a gradient explodes whatever the output layer's is. Usual gradient clipping
#: allows 1 to 10.
HUGE_NORM = 1e3
#: Validation accuracy that is an event.
HIGH_ACCURACY = 0.9
#: Share of the validation loss by which it may differ around a change that keeps the function.
JUMP = 0.01
#: Layers of one arm that have an event each of the same kind; more share one.
MAX_LAYERS = 8
#: The illnesses of a layer.
SYMPTOMS = ("saturated", "dead", "vanishing", "exploding")


@dataclass(frozen=True)
class Event:
    """Something that happened in a run.

    Attributes:
        step: When.
        index: The first frame that shows it.
        arm: In which network, one of `recording.layout.arms`.
        layer: In which hidden layer, counted from 1; None for a network or many layers.
        kind: One of `SYMPTOMS`, "accuracy", "diverged", or "change" (made in mid-run).
        sentence: The event in words, with its numbers.
    """

    step: int
    index: int
    arm: str
    layer: int | None
    kind: str
    sentence: str


def events(recording: Recording) -> tuple[Event, ...]:
    """The events of a run, complete or growing.

    Returns:
        At most one of each arm, layer and kind, by step.
    """
    recording = recording.snapshot()
    if len(recording) == 0:
        return ()
    found = _changes_of_rate(recording)
    for arm in recording.layout.arms:
        found += _of_network(recording, arm)
        found += _changes_of_bn(recording, arm)
        for kind, ill in symptoms(recording, arm).items():
            found += _of_layers(recording, arm, kind, ill)
    return tuple(sorted(found, key=lambda event: event.step))


def symptoms(recording: Recording, arm: str) -> dict[str, NDArray[np.bool_]]:
    """Which layers of an arm are ill at which frames.

    A measure that is no number is no illness, and neither is anything after a divergence.

    Returns:
        By each of `SYMPTOMS`, shape (num_frames, hidden_layers).
    """
    measured = recording.frames[arm]
    norm = measured["gradient_norm"].astype(np.float64)
    hidden, output = norm[:, :-1], norm[:, -1:]
    lost = hidden < LOST_SHARE * measured["train_loss"][:, np.newaxis].astype(np.float64)
    small = (hidden * GRADIENT_RATIO < output) & np.isfinite(output)
    large = (hidden > output * GRADIENT_RATIO) & (output > 0)
    sound = measured["diverged_at"][:, np.newaxis] < 0
    found = (
        measured["saturated"] > SATURATED_SHARE,
        measured["dead"] > DEAD_SHARE,
        small | lost,
        large | (hidden > HUGE_NORM),
    )
    return {kind: ill & sound for kind, ill in zip(SYMPTOMS, found, strict=True)}


def _changes_of_rate(recording: Recording) -> list[Event]:
    """The learning rates set in mid-run, which concern every arm and are marked at the first."""
    found, rate = [], recording.settings.learning_rate
    for change in recording.settings.changes:
        index = recording.index_of(change)
        if change.action != LEARNING_RATE or index >= len(recording):
            continue
        step = int(recording.steps[index])
        sentence = f"Step {step:,}: the learning rate goes from {rate:g} to {change.value:g}."
        found.append(Event(step, index, recording.layout.arms[0], None, "change", sentence))
        rate = change.value
    return found


def _changes_of_bn(recording: Recording, arm: str) -> list[Event]:
    """What was done to an arm's BN in mid-run, and whether its loss jumped."""
    found = []
    for change in recording.settings.changes:
        index = recording.index_of(change)
        if change.action == LEARNING_RATE or index + 1 >= len(recording):
            continue
        before, after = recording.frames[arm]["change_losses"][index + 1].tolist()
        if not math.isfinite(before):
            continue
        step = int(recording.steps[index])
        jumps = "does not jump" if abs(after - before) <= JUMP * before else "jumps"
        sentence = (
            f"Step {step:,}: {_CHANGES[change.action]} {with_arm(arm)}. The loss {jumps}: "
            f"{before:.4g} before, {after:.4g} after."
        )
        found.append(Event(step, index, arm, None, "change", sentence))
    return found


_CHANGES = {
    "insert_bn": "BN is inserted into the network",
    "remove_bn": "BN is taken out of the network",
    "freeze_bn": "the statistics of BN are frozen in the network",
}


def _of_network(recording: Recording, arm: str) -> list[Event]:
    """An arm's high accuracy and divergence."""
    found = []
    name = f"the network {with_arm(arm)}"
    reached = comparison.reached(recording, arm, HIGH_ACCURACY)
    if reached:
        step, index = reached.step, recording.index_at_step(reached.step)
        sentence = f"Step {step:,}: {name} reaches {percent(HIGH_ACCURACY)} validation accuracy."
        found.append(Event(step, index, arm, None, "accuracy", sentence))
    diverged_at = recording.frames[arm]["diverged_at"]
    if (diverged_at >= 0).any():
        index = int((diverged_at >= 0).argmax())
        step = int(diverged_at[index])
        sentence = f"Step {step:,}: {name} diverges, its loss grows beyond all bounds."
        found.append(Event(step, index, arm, None, "diverged", sentence))
    return found


def _of_layers(recording: Recording, arm: str, kind: str, ill: NDArray[np.bool_]) -> list[Event]:
    """The events of one illness in one arm; `ill` has the shape (num_frames, hidden_layers)."""
    steps, over = recording.frames["step"], recording.frames[arm]["diverged_at"] >= 0
    starts = ill & _lasting(ill | over[:, np.newaxis])
    layers = np.flatnonzero(starts.any(axis=0))
    firsts = starts.argmax(axis=0)[layers]
    if len(layers) > MAX_LAYERS:
        index, last = int(firsts.min()), int(firsts.max())
        sentence = (
            f"Step {steps[index]:,}: {_MANY[kind]} {with_arm(arm)}, in layer "
            f"{layers[firsts.argmin()] + 1} first, by step {steps[last]:,} in {len(layers)} of "
            f"{ill.shape[1]} layers."
        )
        return [Event(int(steps[index]), index, arm, None, kind, sentence)]
    return [
        Event(
            step=int(steps[index]),
            index=index,
            arm=arm,
            layer=layer + 1,
            kind=kind,
            sentence=_sentence(recording, arm, kind, index, layer),
        )
        for layer, index in zip(layers.tolist(), firsts.tolist(), strict=True)
    ]


def _lasting(holds: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Whether a condition holds at each frame and the next ones, `MIN_FRAMES` in all."""
    lasting = np.zeros_like(holds)
    count = len(holds) - MIN_FRAMES + 1
    if count > 0:
        lasting[:count] = holds[:count]
        for later in range(1, MIN_FRAMES):
            lasting[:count] &= holds[later : count + later]
    return lasting


#: What happens where many layers fall ill.
_MANY = {
    "saturated": "values saturate",
    "dead": "neurons die",
    "vanishing": "the gradient vanishes",
    "exploding": "the gradient explodes",
}


def _sentence(recording: Recording, arm: str, kind: str, index: int, layer: int) -> str:
    """A layer's illness in words, with the number that shows it."""
    frame = recording.frames[index]
    measured, where = frame[arm], f"layer {layer + 1} {with_arm(arm)}"
    start = f"Step {frame['step']:,}:"
    if kind == "saturated":
        share = percent(measured["saturated"][layer])
        return f"{start} {where} saturates, {share} of its values are at the ends of the range."
    if kind == "dead":
        share = percent(measured["dead"][layer])
        return f"{start} neurons die in {where}, {share} give 0 for every example."
    norm, output = (float(measured["gradient_norm"][place]) for place in (layer, -1))
    happens = f"{start} the gradient {_VERBS[kind]} in {where},"
    ratio = norm / output if output > 0 and math.isfinite(norm) else math.nan
    if kind == "vanishing" and 0 < ratio < 1 / GRADIENT_RATIO:
        return f"{happens} {1 / ratio:,.0f} times smaller than the output layer's."
    if kind == "exploding" and ratio > GRADIENT_RATIO:
        return f"{happens} {ratio:,.0f} times the output layer's."
    return f"{happens} its norm is {norm:.2g}."


_VERBS = {"vanishing": "vanishes", "exploding": "explodes"}
