"""Events: what happened in a run and when, found from its frames alone.

A layer shows a symptom (its values saturate, its neurons die, its gradient vanishes or explodes,
its kernel does not move), an arm leaves chance late or reaches a high accuracy, or an arm diverges.
A symptom counts once it has lasted `MIN_FRAMES` frames, and is dated to the first of them: noise in
single batches makes no event, and a symptom found in a growing run stays. A gradient that explodes
at step 0 counts at once, because it comes from the initial weights and not from a batch.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bnviz.findings import comparison, speed, statistics
from bnviz.findings.lasting import lasting
from bnviz.findings.learning import name_before
from bnviz.findings.standstill import standstill
from bnviz.findings.wording import percent, with_arm
from bnviz.recording import Recording
from bnviz.settings.interventions import LEARNING_RATE
from bnviz.settings.written_numbers import written

#: A layer is saturated if more than this share of its values is at the ends of their range: most of
#: the layer then passes no gradient on.
SATURATED_SHARE = 0.5
#: Neurons are reported to die if more than this share of a layer outputs 0 for every example. A few
#: dead neurons are usual in a healthy ReLU network; a quarter is lost capacity.
DEAD_SHARE = 0.25
#: The gradient of a hidden layer vanishes, or explodes, if it is this many times smaller, or
#: larger, than the output layer's. All layers share one learning rate, so such a layer hardly
#: moves, or moves wildly, while the output learns. In healthy networks it is within about 20.
GRADIENT_RATIO = 100.0
#: A gradient below this share of the loss vanishes whatever the output layer's is: its update is
#: lost in the rounding of single precision. The bound is relative because the gradient of the
#: cross-entropy shrinks with the loss, and a network that has learnt has no problem.
LOST_SHARE = 1e-6
#: A gradient with a larger L2 norm explodes whatever the output layer's is. Gradient clipping
#: usually allows 1 to 10.
HUGE_NORM = 1e3
#: Validation accuracy that is an event until a run is complete, and where nothing better is known.
#: Afterwards it is the target of the speed-up, which follows from how the run ends.
HIGH_ACCURACY = 0.9
#: Relative difference in validation loss up to which a change counts as keeping the function.
JUMP = 0.01
#: Layers of one arm that get one event each of the same kind; more layers share one event.
MAX_LAYERS = 8
#: The symptoms that a layer can show.
SYMPTOMS = ("saturated", "dead", "vanishing", "exploding", "motionless")


@dataclass(frozen=True)
class Event:
    """Something that happened in a run.

    Attributes:
        step: Training step at which it happened.
        index: Index of the first frame that shows it.
        arm: The network, one of `recording.layout.arms`.
        layer: The hidden layer, counted from 1; None for a whole network or for many layers.
        kind: One of `SYMPTOMS`, or "chance", "accuracy", "diverged" or "change" (made in mid-run).
        sentence: The event in words, with its numbers.
        name: The event in a few words.
    """

    step: int
    index: int
    arm: str
    layer: int | None
    kind: str
    sentence: str
    name: str


def events(recording: Recording) -> tuple[Event, ...]:
    """Returns the events of a run, complete or growing.

    Returns:
        At most one event for each arm, layer and kind, except for changes in mid-run; sorted by
        step.
    """
    recording = recording.snapshot()
    if len(recording) == 0:
        return ()
    found = _changes_of_rate(recording)
    for arm in recording.layout.arms:
        found += _of_network(recording, arm)
        found += _changes_of_bn(recording, arm)
        for kind, affected in symptoms(recording, arm).items():
            found += _of_layers(recording, arm, kind, affected)
    return tuple(sorted(found, key=lambda event: event.step))


def symptoms(recording: Recording, arm: str) -> dict[str, NDArray[np.bool_]]:
    """Returns which layers of an arm show a symptom, and at which frames.

    A missing value is not a symptom, nor is anything after a divergence. The kernel of a layer does
    not move if its update has no logarithm although its gradient is a number: the last step changed
    it by exactly 0, as with BN and batches of one example.

    Returns:
        For each of `SYMPTOMS`, an array of shape (num_frames, hidden_layers).
    """
    measured = recording.frames[arm]
    norm = measured["gradient_norm"].astype(np.float64)
    hidden, output = norm[:, :-1], norm[:, -1:]
    lost = hidden < LOST_SHARE * measured["train_loss"][:, np.newaxis].astype(np.float64)
    small = (hidden * GRADIENT_RATIO < output) & np.isfinite(output)
    large = (hidden > output * GRADIENT_RATIO) & (output > 0)
    moves = np.isfinite(measured["update_ratio"][:, :-1]) | ~np.isfinite(hidden)
    moves |= not recording.header.knows("update_ratio")
    after_start = (recording.frames["step"] > 0)[:, np.newaxis]
    before_divergence = measured["diverged_at"][:, np.newaxis] < 0
    found = (
        measured["saturated"] > SATURATED_SHARE,
        measured["dead"] > DEAD_SHARE,
        small | lost,
        large | (hidden > HUGE_NORM),
        ~moves & after_start,
    )
    return {
        kind: affected & before_divergence for kind, affected in zip(SYMPTOMS, found, strict=True)
    }


def _changes_of_rate(recording: Recording) -> list[Event]:
    """Returns learning rates set in mid-run; they concern all arms and are marked at the first."""
    found, rate = [], recording.header.learning_rate
    for change in recording.header.changes:
        index = recording.index_of(change)
        if change.action != LEARNING_RATE or index >= len(recording):
            continue
        step = int(recording.steps[index])
        new = written(change.value)
        known = "" if rate is None else f" from {written(rate)}"
        sentence = f"Step {step:,}: the learning rate changes{known} to {new}."
        name = f"learning rate {new}"
        found.append(Event(step, index, recording.layout.arms[0], None, "change", sentence, name))
        rate = change.value
    return found


def _changes_of_bn(recording: Recording, arm: str) -> list[Event]:
    """Returns changes made to an arm's BN in mid-run, and whether the loss jumped."""
    found = []
    for change in recording.header.changes:
        index = recording.index_of(change)
        if change.action == LEARNING_RATE or index + 1 >= len(recording):
            continue
        before, after = recording.frames[arm]["change_losses"][index + 1].tolist()
        if not math.isfinite(before):
            continue
        step = int(recording.steps[index])
        jumps = "does not jump" if abs(after - before) <= JUMP * before else "jumps"
        name = name_before(recording, arm, change)
        sentence = (
            f"Step {step:,}: {_CHANGES[change.action]} {name}. The loss "
            f"{jumps}: {written(before, '.4g')} before, {written(after, '.4g')} after."
        )
        rises = jumps == "jumps" and math.isfinite(after)
        if change.action == "remove_bn" and rises and _changes_borders(recording):
            sentence += _BORDERS
        name = _NAMES[change.action]
        found.append(Event(step, index, arm, None, "change", sentence, name))
    return found


def _changes_borders(recording: Recording) -> bool:
    """Whether removing BN changes what convolutions compute at the border of images."""
    header = recording.header
    after = header.settings is not None and header.settings.bn_position == "after"
    return header.convolves and after and len(header.layers) > 1


#: Why a network of convolutions does not compute the same without BN after the activation.
_BORDERS = (
    " BN after the activation goes into the next convolution, which then differs at the border of "
    "images: the zeros that pad them are not shifted."
)
#: What a change does to BN, and a symptom to a layer, in a few words.
_NAMES = {
    "insert_bn": "BN inserted",
    "remove_bn": "BN removed",
    "freeze_bn": "statistics frozen",
    "saturated": "saturates",
    "dead": "loses neurons",
    "vanishing": "gets no gradient",
    "exploding": "gradient explodes",
    "motionless": "does not move",
}
_CHANGES = {
    "insert_bn": "BN is inserted into the network",
    "remove_bn": "BN is removed from the network",
    "freeze_bn": "the moving statistics are frozen in the network",
}


def _accuracy_mark(recording: Recording) -> tuple[float, str]:
    """Returns the accuracy that is an event, and what it is in words."""
    if recording.complete and not recording.header.changes:
        timed = next(iter(speed.of_recording(recording).values()), None)
        goal = None if timed is None else timed.goal
        if goal is not None:
            return goal, f"{percent(speed.TARGET_SHARE)} of the best at the end"
    return HIGH_ACCURACY, "a fixed mark"


def _of_network(recording: Recording, arm: str) -> list[Event]:
    """Returns an arm's events of leaving chance late, of high accuracy and of divergence."""
    found = []
    name = recording.header.arm(arm).network
    stood = standstill(recording, arm)
    if stood and stood.left_at is not None:
        step = int(recording.steps[stood.left_at])
        sentence = f"Step {step:,}: {name} leaves chance; it {stood}."
        at_last = f"{with_arm(recording, arm)} leaves chance"
        found.append(Event(step, stood.left_at, arm, None, "chance", sentence, at_last))
    mark, explained = _accuracy_mark(recording)
    reached = comparison.reached(recording, arm, mark)
    if reached:
        step, index = reached.step, recording.index_at_step(reached.step)
        sentence = (
            f"Step {step:,}: {name} reaches {percent(mark)} validation accuracy ({explained})."
        )
        accurate = f"{with_arm(recording, arm)} {percent(mark)}"
        found.append(Event(step, index, arm, None, "accuracy", sentence, accurate))
    diverged_at = recording.frames[arm]["diverged_at"]
    if (diverged_at >= 0).any():
        index = int((diverged_at >= 0).argmax())
        step = int(diverged_at[index])
        sentence = f"Step {step:,}: {name} diverges; its loss grows without bound."
        lost = f"{with_arm(recording, arm)} diverges"
        found.append(Event(step, index, arm, None, "diverged", sentence, lost))
    return found


def _of_layers(
    recording: Recording, arm: str, kind: str, affected: NDArray[np.bool_]
) -> list[Event]:
    """Returns an arm's events of one symptom; `affected` has shape (num_frames, hidden_layers)."""
    steps, diverged = recording.frames["step"], recording.frames[arm]["diverged_at"] >= 0
    starts = affected & lasting(affected | diverged[:, np.newaxis])
    if kind == "exploding":
        starts[0] |= _worst_at_start(recording, arm, affected[0])
    layers = np.flatnonzero(starts.any(axis=0))
    firsts = starts.argmax(axis=0)[layers]

    def name_of(layer: int) -> str:
        return recording.header.layers[layer].name

    if len(layers) > MAX_LAYERS:
        index, last = int(firsts.min()), int(firsts.max())
        sentence = (
            f"Step {steps[index]:,}: {_MANY[kind]} {with_arm(recording, arm)}, first in "
            f"{name_of(layers[firsts.argmin()])}, and by step {steps[last]:,} in {len(layers)} of "
            f"{affected.shape[1]} layers."
        )
        sentence, name = map(recording.header.of_channels, (sentence, _MANY[kind]))
        return [Event(int(steps[index]), index, arm, None, kind, sentence, name)]
    return [
        Event(
            step=int(steps[index]),
            index=index,
            arm=arm,
            layer=layer + 1,
            kind=kind,
            sentence=_sentence(recording, arm, kind, index, layer),
            name=f"{name_of(layer)} {recording.header.of_channels(_NAMES[kind])}",
        )
        for layer, index in zip(layers.tolist(), firsts.tolist(), strict=True)
    ]


def _worst_at_start(
    recording: Recording, arm: str, affected: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Returns which layer has the largest of the gradients that explode at step 0, as a mask.

    With BN, the gradient of a deep plain network grows by a factor from layer to layer towards the
    input at step 0 (Yang et al. 2019, "A mean field theory of batch normalization"), and falls with
    the first steps.
    """
    norm = np.where(affected, recording.frames[arm]["gradient_norm"][0, :-1], -np.inf)
    worst: NDArray[np.bool_] = affected & (np.arange(len(norm)) == norm.argmax())
    return worst


#: Symptoms in words, for many layers at once.
_MANY = {
    "saturated": "values saturate",
    "dead": "neurons die",
    "vanishing": "the gradient vanishes",
    "exploding": "the gradient explodes",
    "motionless": "kernels do not move",
}


def _sentence(recording: Recording, arm: str, kind: str, index: int, layer: int) -> str:
    """Returns a layer's symptom in words, with the number that shows it."""
    frame = recording.frames[index]
    measured, where = (
        frame[arm],
        f"{recording.header.layers[layer].name} {with_arm(recording, arm)}",
    )
    start = f"Step {frame['step']:,}:"
    if kind == "saturated":
        share = percent(measured["saturated"][layer])
        return f"{start} {where} saturates: {share} of its values are at the ends of the range."
    if kind == "dead":
        share = percent(measured["dead"][layer])
        every = "every example"
        if recording.header.settings is None:  # whose probes may be small
            every = f"all {statistics.probe_size(recording)} measured examples"
        neurons = recording.header.of_channels("neurons")
        every += _at_positions(recording, layer)
        return f"{start} {neurons} die in {where}: {share} output 0 for {every}."
    if kind == "motionless":
        return f"{start} the kernel of {where} does not move: its update is exactly 0."
    norm, output = (float(measured["gradient_norm"][place]) for place in (layer, -1))
    happens = f"{start} the gradient {_VERBS[kind]} in {where};"
    ratio = norm / output if output > 0 and math.isfinite(norm) else math.nan
    if kind == "vanishing" and 0 < ratio < 1 / GRADIENT_RATIO:
        return f"{happens} it is {1 / ratio:,.0f} times smaller than the output layer's."
    if kind == "exploding" and ratio > GRADIENT_RATIO:
        return f"{happens} it is {ratio:,.0f} times the output layer's."
    return f"{happens} its norm is {written(norm, '.2g')}."


def _at_positions(recording: Recording, layer: int) -> str:
    """At which positions of an example a channel is 0 that is dead, to follow a phrase.

    Up to the sixth version of the measures, and of watched models, it is those that are read.
    """
    header = recording.header
    if header.convolves and header.version > 6 and header.settings is not None:
        return " at every position"
    return " at all positions read" if header.layers[layer].positions > 1 else ""


_VERBS = {"vanishing": "vanishes", "exploding": "explodes"}
