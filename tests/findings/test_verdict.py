"""Verdict: sentences that follow the numbers of a run, and turn round with them."""

import math

import numpy as np
import pytest

from bnviz.findings.lasting import MIN_FRAMES
from bnviz.findings.learning import name_at
from bnviz.findings.speed import CLEAR_SPEED
from bnviz.findings.verdict import verdict
from bnviz.recording import Recording
from bnviz.recording.frame_schema import VERSION
from bnviz.settings import Settings

FRAMES = 12
#: Validation accuracies that reach 0.81 at the second frame, at the fourth from the end, never.
EARLY = np.array([0.1, *[0.9] * (FRAMES - 1)])
LATE = np.array([*[0.1] * (FRAMES - 4), *[0.9] * 4])
NEVER = np.full(FRAMES, 0.1)


def recorded(
    none=None,
    bn=None,
    *,
    frames=FRAMES,
    deep=False,
    interventions="",
    version=VERSION,
    **others,
):
    """A run in which BN gains nothing; `none`, `bn` and `others` set measures of the arms."""
    third = next(iter(others), "no")
    changed = {"deep": deep, "third_arm": third, "interventions": interventions}
    settings = Settings(hidden_layers=3, units=2, steps=50_000, **changed)
    recording = Recording(settings, version=version)
    built = np.zeros(frames, recording.layout.dtype)
    built["step"] = recording.steps[:frames]
    changes = {"none": none or {}, "bn": bn or {}, **others}
    for arm in recording.layout.arms:
        start = {
            "diverged_at": -1,
            "validation_accuracy": EARLY[:frames],
            "gradient_norm": 1.0,
        }
        for measure, values in (start | changes[arm]).items():
            built[arm][measure] = values
    for frame in built:
        recording.append(frame)
    return recording


def verdict_on(*arguments, **measures):
    return " ".join(verdict(recorded(*arguments, **measures)))


def speed(none, bn, **options):
    return verdict(recorded({"validation_accuracy": none}, {"validation_accuracy": bn}, **options))[
        0
    ]


def last(value):
    """A measure that has this value in the last layer only, at every frame."""
    return np.array([0.0, 0.0, value])


STEPS = recorded().steps


class TestSpeed:
    def test_bn_is_faster(self):
        text = speed(LATE, EARLY)
        assert f"BN learns {STEPS[8] / STEPS[1]:.1f} times as fast in steps" in text
        assert "(to 81 % accuracy, 90 % of the best so far: " in text
        assert f"{STEPS[1]} steps with BN, {STEPS[8]} steps without BN)" in text

    def test_bn_is_slower(self):
        text = speed(EARLY, LATE)
        assert "BN learns more slowly" in text
        assert f"needs {STEPS[8] / STEPS[1]:.1f} times as many steps" in text
        assert f"{STEPS[8]} steps with BN, {STEPS[1]} steps without BN" in text

    def test_there_is_no_difference(self):
        assert "BN makes no clear difference in speed (1.0 times" in speed(LATE, LATE)

    def test_a_difference_as_between_two_seeds_is_none(self):
        slower, faster = (np.where(np.arange(FRAMES) < at, 0.1, 0.9) for at in (10, 8))
        assert 1.15 < STEPS[10] / STEPS[8] < CLEAR_SPEED
        assert "BN makes no clear difference in speed (1.3 times" in speed(slower, faster)

    def test_an_arm_never_reaches_the_target(self):
        assert "more than" in speed(NEVER, EARLY)
        assert f"not reached in {STEPS[FRAMES - 1]} steps without BN" in speed(NEVER, EARLY)
        assert "BN learns more slowly: it needs more than" in speed(EARLY, NEVER)
        assert f"not reached in {STEPS[FRAMES - 1]} steps with BN" in speed(EARLY, NEVER)

    def test_an_arm_has_just_reached_the_target(self):
        just = np.array([*NEVER[1:], 0.9])
        assert "BN is ahead" in speed(NEVER, just)
        assert "BN is behind" in speed(just, NEVER)

    def test_no_speed_is_claimed_if_nothing_is_learnt(self):
        text = speed(NEVER, NEVER)
        assert text.startswith("No network has learnt much")
        assert "times" not in text

    def test_the_reason_and_the_accuracies_are_given_if_the_speed_cannot_be_compared(self):
        at_once = np.linspace(0.8, 0.86, FRAMES)
        for accuracy, reason, number in (
            (at_once, "the target is reached by chance", "86 %"),
            (NEVER * math.nan, "no accuracy is known", "undefined"),
        ):
            said = f"cannot be compared ({reason}): validation accuracy is {number} without BN"
            assert said in speed(accuracy, accuracy)


class TestChangesInMidRun:
    def test_each_part_follows_from_its_own_frames(self):
        none = np.array([0.1, *[0.3] * 5, *[0.5] * 3, *[0.95] * 3])
        bn = np.array([0.1, *[0.8] * 5, *[0.4] * 3, *[0.6] * 3])
        changes = f"{STEPS[5]}:remove_bn,{STEPS[8]}:insert_bn,{STEPS[8]}:learning_rate=0.5"
        first, second, third, *_ = verdict(
            recorded(
                {"validation_accuracy": none}, {"validation_accuracy": bn}, interventions=changes
            )
        )
        assert first.startswith(f"Up to step {STEPS[5]}: in this run BN learns more than ")
        assert f"to 72 % accuracy, 90 % of the best by then: {STEPS[1]} steps with BN" in first
        assert f"not reached in {STEPS[5]} steps without BN" in first
        assert second == (
            f"From step {STEPS[5]} (BN is removed from the network with BN) to step {STEPS[8]}: "
            "validation accuracy goes from 30 % to 50 % without BN and from 80 % to 40 % with BN "
            "removed."
        )
        assert third == (
            f"From step {STEPS[8]} (BN is inserted into the network without BN and the network "
            f"with BN removed and the learning rate becomes 0.5) to step {STEPS[11]}: validation "
            "accuracy goes from 50 % to 95 % with BN inserted and from 40 % to 60 % with BN "
            "inserted again."
        )

    def test_every_network_that_a_change_concerns_is_named_by_what_it_has(self):
        recording = recorded(ghost_bn={}, interventions=f"{STEPS[5]}:freeze_bn")
        assert (
            "(the moving statistics are frozen in the network with BN and the network with ghost "
            "BN)"
        ) in verdict(recording)[1]
        names = [name_at(recording, arm, FRAMES - 1) for arm in recording.layout.arms]
        assert names == ["without BN", "with frozen BN", "with frozen ghost BN"]

    def test_nothing_after_a_change_changes_the_first_sentence(self):
        accuracies = [np.array([0.1, *[0.1] * 4, *[after] * 7]) for after in (0.1, 0.9)]
        firsts = {
            speed(accuracy, EARLY, interventions=f"{STEPS[4]}:freeze_bn") for accuracy in accuracies
        }
        assert len(firsts) == 1

    def test_a_target_first_reached_after_a_change_gives_no_speed(self):
        text = verdict_on(
            {"validation_accuracy": LATE},
            {"validation_accuracy": LATE},
            interventions=f"{STEPS[4]}:learning_rate=2",
        )
        assert f"Up to step {STEPS[4]}: no network has learnt much" in text
        assert "times" not in text

    def test_drift_across_a_change_is_left_out_and_arms_have_their_new_names(self):
        measures = {"drift_start": last(2.0), "saturated": 1.0}
        text = verdict_on(measures, measures, interventions=f"{STEPS[4]}:remove_bn")
        assert "drift" not in text
        assert "with BN removed layers 1 to 3 are saturated" in text

    def test_a_change_that_is_still_to_come_changes_nothing(self):
        later = f"{STEPS[FRAMES - 1]}:remove_bn"
        assert verdict(recorded(interventions=later)) == verdict(recorded())


class TestProblems:
    @pytest.mark.parametrize(
        ("none", "bn", "word"),
        [
            (0.5, 0.1, "is smaller with BN"),
            (0.1, 0.5, "is larger with BN"),
            (0.1, 0.11, "does not clearly differ with BN"),
            (0.1, 0.17, "does not clearly differ with BN"),
        ],
    )
    def test_compares_the_generalisation_gaps(self, none, bn, word):
        text = verdict(recorded({"validation_loss": none}, {"validation_loss": bn}))[-1]
        assert text.startswith(
            f"In this run the generalisation gap {word} ({bn:.2f}, without BN {none:.2f})"
        )

    def test_names_the_gap_of_the_first_version_as_by_different_statistics(self):
        text = verdict(recorded({"validation_loss": 0.5}, version=1))[-1]
        assert text.startswith(
            "In this run the generalisation gap by different statistics is smaller with BN"
        )

    def test_a_healthy_run_has_none(self):
        assert verdict_on().endswith("no problems found.")

    @pytest.mark.parametrize("arm", ["none", "bn"])
    @pytest.mark.parametrize(
        ("measure", "values", "words"),
        [
            ("saturated", [0, 0.9, 0], "layer 2 is saturated"),
            ("saturated", [0.9, 0.9, 0.9], "layers 1 to 3 are saturated"),
            ("dead", [0.9, 0, 0.9], "layers 1 and 3 have dead neurons"),
            ("gradient_norm", [1e-3, 1e-3, 1, 1], "layers 1 and 2 get almost no gradient"),
            ("gradient_norm", [1, 1e3, 1, 1], "layer 2 has an exploding gradient"),
        ],
    )
    def test_names_each_problem_and_where_it_is(self, arm, measure, values, words):
        text = verdict_on(**{arm: {measure: values}})
        assert f"{'with' if arm == 'bn' else 'without'} BN {words}." in text
        assert "no problems" not in text

    def test_kernels_that_do_not_move_are_named(self):
        text = verdict_on(bn={"update_ratio": [np.nan, 0, np.nan, 0]})
        assert "with BN the kernels of layers 1 and 3 do not move." in text
        text = verdict_on({"update_ratio": [0, 0, np.nan, 0]})
        assert "without BN the kernel of layer 3 does not move." in text

    def test_a_network_that_stood_at_chance_is_named_with_its_steps(self):
        frames = 60
        late = np.where(np.arange(frames) < 50, 0.1, 0.9)
        early = np.array([0.1, *[0.9] * (frames - 1)])
        recording = recorded(
            {"validation_accuracy": late}, {"validation_accuracy": early}, frames=frames
        )
        growing = Recording(recording.settings)
        growing.extend(0, recording.slice(0, 50))
        for each, verb in ((recording, "stood"), (growing, "has stood")):
            text = verdict(each)[-1]
            assert f"without BN the network {verb} at chance from step 0 to {STEPS[49]:,} (" in text
            assert "no problems" not in text

    def test_a_run_in_which_all_stood_at_chance_for_long_is_not_called_free_of_problems(self):
        frames = 60
        for start, words in ((50, "o layer shows a problem."), (3, "no problems found.")):
            late = {"validation_accuracy": np.where(np.arange(frames) < start, 0.1, 0.9)}
            assert verdict(recorded(late, late, frames=frames))[-1].endswith(words)

    def test_no_network_that_learnt_nothing_is_called_free_of_problems(self):
        idle = {"validation_accuracy": NEVER}
        assert verdict_on(idle, idle).endswith("o layer shows a problem.")

    def test_the_gap_of_a_network_that_learnt_nothing_is_not_compared(self):
        idle = {"validation_accuracy": NEVER, "validation_loss": 0.3}
        text = verdict_on(idle, {"validation_loss": 0.2})
        assert "The generalisation gap with BN is 0.20;" in text
        assert "gap" not in verdict_on(idle, idle)

    def test_names_a_divergence_and_gives_no_gap_for_it(self):
        text = verdict(recorded({"diverged_at": 5, "validation_loss": math.nan}))[-1]
        assert text.endswith("; without BN the network diverged at step 5.")
        assert "gap is" not in text

    def test_problems_of_the_same_layers_are_named_together(self):
        text = verdict_on({"saturated": 1.0, "dead": 1.0})
        assert "without BN layers 1 to 3 are saturated and have dead neurons." in text

    def test_names_a_problem_that_has_passed(self):
        past = np.zeros((FRAMES, 3))
        past[1 : 1 + MIN_FRAMES, 0] = 1.0
        text = verdict_on({"saturated": past})
        assert f"no problems now, but layer 1 without BN saturated at step {STEPS[1]}" in text


class TestAll:
    @pytest.mark.parametrize("frames", [0, 1])
    def test_nothing_has_happened_before_the_second_frame(self, frames):
        (sentence,) = verdict(recorded(frames=frames))
        assert "Nothing has happened yet" in sentence

    @pytest.mark.parametrize("frames", range(2, FRAMES))
    def test_a_growing_run_has_two_or_three_sentences(self, frames):
        sentences = verdict(recorded(frames=frames))
        assert 2 <= len(sentences) <= 3
        for sentence in sentences:
            assert sentence[0].isupper()
            assert sentence.endswith(".")

    def test_a_third_arm_is_in_every_comparison_but_the_gap(self):
        affected = {"validation_accuracy": EARLY, "drift_own_weights": last(0.7), "saturated": 1.0}
        text = verdict_on({"validation_accuracy": LATE}, layer_norm=affected)
        assert f"layer norm learns {STEPS[8] / STEPS[1]:.1f} times as fast" in text
        assert f"{STEPS[1]} steps with layer norm" in text
        assert "with layer norm 0.7" in text
        assert "with layer norm layers 1 to 3 are saturated" in text
