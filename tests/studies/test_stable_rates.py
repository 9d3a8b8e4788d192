"""StableRates: the search finds the limits of made-up networks, and its sentence follows them."""

import math

import numpy as np
import pytest

from bnviz.recording.frames import ARMS
from bnviz.settings import Settings, SettingsError
from bnviz.settings.choices import LEARNING_RATES
from bnviz.studies.stable_rates import PRECISION, RATES, StableRates
from bnviz.studies.study import Outcome

#: Bounds of an arm that learns at no rate, and of one that learns at any rate.
NONE, ANY = (math.inf, 0.0), (0.0, math.inf)


def outcome(block, low, high):
    """Networks that learn from rate `low` to `high`, a little less high with each further seed.

    Above the upper rate they end where they started; above 10 times that rate they diverge.
    """
    accuracy = np.full((len(block.settings), 2), 0.1)
    diverged_at = np.full(len(block.settings), -1)
    for number, settings in enumerate(block.settings):
        limit = high * (1 - 0.05 * settings.seed)
        if low <= settings.learning_rate <= limit:
            accuracy[number, -1] = 0.9
        elif settings.learning_rate > 10 * limit:
            accuracy[number, -1], diverged_at[number] = 0.95, 3
    return Outcome(accuracy, accuracy, accuracy, diverged_at)


def found(none, bn, seeds=3):
    """The study after all of its rounds."""
    study = StableRates(Settings(steps=50), seeds)
    rounds = 0
    while not study.complete:
        blocks = study.blocks()
        assert blocks
        rounds += 1
        for block in reversed(blocks):
            study.put(block, {"none": outcome(block, *none), "bn": outcome(block, *bn)})
    assert rounds <= 2
    return study


@pytest.mark.parametrize("limits", [(0.4, 6.0), (6.0, 0.4), (2e-5, 9.5), (0.3, 0.31)])
def test_each_limit_is_found_to_precision_and_is_that_of_the_worst_seed(limits):
    study = found(*((0.0, limit) for limit in limits))
    for arm, limit in zip(ARMS, limits, strict=True):
        worst = limit * 0.9
        assert study.limit(arm).stable <= worst < study.limit(arm).unstable
        assert study.limit(arm).unstable <= PRECISION * study.limit(arm).stable


def test_rates_at_which_it_learns_too_slowly_do_not_count():
    assert found((0.05, 0.4), ANY).limit("none").stable == pytest.approx(0.36, rel=0.12)


def test_a_network_that_diverges_is_not_stable_whatever_its_accuracy():
    study = found((0.0, 0.01), ANY)
    assert not study.stable("none")[LEARNING_RATES.high]
    assert study.limit("none").stable < 0.01


def test_an_arm_that_learns_little_has_no_lower_bar_of_its_own():
    study = StableRates(Settings(steps=50), 1)
    (block,) = study.blocks()
    little = outcome(block, 0.0, math.inf)
    little.validation_accuracy[:, -1] = 0.3
    study.put(block, {"none": little, "bn": outcome(block, 0.0, math.inf)})
    assert math.isnan(study.limit("none").stable)
    assert study.limit("bn").at_bound


def test_no_blocks_are_handed_out_during_a_round():
    study = StableRates(Settings(steps=50), 2)
    first, *others = study.blocks()
    assert len(first.settings) + sum(len(each.settings) for each in others) == 2 * RATES
    study.put(first, dict.fromkeys(ARMS, outcome(first, *ANY)))
    assert not study.blocks()
    assert not study.complete
    assert 0 < study.progress < 1
    assert study.sentence() == "No learning rate has been tested yet."


class TestSentence:
    def test_says_how_many_times_as_high(self):
        study = found((0.0, 0.4), (0.0, 6.0))
        none, bn = (study.limit(arm).stable for arm in ARMS)
        assert study.sentence() == (
            f"Without BN, training is stable up to a learning rate of {none:.2g}; with BN, up to "
            f"{bn:.2g}: {bn / none:.0f} times as high."
        )

    def test_says_that_it_makes_no_difference(self):
        assert found((0.0, 0.4), (0.0, 0.4)).sentence().endswith(": no clear difference.")

    def test_says_how_many_times_lower(self):
        study = found((0.0, 6.0), (0.0, 2.0))
        none, bn = (study.limit(arm).stable for arm in ARMS)
        assert study.sentence().endswith(f": {none / bn:.1f} times lower.")

    def test_says_that_the_highest_allowed_is_stable(self):
        said = found((0.0, 0.4), ANY).sentence()
        assert "with BN, up to 10, the highest allowed: at least 2" in said

    def test_says_so_of_both(self):
        said = found(ANY, ANY).sentence()
        assert (
            "up to a learning rate of 10, the highest allowed, both without BN and with BN" in said
        )
        assert "no difference to be seen" in said

    @pytest.mark.parametrize(
        ("none", "bn", "able", "unable"),
        [(NONE, (0.0, 3.0), "With", "without"), ((0.0, 3.0), NONE, "Without", "with")],
    )
    def test_says_that_one_learns_at_no_rate(self, none, bn, able, unable):
        said = found(none, bn).sentence()
        assert said.startswith(f"{able} BN, training is stable up to a learning rate of 2.")
        assert said.endswith(
            f"; {unable} BN, the network does not learn within 50 steps at any rate."
        )

    def test_says_that_none_learns(self):
        said = found(NONE, NONE).sentence()
        assert said.startswith("Neither network learns within 50 steps at any learning rate")

    def test_says_that_it_is_not_done(self):
        study = StableRates(Settings(steps=50), 1)
        (block,) = study.blocks()
        study.put(block, dict.fromkeys(ARMS, outcome(block, 0.0, 0.4)))
        assert study.sentence().startswith("So far: Without BN,")


@pytest.mark.parametrize("seeds", [0, 11])
def test_too_few_or_too_many_seeds_are_refused(seeds):
    with pytest.raises(SettingsError, match="from 1 to 10"):
        StableRates(Settings(), seeds)


def test_the_learning_rate_is_not_part_of_the_question():
    assert StableRates(Settings(learning_rate=0.1)).digest == StableRates(Settings()).digest
    assert StableRates(Settings(units=8)).digest != StableRates(Settings()).digest
