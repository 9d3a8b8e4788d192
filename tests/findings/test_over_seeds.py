"""Over seeds: what is said of a run follows from all its seeds, and turns round with them."""

import json

import numpy as np
import pytest

from bnviz.findings import over_seeds, report
from bnviz.findings.verdict import verdict
from bnviz.recording import Recording
from bnviz.recording.frames import ARMS
from bnviz.recording.header import RecordingHeader
from bnviz.recording.other_seeds import dtype
from bnviz.settings import Settings

#: Steps to the target of the run itself and of eight others, without BN.
STEPS = 100
SLOW, FAST = 60, 15


def reaching(step):
    """Validation accuracies that rise at a step."""
    return np.where(np.arange(STEPS + 1) < step, 0.1, 0.9)


def checked(none, bn, *, own=(SLOW, FAST), gaps=(0.3, 0.1), drift=(1.0, 0.2), seeds=8):
    """A run whose arms reach the target after so many steps, and other seeds.

    Args:
        none: Steps without BN in each other seed.
        bn: The same with BN.
        own: Steps of the run itself by arm.
        gaps: Generalisation gaps by arm, in the run and in the others; each a number or one for
            each seed.
        drift: Drift by the previous layers by arm, in the same way.
        seeds: Number of other seeds.
    """
    recording = Recording(Settings(hidden_layers=2, units=2, steps=STEPS, seed=4))
    frames = np.zeros(STEPS + 1, recording.layout.dtype)
    records = np.zeros(seeds, dtype(STEPS + 1))
    records["seed"] = 5 + np.arange(seeds)
    frames["step"] = np.arange(STEPS + 1)
    for index, (arm, steps) in enumerate(zip(ARMS, (none, bn), strict=True)):
        frames[arm]["diverged_at"] = records[arm]["diverged_at"] = -1
        frames[arm]["gradient_norm"] = 1.0
        frames[arm]["validation_accuracy"] = reaching(own[index])
        records[arm]["validation_accuracy"] = [reaching(step) for step in steps]
        for name, values in (("validation_loss", gaps), ("drift_previous_layers", drift)):
            each = np.broadcast_to(values[index], seeds + 1)
            records[arm][name] = each[1:]
            own_values = frames[arm][name]
            own_values[..., -1] = each[0]
            if name.startswith("drift"):
                frames[arm][f"{name}_in_std"][..., -1] = each[0]
                records[arm][f"{name}_in_std"] = each[1:]
    for frame in frames:
        recording.append(frame)
    recording.other_seeds = records
    return recording


FASTER = ([SLOW] * 7 + [90], [FAST] * 8)
SLOWER = ([FAST] * 8, [SLOW] * 8)
MIXED = ([SLOW] * 5 + [FAST] * 3, [FAST] * 5 + [SLOW] * 3)


def test_all_seeds_bear_that_bn_is_faster():
    text = verdict(checked(*FASTER))[0]
    assert text.startswith(
        "BN learns 4.0 times as fast in steps, 4.0 to 6.0 times over 9 seeds (to"
    )


def test_all_seeds_bear_that_bn_is_slower():
    text = verdict(checked(*SLOWER, own=(FAST, SLOW)))[0]
    assert text.startswith(
        "BN learns more slowly: it needs 4.0 times as many steps, 4.0 times over 9"
    )


def test_seeds_that_disagree_bear_nothing():
    text = verdict(checked(*MIXED))[0]
    assert text.startswith(
        "No clear difference in speed: BN faster in 6 of 9 seeds, more slowly in 3 (in this run "
        "4.0 times as fast in steps, 0.2 to 4.0 times over 9 seeds)"
    )


def test_no_seed_shows_a_difference():
    text = verdict(checked([FAST] * 8, [FAST] * 8, own=(FAST, FAST)))[0]
    assert text.startswith("No clear difference in speed: none of 9 seeds shows a difference (in")


def test_a_run_that_differs_from_the_others_says_so():
    text = verdict(checked(*FASTER, own=(20, 20)))[0]
    assert text.startswith("BN learns faster in 8 of 9 seeds, but not in this one (in this run 1.0")


@pytest.mark.parametrize("seeds", [1, 4])
def test_few_seeds_bear_nothing(seeds):
    text = verdict(checked([SLOW] * seeds, [FAST] * seeds, seeds=seeds))[0]
    assert f"BN faster in {seeds + 1} of {seeds + 1} seeds (" in text
    assert text.startswith("No clear difference")


def test_a_seed_without_a_speed_up_bears_nothing():
    recording = checked(*FASTER)
    recording.other_seeds[:2]["none"]["diverged_at"] = 3
    recording.other_seeds[:2]["bn"]["diverged_at"] = 3
    assert "BN faster in 7 of 9 seeds" in verdict(recording)[0]


@pytest.mark.parametrize(
    ("gaps", "words"),
    [
        ((0.3, 0.25), "smaller with BN (0.25, without BN 0.30; smaller in 9 of 9 seeds)"),
        ((0.1, 0.2), "larger with BN (0.20, without BN 0.10; larger in 9 of 9 seeds)"),
        ((0.1, [0.2] * 6 + [0.1] * 3), "does not clearly differ with BN (0.20, without BN 0.10; "),
        ((0.1, [0.1] + [0.2] * 8), "larger with BN, but not in this run (0.10, without BN 0.10; "),
    ],
)
def test_gaps_are_compared_over_all_seeds(gaps, words):
    said = verdict(checked(*FASTER, gaps=gaps))[-1]
    assert words in said
    assert said.startswith("The generalisation gap ")


def test_gaps_of_networks_that_fit_unlike_bear_nothing():
    recording = checked(*FASTER)
    recording.other_seeds[:3]["none"]["train_loss_in_inference"] = 0.2
    recording.other_seeds[:3]["none"]["validation_loss"] = 0.5
    assert "smaller in 6 of 9 seeds" in verdict(recording)[-1]


@pytest.mark.parametrize(
    ("drift", "words"),
    [
        (
            (1.0, 0.5),
            "before it less with BN (0.5 since step 0, without BN 1; less in 9 of 9 seeds)",
        ),
        (
            (0.5, 1.0),
            "before it more with BN (1 since step 0, without BN 0.5; more in 9 of 9 seeds)",
        ),
        (
            ([1.0] * 6 + [0.1] * 3, 0.5),
            "before it 0.5 since step 0, without BN 1 (in standard deviations 0.5, without BN 1; "
            "no clear difference: less in 6 of 9 seeds, more in 3)",
        ),
    ],
)
def test_drift_is_compared_over_all_seeds(drift, words):
    said = verdict(checked(*FASTER, drift=drift))[1]
    assert words in said
    assert said.startswith("The values in layer 2 were moved ")


def test_a_drift_that_is_less_in_one_unit_alone_bears_nothing():
    recording = checked(*FASTER, drift=(1.0, 0.5))
    recording.other_seeds["none"]["drift_previous_layers_in_std"] = 0.5
    assert "no clear difference: less in 1 of 9 seeds" in verdict(recording)[1]


def test_units_that_disagree_in_every_seed_are_both_given():
    recording = checked(*FASTER, drift=(0.5, 1.0))
    recording.other_seeds["none"]["drift_previous_layers_in_std"] = 2.0
    frames = recording._frames
    frames["none"]["drift_previous_layers_in_std"][..., -1] = 2.0
    assert (
        "1 since step 0, without BN 0.5 (in standard deviations 1, without BN 2; no clear "
        "difference: none of 9 seeds shows a difference in both units)"
    ) in verdict(recording)[1]


def test_without_other_seeds_comparisons_are_of_this_run():
    recording = checked(*FASTER)
    alone = Recording(recording.settings)
    alone.extend(0, recording.slice(0, len(recording)))
    for sentence in verdict(alone):
        assert sentence.startswith("In this run ")
    assert json.loads(report.as_json(alone, 1.0))["seeds"]["count"] == 1


def test_the_json_has_median_lowest_and_highest_of_the_paired_ratios():
    seeds = json.loads(report.as_json(checked(*FASTER), 1.0))["seeds"]
    assert seeds == {"count": 9, "speed_up": [4.0, 4.0, 6.0], "bn_faster": 9}
    never = checked([SLOW] * 7 + [STEPS + 1], [FAST] * 8)
    assert json.loads(report.as_json(never, 1.0))["seeds"]["speed_up"] == [4.0, 4.0, None]


def test_the_scope_is_said():
    assert "validation examples are the same" in over_seeds.scope(RecordingHeader.of(Settings()))
    assert "the points" in over_seeds.scope(RecordingHeader.of(Settings(dataset="moons")))
