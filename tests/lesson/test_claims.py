"""Claims: sentences follow their numbers, and the recorded evidence belongs to these claims."""

import json
import math
from dataclasses import replace
from statistics import median

import pytest

from bnviz.lesson.chapters import CHAPTERS
from bnviz.lesson.claims import evidence
from bnviz.lesson.claims.catalogue import CLAIMS, OF_CHAPTERS
from bnviz.lesson.claims.claim import FORMS, Claim, ClaimResult, Quantity
from bnviz.lesson.claims.criteria import (
    ACCURACY,
    COST,
    STEPS,
    Alike,
    More,
    NotMore,
    Shows,
    times,
)
from bnviz.lesson.claims.quantities import of_arms, steps
from bnviz.lesson.claims.readings import step_cost
from bnviz.lesson.claims.scope import scope
from bnviz.recording import Recording
from bnviz.settings import Settings
from bnviz.settings.settings import KINDS
from bnviz.terminal.claims_command import REFUTED
from bnviz.terminal.main import main
from tests.support.recordings import random_recording

TINY = Settings(hidden_layers=2, units=4, steps=6)
TWICE = Claim(
    "twice",
    "BN is twice as good",
    (TINY, TINY.replace(learning_rate=0.5)),
    (
        Quantity("none", "steps", "without BN", lambda runs: runs[0].settings.seed, "count"),
        Quantity(
            "bn", "steps", "with BN", lambda runs: runs[1].settings.learning_rate, absent="never"
        ),
    ),
    (More("none", "bn", times(2)),),
)


def result(none, bn, claim=TWICE):
    return ClaimResult(claim, tuple(range(len(none))), {"none": tuple(none), "bn": tuple(bn)})


class TestDifference:
    @pytest.mark.parametrize(
        ("one", "other", "order"),
        [
            (1.25, 1, 1),
            (1.24, 1, 0),
            (1, 1.25, -1),
            (math.inf, 100, 1),
            (100, math.inf, -1),
            (math.inf, math.inf, 0),
            (0, 0, 0),
            (1e-9, 0, 1),
        ],
    )
    def test_ratio_counts_from_its_smallest_on_and_never_is_the_slowest(self, one, other, order):
        assert STEPS.order(one, other) == order

    @pytest.mark.parametrize(
        ("one", "other", "order"),
        [(0.52, 0.5, 1), (0.519, 0.5, 0), (0.48, 0.5, -1), (-0.5, -0.52, 1), (0, 0, 0)],
    )
    def test_of_accuracies_is_two_points(self, one, other, order):
        assert ACCURACY.order(one, other) == order


class TestComparison:
    @pytest.mark.parametrize(
        ("votes", "holds"),
        [
            ([1] * 9, True),
            ([1] * 8 + [-1], True),
            ([1] * 8 + [0], True),
            ([1] * 7 + [-1] * 2, False),
            ([1] * 7 + [0] * 2, False),
            ([1] * 5, False),
            ([-1] * 9, False),
            ([0] * 9, False),
        ],
    )
    def test_holds_by_the_sign_test_in_which_ties_stay(self, votes, holds):
        assert More("a", "b", STEPS).holds(votes) == holds

    @pytest.mark.parametrize(("against", "holds"), [(0, True), (1, True), (2, False)])
    def test_other_statements_hold_if_eight_of_nine_seeds_show_them(self, against, holds):
        votes = [-1] * against + [1] * (9 - against)
        assert Shows(lambda _: True).holds(votes) == holds
        assert Alike("a", "b", ACCURACY).holds(votes) == holds
        assert NotMore("a", "b", ACCURACY).holds(votes) == holds

    def test_alike_means_closer_than_the_difference(self):
        alike = Alike("a", "b", ACCURACY)
        assert [alike.votes({"a": 0.9, "b": b}) for b in (0.9, 0.919, 0.93, 0.87)] == [1, 1, -1, -1]

    def test_not_more_means_less_than_the_difference_or_the_other_way_round(self):
        not_more = NotMore("a", "b", ACCURACY)
        votes = [not_more.votes({"a": a, "b": 0.9}) for a in (0.1, 0.9, 0.919, 0.93)]
        assert votes == [1, 1, 1, -1]


class TestResult:
    NINE = ([4, 8, 6, 9, 2, 4, 4, 4, 8], [1, 2, 2, 3, 1, 1, 1, 1, 1])

    def test_gives_count_p_median_range_rule_and_scope(self):
        found = result(*self.NINE)
        assert found.holds
        assert found.sentence == (
            "BN is twice as good: shown by 9 of 9 seeds, p = 0.0039. "
            "Steps: without BN 4 (2 to 9), with BN 1 (1 to 3). "
            "Differences count from 2 times on. "
            f"Scope: {scope(TWICE.runs)}."
        )

    def test_says_so_if_the_numbers_contradict_it(self):
        found = result([1] * 8 + [9], [1] * 9)
        assert not found.holds
        assert found.sentence.startswith(
            "Not confirmed (shown by only 1 of 9 seeds, p = 1): BN is twice as good. "
            "Steps: without BN 1 (1 to 9), with BN 1."
        )

    @pytest.mark.parametrize(("bad", "holds"), [(1, True), (2, False)])
    def test_holds_if_eight_of_nine_seeds_show_it(self, bad, holds):
        assert result([1] * bad + [9] * (9 - bad), [1] * 9).holds == holds

    def test_needs_every_criterion(self):
        both = replace(TWICE, criteria=(*TWICE.criteria, Shows(lambda of: of["bn"] < 3)))
        none, bn = self.NINE
        assert result(none, bn, both).holds
        assert sum(result(none, bn, both).shown) == 8
        assert not result(none, [*bn[:-1], 3], both).holds

    def test_a_target_not_reached_is_written_as_a_word_and_the_slowest(self):
        found = result([4] * 9, [1] * 8 + [math.inf])
        assert "with BN 1 (1 to never)." in found.sentence
        assert found.shown == (True,) * 8 + (False,)
        assert result([math.inf] * 9, [1] * 9).holds
        assert not any(result([math.inf] * 9, [math.inf] * 9).shown)


#: Settings that a scope leaves out: who is compared, what is measured, and what is random.
UNSAID = {"second_arm", "third_arm", "deep", "seed", "upload"}


class TestScope:
    def test_names_network_data_and_training(self):
        settings = Settings(
            dataset="digits",
            hidden_layers=3,
            units=16,
            activation="relu",
            initializer="he_normal",
            learning_rate=0.3,
            steps=1_500,
        )
        assert scope([settings]) == (
            "digits, 3 hidden layers of 16 relu units (he_normal), sgd at 0.3, batches of 32, "
            "1,500 steps"
        )
        other = settings.replace(learning_rate=1.0, hidden_layers=1)
        assert "3 / 1 hidden layers" in scope([settings, other])
        assert "sgd at 0.3 / 1," in scope([settings, other])

    @pytest.mark.parametrize("name", sorted(KINDS.keys() - UNSAID))
    def test_differs_with_every_setting_that_decides_a_run(self, name):
        base = Settings(
            dataset="moons", initializer="random_normal", dropout=0.5, interventions="3:insert_bn"
        )
        if name == "architecture":  # only images can be convolved
            base = base.replace(dataset="digits")
        others = {
            "architecture": "conv",
            "dataset": "spiral",
            "activation": "tanh",
            "initializer": "he_normal",
            "optimizer": "adam",
            "bn_position": "after",
            "dropout_position": "before",
            "interventions": "2:insert_bn",
        }
        value = getattr(base, name)
        if name in others:
            changed = others[name]
        elif isinstance(value, bool):
            changed = not value
        else:
            changed = value + 1 if isinstance(value, int) else value / 2 or 0.01
        assert scope([base.replace(**{name: changed})]) != scope([base])


def test_nan_is_refused():
    claim = Claim(
        "missing",
        "It is missing",
        (TINY,),
        (Quantity("a", "a", "", lambda _: math.nan),),
        (Shows(lambda _: True),),
    )
    with pytest.raises(ValueError, match="missing has no number for a"):
        claim.read([Recording(TINY)])


class TestGather:
    def test_makes_each_run_once_and_gives_each_seed_its_own_numbers(self):
        made = []

        def run(settings):
            made.append(settings)
            return Recording(settings)

        again = Claim("again", "Again", TWICE.runs[:1], TWICE.quantities[:1], ())
        results = list(evidence.gather([TWICE, again], range(3), run, pytest.fail))
        assert len(made) == len(set(made)) == 6
        assert results[0].values == {"none": (0, 1, 2), "bn": (0.5, 0.5, 0.5)}
        assert results[1].values == {"none": (0, 1, 2)}

    def test_measures_what_a_step_costs_of_each_run_of_a_claim_that_needs_it(self):
        claim = Claim(
            "costs",
            "Costs",
            (TINY,),
            of_arms("cost", "cost", step_cost, form="time"),
            (More("cost_bn", "cost_none", COST),),
            needs_costs=True,
        )
        free = Claim("free", "Free", (TINY,), TWICE.quantities[:1], ())

        def measure(recording):
            cost = 1e-5 * (recording.settings.seed + 1)
            recording.seconds_per_step = {"none": cost, "bn": 2 * cost}

        _, found = evidence.gather([free, claim], range(2), Recording, measure)
        assert found.values["cost_bn"] == pytest.approx((2e-5, 4e-5))
        assert "without BN 15 µs (10 µs to 20 µs), with BN 30 µs (20 µs to 40 µs)" in found.details
        with pytest.raises(ValueError, match="no number for cost_none, cost_bn"):
            claim.read([Recording(TINY)])


class TestTable:
    def test_survives_its_json(self, monkeypatch):
        monkeypatch.setitem(CLAIMS, "twice", TWICE)
        found = result([4, 8, 6], [1, 2.5, math.inf])
        (read,) = evidence.read(evidence.as_json([found])).values()
        assert read == found

    @pytest.mark.parametrize("broken", ["runs", "values", "name"])
    def test_a_table_of_other_claims_is_refused(self, monkeypatch, broken):
        monkeypatch.setitem(CLAIMS, "twice", TWICE)
        table = json.loads(evidence.as_json([result([4], [1])]))
        if broken == "name":
            table = {"thrice": table["twice"]}
        elif broken == "runs":
            table["twice"]["runs"][0] = "0" * 16
        else:
            table["twice"]["values"]["more"] = table["twice"]["values"].pop("bn")
        with pytest.raises(evidence.EvidenceError, match="again"):
            evidence.read(json.dumps(table))


class TestDescribeRun:
    CLAIM = Claim("steps", "BN saves steps", (TINY,), steps(), ())

    @pytest.mark.parametrize("seed", [0, 7])
    def test_gives_the_numbers_of_the_claim_for_any_seed(self, seed):
        recording = random_recording(TINY.replace(seed=seed), 7)
        recording = rewritten(recording, "validation_accuracy", 0.9)
        assert (
            self.CLAIM.describe_run(recording) == "Steps to 80 % accuracy: without BN 0, with BN 0"
        )

    @pytest.mark.parametrize(
        "other", [{"learning_rate": 0.7}, {"units": 5}, {"third_arm": "bn_other"}, {"deep": True}]
    )
    def test_is_empty_for_any_other_setting(self, other):
        recording = random_recording(TINY.replace(**other), 7)
        assert recording.complete
        assert self.CLAIM.describe_run(recording) == ""

    def test_is_empty_before_the_end_or_if_several_runs_are_needed(self):
        assert self.CLAIM.describe_run(random_recording(TINY, 6)) == ""
        both = replace(self.CLAIM, runs=(TINY, TINY.replace(units=5)))
        assert both.describe_run(random_recording(TINY, 7)) == ""


def rewritten(recording, measure, value):
    """A recording with the same value in a measure of every frame."""
    frames = recording.frames.copy()
    for arm in recording.layout.arms:
        frames[arm][measure] = value
    other = Recording(recording.settings)
    for frame in frames:
        other.append(frame)
    return other


@pytest.fixture(scope="module")
def recorded():
    return evidence.recorded()


def test_every_claim_of_a_chapter_has_a_name_of_its_own_and_evidence(recorded):
    named = [claim.name for chapter in CHAPTERS.values() for claim in chapter.claims]
    assert len(set(named)) == len(named) == len(CLAIMS)
    assert (
        list(recorded) == named == [claim.name for each in OF_CHAPTERS.values() for claim in each]
    )


@pytest.mark.parametrize("claim", CLAIMS.values(), ids=CLAIMS)
class TestEvidence:
    def test_is_of_enough_seeds_and_its_sentence_of_its_values(self, claim, recorded):
        table = json.loads(evidence.FILE.read_text(encoding="utf-8"))[claim.name]
        found = recorded[claim.name]
        assert len(set(found.seeds)) == len(found.seeds) >= evidence.MIN_SEEDS
        assert all(len(values) == len(found.seeds) for values in found.values.values())
        assert table["sentence"] == found.sentence
        assert table["shown"] == sum(found.shown)

    def test_holds(self, claim, recorded):
        assert recorded[claim.name].holds


#: Claims whose numbers need TensorFlow.
BY_TENSORFLOW = ("script_agrees",)
RECORDINGS = {chapter.settings: chapter.recording for chapter in CHAPTERS.values()}
OF_ONE_RECORDING = [
    claim
    for claim in CLAIMS.values()
    if len(claim.runs) == 1
    and claim.runs[0] in RECORDINGS
    and not claim.needs_costs
    and claim.name not in BY_TENSORFLOW
]


@pytest.mark.parametrize("claim", OF_ONE_RECORDING, ids=lambda claim: claim.name)
def test_evidence_agrees_with_the_recording_of_the_chapter(claim, recorded):
    numbers = claim.read([Recording.load(RECORDINGS[claim.runs[0]])])
    first = {name: values[0] for name, values in recorded[claim.name].values.items()}
    assert recorded[claim.name].seeds[0] == claim.runs[0].seed
    assert numbers == pytest.approx(first, rel=1e-4, abs=1e-6)


def test_right_answers_of_the_chapters_are_what_was_measured(recorded):
    for chapter in CHAPTERS.values():
        if chapter.settled_by:
            assert chapter.settled_by in [claim.name for claim in chapter.claims]
            assert recorded[chapter.settled_by].holds
    # "A few times fewer" is said of the steps.
    steps = recorded["fewer_steps"].values
    ratio = median(steps["steps_none"]) / median(steps["steps_bn"])
    assert 2 <= ratio <= 10


@pytest.mark.parametrize("claim", CLAIMS.values(), ids=CLAIMS)
def test_criteria_are_of_the_numbers_of_the_claim(claim):
    assert claim.criteria
    numbers = {quantity.name: 1.0 for quantity in claim.quantities}
    assert {criterion.votes(numbers) for criterion in claim.criteria} <= {-1, 0, 1}


@pytest.mark.parametrize("claim", CLAIMS.values(), ids=CLAIMS)
def test_wording_of_a_claim_is_complete(claim):
    assert claim.statement[0].isupper()
    assert claim.statement[-1] != "."
    assert {quantity.form for quantity in claim.quantities} <= set(FORMS)
    assert len({quantity.name for quantity in claim.quantities}) == len(claim.quantities)


class TestCommand:
    def test_refuses_bad_options_with_a_sentence(self, capsys, tmp_path):
        for arguments in (["--seeds", "0"], ["--recordings", str(tmp_path / "no")]):
            assert main(["claims", *arguments]) == 2
            assert capsys.readouterr().err.startswith("bnviz: --")

    def test_checks_a_claim_and_writes_its_table(self, capsys, tmp_path, monkeypatch):
        monkeypatch.setattr(
            "bnviz.terminal.claims_command._recorded", lambda settings: Recording(settings)
        )
        monkeypatch.setitem(CLAIMS, "twice", TWICE)
        out = tmp_path / "claims.json"
        assert main(["claims", "--only", "twice", "--seeds", "2", "--out", str(out)]) == REFUTED
        assert "twice: DOES NOT HOLD\n    Not confirmed" in capsys.readouterr().out
        assert evidence.read(out.read_text(encoding="utf-8"))["twice"].seeds == (0, 1)
