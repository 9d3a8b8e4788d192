"""Headline: the line follows the numbers, and says what matters most."""

import numpy as np
import pytest

from bnviz.findings.headline import headline
from bnviz.player.content import recorded_default
from bnviz.recording import Recording
from bnviz.settings import Settings
from tests.findings.test_over_seeds import FAST, SLOW, checked
from tests.findings.test_verdict import EARLY, FRAMES, LATE, NEVER, recorded

STEPS = Recording(Settings(steps=50_000)).steps


def line(none=None, bn=None, **options):
    return "".join(headline(recorded(none, bn, **options)))


def accuracies(none, bn, **options):
    return line({"validation_accuracy": none}, {"validation_accuracy": bn}, **options)


def test_before_the_second_frame_nothing_has_happened():
    assert line(frames=1).startswith("Nothing has happened yet")


def test_the_recorded_run_says_how_fast_bn_is_and_in_how_many_seeds():
    said = headline(recorded_default())
    assert "times as fast" in said[1]
    assert "of 9 seeds" in said[3]
    assert said[4] == " (weights, batches)."


@pytest.mark.parametrize(
    ("none", "bn", "own", "said"),
    [
        ([SLOW] * 8, [FAST] * 8, (SLOW, FAST), "Faster in 9 of 9 seeds (weights, batches)."),
        ([SLOW] * 4 + [FAST] * 4, [FAST] * 4 + [SLOW] * 4, (SLOW, FAST), "slower in 4 (weights, b"),
        ([SLOW] * 8, [FAST] * 8, (SLOW, SLOW), "8 of 9 seeds (weights, batches), but not in this"),
    ],
)
def test_in_what_the_seeds_differ_is_said_wherever_they_are_counted(none, bn, own, said):
    assert said in "".join(headline(checked(none, bn, own=own)))


def test_steps_are_those_of_the_run():
    said = accuracies(LATE, EARLY)
    first, late = STEPS[1], STEPS[FRAMES - 4]
    assert said == (
        f"So far BN reaches 81 % accuracy (90 % of the best) {late / first:.1f} times as fast: "
        f"{first:,} steps, not {late:,}."
    )


def test_another_second_network_is_called_by_its_name():
    recording = Recording(Settings(steps=50_000, second_arm="layer_norm"))
    frames = np.zeros(FRAMES, recording.layout.dtype)
    frames["step"] = recording.steps[:FRAMES]
    for arm, accuracy in (("none", LATE), ("layer_norm", EARLY)):
        frames[arm]["diverged_at"] = -1
        frames[arm]["validation_accuracy"] = accuracy
    for frame in frames:
        recording.append(frame)
    said = "".join(headline(recording))
    assert said.startswith("So far layer norm reaches 81 % accuracy")
    assert "BN" not in said


def test_bn_that_is_slower_is_said_to_be_slower():
    assert "times as many steps" in accuracies(EARLY, LATE)
    assert "BN is slower" in accuracies(EARLY, NEVER)
    assert "reaches" not in accuracies(EARLY, NEVER)


def test_bn_that_makes_no_difference_is_said_to_make_none():
    assert accuracies(LATE, LATE).startswith("No clear difference in speed so far")


def test_networks_that_have_not_learnt_are_not_compared():
    said = accuracies(NEVER, NEVER)
    assert "no network has learnt much" in said.lower()
    assert "fast" not in said


@pytest.mark.parametrize("arm", ["none", "bn"])
def test_a_divergence_matters_more_than_speed(arm):
    lost = {"diverged_at": np.array([-1] * 6 + [77] * 6), "validation_accuracy": NEVER}
    said = line(**{arm: lost})
    name = {"none": "without BN", "bn": "with BN"}
    other = {"none": "with BN", "bn": "without BN"}[arm]
    assert said == (
        f"The network diverged {name[arm]} at step 77; {other} validation accuracy is 90 %."
    )


def test_networks_that_have_all_diverged_are_all_named():
    said = line({"diverged_at": 5}, {"diverged_at": 9})
    assert said == "The networks diverged without BN at step 5 and with BN at step 9."


def test_a_change_in_mid_run_is_what_the_line_tells_of():
    said = line(interventions=f"{STEPS[3]}:insert_bn")
    assert said.startswith(f"From step {STEPS[3]:,} (BN is inserted")


def test_a_third_network_that_diverges_is_named():
    said = line(layer_norm={"diverged_at": 9, "validation_accuracy": NEVER})
    assert "diverged with layer norm at step 9" in said
    assert "without BN validation accuracy is 90 %" in said
