"""Comparison: figures of each arm, and when it reaches an accuracy."""

import math

import numpy as np
import pytest

from bnviz.findings import comparison
from bnviz.recording import Recording
from bnviz.recording.frame_schema import VERSION
from bnviz.settings import Settings

NONE = [0.1, 0.1, 0.2, 0.3, 0.5, 0.8]
BN = [0.1, 0.4, 0.8, 0.7, 0.9, 0.9]


def recorded(none=NONE, bn=BN, version=VERSION, **last) -> Recording:
    """A run with these validation accuracies; `last` sets measures of its last frame."""
    settings = Settings(hidden_layers=1, units=2, steps=1_000, batch_size=10)
    recording = Recording(settings, version=version)
    for index, accuracies in enumerate(zip(none, bn, strict=True)):
        frame = np.zeros((), recording.layout.dtype)
        frame["step"] = recording.steps[index]
        for name, accuracy in zip(("none", "bn"), accuracies, strict=True):
            frame[name]["validation_accuracy"] = accuracy
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
            recorded(train_loss=0.25, train_accuracy=0.75, diverged_at=7), "bn"
        )
        assert figures.validation_accuracy == pytest.approx(0.9)
        assert (figures.train_loss, figures.train_accuracy, figures.diverged_at) == (0.25, 0.75, 7)

    def test_the_generalisation_gap_is_by_the_same_statistics_on_both_sides(self):
        losses = {"train_loss": 0.5, "train_loss_in_inference": 0.25, "validation_loss": 1.0}
        figures = comparison.arm_result(recorded(**losses), "bn")
        assert figures.generalisation_gap == 0.75
        assert (figures.train_loss, figures.train_loss_in_inference) == (0.5, 0.25)

    def test_the_gap_of_the_first_version_is_by_what_was_recorded(self):
        recording = recorded(train_loss=0.5, validation_loss=1.0, version=1)
        figures = comparison.arm_result(recording, "bn")
        assert figures.generalisation_gap == 0.5
        assert math.isnan(figures.train_loss_in_inference)

    @pytest.mark.parametrize(("kept", "shown"), [(-1, None), (0, 0), (7, 7)])
    def test_the_step_of_divergence_is_given_if_there_was_one(self, kept, shown):
        assert comparison.arm_result(recorded(diverged_at=kept), "none").diverged_at == shown

    def test_a_run_without_frames_has_no_figures(self):
        with pytest.raises(IndexError):
            comparison.arm_result(recorded([], []), "bn")


class TestReached:
    @pytest.mark.parametrize(
        ("name", "accuracy", "frame"),
        [("bn", 0.8, 2), ("none", 0.8, 5), ("bn", 0.75, 2), ("none", 0.15, 2), ("bn", 0.0, 0)],
    )
    def test_is_the_first_frame_at_or_above_the_target(self, name, accuracy, frame):
        # Accuracies are kept in single precision.
        reached = comparison.reached(recorded(), name, np.float32(accuracy))
        assert reached.step == STEPS[frame]

    def test_counts_an_example_each_time_it_is_used(self):
        assert comparison.reached(recorded(), "bn", 0.75).examples == 10 * STEPS[2]

    @pytest.mark.parametrize("accuracy", [0.85, math.nan])
    def test_is_none_if_the_target_is_never_reached(self, accuracy):
        assert comparison.reached(recorded(), "none", accuracy) is None

    def test_is_none_before_the_first_frame(self):
        assert comparison.reached(recorded([], []), "bn", 0.0) is None
