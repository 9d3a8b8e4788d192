"""Drift in words: each part for itself, compared only where both units say the same."""

import itertools

import numpy as np
import pytest

from bnviz.findings import drift
from bnviz.findings.verdict import verdict
from bnviz.recording import Recording
from bnviz.recording.frame_schema import DRIFT_PARTS, IN_STD
from bnviz.settings import Settings

ARMS = ("none", "bn")


def recorded(
    *, version=2, layers=3, frames=4, third="no", deep=False, batch=32, std=(1.0, 1.0), **measures
):
    """A run with the given measures of the last layer, each by arm; all others are 0."""
    settings = Settings(
        hidden_layers=layers, units=2, steps=3, third_arm=third, deep=deep, batch_size=batch
    )
    recording = Recording(settings, version=version)
    built = np.zeros(frames, recording.layout.dtype)
    built["step"] = np.arange(frames)
    for arm in recording.layout.arms:
        built[arm]["diverged_at"] = -1
    for arm, value in zip(ARMS, std, strict=True):
        built[arm]["pre_activation_std"] = value
    for name, values in measures.items():
        for arm, value in zip(recording.layout.arms, values, strict=False):
            if name == "diverged_at":
                built[arm][name] = value
                continue
            built[arm][name][1:, -1] = value
            if f"{name}{IN_STD}" in built[arm].dtype.names:
                at_start = built[arm]["pre_activation_std"][0, -1] or 1.0
                built[arm][f"{name}{IN_STD}"][1:, -1] = value / at_start
    for frame in built:
        recording.append(frame)
    return recording


MOVED = {"drift_previous_layers": (2.0, 0.5), "drift_own_weights": (0.2, 0.9)}


def test_each_part_has_a_sentence_of_its_own():
    text = drift.sentence(recorded(**MOVED))
    assert text == (
        "In this run the values in layer 3 were moved by the layers before it less with BN (0.5 "
        "since step 0, without BN 2) and by its own weights more with BN (0.9 since step 0, "
        "without BN 0.2)"
    )
    assert f"{text}." in verdict(recorded(**MOVED))


@pytest.mark.parametrize(
    ("none", "bn", "words"),
    [(2.0, 0.5, "less with BN"), (0.5, 2.0, "more with BN"), (1, 1.5, "about as far with BN")],
)
@pytest.mark.parametrize("part", ["previous_layers", "own_weights"])
def test_turns_round_with_the_numbers_of_its_own_part_alone(part, none, bn, words):
    others = {"drift_previous_layers": (1, 1), "drift_own_weights": (1, 1)}
    text = drift.sentence(recorded(**others | {f"drift_{part}": (none, bn)}))
    said, other = ("before it", "own weights")[:: 1 if part == "previous_layers" else -1]
    assert f"{said} {words} ({bn:.2g} since step 0, without BN {none:.2g})" in text
    assert f"{other} about as far with BN (1 since step 0, without BN 1)" in text


@pytest.mark.parametrize(("std", "words"), [((0.1, 1.0), "20 "), ((4.0, 1.0), "0.5 ")])
def test_no_network_drifts_more_if_the_units_disagree(std, words):
    text = drift.sentence(recorded(drift_previous_layers=(2.0, 0.9), std=std))
    agree = std == (0.1, 1.0)
    assert ("by the layers before it less with BN" in text) == agree
    assert ("neither counts as more" in text) == (not agree)
    if not agree:
        assert f"0.9 and {words}".strip() in text


def test_a_third_network_is_listed():
    text = drift.sentence(recorded(third="noisy_bn", drift_own_weights=(2.0, 0.5, 7.0)))
    assert "0.5 since step 0, without BN 2, with noisy BN 7" in text


@pytest.mark.parametrize(("batch", "said"), [(1, True), (4, True), (5, False)])
def test_small_batches_are_not_how_the_probe_is_normalized(batch, said):
    text = drift.sentence(recorded(batch=batch, **MOVED))
    assert text.startswith("In this run on the probe") == said
    assert (f"not in batches of {batch}, the values in layer 3" in text) == said


def test_nothing_lies_before_the_first_layer():
    text = drift.sentence(recorded(layers=1, **MOVED))
    assert "before" not in text
    assert "by its own weights more with BN" in text


@pytest.mark.parametrize(
    "measures",
    [
        {"drift_own_weights": (np.nan, 1)},
        {"drift_previous_layers": (1, np.inf)},
        {"diverged_at": (-1, 5)},
    ],
)
def test_is_empty_if_an_arm_has_no_drift(measures):
    assert drift.sentence(recorded(**measures)) == ""


def test_old_recordings_name_what_they_measured():
    text = drift.sentence(recorded(version=1, drift_start=(2.0, 0.5)))
    assert text == (
        "In this run the values in layer 3 were moved, whoever moved them, less with BN (0.5 since "
        "step 0, without BN 2)"
    )
    assert "neither counts as more" in drift.sentence(
        recorded(version=1, drift_start=(2.0, 0.5), std=(0.25, 1.0))
    )
    assert drift.split(recorded(version=1)) is None


SHIFTS = {"gradient_shift": (3.0, 1.0), "relative_gradient_shift": (3.0, 1.0)}


class TestDeepRuns:
    @pytest.mark.parametrize(
        ("none", "bn", "words"),
        [
            (3.0, 1.0, "its gradient shift is smaller (1, without BN 3), so the two"),
            (1.0, 3.0, "but its gradient shift is larger (3, without BN 1), so the two"),
            (1.0, 1.0, "but its gradient shift is about the same (1, without BN 1), so the two"),
        ],
    )
    def test_say_whether_both_meanings_of_shift_agree(self, none, bn, words):
        shifts = dict.fromkeys(SHIFTS, (none, bn))
        text = drift.sentence(recorded(deep=True, **MOVED, **shifts))
        verb = "disagree" if words.startswith("but") else "agree"
        assert f"{words} meanings of internal covariate shift {verb}" in text

    def test_claim_nothing_if_only_the_absolute_shift_differs(self):
        shifts = SHIFTS | {"relative_gradient_shift": (1.0, 1.0)}
        text = drift.sentence(recorded(deep=True, **MOVED, **shifts))
        assert "compare differently" in text
        assert "agree" not in text

    def test_that_do_not_shift_say_nothing_of_it(self):
        shifts = dict.fromkeys(SHIFTS, (0.0, 0.0))
        assert "gradient" not in drift.sentence(recorded(deep=True, **MOVED, **shifts))

    @pytest.mark.parametrize(
        ("moves", "words"),
        [
            (
                (0.1, 0.3),
                ", but by the layers before it more from frame to frame (0.3, without BN 0.1)",
            ),
            ((0.3, 0.1), ""),
            ((0.0, 0.1), ""),
        ],
    )
    def test_say_if_the_last_moves_are_the_opposite(self, moves, words):
        text = drift.sentence(recorded(deep=True, **MOVED, move_previous_layers=moves))
        assert ("frame to frame" in text) == bool(words)
        assert words in text


def test_split_gives_every_layer_of_every_arm():
    recording = recorded(**{f"drift_{part}": (1.0, 2.0) for part, *_ in DRIFT_PARTS})
    found = drift.split(recording)
    assert found.keys() == set(ARMS)
    for arm, (part, *_) in itertools.product(ARMS, DRIFT_PARTS):
        assert found[arm][part] == [0, 0, {"none": 1.0, "bn": 2.0}[arm]]
