"""Claims: sentences follow their numbers, and the recorded evidence belongs to these claims."""

import json
import math
from statistics import median

import pytest

from bnviz.lesson.chapters import CHAPTERS
from bnviz.lesson.claims import evidence
from bnviz.lesson.claims.catalogue import CLAIMS, OF_CHAPTERS
from bnviz.lesson.claims.claim import FORMS, Claim, ClaimResult, Quantity
from bnviz.recording import Recording
from bnviz.settings import Settings
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
    lambda of: of["none"] >= 2 * of["bn"],
)


def result(none, bn):
    return ClaimResult(TWICE, tuple(range(len(none))), {"none": tuple(none), "bn": tuple(bn)})


class TestResult:
    def test_gives_median_range_and_count(self):
        found = result([4, 8, 6, 9, 2], [1, 2, 2, 3, 1])
        assert found.holds
        assert found.sentence == (
            "BN is twice as good: shown by 5 of 5 seeds. "
            "Steps: without BN 6 (2 to 9), with BN 2 (1 to 3)."
        )

    def test_says_so_if_the_numbers_contradict_it(self):
        found = result([1, 1, 1, 9, 1], [1, 1, 1, 1, 1])
        assert not found.holds
        assert found.sentence == (
            "Not confirmed (shown by only 1 of 5 seeds): BN is twice as good. "
            "Steps: without BN 1 (1 to 9), with BN 1."
        )

    @pytest.mark.parametrize(("bad", "holds"), [(1, True), (2, False)])
    def test_holds_if_four_of_five_seeds_show_it(self, bad, holds):
        assert result([1] * bad + [9] * (5 - bad), [1] * 5).holds == holds

    def test_a_target_not_reached_is_written_as_a_word(self):
        found = result([4, 4, 4], [1, 2, math.inf])
        assert found.sentence.endswith("with BN 2 (1 to never).")


def test_nan_is_refused():
    claim = Claim(
        "missing",
        "It is missing",
        (TINY,),
        (Quantity("a", "a", "", lambda _: math.nan),),
        lambda _: True,
    )
    with pytest.raises(ValueError, match="missing has no number for a"):
        claim.read([Recording(TINY)])


class TestGather:
    def test_makes_each_run_once_and_gives_each_seed_its_own_numbers(self):
        made = []

        def run(settings):
            made.append(settings)
            return Recording(settings)

        again = Claim("again", "Again", TWICE.runs[:1], TWICE.quantities[:1], lambda _: False)
        results = list(evidence.gather([TWICE, again], range(3), run))
        assert len(made) == len(set(made)) == 6
        assert results[0].values == {"none": (0, 1, 2), "bn": (0.5, 0.5, 0.5)}
        assert results[1].values == {"none": (0, 1, 2)}


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
    SPEED = CLAIMS["fewer_steps"]

    def test_gives_the_numbers_of_the_claim(self):
        recording = random_recording(TINY, 7)
        recording = rewritten(recording, "validation_accuracy", 0.9)
        assert (
            self.SPEED.describe_run(recording) == "Steps to 80 % accuracy: without BN 0, with BN 0"
        )

    def test_is_empty_before_the_end_or_if_several_runs_are_needed(self):
        assert self.SPEED.describe_run(random_recording(TINY, 6)) == ""
        assert CLAIMS["higher_rates"].describe_run(random_recording(TINY, 7)) == ""

    def test_is_empty_if_a_network_or_a_measure_is_missing(self):
        for name in ("noise_still_trains", "alone_is_chance", "inserting_changes_nothing"):
            assert CLAIMS[name].describe_run(random_recording(TINY, 7)) == ""


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
    if len(claim.runs) == 1 and claim.runs[0] in RECORDINGS and claim.name not in BY_TENSORFLOW
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
