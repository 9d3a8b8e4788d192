"""Report: the figures of a run as text and as JSON."""

import dataclasses
import json
import math
from collections.abc import Mapping
from typing import Any

from bnviz.findings import comparison, drift, over_seeds, speed, statistics, step_costs
from bnviz.findings.speed import Speed
from bnviz.findings.wording import percent, with_arm
from bnviz.recording import Recording
from bnviz.recording.described import layers_of
from bnviz.recording.header import arm_name

#: Measures of an arm in the `history` of the JSON.
_HISTORY = ("validation_accuracy", "validation_loss", "train_loss")
#: What the gap is called, by whether training and validation are by the same statistics.
_GAP = {True: "generalisation gap", False: "gap, other statistics"}


def as_text(recording: Recording, seconds: float) -> str:
    """Returns the figures of a run as text for a terminal, without those of other seeds.

    Args:
        recording: A run with at least one frame.
        seconds: Wall time of the run, including the measuring.
    """
    settings, arms = recording.settings, recording.layout.arms
    labels = [arm.label for arm in recording.header.arms]
    figures = [comparison.arm_result(recording, name) for name in arms]
    speeds = speed.of_recording(recording)
    arrivals = speed.arrivals(recording, speeds)
    rows = [
        ("", labels),
        ("training loss", [f"{arm.train_loss:.4g}" for arm in figures]),
        ("… moving statistics", [f"{arm.train_loss_in_inference:.4g}" for arm in figures]),
        ("validation loss", [f"{arm.validation_loss:.4g}" for arm in figures]),
        (_GAP[statistics.alike(recording)], [f"{arm.generalisation_gap:.4g}" for arm in figures]),
        ("validation accuracy", [f"{arm.validation_accuracy:.1%}" for arm in figures]),
        ("diverged", [_diverged(arm) for arm in figures]),
    ]
    goal = speeds[arms[1]].goal
    if goal is not None:
        rows.insert(-1, (f"to {goal:.1%} accuracy", [str(arrivals[name]) for name in arms]))
    lines = [f"{title:22}" + "".join(f"{cell:>26}" for cell in cells) for title, cells in rows]
    steps = int(recording.frames["step"][-1])
    same = "yes" if recording.certificate.holds else "NO"
    skips = " and in where skips are added" if recording.header.moved_skips else ""
    return "\n".join(
        [
            f"{settings.dataset}, {layers_of(settings, 'x')} "
            f"{settings.activation}, {settings.optimizer} {settings.learning_rate:g}, "
            f"digest {settings.digest}",
            *lines,
            *(_speed(recording, arm, each) for arm, each in speeds.items()),
            *[_target(recording)] * (goal is not None),
            *_costs(recording, speeds),
            f"the arms differ only in their normalization{skips}: {same}",
            f"{steps:,} paired steps in {seconds:.1f} s, {steps / seconds:,.0f} per second",
        ]
    )


def _speed(recording: Recording, arm: str, found: Speed) -> str:
    return (
        f"speed-up in steps {with_arm(recording, arm)}: {found.speed_up or f'none, {found.reason}'}"
    )


def other_seeds_text(recording: Recording) -> str:
    """Says what other seeds show of the second network's speed-up.

    Args:
        recording: A run of which other seeds are known.
    """
    found = over_seeds.speeds(recording)
    range_ = over_seeds.range_of(found)
    tally = over_seeds.speed_tally(found).words({1: "faster", -1: "slower"})
    median = f"{range_}, median {range_.median}; " if range_ else ""
    settings = recording.settings
    who = arm_name(settings, settings.second_arm)
    return (
        f"over {len(found)} seeds: {median}{who} is {tally}\n({over_seeds.scope(recording.header)})"
    )


def _costs(recording: Recording, speeds: Mapping[str, Speed]) -> list[str]:
    """Says what a step costs and what that makes of the speed-up; nothing if it is not known."""
    costs = step_costs.of_recording(recording)
    if not costs:
        return []
    timed = {
        arm: step_costs.speed_up(each.speed_up, costs, arm)
        for arm, each in speeds.items()
        if each.speed_up is not None
    }
    return [
        step_costs.sentence(costs, recording.header),
        *(
            f"speed-up in processor time {with_arm(recording, arm)}: {each}"
            for arm, each in timed.items()
        ),
        *["(steps to the target times what a step costs)"] * bool(timed),
    ]


def _target(recording: Recording) -> str:
    """Says what the target of the speed-up is."""
    unchanged = speed.num_unchanged(recording)
    step = recording.frames["step"][unchanged - 1]
    until = f" up to step {step:,}, the first change" if unchanged < len(recording) else ""
    share = f"{percent(speed.TARGET_SHARE)} of the better network's final accuracy"
    return f"(target: {share}{until})"


def _diverged(arm: comparison.ArmResult) -> str:
    return "no" if arm.diverged_at is None else f"at step {arm.diverged_at:,}"


def as_json(recording: Recording, seconds: float) -> str:
    """Returns the figures and their history as one JSON object; a value that is not finite is null.

    Args:
        recording: A run with at least one frame.
        seconds: Wall time of the run, including the measuring.
    """
    frames, arms, certificate = recording.frames, recording.layout.arms, recording.certificate
    steps, costs = int(frames["step"][-1]), step_costs.of_recording(recording)
    history: dict[str, Any] = {"step": frames["step"].tolist()}
    for name in arms:
        history[name] = {
            measure: [_finite(value) for value in frames[name][measure].tolist()]
            for measure in _HISTORY
        }
    result = {
        "digest": recording.settings.digest,
        "steps": steps,
        "seconds": seconds,
        "steps_per_second": steps / seconds,
        "seconds_per_step": {name: costs.get(name) for name in arms},
        "certificate": {**dataclasses.asdict(certificate), "holds": certificate.holds},
        "drift": _drift_json(recording),
        "seeds": over_seeds.as_json(recording),
        "speed_up": {arm: each.to_json() for arm, each in speed.of_recording(recording).items()},
        "arms": {name: _arm_json(comparison.arm_result(recording, name)) for name in arms},
        "history": history,
    }
    return json.dumps(result, allow_nan=False)


def _drift_json(recording: Recording) -> dict[str, Any] | None:
    """The drift of each layer and its parts; null for a recording without them."""
    found = drift.split(recording)
    return found and {
        arm: {part: [_finite(value) for value in values] for part, values in parts.items()}
        for arm, parts in found.items()
    }


def _arm_json(arm: comparison.ArmResult) -> dict[str, float | int | None]:
    return {
        "train_loss": _finite(arm.train_loss),
        "train_loss_in_inference": _finite(arm.train_loss_in_inference),
        "generalisation_gap": _finite(arm.generalisation_gap),
        "validation_loss": _finite(arm.validation_loss),
        "validation_accuracy": _finite(arm.validation_accuracy),
        "diverged_at": arm.diverged_at,
    }


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
