"""Speed: one definition of how many times as fast an arm is, and when there is none."""

import json
import math

import numpy as np
import pytest

from bnviz.findings import speed
from bnviz.findings.speed import CLEAR_SPEED, MIN_GAIN, MIN_STEPS, Arrival, SpeedUp, speeds
from bnviz.recording import Recording
from bnviz.settings import Settings

STEPS = (0, 12, 20, 31, 45, 60, 90)
NONE = [0.1, 0.1, 0.2, 0.3, 0.5, 0.85, 0.8]
BN = [0.1, 0.4, 0.82, 0.7, 0.9, 0.9, 0.9]
#: As the arms are given.
HEALTHY = {"none": -1, "bn": -1}


def found(none=NONE, bn=BN, steps=STEPS, diverged_at=HEALTHY, **options):
    return speeds(steps, {"none": none, "bn": bn}, diverged_at, **options)["bn"]


class TestDefinition:
    def test_is_the_ratio_of_the_first_steps_at_or_above_the_target(self):
        one = found()
        assert one.target == pytest.approx(0.81)
        assert (one.first, one.this) == (Arrival(60, 45), Arrival(20, 12))
        assert (one.speed_up, one.reason) == (SpeedUp(60 / 20, ""), "")

    @pytest.mark.parametrize(("share", "ratio"), [(0.5, 45 / 20), (0.9, 60 / 20)])
    def test_the_target_is_a_share_of_the_better_final_accuracy(self, share, ratio):
        assert found(share=share).target == pytest.approx(share * 0.9)
        assert found(share=share).speed_up.ratio == ratio

    def test_is_the_same_whichever_arm_is_the_better(self):
        turned = found(BN, NONE)
        assert turned.target == found().target
        assert turned.speed_up.ratio == pytest.approx(1 / found().speed_up.ratio)

    def test_all_arms_share_one_target(self):
        arms = {"none": NONE, "bn": BN, "layer_norm": [0.1, 0.1, 0.1, 0.7, 0.7, 1.0, 1.0]}
        every = speeds(STEPS, arms, dict.fromkeys(arms, -1))
        assert {each.target for each in every.values()} == {0.9}
        assert every["bn"].speed_up == SpeedUp(90 / 45, "more than")
        assert every["layer_norm"].speed_up == SpeedUp(90 / 60, "more than")

    def test_an_arm_that_does_not_reach_the_target_bounds_the_ratio(self):
        low = [0.1] * 7
        assert found(low).speed_up == SpeedUp(90 / 20, "more than")
        assert found(low).first == Arrival(None, 90)
        assert found(BN, low).speed_up == SpeedUp(20 / 90, "less than")

    def test_rounding_decides_nothing(self):
        just = np.float32([0.1, 0.1, 0.1, 0.1, 324 / 360, 1, 1])
        assert found(just, np.nextafter(just, np.float32(0))).speed_up == SpeedUp(1.0, "")

    def test_depends_on_the_arrays_alone(self):
        exact, single = found(), found(np.float32(NONE), np.float32(BN))
        assert (exact.first, exact.this) == (single.first, single.this)


class TestNone:
    @pytest.mark.parametrize(
        ("options", "reason"),
        [
            ({"none": [0.1] * 7, "bn": [0.1] * 6 + [0.14]}, "no network has learnt"),
            ({"chance": 0.9}, "no network has learnt"),
            ({"chance": 0.78}, "the target is reached by chance"),
            ({"none": [0.79, *NONE[1:]]}, "the target is reached by chance"),
            ({"bn": [0.79, *BN[1:]]}, "the target is reached by chance"),
            ({"diverged_at": {"none": -1, "bn": 50}}, "with BN has reached the target and lost it"),
            ({"diverged_at": {"none": 80, "bn": -1}}, "without BN has reached the target and lost"),
            ({"none": [*NONE[:6], 0.1]}, "without BN has reached the target and lost it again"),
            ({"steps": (0, 5, 9, 31, 45, 60, 90)}, "fewer than 10 steps"),
            ({"none": [math.nan] * 7, "bn": [math.nan] * 7}, "no accuracy is known"),
        ],
    )
    def test_is_given_where_it_says_nothing_about_learning(self, options, reason):
        one = found(**options)
        assert one.speed_up is None
        assert reason in one.reason

    def test_an_arm_that_diverges_before_the_target_only_bounds_it(self):
        diverged = found([0.1] * 7, diverged_at={"none": 20, "bn": -1})
        assert diverged.speed_up == SpeedUp(90 / 20, "more than")

    def test_a_short_run_has_none(self):
        steps = range(MIN_STEPS)
        bn = [0.1, 0.9, *[0.9] * (MIN_STEPS - 2)]
        assert found([0.1] * MIN_STEPS, bn, steps).reason == "fewer than 10 steps"

    def test_neither_arm_reaches_the_target_of_a_third(self):
        arms = {"none": [0.1] * 7, "bn": [0.3] * 7, "layer_norm": BN}
        every = speeds(STEPS, arms, dict.fromkeys(arms, -1))
        assert every["bn"].reason == "neither network has reached the target"
        assert every["layer_norm"].speed_up is not None

    def test_the_margin_over_chance_is_that_of_having_learnt(self):
        none = [*NONE[:-1], 0.9]
        assert found(none, chance=0.81 - MIN_GAIN - 0.001).speed_up is not None
        assert found(none, chance=0.81 - MIN_GAIN + 0.001).speed_up is None


class TestWords:
    @pytest.mark.parametrize(
        ("bound", "words"), [("", "12.5 times"), ("more than", "more than 12.5 times")]
    )
    def test_a_speed_up(self, bound, words):
        assert str(SpeedUp(12.48, bound)) == words

    @pytest.mark.parametrize(
        ("arrival", "words"),
        [
            (Arrival(1_200, 9), "1,200 steps"),
            (Arrival(1, 0), "1 step"),
            (Arrival(None, 90), "not reached in 90 steps"),
        ],
    )
    def test_an_arrival(self, arrival, words):
        assert str(arrival) == words

    @pytest.mark.parametrize(
        ("ratio", "bound", "order"),
        [
            (1.01 * CLEAR_SPEED, "", 1),
            (0.99 * CLEAR_SPEED, "", 0),
            (1 / (1.01 * CLEAR_SPEED), "", -1),
            (1.01 * CLEAR_SPEED, "more than", 1),
            (0.99 * CLEAR_SPEED, "more than", None),
            (1 / (1.01 * CLEAR_SPEED), "less than", -1),
            (2.0, "less than", None),
        ],
    )
    def test_the_order_of_two_arms(self, ratio, bound, order):
        assert SpeedUp(ratio, bound).order() == order

    @pytest.mark.parametrize(
        ("ratio", "bound", "words"),
        [
            (6.4, "more than", "more than 6.4 times fewer steps"),
            (5.3, "", "5.3 times fewer steps"),
            (1.04, "", "as many steps"),
            (1.04, "more than", "fewer steps"),
            (0.96, "", "as many steps"),
            (0.5, "", "2.0 times as many steps"),
            (0.4, "less than", "more than 2.5 times as many steps"),
        ],
    )
    def test_a_card_tells_a_number_above_1(self, ratio, bound, words):
        assert SpeedUp(ratio, bound).in_words() == words

    def test_json_has_null_for_what_is_not_known(self):
        known = found().to_json()
        assert known["steps"] == [60, 20]
        assert known["ratio"] == 3.0
        assert known["more_than"] is known["less_than"] is known["reason"] is None
        bounded = found([0.1] * 7).to_json()
        assert (bounded["steps"], bounded["ratio"], bounded["more_than"]) == ([None, 20], None, 4.5)
        nothing = found([math.nan] * 7, [math.nan] * 7).to_json()
        assert (nothing["target"], nothing["steps"], nothing["ratio"]) == (None, [None, None], None)
        for each in (known, bounded, nothing):
            json.dumps(each, allow_nan=False)


def recorded(none=NONE, bn=BN, **settings) -> Recording:
    recording = Recording(Settings(hidden_layers=1, units=2, steps=1_000, **settings))
    for index, accuracies in enumerate(zip(none, bn, strict=True)):
        frame = np.zeros((), recording.layout.dtype)
        frame["step"] = recording.steps[index]
        for name, accuracy in zip(("none", "bn"), accuracies, strict=True):
            frame[name]["validation_accuracy"] = accuracy
            frame[name]["diverged_at"] = -1
        recording.append(frame[()])
    return recording


class TestRecording:
    #: They reach the target after the first ten steps.
    LONG = tuple(np.float32([0.1] * 8 + values[1:]) for values in (NONE, BN))

    def test_has_the_speed_of_its_frames(self):
        recording = recorded(*self.LONG)
        assert speed.of_recording(recording)["bn"] == found(*self.LONG, recording.steps[:14])

    def test_has_that_of_the_frames_before_the_first_change(self):
        recording = recorded(*self.LONG)
        step = int(recording.steps[11])
        changed = recorded(*self.LONG, interventions=f"{step}:insert_bn,{step + 1}:freeze_bn")
        before = [values[:12] for values in self.LONG]
        assert speed.of_recording(changed)["bn"] == speed.of_recording(recorded(*before))["bn"]
        assert speed.of_recording(changed)["bn"] != speed.of_recording(recording)["bn"]

    def test_an_arm_has_learnt_if_it_ends_above_chance(self):
        recording = recorded([0.5, 0.54], [0.3, 0.56])
        assert [speed.learnt(recording, arm) for arm in ("none", "bn")] == [False, True]
