"""PhaseMap and Sweep: order of the runs, numbers, sentences, JSON and files."""

import io
import json
import math
import zipfile
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from bnviz.findings.speed import MIN_STEPS, Speed, speeds
from bnviz.recording import BUNDLED, Recording
from bnviz.recording.frames import ARMS
from bnviz.settings import Settings, SettingsError
from bnviz.settings.settings import bounds
from bnviz.studies import map_file
from bnviz.studies.axis import AXES, DEFAULT_AXES, Axis
from bnviz.studies.map_numbers import MapNumbers
from bnviz.studies.map_speeds import NOT_KEPT, bracket
from bnviz.studies.map_words import CLEAR_LAG, describe_cell
from bnviz.studies.phase_map import PhaseMap, PhaseMapError
from bnviz.studies.study import BLOCK_SIZE, Block, Outcome, compile_key
from bnviz.studies.study_report import map_json, map_text
from bnviz.studies.sweep import BY_OTHER_STATISTICS, MEASURES, Cell, Sweep

#: Four columns, three rows, three seeds.
SWEEP = Sweep(
    Settings(steps=40, deep=True),
    Axis("learning_rate", 0.001, 1.0, "log", 4),
    Axis("init_scale", 0.1, 10.0, "log", 3),
    seeds=3,
)
WATCH = len(SWEEP.evaluation_steps)


def outcome(block, low, high):
    """Networks that learn at learning rates from `low` to `high` and diverge above.

    The loss of each is its seed, so that the median of a cell is 1.
    """
    rates = np.array([settings.learning_rate for settings in block.settings])
    seeds = np.array([settings.seed for settings in block.settings], float)
    accuracy = np.full((len(rates), len(block.evaluation_steps)), 0.1)
    accuracy[(rates >= low) & (rates <= high), 5:] = 0.95
    loss = np.repeat(seeds[:, None], len(block.evaluation_steps), 1)
    by_batch, by_exact = accuracy[:, -1] + 0.03, accuracy[:, -1] + 0.02
    diverged_at = np.where(rates > high, 7, -1)
    share = np.full(len(rates), 0.1)
    return Outcome(loss, loss, accuracy, diverged_at, share, by_batch, by_exact)


def filled(none=(0.1, 0.1), bn=(0.01, 1.0), sweep=SWEEP, blocks=None):
    phase_map = PhaseMap(sweep)
    for block in phase_map.blocks()[:blocks]:
        phase_map.put(block, {"none": outcome(block, *none), "bn": outcome(block, *bn)})
    return phase_map


class TestAxis:
    @pytest.mark.parametrize("name", AXES)
    def test_text_survives_a_round_trip(self, name):
        axis = Axis(name, max(bounds(name).low, 1e-3), bounds(name).high, "log", 5)
        assert Axis.parse(str(axis)) == axis
        assert Axis.parse(str(axis)).values == axis.values

    def test_text_keeps_every_digit(self):
        axis = Axis("learning_rate", 0.001234567891, 1 / 3, "log", 24)
        assert Axis.parse(str(axis)) == axis

    def test_whole_settings_have_distinct_whole_values(self):
        assert Axis("hidden_layers", 1, 3, "linear", 9).values == (1, 2, 3)

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "learning_rate",
            "activation=0:1:log:4",
            "colour=1:2:log:4",
            "learning_rate=1:0.1:log:4",
            "learning_rate=1:1:log:4",
            "learning_rate=0:1:log:4",
            "learning_rate=0.1:20:log:4",
            "learning_rate=0.1:1:cubic:4",
            "learning_rate=0.1:1:log:1",
            "learning_rate=0.1:1:log:25",
            "learning_rate=a:1:log:4",
            "learning_rate=nan:1:log:4",
            "learning_rate=0.1:inf:log:4",
            "learning_rate=0.1:1:log:4:5",
            "learning_rate=" + "1" * 200,
        ],
    )
    def test_bad_text_is_refused_with_what_is_allowed(self, text):
        with pytest.raises(SettingsError, match="it must be"):
            Axis.parse(text)


class TestSweep:
    def test_cells_come_coarse_to_fine_without_repeats(self):
        cells = list(Sweep().cells())
        assert len(set(cells)) == len(cells) == 256
        for size in (2, 4, 8):
            stride = 16 // size
            first = set(cells[: size * size])
            assert first == {
                Cell(row, column) for row in range(0, 16, stride) for column in range(0, 16, stride)
            }

    def test_json_survives_a_round_trip(self):
        sweep = Sweep(SWEEP.base, SWEEP.x, SWEEP.y, 3, "speed_up", 0.85)
        assert Sweep.from_json(sweep.to_json()) == sweep

    @pytest.mark.parametrize(
        "change",
        [
            {"version": 0},
            {"seeds": 1.5},
            {"seeds": "3"},
            {"seeds": True},
            {"seeds": 11},
            {"x": 5},
            {"x": "y"},
            {"base": []},
            {"base": {"steps": 0}},
            {"measure": []},
            {"target": "high"},
            {"target": math.nan},
            {"colour": 1},
        ],
    )
    def test_json_with_bad_values_is_refused(self, change):
        with pytest.raises(SettingsError):
            Sweep.from_json(json.dumps(json.loads(SWEEP.to_json()) | change))

    @pytest.mark.parametrize("text", ["", "[]", "null", "{}", "[" * 100_000])
    def test_other_json_is_refused(self, text):
        with pytest.raises(SettingsError):
            Sweep.from_json(text)

    @pytest.mark.parametrize("name", AXES)
    @pytest.mark.parametrize("side", ["x", "y"])
    def test_every_setting_can_be_an_axis_in_a_link(self, side, name):
        axis = DEFAULT_AXES[name]
        other = next(each for each in DEFAULT_AXES.values() if each.name != name)
        given = {side: str(axis), "y" if side == "x" else "x": str(other)}
        sweep, problems = Sweep.nearest(SWEEP.base, given)
        assert not problems
        assert getattr(sweep, side) == axis

    def test_two_axes_of_one_setting_are_refused(self):
        with pytest.raises(SettingsError, match="another setting than that of x"):
            Sweep(x=SWEEP.x, y=SWEEP.x)


class TestBlocks:
    def test_hold_each_run_of_the_sweep_once(self):
        runs = [run for block in PhaseMap(SWEEP).blocks() for run in block.settings]
        assert len(runs) == len(set(runs)) == 4 * 3 * 3
        assert set(runs) == {
            SWEEP.settings(cell, seed) for cell in SWEEP.cells() for seed in range(3)
        }
        assert not any(run.deep for run in runs)

    def test_have_one_compile_key_each_and_a_limited_size(self):
        sweep = Sweep(SWEEP.base, SWEEP.x, Axis("units", 2, 8, "log", 3), seeds=10)
        blocks = PhaseMap(sweep).blocks()
        assert {len(block.settings) for block in blocks} == {16, 8}
        assert len({compile_key(block.settings[0]) for block in blocks}) == 3

    def test_are_handed_out_once(self):
        phase_map = PhaseMap(SWEEP)
        assert phase_map.blocks()
        assert not phase_map.blocks()

    @pytest.mark.parametrize(
        ("settings", "steps"),
        [
            ((), (0, 40)),
            ((SWEEP.base,) * (BLOCK_SIZE + 1), (0, 40)),
            ((SWEEP.base, SWEEP.base.replace(units=8)), (0, 40)),
            ((SWEEP.base,), (1, 40)),
            ((SWEEP.base,), (0, 30)),
            ((SWEEP.base,), (0, 20, 20, 40)),
            ((SWEEP.base,), ()),
        ],
    )
    def test_bad_blocks_are_refused(self, settings, steps):
        with pytest.raises(ValueError, match=r"runs|evaluation steps"):
            Block(settings, steps)


class TestNumbers:
    def test_are_medians_over_the_seeds(self):
        phase_map = filled()
        np.testing.assert_array_equal(phase_map.values("bn", "validation_loss")[:, 1:], 1.0)
        assert phase_map.seed_values(Cell(0, 1), "bn", "validation_loss").tolist() == [0, 1, 2]

    def test_have_the_accuracies_by_other_statistics(self):
        phase_map = filled()
        for measure, more in (("accuracy_by_batch", 0.03), ("accuracy_by_exact_statistics", 0.02)):
            assert phase_map.keeps(measure)
            expected = phase_map.values("bn", "validation_accuracy") + more
            np.testing.assert_allclose(phase_map.values("bn", measure), expected, rtol=1e-6)

    def test_are_infinite_if_runs_diverge_or_miss_the_target(self):
        phase_map = filled()
        assert np.isinf(phase_map.values("none", "validation_loss")[:, 3]).all()
        assert np.isinf(phase_map.values("none", "steps_to_target")[:, 0]).all()
        np.testing.assert_array_equal(phase_map.values("none", "diverged")[0], [0, 0, 0, 1])
        steps = phase_map.values("none", "steps_to_target")[:, 2]
        np.testing.assert_array_equal(steps, SWEEP.evaluation_steps[5])

    def test_are_nan_in_cells_that_are_not_filled(self):
        phase_map = filled(blocks=1)
        values = phase_map.values("bn", "validation_accuracy")
        assert np.isfinite(values).sum() == phase_map.filled().sum() == 16 // 3
        assert phase_map.progress == 16 / 36

    def test_the_speed_up_is_infinite_where_bn_alone_learns(self):
        speeds = filled(none=(0.01, 0.1), bn=(0.1, 1.0)).speeds()
        np.testing.assert_array_equal(speeds.middle[0], [np.nan, 0.0, 1.0, np.inf])
        assert speeds.reason[0].tolist() == ["no network has learnt", "", "", ""]
        last = SWEEP.evaluation_steps[-1] / SWEEP.evaluation_steps[5]
        np.testing.assert_allclose(speeds.shown[0, 1:], [1 / last, 1, last])

    def test_the_speed_up_is_that_of_each_run_and_the_median_over_the_seeds(self):
        phase_map = PhaseMap(SWEEP)
        rng = np.random.default_rng(0)
        steps = np.array(SWEEP.evaluation_steps)
        expected: dict[Settings, Speed] = {}
        for block in phase_map.blocks():
            halves = rng.uniform(4, 30, (2, len(block.settings), 1))
            curves = dict(zip(ARMS, 0.1 + 0.85 * (1 - 2.0 ** (-steps / halves)), strict=True))
            never = np.full(len(block.settings), -1)
            for number, settings in enumerate(block.settings):
                of = {arm: curve[number] for arm, curve in curves.items()}
                expected[settings] = speeds(steps, of, dict.fromkeys(ARMS, -1))["bn"]
            phase_map.put(block, {arm: Outcome(c, c, c, never) for arm, c in curves.items()})
        found = phase_map.speeds()
        for cell in SWEEP.cells():
            of_seeds = [expected[SWEEP.settings(cell, seed)] for seed in range(3)]
            known = [bracket(each) for each in of_seeds if each.speed_up is not None]
            at = cell.row, cell.column
            if len(known) < 2:
                assert np.isnan(found.low[at])
                continue
            low, high = np.median(known, axis=0)
            assert (found.low[at], found.high[at]) == (pytest.approx(low), pytest.approx(high))

    def test_a_target_that_most_examples_reach_gives_no_speed_up(self):
        phase_map = PhaseMap(SWEEP)
        for block in phase_map.blocks():
            share = np.full(len(block.settings), 0.9, np.float32)
            learning = replace(outcome(block, 0, 10), majority_share=share)
            phase_map.put(block, dict.fromkeys(ARMS, learning))
        assert np.isnan(phase_map.speeds().low).all()
        assert set(phase_map.speeds().reason.flat) == {"the target is reached by chance"}

    @pytest.mark.parametrize("measure", MEASURES)
    def test_exist_for_every_measure(self, measure):
        sweep = Sweep(SWEEP.base, SWEEP.x, SWEEP.y, 3, measure)
        phase_map = filled(sweep=sweep)
        known = ~np.isnan(phase_map.values("bn"))
        assert (known | (phase_map.speeds().reason == "no network has learnt")).all()
        assert known[:, 1:].all()


class TestSentence:
    def test_says_where_each_arm_learns(self):
        assert filled().sentence() == (
            "Of 12 cells, 3 reach 90 % validation accuracy without BN and 9 with BN. They lie at "
            "learning rate 0.1 and initial scale 0.1 to 10 without BN; learning rate 0.01 to 1 and "
            "initial scale 0.1 to 10 with BN. At initial scale 1 and each one's best learning rate "
            "(0.1 without BN, 0.01 with BN; the first to 90 % of the best final accuracy), BN is "
            "between 0.7 and 1.4 times as fast (steps: 13 against 13)."
        )

    def test_says_that_there_is_no_difference(self):
        said = filled(none=(0.01, 0.1), bn=(0.01, 0.1)).sentence()
        assert "6 reach 90 % validation accuracy without BN and 6 with BN: no clear diff" in said

    def test_says_that_bn_learns_less(self):
        said = filled(none=(0.01, 1.0), bn=(5.0, 5.0)).sentence()
        assert "9 reach 90 % validation accuracy without BN and 0 with BN. They lie at" in said
        assert "without BN." in said

    def test_says_that_nothing_learns(self):
        said = filled(none=(5.0, 5.0), bn=(5.0, 5.0)).sentence()
        assert said == "Of 12 cells, none reaches 90 % validation accuracy with either network."

    def test_says_how_much_is_known(self):
        assert PhaseMap(SWEEP).sentence() == "No cell has been trained yet."
        assert filled(blocks=1).sentence().startswith("Of the 5 cells trained so far, ")


class TestWords:
    @pytest.mark.parametrize("lag", [CLEAR_LAG / 2, 2 * CLEAR_LAG])
    def test_name_the_other_statistics_where_the_moving_ones_lag_behind(self, lag):
        phase_map = filled()
        cells = phase_map.runs["bn"]
        cells["validation_accuracy"] = 0.62
        cells["accuracy_by_batch"], cells["accuracy_by_exact_statistics"] = 0.62 + lag, 0.60
        words = describe_cell(MapNumbers.of(phase_map), Cell(0, 1))
        clear = "62 % with BN by moving statistics, 72 % by the batch's, 60 % by exact ones"
        assert (clear in words) == (lag > CLEAR_LAG)
        assert "62 % with BN" in words
        others = describe_cell(MapNumbers.of(phase_map, "accuracy_by_exact_statistics"), Cell(0, 1))
        assert "by exact statistics of 3 seeds" in others
        assert "60 % with BN." in others


class TestJson:
    def test_has_rows_by_y_and_columns_by_x(self):
        result = json.loads(map_json(filled(), 1.5))
        assert result["x"] == {"name": "learning_rate", "values": [0.001, 0.01, 0.1, 1.0]}
        assert result["y"] == {"name": "init_scale", "values": [0.1, 1.0, 10.0]}
        assert (result["seeds"], result["steps"], result["seconds"]) == (3, 40, 1.5)
        assert result["measure"] == "validation_accuracy"
        assert result["none"] == [pytest.approx([0.1, 0.1, 0.95, 0.1])] * 3
        assert result["bn"] == [pytest.approx([0.1, 0.95, 0.95, 0.95])] * 3
        assert result["diverged"]["none"] == [[False, False, False, True]] * 3

    def test_has_null_for_unknown_and_infinite_values(self):
        sweep = Sweep(SWEEP.base, SWEEP.x, SWEEP.y, 3, "speed_up")
        result = json.loads(
            map_json(filled(sweep=sweep, blocks=1), 1.5), parse_constant=pytest.fail
        )
        known = filled(sweep=sweep, blocks=1).filled()
        for row, column in np.argwhere(~known):
            for cells in (result["none"], result["speed_up"], result["diverged"]["bn"]):
                assert cells[row][column] is None
        assert result["none"][0][0] is result["speed_up_low"][0][0] is None
        assert result["target_share"] == 0.9
        assert result["diverged"]["none"][0][0] is False

    def test_a_cell_diverges_if_at_least_half_of_its_seeds_do(self):
        sweep = Sweep(SWEEP.base, SWEEP.x, SWEEP.y, 2)
        phase_map = filled(none=(0.0, 1.0), sweep=sweep)
        phase_map.runs["none"]["diverged_at"][0, 0, 0] = 3
        assert json.loads(map_json(phase_map, 1))["diverged"]["none"][0] == [True] + [False] * 3


class TestEvaluationSteps:
    @pytest.mark.parametrize("steps", [1, 9, 10, 11, 40, 300, 800, 1_500, 50_000])
    def test_are_some_of_the_recorded_ones(self, steps):
        chosen = Sweep(Settings(steps=steps)).evaluation_steps
        recorded = Recording(Settings(steps=steps)).steps.tolist()
        assert set(chosen) <= set(recorded)
        assert (chosen[0], chosen[-1]) == (0, steps)
        assert len(chosen) <= 43

    def test_no_two_of_them_are_on_both_sides_of_the_fewest_steps_of_a_speed_up(self):
        for steps in (300, 800):
            chosen = Sweep(Settings(steps=steps)).evaluation_steps
            recorded = Recording(Settings(steps=steps)).steps
            assert max(recorded[recorded < MIN_STEPS]) in chosen

    def test_neighbours_are_close_as_a_ratio(self):
        for steps in (300, 800, 1_500):
            later = [step for step in Sweep(Settings(steps=steps)).evaluation_steps if step >= 9]
            assert all(stop <= 1.5 * start for start, stop in pairwise(later))


class TestBestRates:
    def put(self, phase_map, half_lives):
        """Fills a map with curves whose half-life is that of the learning rate, by arm."""
        steps = np.array(phase_map.sweep.evaluation_steps)
        for block in phase_map.blocks():
            outcomes = {}
            for arm in ARMS:
                halves = np.array([[half_lives[arm](run)] for run in block.settings], float)
                curve = 0.1 + 0.85 * (1 - 2.0 ** (-steps / halves))
                outcomes[arm] = Outcome(curve, curve, curve, np.full(len(halves), -1))
            phase_map.put(block, outcomes)

    #: Each arm has a best rate of its own, faster at larger initial scales.
    HALVES = {  # noqa: RUF012
        "none": lambda run: 60 / run.init_scale if run.learning_rate == 0.1 else 400,
        "bn": lambda run: 10 / run.init_scale if run.learning_rate == 0.01 else 300,
    }

    def test_compare_the_arms_at_the_base_value_of_the_other_axis(self):
        sweep = Sweep(Settings(steps=400), SWEEP.x, SWEEP.y, 3)
        phase_map = PhaseMap(sweep)
        assert phase_map.best_rates() is None
        self.put(phase_map, self.HALVES)
        best = phase_map.best_rates()
        assert best.rates == {"none": 0.1, "bn": 0.01}
        assert (best.other, best.value) == ("init_scale", "1")
        assert best.low <= 6 <= best.high
        assert best.high / best.low < 2.4
        assert phase_map.sentence().endswith(
            f"BN is between {best.low:.1f} and {best.high:.1f} times as fast (steps: "
            f"{best.steps['none']:.0f} against {best.steps['bn']:.0f})."
        )
        result = json.loads(map_json(phase_map, 1))["best_rates"]
        assert result["at"] == {"setting": "init_scale", "value": "1"}
        assert result["rates"] == {"none": 0.1, "bn": 0.01}

    def test_work_along_either_axis(self):
        both = []
        for x, y in ((SWEEP.x, SWEEP.y), (SWEEP.y, SWEEP.x)):
            phase_map = PhaseMap(Sweep(Settings(steps=400), x, y, 2))
            self.put(phase_map, self.HALVES)
            both.append(phase_map.best_rates())
        assert both[0] == both[1]

    def test_say_that_one_arm_never_reaches_the_target(self):
        phase_map = PhaseMap(Sweep(Settings(steps=400), SWEEP.x, SWEEP.y, 1))
        self.put(phase_map, self.HALVES | {"none": lambda _: 4_000})
        said = phase_map.best_rates().sentence()
        assert "BN is more than " in said
        assert "(steps: not reached in 400 against " in said

    def test_need_a_learning_rate(self):
        sweep = Sweep(Settings(steps=40), Axis("units", 4, 8, "log", 2), SWEEP.y, 1)
        phase_map = filled(sweep=sweep, none=(0, 10), bn=(0, 10))
        assert phase_map.complete
        assert phase_map.best_rates() is None


class TestFile:
    def saved(self, phase_map):
        file = io.BytesIO()
        phase_map.save(file)
        return file.getvalue()

    @pytest.mark.parametrize("blocks", [None, 1, 0])
    def test_restores_the_map_and_the_missing_runs(self, blocks):
        phase_map = filled(blocks=blocks)
        loaded = PhaseMap.load(io.BytesIO(self.saved(phase_map)))
        assert loaded.sweep == phase_map.sweep
        np.testing.assert_array_equal(loaded.known, phase_map.known)
        for arm in ARMS:
            np.testing.assert_array_equal(loaded.runs[arm], phase_map.runs[arm])
        for one, other in zip(
            (loaded.speeds().low, loaded.speeds().high, loaded.speeds().reason),
            (phase_map.speeds().low, phase_map.speeds().high, phase_map.speeds().reason),
            strict=True,
        ):
            np.testing.assert_array_equal(one, other)
        assert loaded.sentence() == phase_map.sentence()
        missing = {run for block in loaded.blocks() for run in block.settings}
        assert len(missing) == 36 - phase_map.known.sum()

    def older(self, *missing):
        """A file without the arrays whose names contain any of some words."""
        with np.load(io.BytesIO(self.saved(filled()))) as archive:
            arrays = {
                name: array
                for name, array in archive.items()
                if not any(word in name for word in missing)
            }
        file = io.BytesIO()
        np.savez_compressed(file, **arrays)
        return file.getvalue()

    @pytest.mark.parametrize(
        "missing",
        [
            ("accuracy_by",),
            ("accuracy_by", "none_accuracy", "bn_accuracy", "share", "evaluation_steps"),
        ],
        ids=["second version", "first version"],
    )
    def test_of_an_earlier_version_lacks_the_accuracies_by_other_statistics(self, missing):
        loaded = PhaseMap.load(io.BytesIO(self.older(*missing)))
        np.testing.assert_array_equal(loaded.values("bn"), filled().values("bn"))
        for measure in BY_OTHER_STATISTICS:
            assert not loaded.keeps(measure)
            assert np.isnan(loaded.values("bn", measure)).all()
            numbers = MapNumbers.of(loaded, measure)
            assert "not kept without BN, not kept with BN" in describe_cell(numbers, Cell(0, 0))
        again = PhaseMap.load(io.BytesIO(self.saved(loaded)))
        assert not again.keeps("accuracy_by_batch")

    def test_with_a_part_of_the_accuracies_is_refused(self):
        with pytest.raises(PhaseMapError):
            PhaseMap.load(io.BytesIO(self.older("bn_accuracy_by_batch")))

    def with_member(self, name, array):
        """A file with one array replaced or left out."""
        with np.load(io.BytesIO(self.saved(filled()))) as archive:
            arrays = dict(archive) | {name: array}
        file = io.BytesIO()
        np.savez_compressed(
            file, **{key: value for key, value in arrays.items() if value is not None}
        )
        return file.getvalue()

    @pytest.mark.parametrize(
        ("name", "array"),
        [
            ("known", np.ones((3, 4, 2), bool)),
            ("known", np.ones((3, 4, 3), np.int8)),
            ("none_diverged_at", np.zeros((3, 4, 3), np.int64)),
            ("bn_validation_loss", np.zeros(0, np.float32)),
            ("bn_validation_loss", None),
            ("bn_accuracy", None),
            ("bn_accuracy", np.zeros((3, 4, 3, 2), np.float32)),
            ("majority_share", np.zeros((3, 4, 3))),
            ("evaluation_steps", None),
            ("evaluation_steps", np.zeros((2, 2), np.int64)),
            ("evaluation_steps", np.zeros(10**6, np.int64)),
            ("evaluation_steps", np.array(["a"])),
            ("colour", np.zeros(3)),
            ("sweep", np.zeros(3)),
            ("sweep", np.array("x" * 50_000)),
            ("sweep", np.array("{}")),
            ("sweep", np.array({"a": 1}, dtype=object)),
        ],
    )
    def test_of_anything_else_is_refused(self, name, array):
        with pytest.raises(PhaseMapError):
            PhaseMap.load(io.BytesIO(self.with_member(name, array)))

    def old(self, phase_map):
        """A file as the first version wrote it."""
        with np.load(io.BytesIO(self.saved(phase_map))) as archive:
            added = {"none_accuracy", "bn_accuracy", "majority_share", "evaluation_steps"}
            arrays = {name: archive[name] for name in archive.files if name not in added}
        file = io.BytesIO()
        np.savez_compressed(file, **arrays)
        file.seek(0)
        return file

    def test_of_the_first_version_says_that_it_lacks_the_speed_up(self):
        sweep = Sweep(SWEEP.base, SWEEP.x, SWEEP.y, 3, "speed_up")
        loaded = PhaseMap.load(self.old(filled(sweep=sweep)))
        assert np.isnan(loaded.speeds().low).all()
        assert set(loaded.speeds().reason.flat) == {NOT_KEPT}
        assert loaded.best_rates() is None
        np.testing.assert_array_equal(
            loaded.values("bn", "steps_to_target"), filled().values("bn", "steps_to_target")
        )
        assert NOT_KEPT in map_text(loaded, 1)
        assert NOT_KEPT in describe_cell(MapNumbers.of(loaded), Cell(0, 2))

    def test_of_the_first_version_can_be_continued(self):
        loaded = PhaseMap.load(self.old(filled(blocks=1)))
        for block in loaded.blocks():
            loaded.put(block, {"none": outcome(block, 0.1, 0.1), "bn": outcome(block, 0.01, 1.0)})
        assert loaded.complete
        again = PhaseMap.load(io.BytesIO(self.saved(loaded)))
        reasons = set(again.speeds().reason.flat)
        assert NOT_KEPT in reasons
        assert not np.isnan(again.speeds().low).all()

    def test_with_other_evaluation_steps_lacks_the_speed_up(self):
        steps = np.array(SWEEP.evaluation_steps) + 1
        loaded = PhaseMap.load(io.BytesIO(self.with_member("evaluation_steps", steps)))
        assert set(loaded.speeds().reason.flat) == {NOT_KEPT}

    def test_that_is_truncated_or_damaged_is_refused(self):
        whole = self.saved(filled())
        for data in (b"", b"PK", whole[:-30], whole[: len(whole) // 2], whole[100:]):
            with pytest.raises(PhaseMapError):
                PhaseMap.load(io.BytesIO(data))

    def test_with_changed_bytes_gives_a_map_or_is_refused(self):
        whole = np.frombuffer(self.saved(filled()), np.uint8)
        generator = np.random.default_rng(0)
        outcomes = set()
        for _ in range(60):
            data = whole.copy()
            data[generator.integers(0, len(data), 3)] = generator.integers(0, 256, 3)
            try:
                outcomes.add(type(PhaseMap.load(io.BytesIO(data.tobytes()))))
            except PhaseMapError as error:
                outcomes.add(type(error))
        assert PhaseMapError in outcomes

    def test_that_is_too_large_is_refused_without_reading(self):
        with pytest.raises(PhaseMapError, match="more than 2 MB"):
            PhaseMap.load(io.BytesIO(bytes(2_000_001)))

    def test_that_unpacks_to_more_than_it_claims_is_refused(self):
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in zipfile.ZipFile(io.BytesIO(self.saved(filled()))).namelist():
                archive.writestr(name, bytes(1_000_000))
        with pytest.raises(PhaseMapError):
            PhaseMap.load(io.BytesIO(file.getvalue()))


def test_the_error_of_a_file_is_one_class_wherever_it_is_imported():
    with pytest.raises(map_file.PhaseMapError):
        PhaseMap.load(io.BytesIO(b"not a map"))
    assert PhaseMapError is map_file.PhaseMapError


def test_the_recorded_map_is_complete_and_has_the_default_axes():
    recorded = PhaseMap.load(BUNDLED / "sweep.npz")
    assert recorded.complete
    usual = Sweep()
    assert (recorded.sweep.base, recorded.sweep.x, recorded.sweep.y) == (
        usual.base,
        usual.x,
        usual.y,
    )
    reached = {arm: np.isfinite(recorded.values(arm, "steps_to_target")).sum() for arm in ARMS}
    assert reached["bn"] > 5 * reached["none"] > 0
