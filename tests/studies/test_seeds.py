"""SeedBands: outcomes over many seeds, their bands, speed-ups and sentences."""

import numpy as np
import pytest

from bnviz.frames import ARMS
from bnviz.settings import SEEDS, Settings, SettingsError
from bnviz.studies.seeds import MAX_SEEDS, SeedBands
from bnviz.studies.study import CURVES, Outcome

STEPS = 100


def outcome(block, half_lives, start=0.1, end=0.9):
    """Accuracies that rise from `start` towards `end`, each seed with its own half-life."""
    steps = np.array(block.evaluation_steps)
    shares = [1 - 2.0 ** (-steps / half_life) for half_life in half_lives]
    accuracy = start + (end - start) * np.array(shares, np.float32)
    return Outcome(2 - accuracy, 2 - accuracy, accuracy, np.full(len(accuracy), -1, np.int32))


def bands(none, bn, **options):
    """Bands with one seed for each half-life."""
    study = SeedBands(Settings(steps=STEPS, seed=4), len(none))
    done = 0
    for block in study.blocks():
        part = slice(done, done + len(block.settings))
        done = part.stop
        halves = {"none": none[part], "bn": bn[part]}
        study.put(block, {arm: outcome(block, halves[arm], **options) for arm in ARMS})
    assert study.complete
    return study


def test_every_seed_is_trained_once():
    study = SeedBands(Settings(steps=STEPS, seed=4, interventions="5:insert_bn"), MAX_SEEDS)
    runs = [settings for block in study.blocks() for settings in block.settings]
    assert [run.seed for run in runs] == list(range(4, 4 + MAX_SEEDS))
    assert {run.replace(seed=4) for run in runs} == {Settings(steps=STEPS, seed=4)}
    assert not study.blocks()


def test_bands_hold_minimum_median_and_maximum_of_the_known_seeds():
    study = SeedBands(Settings(steps=STEPS), 17)
    first, second = study.blocks()
    generator = np.random.default_rng(0)
    values = generator.random((3, 16, len(first.evaluation_steps)))
    study.put(first, dict.fromkeys(ARMS, Outcome(*values, np.full(16, -1))))
    for name, of_curve in zip(CURVES, values, strict=True):
        band = study.band("bn", name)
        np.testing.assert_allclose(band.low, of_curve.min(axis=0), rtol=1e-6)
        np.testing.assert_allclose(band.median, np.median(of_curve, axis=0), rtol=1e-6)
        np.testing.assert_allclose(band.high, of_curve.max(axis=0), rtol=1e-6)
    assert study.progress == 16 / 17
    assert len(second.settings) == 1


def test_a_loss_that_is_nan_counts_as_infinite():
    study = SeedBands(Settings(steps=STEPS), 5)
    (block,) = study.blocks()
    values = np.ones((3, 5, len(block.evaluation_steps)))
    values[:, 0, -1] = np.nan
    study.put(block, dict.fromkeys(ARMS, Outcome(*values, np.full(5, -1))))
    band = study.band("none", "train_loss")
    assert band.low[-1] == band.median[-1] == 1
    assert band.high[-1] == np.inf


def test_speed_ups_are_ratios_of_steps_and_their_range_is_over_the_seeds():
    study = bands(none=[10, 12, 14, 16, 18], bn=[2, 2, 2, 2, 2])
    ratios = [speed.ratio for speed in study.speed_ups()]
    assert [speed.bound for speed in study.speed_ups()] == [""] * 5
    assert ratios[2] == pytest.approx(7, rel=0.3)
    found = study.speed_range()
    assert (found.low.ratio, found.high.ratio) == (min(ratios), max(ratios))
    assert found.median.ratio == np.median(ratios)


def test_a_seed_that_does_not_reach_the_target_bounds_the_range():
    study = bands(none=[10, 10, 10, 1000, 1000], bn=[2, 2, 2, 2, 2])
    found = study.speed_range()
    assert [found.low.bound, found.median.bound, found.high.bound] == ["", "", "more than"]
    study = bands(none=[2, 2, 2, 2, 2], bn=[10, 10, 1000, 1000, 1000])
    found = study.speed_range()
    assert [found.low.bound, found.median.bound, found.high.bound] == ["less than"] * 2 + [""]
    assert found.median.ratio < found.high.ratio < 1


class TestSentence:
    def test_says_faster(self):
        said = bands(none=[20] * 5, bn=[2] * 5).sentence()
        assert "BN learns faster in all 5 seeds" in said
        assert "Validation accuracy after 100 steps: 90 % with BN (90 to 90 %)" in said

    def test_says_by_how_much_at_least(self):
        said = bands(none=[1000] * 5, bn=[2] * 5).sentence()
        assert "faster in all 5 seeds: more than " in said

    def test_says_slower(self):
        said = bands(none=[2] * 5, bn=[2] + [20] * 4).sentence()
        assert "BN learns more slowly in 4 of 5 seeds: 0." in said

    def test_says_no_difference(self):
        said = bands(none=[5] * 5, bn=[5] * 5).sentence()
        assert "BN makes no difference in speed in all 5 seeds: 1.0 times" in said

    def test_says_that_neither_learns(self):
        said = bands(none=[5] * 5, bn=[5] * 5, end=0.12).sentence()
        assert "No network learnt anything in 100 steps, in any of 5 seeds" in said

    def test_claims_nothing_if_the_seeds_disagree(self):
        said = bands(none=[10, 10, 10, 2, 5, 5], bn=[2, 2, 2, 10, 5, 5]).sentence()
        assert "disagree, so no difference is claimed" in said
        assert "of 6, BN is faster in 3, slower in 1, about as fast in 2" in said

    def test_waits_for_the_first_seed(self):
        assert SeedBands(Settings()).sentence() == "No seed has been trained yet."


@pytest.mark.parametrize("seeds", [0, 4, 21])
def test_too_few_or_too_many_seeds_are_refused(seeds):
    with pytest.raises(SettingsError, match="from 5 to 20"):
        SeedBands(Settings(), seeds)


def test_seeds_above_the_highest_one_are_refused():
    with pytest.raises(SettingsError, match="at most 2147483638"):
        SeedBands(Settings(seed=SEEDS.high), 10)


def test_the_digest_identifies_the_question():
    digests = {
        SeedBands(Settings(), 5).digest,
        SeedBands(Settings(), 6).digest,
        SeedBands(Settings(units=8), 5).digest,
    }
    assert len(digests) == 3
    assert SeedBands(Settings(deep=True), 5).digest in digests
