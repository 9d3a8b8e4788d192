"""Comparison: figures of each arm, targets, and speed-ups with their bounds."""

import math

import numpy as np
import pytest

from bnviz.findings import comparison
from bnviz.recording import Recording
from bnviz.settings import Settings

NONE = [0.1, 0.1, 0.2, 0.3, 0.5, 0.8]
BN = [0.1, 0.4, 0.8, 0.7, 0.9, 0.9]
#: Seconds per step of each arm.
COST = {"none": 0.5, "bn": 2.0}


def recorded(none=NONE, bn=BN, **last) -> Recording:
    """A run with these validation accuracies; `last` sets measures of its last frame."""
    recording = Recording(Settings(hidden_layers=1, units=2, steps=1_000, batch_size=10))
    for index, accuracies in enumerate(zip(none, bn, strict=True)):
        frame = np.zeros((), recording.layout.dtype)
        frame["step"] = recording.steps[index]
        for name, accuracy in zip(("none", "bn"), accuracies, strict=True):
            frame[name]["validation_accuracy"] = accuracy
            frame[name]["seconds"] = COST[name] * recording.steps[index]
            frame[name]["diverged_at"] = -1
            if index == len(none) - 1:
                for measure, value in last.items():
                    frame[name][measure] = value
        recording.append(frame[()])
    return recording


STEPS = recorded().steps


class TestArmResult:
    def test_figures_are_those_of_the_last_frame(self):
        figures = comparison.arm_result(
            recorded(train_loss=0.25, train_accuracy=0.75, seconds=3), "bn"
        )
        assert figures.validation_accuracy == pytest.approx(0.9)
        assert (figures.train_loss, figures.train_accuracy, figures.seconds) == (0.25, 0.75, 3)

    def test_the_generalisation_gap_is_validation_loss_minus_training_loss(self):
        figures = comparison.arm_result(recorded(train_loss=0.25, validation_loss=1.0), "none")
        assert figures.generalisation_gap == 0.75

    @pytest.mark.parametrize(("kept", "shown"), [(-1, None), (0, 0), (7, 7)])
    def test_the_step_of_divergence_is_given_if_there_was_one(self, kept, shown):
        assert comparison.arm_result(recorded(diverged_at=kept), "none").diverged_at == shown

    def test_a_run_without_frames_has_no_figures(self):
        with pytest.raises(IndexError):
            comparison.arm_result(recorded([], []), "bn")


class TestTarget:
    @pytest.mark.parametrize("share", [0.9, 0.5, 1.0])
    def test_is_a_share_of_the_better_final_accuracy(self, share):
        assert comparison.target_accuracy(recorded(), share) == pytest.approx(0.9 * share)

    def test_is_the_same_whichever_arm_is_the_better(self):
        assert comparison.target_accuracy(recorded(BN, NONE)) == comparison.target_accuracy(
            recorded()
        )

    def test_ignores_an_arm_without_accuracy(self):
        recording = recorded([0.1, math.nan], [0.1, 0.5])
        assert comparison.target_accuracy(recording) == pytest.approx(0.45)

    def test_is_nan_if_no_arm_has_an_accuracy(self):
        assert math.isnan(comparison.target_accuracy(recorded([math.nan], [math.nan])))


class TestReached:
    @pytest.mark.parametrize(
        ("name", "accuracy", "frame"),
        [("bn", 0.8, 2), ("none", 0.8, 5), ("bn", 0.75, 2), ("none", 0.15, 2), ("bn", 0.0, 0)],
    )
    def test_is_the_first_frame_at_or_above_the_target(self, name, accuracy, frame):
        # Accuracies are kept in single precision.
        reached = comparison.reached(recorded(), name, np.float32(accuracy))
        assert reached.step == STEPS[frame]

    def test_counts_examples_and_the_seconds_of_the_arm_itself(self):
        reached = comparison.reached(recorded(), "bn", 0.75)
        assert (reached.examples, reached.seconds) == (10 * STEPS[2], 2.0 * STEPS[2])

    @pytest.mark.parametrize("accuracy", [0.85, math.nan])
    def test_is_none_if_the_target_is_never_reached(self, accuracy):
        assert comparison.reached(recorded(), "none", accuracy) is None

    def test_is_none_before_the_first_frame(self):
        assert comparison.reached(recorded([], []), "bn", 0.0) is None


class TestSpeedUp:
    def test_is_the_ratio_of_steps(self):
        speed_up = comparison.speed_up(recorded(), 0.75)
        assert speed_up == comparison.SpeedUp(STEPS[5] / STEPS[2], "")

    def test_in_examples_equals_that_in_steps(self):
        one, other = (
            comparison.speed_up(recorded(), 0.75, axis=axis) for axis in ("step", "examples")
        )
        assert one.ratio == pytest.approx(other.ratio)

    def test_in_seconds_can_be_a_loss(self):
        recording = recorded([0.1, 0.1, 0.9], [0.1, 0.9, 0.9])
        steps, seconds = (
            comparison.speed_up(recording, 0.8, axis=axis) for axis in ("step", "seconds")
        )
        assert seconds.ratio == pytest.approx(steps.ratio * COST["none"] / COST["bn"])
        assert seconds.ratio < 1 < steps.ratio

    def test_the_other_way_round_is_the_inverse(self):
        one = comparison.speed_up(recorded(), 0.75)
        other = comparison.speed_up(recorded(), 0.75, slow="bn", fast="none")
        assert one.ratio * other.ratio == pytest.approx(1)

    def test_is_a_lower_bound_if_only_the_fast_arm_reaches_the_target(self):
        assert comparison.speed_up(recorded(), 0.85) == comparison.SpeedUp(
            STEPS[5] / STEPS[4], "more than"
        )

    def test_is_an_upper_bound_if_only_the_slow_arm_reaches_the_target(self):
        speed_up = comparison.speed_up(recorded(BN, NONE), 0.85)
        assert speed_up == comparison.SpeedUp(STEPS[4] / STEPS[5], "less than")

    @pytest.mark.parametrize("accuracy", [0.95, math.nan, 0.0])
    def test_is_none_if_no_arm_reaches_the_target_or_both_start_there(self, accuracy):
        assert comparison.speed_up(recorded(), accuracy) is None


class TestInWords:
    def test_steps_to_a_target(self):
        recording = recorded()
        reached = comparison.reached(recording, "bn", 0.75)
        assert comparison.in_words(reached, recording) == f"{STEPS[2]} steps"

    def test_a_target_not_reached_is_an_answer(self):
        assert comparison.in_words(None, recorded()) == f"not reached in {STEPS[5]} steps"

    def test_one_step_is_singular(self):
        assert comparison.in_words(comparison.Reached(1, 10, 0.1), recorded()) == "1 step"

    def test_a_run_without_frames_has_not_reached_it(self):
        assert comparison.in_words(None, recorded([], [])) == "not reached in 0 steps"

    @pytest.mark.parametrize(
        ("bound", "words"), [("", "12.5 times"), ("more than", "more than 12.5 times")]
    )
    def test_a_speed_up(self, bound, words):
        assert str(comparison.SpeedUp(12.48, bound)) == words
