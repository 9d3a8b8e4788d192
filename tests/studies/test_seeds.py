"""SeedBands: outcomes over many seeds, their bands, speed-ups and sentences."""

from dataclasses import replace

import numpy as np
import pytest

from bnviz.findings.seed_speeds import speed_range
from bnviz.findings.speed import speeds
from bnviz.recording import Recording
from bnviz.recording.frames import ARMS
from bnviz.settings import Settings, SettingsError
from bnviz.settings.choices import SEEDS
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


def ratios_of(study):
    return [each.speed_up.ratio for each in study.speeds().values()]


def test_networks_are_evaluated_at_the_steps_at_which_a_run_is_recorded():
    for steps in (100, 1_500):
        study = SeedBands(Settings(steps=steps))
        assert study.evaluation_steps == tuple(Recording(Settings(steps=steps)).steps.tolist())


def test_each_seed_has_the_speed_of_its_own_curves():
    study = bands(none=[20, 24, 28, 32, 36], bn=[4, 4, 4, 4, 4])
    assert list(study.speeds()) == [4, 5, 6, 7, 8]
    for number, found in enumerate(study.speeds().values()):
        alone = speeds(
            study.evaluation_steps,
            {arm: study.curves[arm]["validation_accuracy"][number] for arm in ARMS},
            dict.fromkeys(ARMS, -1),
        )
        assert found == alone["bn"]
    assert ratios_of(study) == sorted(ratios_of(study))


def test_the_range_of_the_speed_ups_is_over_the_seeds():
    study = bands(none=[20, 24, 28, 32, 36], bn=[4, 4, 4, 4, 4])
    found = speed_range([*study.speeds().values()])
    ratios = ratios_of(study)
    assert (found.low.ratio, found.high.ratio) == (min(ratios), max(ratios))
    assert found.median.ratio == np.median(ratios)


def test_a_seed_that_does_not_reach_the_target_bounds_the_range():
    study = bands(none=[20, 20, 20, 1000, 1000], bn=[4, 4, 4, 4, 4])
    found = speed_range([*study.speeds().values()])
    assert [found.low.bound, found.median.bound, found.high.bound] == ["", "", "more than"]
    study = bands(none=[4, 4, 4, 4, 4], bn=[20, 20, 1000, 1000, 1000])
    found = speed_range([*study.speeds().values()])
    assert [found.low.bound, found.median.bound, found.high.bound] == ["less than"] * 2 + [""]
    assert found.median.ratio < found.high.ratio < 1


def test_a_class_that_most_examples_have_is_chance():
    study = SeedBands(Settings(steps=STEPS), 5)
    (block,) = study.blocks()
    arms = {"none": [20] * 5, "bn": [4] * 5}
    share = np.array([0.1, 0.1, 0.1, 0.8, 0.9], np.float32)
    study.put(
        block,
        {arm: replace(outcome(block, of), majority_share=share) for arm, of in arms.items()},
    )
    reasons = [each.reason for each in study.speeds().values()]
    assert reasons == ["", "", "", "the target is reached by chance", "no network has learnt"]


def test_the_speed_up_by_target_counts_the_seeds_that_reach_it():
    study = bands(none=[20, 20, 20, 1000, 1000], bn=[4, 4, 4, 4, 4])
    by_share = {each.share: each for each in study.by_target()}
    assert list(by_share) == [0.5, 0.8, 0.9, 0.95, 0.97, 0.99]
    for each in by_share.values():
        assert each.range == speed_range([*study.speeds(each.share).values()])
    assert (by_share[0.9].first, by_share[0.9].this, by_share[0.9].seeds) == (3, 5, 5)
    assert by_share[0.99].first == 0
    assert SeedBands(Settings()).by_target() == ()


class TestSentence:
    def test_says_faster(self):
        said = bands(none=[20] * 6, bn=[5] * 6).sentence()
        assert "BN learns faster in all 6 seeds" in said
        assert "Validation accuracy after 100 steps: 90 % with BN (90 to 90 %)" in said

    def test_says_by_how_much_at_least(self):
        said = bands(none=[1000] * 6, bn=[5] * 6).sentence()
        assert "faster in all 6 seeds: more than " in said

    def test_says_slower(self):
        said = bands(none=[5] * 9, bn=[5] + [20] * 8).sentence()
        assert "BN learns more slowly in 8 of 9 seeds: 0." in said

    def test_says_no_difference(self):
        said = bands(none=[5] * 5, bn=[5] * 5).sentence()
        assert "BN makes no difference in speed in all 5 seeds: 1.0 times" in said

    def test_says_that_neither_learns(self):
        said = bands(none=[5] * 5, bn=[5] * 5, end=0.12).sentence()
        assert "No network learnt anything in 100 steps, in any of 5 seeds" in said

    def test_says_why_the_speed_cannot_be_compared(self):
        said = bands(none=[1] * 5, bn=[1] * 5).sentence()
        assert said.startswith("The speed cannot be compared: fewer than 10 steps in all 5 seeds.")

    def test_claims_nothing_that_the_sign_test_does_not_bear(self):
        said = bands(none=[20, 20, 20, 4, 8, 8], bn=[4, 4, 4, 20, 8, 8]).sentence()
        assert "bear no difference by the sign test" in said
        assert "of 6, BN is faster in 3, slower in 1, about as fast in 2" in said

    def test_five_seeds_are_too_few(self):
        said = bands(none=[20] * 5, bn=[5] * 5).sentence()
        assert "bear no difference by the sign test: of 5, BN is faster in 5; " in said

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
