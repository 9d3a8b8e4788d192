"""The commands of the terminal: results, messages, exit status, and Ctrl-C."""

import contextlib
import json
import math
import os
import re
import signal
import subprocess
import sys
import time
from typing import ClassVar

import numpy as np
import pytest

import bnviz.lab
from bnviz.data import builtin, uploads
from bnviz.lesson.claims import evidence
from bnviz.lesson.claims.catalogue import CLAIMS
from bnviz.recording import Recording
from bnviz.settings import Settings
from bnviz.settings.settings import KINDS
from bnviz.settings.written_numbers import MINUS
from bnviz.studies.phase_map import PhaseMap
from bnviz.studies.study import Outcome
from bnviz.studies.sweep import ARM_MEASURES, MEASURES, arm_measure
from bnviz.terminal.main import main
from bnviz.terminal.options import UNREAD
from tests.support import ROOT

COMMAND = [sys.executable, "-m", "bnviz"]
TINY = ["--set", "steps=12", "--set", "hidden_layers=1", "--set", "units=4"]
SMALL = ["--x=units=2:4:linear:2", "--y=init_scale=1:2:log:2", "--set=steps=12"]
CSV = "one,two,kind\n" + "".join(f"{i},{i % 5},{'ab'[i % 2]}\n" for i in range(20))


class StubExperiment:
    """Replaces `bnviz.lab.experiment`, which takes seconds to load."""

    class ExperimentError(ValueError):
        pass

    def __init__(self):
        self.interruption: BaseException | None = None
        self.measures = {}
        self.dataset = None
        self.shown = None

    def Experiment(self, settings, dataset):  # noqa: N802
        self.dataset = dataset
        self.frames = self._frames(settings)
        return self

    def turn(self):
        return contextlib.nullcontext(self.frames)

    def _frames(self, settings):
        recording = Recording(settings)
        print("Downloading")
        for index, step in enumerate(recording.steps):
            if self.interruption is not None and index == 3:
                raise self.interruption
            frame = np.zeros((), recording.layout.dtype)
            frame["step"] = step
            for name in recording.layout.arms:
                frame[name]["diverged_at"] = -1
                frame[name]["validation_accuracy"] = 0.5 * index / len(recording.steps)
            for name, value in self.measures.items():
                frame["none"][name] = value
            yield frame[()]


class StubStepCost:
    """Replaces `bnviz.lab.step_cost`."""

    #: What a step costs.
    SECONDS: ClassVar[dict[str, float]] = {"none": 2e-4, "bn": 5e-4, "layer_norm": 4e-4}

    def __init__(self):
        self.interruption: BaseException | None = None
        self.measured = []

    def StepCost(self, settings, dataset):  # noqa: N802
        self.measured.append((settings, dataset))
        self.seconds = {}
        return self

    def advance(self, should_continue):
        for self.progress in (0.5, 1.0):
            if self.interruption is not None:
                raise self.interruption
            assert should_continue()
        settings, _ = self.measured[-1]
        self.seconds = {arm: self.SECONDS[arm] for arm in Recording(settings).layout.arms}
        return True


class StubStack:
    """Replaces `bnviz.lab.block_training`; each seed learns at its own pace."""

    def __init__(self):
        self.interruption: BaseException | None = None
        self.blocks = []

    def train(self, block, _dataset):
        print("Downloading")
        if self.interruption is not None and len(self.blocks) == 1:
            raise self.interruption
        self.blocks.append(block)
        seeds = np.array([[settings.seed % 5] for settings in block.settings])
        accuracy = 0.9 - 0.8 * 2.0 ** (-np.array(block.evaluation_steps) / (4 + seeds))
        loss = np.where(seeds == 1, np.inf, 1 - accuracy)
        bn = Outcome(loss, loss, accuracy, np.where(seeds[:, 0] == 1, 3, -1))
        return {"none": Outcome(loss, loss, 0 * accuracy + 0.1, bn.diverged_at), "bn": bn}


@pytest.fixture
def lab(monkeypatch) -> StubExperiment:
    stub = StubExperiment()
    monkeypatch.setattr(bnviz.lab, "experiment", stub, raising=False)
    return stub


@pytest.fixture(autouse=True)
def step_cost(monkeypatch) -> StubStepCost:
    stub = StubStepCost()
    monkeypatch.setattr(bnviz.lab, "step_cost", stub, raising=False)
    return stub


@pytest.fixture
def stack(monkeypatch, lab) -> StubStack:
    stub = StubStack()
    stub.ExperimentError = lab.ExperimentError
    monkeypatch.setattr(bnviz.lab, "block_training", stub, raising=False)
    return stub


def finite_or_null(value) -> None:
    """Rejects constants that Python writes but JSON does not have."""
    raise AssertionError(value)


class TestMeasuresCommand:
    def test_lists_every_measure_with_its_shape(self, capsys):
        assert main(["measures"]) == 0
        assert "  gradient_norm: float32 (kernels)" in capsys.readouterr().out


class TestSettingsCommand:
    def test_lists_every_setting_with_its_allowed_values(self, capsys):
        assert main(["settings"]) == 0
        lines = capsys.readouterr().out.splitlines()
        for name, kind in KINDS.items():
            (index,) = (i for i, line in enumerate(lines) if line.startswith(f"  {name} = "))
            assert kind.allowed().replace(MINUS, "-") in lines[index + 1]

    def test_shows_defaults_in_the_form_that_can_be_set(self, capsys):
        main(["settings"])
        shown = dict(re.findall(r"^  (\w+) = (.*)$", capsys.readouterr().out, re.MULTILINE))
        assert Settings.read(shown) == Settings()


class TestTableCommand:
    @pytest.mark.parametrize("name", builtin.TABLES)
    def test_prints_what_is_read_back_as_the_built_in_data_set(self, capsys, name):
        assert main(["table", name]) == 0
        found = uploads.read(f"{name}.csv", capsys.readouterr().out.encode()).dataset
        expected = builtin.load(name)
        for part in ("x_train", "y_train", "x_validation", "y_validation"):
            np.testing.assert_array_equal(getattr(found, part), getattr(expected, part))

    def test_makes_the_files_that_the_readme_trains_on(self):
        made = set()
        lines = (ROOT / "README.md").read_text().splitlines()
        for line in (line for line in lines if line.startswith("bnviz ")):
            command = line.split("#")[0].split()
            if command[1] == "table":
                assert command[2:] == [command[2], ">", f"{command[2]}.csv"]
                assert command[2] in builtin.TABLES
                made.add(command[4])
            for before in {"--data", "data"} & set(command):
                assert command[command.index(before) + 1] in made
        assert made


@contextlib.contextmanager
def unread():
    """Makes standard output a pipe whose reader has gone, as after `| head -1`."""
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as pipe, contextlib.redirect_stdout(pipe):
        yield
        pipe.flush()  # as Python does at the end


class TestUnread:
    @pytest.mark.usefixtures("stack")
    @pytest.mark.parametrize(
        "command",
        [
            *(["settings"], ["measures"], ["table", "digits"]),
            *(
                ["train", *TINY],
                ["train", "--json", "--seeds", "1"],
                ["seeds", *TINY],
                ["stable", *TINY],
            ),
            *(["sweep", *SMALL], ["sweep", *SMALL, "--json"]),
        ],
        ids=" ".join,
    )
    def test_a_command_ends_as_if_all_were_read(self, capsys, command):
        with unread():
            assert main(command) == 0
        assert capsys.readouterr().err.replace("Downloading\n", "") == ""

    def test_what_is_read_of_a_file_is_a_command_like_that(self, capsys, tmp_path):
        (tmp_path / "a.csv").write_text(CSV)
        with unread():
            assert main(["data", str(tmp_path / "a.csv"), "--out", str(tmp_path / "a.npz")]) == 0
        assert (tmp_path / "a.npz").exists()
        assert capsys.readouterr().err == ""

    def test_help_ends_as_if_all_were_read(self, capsys):
        with unread(), pytest.raises(SystemExit) as raised:
            main(["--help"])
        assert raised.value.code == 0
        assert capsys.readouterr().err == ""

    @pytest.mark.usefixtures("lab")
    def test_results_are_saved_all_the_same(self, tmp_path):
        with unread():
            main(["train", *TINY, "--out", str(tmp_path / "run.npz")])
        assert len(Recording.load(tmp_path / "run.npz")) > 1

    def test_claims_are_not_checked_any_further(self, capsys, monkeypatch):
        outcomes = iter([evidence.recorded()[name] for name in list(CLAIMS)[:2]])
        monkeypatch.setattr(evidence, "gather", lambda *_: outcomes)
        with unread():
            assert main(["claims"]) == UNREAD
        assert next(outcomes)
        assert capsys.readouterr().err == ""


class TestErrors:
    def failing(self, capsys, *arguments: str) -> str:
        assert main(["train", *arguments]) == 2
        streams = capsys.readouterr()
        assert streams.out == ""
        assert streams.err.startswith("bnviz: ")
        assert streams.err.count("\n") == 1
        return streams.err

    def test_names_every_bad_setting(self, capsys):
        message = self.failing(capsys, "--set", "steps=0", "--set", "units=many")
        assert "steps is '0'; it must be a whole number from 1 to 50000" in message
        assert "units is 'many'" in message

    def test_names_an_unknown_setting(self, capsys):
        assert "no setting has this name" in self.failing(capsys, "--set", "colour=red")

    def test_states_the_form_of_a_setting(self, capsys):
        assert "NAME=VALUE" in self.failing(capsys, "--set", "steps")

    def test_names_a_missing_file(self, capsys, tmp_path):
        assert "cannot be read: No such" in self.failing(capsys, "--data", str(tmp_path / "a.csv"))

    def test_says_what_is_wrong_with_a_file(self, capsys, tmp_path):
        (tmp_path / "a.csv").write_text("1,2,a\n1,b\n")
        assert "Line 2 has 2 cells" in self.failing(capsys, "--data", str(tmp_path / "a.csv"))

    def test_a_file_and_a_data_set_exclude_each_other(self, capsys):
        message = self.failing(capsys, "--data", "a.csv", "--set", "dataset=wine")
        assert "--data replaces" in message

    @pytest.mark.parametrize("out", [".", "none/run.npz"])
    def test_says_before_the_run_that_it_cannot_be_saved(self, capsys, tmp_path, out, lab):
        lab.interruption = pytest.fail.Exception("the run has begun")
        assert "must be a file in an existing folder" in self.failing(
            capsys, "--out", str(tmp_path / out)
        )

    def test_passes_on_errors_of_the_experiment(self, capsys, lab):
        lab.interruption = lab.ExperimentError("MNIST could not be downloaded.")
        assert main(["train"]) == 2
        assert "bnviz: MNIST could not be downloaded.\n" in capsys.readouterr().err

    @pytest.mark.parametrize("arguments", [[], ["learn"], ["train", "--colour"]])
    def test_wrong_commands_exit_with_2(self, capsys, arguments):
        with pytest.raises(SystemExit) as raised:
            main(arguments)
        assert raised.value.code == 2
        assert "usage: bnviz" in capsys.readouterr().err


class TestTrain:
    @pytest.mark.usefixtures("lab")
    def test_prints_one_json_object_and_nothing_else(self, capsys):
        assert main(["train", *TINY, "--json"]) == 0
        streams = capsys.readouterr()
        json.loads(streams.out, parse_constant=finite_or_null)
        assert "Downloading" in streams.err

    @pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
    def test_non_finite_values_are_null_in_json(self, capsys, lab, value):
        lab.measures = {"train_loss": value, "diverged_at": 2}
        main(["train", *TINY, "--json"])
        result = json.loads(capsys.readouterr().out, parse_constant=finite_or_null)
        assert result["arms"]["none"]["train_loss"] is None
        assert result["arms"]["none"]["diverged_at"] == 2
        assert result["arms"]["bn"]["diverged_at"] is None
        assert set(result["history"]["none"]["train_loss"]) == {None}

    def test_speed_ups_are_in_json_and_text_with_their_steps(self, capsys, lab):
        sixty = [*TINY, "--set", "steps=60"]
        main(["train", *sixty, "--json"])
        (speed_up,) = json.loads(capsys.readouterr().out)["speed_up"].values()
        assert speed_up["target"] == pytest.approx(0.9 * 0.5 * 60 / 61)
        assert speed_up["steps"] == [54, 54]
        assert speed_up["ratio"] == 1.0
        main(["train", *sixty])
        printed = capsys.readouterr().out
        assert "speed-up in steps with BN: 1.0 times" in printed
        assert "target: 90 % of the better network's final accuracy" in printed
        lab.measures = {"validation_accuracy": 0.1}
        main(["train", *sixty, "--set", "interventions=30:learning_rate=0.5"])
        printed = capsys.readouterr().out
        assert "final accuracy up to step 30, the first change" in printed
        assert "speed-up in steps with BN: more than 1.1 times" in printed

    @pytest.mark.parametrize("seeds", ["0", "2", "5", "22", "nine"])
    def test_a_number_of_seeds_is_one_or_several(self, capsys, seeds):
        assert main(["train", *TINY, "--seeds", seeds]) == 2
        assert "seeds is" in capsys.readouterr().err

    def test_what_cannot_be_checked_on_other_seeds_says_so(self, capsys):
        assert main(["train", *TINY, "--set", "dropout=0.1", "--seeds", "9"]) == 2
        assert "are not trained with dropout" in capsys.readouterr().err

    @pytest.mark.usefixtures("lab")
    def test_large_convolutions_are_checked_on_other_seeds_only_if_asked_for(
        self, capsys, monkeypatch
    ):
        from bnviz.terminal import train_command

        checked = []
        monkeypatch.setattr(
            train_command, "check", lambda _, __, others, ___: checked.append(others)
        )
        small = [*TINY, "--set", "dataset=mnist", "--set", "architecture=conv"]
        large = [*small, "--set", "units=64", "--set", "batch_size=128"]
        assert main(["train", *large]) == 0
        said = capsys.readouterr().err
        assert "not checked on other seeds, whose networks would take about 1,291 MB" in said
        assert "add --seeds 9" in said
        assert not checked
        main(["train", *large, "--seeds", "9"])
        main(["train", *small])
        assert checked == [8, 8]

    @pytest.mark.usefixtures("lab")
    def test_a_run_is_saved_and_printed_before_it_is_checked_on_other_seeds(
        self, capsys, monkeypatch, tmp_path
    ):
        from bnviz.terminal import train_command

        out, saved, printed = tmp_path / "run.npz", [], []

        def check(*_):
            saved.append(len(Recording.load(out)))
            printed.append(capsys.readouterr().out)

        monkeypatch.setattr(train_command, "check", check)
        assert main(["train", *TINY, "--out", str(out)]) == 0
        assert saved == [13]
        assert "validation accuracy" in printed[0]
        assert capsys.readouterr().out == ""

    @pytest.mark.usefixtures("lab")
    def test_one_seed_is_checked_on_no_other(self, capsys):
        assert main(["train", *TINY, "--seeds", "1", "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["seeds"]["count"] == 1

    @pytest.mark.usefixtures("lab")
    def test_a_run_of_a_few_steps_has_no_speed_up(self, capsys):
        main(["train", *TINY, "--set", "steps=3", "--json"])
        speed_up = json.loads(capsys.readouterr().out)["speed_up"]["bn"]
        assert speed_up["ratio"] is speed_up["more_than"] is speed_up["less_than"] is None
        assert speed_up["reason"] == "fewer than 10 steps"
        main(["train", *TINY, "--set", "steps=3"])
        assert "speed-up in steps with BN: none, fewer than 10 steps" in capsys.readouterr().out

    @pytest.mark.parametrize("value", [math.nan, 1.0])
    def test_prints_the_results_of_the_pair(self, capsys, lab, value):
        lab.measures = {"train_loss": value, "validation_accuracy": value, "diverged_at": 2}
        assert main(["train", *TINY]) == 0
        printed = capsys.readouterr().out
        for words in ("without BN", "with BN", "generalisation gap", "at step 2", "per second"):
            assert words in printed
        assert "the arms differ only in their normalization: yes" in printed

    def test_a_file_becomes_the_data_set(self, capsys, lab, tmp_path):
        (tmp_path / "a.csv").write_text(CSV)
        assert main(["train", *TINY, "--json", "--data", str(tmp_path / "a.csv")]) == 0
        digest = uploads.read("a.csv", CSV.encode()).dataset.digest
        assert lab.dataset.digest == digest
        expected = Settings(
            steps=12, hidden_layers=1, units=4, dataset="upload", upload=digest.hex()[:32]
        )
        assert json.loads(capsys.readouterr().out)["digest"] == expected.digest

    @pytest.mark.parametrize("name", ["run.npz", "run"])
    @pytest.mark.usefixtures("lab")
    def test_saves_the_recording_under_the_name_given(self, tmp_path, name):
        assert main(["train", *TINY, "--out", str(tmp_path / name)]) == 0
        assert [path.name for path in tmp_path.iterdir()] == [name]
        assert Recording.load(tmp_path / name).complete

    def test_ctrl_c_keeps_the_frames_so_far(self, capsys, lab, tmp_path):
        lab.interruption = KeyboardInterrupt()
        assert main(["train", *TINY, "--json", "--out", str(tmp_path / "run.npz")]) == 130
        streams = capsys.readouterr()
        assert len(json.loads(streams.out)["history"]["step"]) == 3
        assert len(Recording.load(tmp_path / "run.npz")) == 3
        assert "interrupted after 3 frames" in streams.err

    def test_ctrl_c_before_the_first_frame_prints_no_results(self, capsys, lab, monkeypatch):
        monkeypatch.setattr(lab, "_frames", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        assert main(["train", *TINY]) == 130
        assert capsys.readouterr().out == ""

    def test_what_a_step_costs_is_in_json_text_and_recording(
        self, capsys, lab, step_cost, tmp_path
    ):
        lab.measures = {"validation_accuracy": 0.1}
        sixty = [*TINY, "--set", "steps=60", "--set", "third_arm=layer_norm"]
        main(["train", *sixty, "--json", "--out", str(tmp_path / "run.npz")])
        result = json.loads(capsys.readouterr().out)
        assert result["seconds_per_step"] == StubStepCost.SECONDS
        recording = Recording.load(tmp_path / "run.npz")
        assert recording.seconds_per_step == StubStepCost.SECONDS
        assert step_cost.measured == [(recording.settings, None)]
        main(["train", *sixty])
        printed = capsys.readouterr().out
        assert (
            "\na step costs 200 µs without BN, 500 µs with BN (2.5 times) and 400 µs with layer "
            "norm (2.0 times), in processor time\n"
        ) in printed
        assert "speed-up in steps with BN: more than 1.1 times" in printed
        assert "speed-up in processor time with BN: more than 0.4 times" in printed
        assert "speed-up in processor time with layer norm: more than 0.6 times" in printed

    @pytest.mark.usefixtures("lab")
    def test_without_a_speed_up_none_is_in_processor_time(self, capsys):
        main(["train", *TINY, "--set", "steps=3"])
        printed = capsys.readouterr().out
        assert "a step costs 200 µs without BN and 500 µs with BN (2.5 times)" in printed
        assert "speed-up in processor time" not in printed

    @pytest.mark.usefixtures("lab")
    @pytest.mark.parametrize("change", ["insert_bn", "remove_bn", "freeze_bn"])
    def test_no_costs_are_told_of_steps_that_a_change_of_bn_makes_different(
        self, capsys, step_cost, change
    ):
        changed = [*TINY, "--set", f"interventions=5:{change}"]
        assert main(["train", *changed, "--json"]) == 0
        costs = json.loads(capsys.readouterr().out)["seconds_per_step"]
        assert costs == {"none": None, "bn": None}
        assert step_cost.measured == []
        assert main(["train", *changed]) == 0
        assert "a step costs" not in capsys.readouterr().out

    def test_nothing_is_measured_after_ctrl_c(self, capsys, lab, step_cost):
        lab.interruption = KeyboardInterrupt()
        assert main(["train", *TINY, "--json"]) == 130
        costs = json.loads(capsys.readouterr().out)["seconds_per_step"]
        assert costs == {"none": None, "bn": None}
        assert step_cost.measured == []

    @pytest.mark.usefixtures("lab")
    def test_ctrl_c_while_the_costs_are_measured_keeps_the_run(self, capsys, step_cost, tmp_path):
        step_cost.interruption = KeyboardInterrupt()
        assert main(["train", *TINY, "--json", "--out", str(tmp_path / "run.npz")]) == 130
        streams = capsys.readouterr()
        result = json.loads(streams.out)
        assert result["seconds_per_step"] == {"none": None, "bn": None}
        assert result["steps"] == 12
        assert Recording.load(tmp_path / "run.npz").complete
        assert "interrupted before it was known what a step costs" in streams.err

    @pytest.mark.parametrize("terminal", [True, False])
    @pytest.mark.usefixtures("lab")
    def test_a_progress_bar_is_drawn_in_a_terminal_only(self, capsys, monkeypatch, terminal):
        monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal)
        main(["train", *TINY])
        shown = capsys.readouterr().err
        for words in ("step 12 of 12", "[##############################] what a step costs"):
            assert (words in shown) == terminal


class TestSweep:
    #: Twelve cells of two seeds: two blocks.
    AXES = ("--x", "learning_rate=0.01:1:log:4", "--y", "init_scale=0.1:10:log:3", "--seeds", "2")

    def result(self, capsys, *arguments, status=0):
        assert main(["sweep", *TINY, *self.AXES, *arguments, "--json"]) == status
        return json.loads(capsys.readouterr().out, parse_constant=finite_or_null)

    @pytest.mark.usefixtures("stack")
    def test_prints_one_json_object_of_the_whole_map(self, capsys):
        result = self.result(capsys)
        assert set(result) == {
            *("x", "y", "seeds", "steps", "measure", "seconds", "none", "bn", "diverged"),
            "best_rates",
        }
        assert result["x"]["name"] == "learning_rate"
        assert result["x"]["values"] == pytest.approx([0.01, 0.04642, 0.2154, 1.0])
        assert (result["seeds"], result["steps"]) == (2, 12)
        assert [len(row) for row in result["bn"]] == [4, 4, 4]
        assert result["none"] == [pytest.approx([0.1] * 4)] * 3
        # One of the two seeds diverges, which is half of them.
        assert result["diverged"]["bn"] == [[True] * 4] * 3

    @pytest.mark.parametrize("measure", MEASURES)
    @pytest.mark.usefixtures("stack")
    def test_every_measure_is_printed_as_json_and_as_text(self, capsys, measure):
        assert self.result(capsys, "--measure", measure, "--target", "0.5")["measure"] == measure
        assert main(["sweep", *TINY, *self.AXES, "--measure", measure]) == 0
        printed = capsys.readouterr().out
        assert ARM_MEASURES[arm_measure(measure)] in printed
        assert "Of 12 cells" in printed
        assert " . " not in printed.split("infinite")[1]

    @pytest.mark.usefixtures("stack")
    def test_a_speed_up_is_printed_with_where_it_lies_and_to_which_target(self, capsys):
        sixty = ("--set", "steps=60", "--measure", "speed_up")
        result = self.result(capsys, *sixty)
        assert result["target_share"] == 0.9
        assert "target" not in result
        # Only BN reaches the target, with the first seed after 13 steps; the second one diverges.
        assert result["speed_up"] == result["speed_up_high"] == [[None] * 4] * 3
        assert result["speed_up_low"] == [pytest.approx([60 / 13] * 4)] * 3
        assert result["best_rates"]["low"] == pytest.approx(60 / 13)
        assert result["best_rates"]["high"] is None
        assert result["best_rates"]["steps"] == [None, 13]
        main(["sweep", *TINY, *self.AXES, *sixty])
        printed = capsys.readouterr().out
        assert "steps to 90 % of the better network's final accuracy" in printed
        assert "speed-up in steps, at least" in printed
        assert "BN is more than 4.6 times as fast (steps: not reached in 60 against 13)" in printed
        main(["sweep", *TINY, *self.AXES, "--measure", "steps_to_target", "--target", "0.4"])
        assert "steps to the fixed target accuracy, 40 %" in capsys.readouterr().out

    def test_ctrl_c_keeps_the_cells_so_far_and_resume_continues(self, capsys, stack, tmp_path):
        out = ("--out", str(tmp_path / "sweep.npz"))
        whole = self.result(capsys)
        stack.blocks.clear()
        stack.interruption = KeyboardInterrupt()
        part = self.result(capsys, *out, status=130)
        known = np.array([[value is not None for value in row] for row in part["none"]])
        assert known.sum() == 8
        assert (np.array(part["none"])[known] == np.array(whole["none"])[known]).all()
        stack.interruption = None
        first = set(stack.blocks[0].settings)
        stack.blocks.clear()
        resumed = self.result(capsys, *out, "--resume")
        assert len(stack.blocks) == 1
        assert not first & set(stack.blocks[0].settings)
        assert resumed | {"seconds": 0} == whole | {"seconds": 0}
        assert PhaseMap.load(tmp_path / "sweep.npz").complete

    def test_ctrl_c_before_the_first_cell_prints_nulls(self, capsys, stack):
        stack.interruption = KeyboardInterrupt()
        stack.blocks.append(None)
        assert self.result(capsys, status=130)["none"] == [[None] * 4] * 3

    def test_resume_alone_continues_the_sweep_of_the_file(self, capsys, stack, tmp_path):
        out = ["--out", str(tmp_path / "sweep.npz"), "--json"]
        stack.interruption = KeyboardInterrupt()
        main(["sweep", *TINY, *self.AXES, *out])
        stack.interruption = None
        capsys.readouterr()
        assert main(["sweep", "--resume", *out]) == 0
        assert json.loads(capsys.readouterr().out)["steps"] == 12

    def failing(self, capsys, *arguments: str) -> str:
        assert main(["sweep", *arguments]) == 2
        streams = capsys.readouterr()
        assert streams.out == ""
        assert streams.err.startswith("bnviz: ")
        assert streams.err.count("\n") == 1
        return streams.err

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            (["--x", "activation=0:1:log:4"], "NAME one of learning_rate"),
            (["--x", "learning_rate=1:0.1:log:4"], "low"),
            (["--y", "init_scale=0.1:1:log:99"], "a COUNT from 2 to 24"),
            (["--y", "learning_rate=0.1:1:log:4"], "another setting than that of x"),
            (["--seeds", "many"], "a whole number such as 1"),
            (["--seeds", "0"], "from 1 to 10"),
            (["--measure", "colour"], "one of validation_accuracy"),
            (["--target", "2"], "above 0, at most 1"),
            (["--set", "dropout=0.5"], "dropout cannot be set for a study"),
            (["--set", "second_arm=noisy_bn"], "second_arm is 'noisy_bn'; it must be one of bn,"),
            (["--set", "units=1"], "from 2 to 256"),
            (["--resume"], "--resume needs --out"),
            (["--out", "none/sweep.npz"], "in an existing folder"),
        ],
    )
    def test_bad_input_is_refused_in_one_sentence(self, capsys, stack, arguments, words):
        assert words.lower() in self.failing(capsys, *arguments).lower()
        assert not stack.blocks

    @pytest.mark.usefixtures("stack")
    def test_a_map_that_cannot_be_continued_is_refused(self, capsys, tmp_path):
        path = tmp_path / "sweep.npz"
        out = ("--out", str(path))
        main(["sweep", *TINY, *self.AXES, *out])
        capsys.readouterr()
        assert "another sweep" in self.failing(capsys, *out, "--resume", "--seeds", "3")
        path.write_bytes(b"PK")
        assert "cannot be read as a phase map" in self.failing(capsys, *out, "--resume")

    def test_passes_on_errors_of_the_experiment(self, capsys, stack):
        stack.interruption = stack.ExperimentError("MNIST could not be downloaded.")
        stack.blocks.append(None)
        assert main(["sweep", *TINY]) == 2
        assert "bnviz: MNIST could not be downloaded.\n" in capsys.readouterr().err


class TestSeeds:
    @pytest.mark.usefixtures("stack")
    def test_prints_bands_as_json(self, capsys):
        assert main(["seeds", *TINY, "--set", "steps=60", "--json"]) == 0
        result = json.loads(capsys.readouterr().out, parse_constant=finite_or_null)
        assert (result["num_seeds"], result["known"], result["steps"]) == (10, 10, 60)
        assert result["step"] == list(range(61))
        assert result["diverged"] == {"none": 2, "bn": 2}
        assert result["bn"]["validation_loss"]["high"] == [None] * 61
        assert len(result["bn"]["validation_loss"]["median"]) == 61
        assert result["speed_up"]["low"]["bound"] == "more than"
        assert "of 10, BN is faster in 8, not comparable in 2" in result["sentence"]
        assert [each["seed"] for each in result["seeds"]] == list(range(10))
        ours = [each["speed_up"]["bn"] for each in result["seeds"]]
        assert [each["steps"] for each in ours[:3]] == [[None, 13], [None, 16], [None, 19]]
        assert [each["ratio"] for each in ours] == [None] * 10
        assert ours[0]["more_than"] == pytest.approx(60 / 13)
        assert "lost it again" in ours[1]["reason"]
        by_target = {each["share"]: each for each in result["speed_up_by_target"]}
        assert by_target[0.9]["reached"] == {"none": 0, "bn": 10}
        assert by_target[0.9]["compared"] == 8

    @pytest.mark.usefixtures("stack")
    def test_prints_the_speed_up_by_target_as_text(self, capsys):
        assert main(["seeds", *TINY, "--set", "steps=60"]) == 0
        printed = capsys.readouterr().out
        assert "share of the better network's final accuracy" in printed
        row = next(line for line in printed.splitlines() if line.strip().startswith("90 % "))
        assert "0 of 10 seeds" in row
        assert "10 of 10 seeds" in row

    def test_ctrl_c_prints_the_results_so_far(self, capsys, stack):
        stack.interruption = KeyboardInterrupt()
        assert main(["seeds", *TINY, "--set", "steps=60", "--seeds", "20"]) == 130
        streams = capsys.readouterr()
        assert "in all 16 seeds" in streams.out or "of 16 seeds" in streams.out
        assert "interrupted after 16 of 20 seeds" in streams.err

    @pytest.mark.parametrize("seeds", ["4", "21", "many", "9" * 5000])
    def test_other_numbers_of_seeds_are_refused(self, capsys, seeds):
        assert main(["seeds", "--seeds", seeds]) == 2
        assert "a whole number" in capsys.readouterr().err


class TestStable:
    @pytest.mark.usefixtures("stack")
    def test_prints_limits_as_json(self, capsys):
        assert main(["stable", *TINY, "--set", "seed=2", "--json"]) == 0
        result = json.loads(capsys.readouterr().out, parse_constant=finite_or_null)
        assert result["complete"] is True
        assert result["bn"]["stable"] == 10
        assert result["bn"]["at_bound"] is True
        assert result["bn"]["unstable"] is result["none"]["stable"] is result["ratio"] is None
        assert len(result["rates"]) == len(result["bn"]["accuracy"]) == 16
        assert (
            "without BN, the network does not learn within 12 steps at any rate"
            in result["sentence"]
        )

    def test_ctrl_c_prints_the_results_so_far(self, capsys, stack):
        stack.interruption = KeyboardInterrupt()
        assert main(["stable", *TINY, "--json"]) == 130
        result = json.loads(capsys.readouterr().out, parse_constant=finite_or_null)
        assert result["complete"] is False
        assert result["rates"] == []

    @pytest.mark.usefixtures("stack")
    def test_prints_every_rate_as_text(self, capsys):
        assert main(["stable", *TINY]) == 0
        printed = capsys.readouterr().out
        assert len(re.findall(r"^ +[\d.e-]+ +\d+% ", printed, re.MULTILINE)) == 16


class TestWithTensorFlow:
    @pytest.mark.widest
    def test_training_prints_and_saves_the_same_run(self, tmp_path):
        outcome = subprocess.run(
            [*COMMAND, "train", *TINY, "--json", "--out", str(tmp_path / "run.npz")],
            capture_output=True,
            check=False,
            text=True,
        )
        assert outcome.returncode == 0, outcome.stderr
        result = json.loads(outcome.stdout, parse_constant=finite_or_null)
        recording = Recording.load(tmp_path / "run.npz")
        assert recording.complete
        assert result["digest"] == recording.settings.digest
        assert result["steps"] == result["history"]["step"][-1] == 12
        assert result["steps_per_second"] == pytest.approx(12 / result["seconds"])
        assert set(result["certificate"]) == {"data", "kernels", "batches", "holds"}
        assert result["certificate"]["holds"] is True
        assert result["seconds_per_step"] == recording.seconds_per_step
        assert result["seeds"]["count"] == 1 + len(recording.other_seeds) == 9
        assert all(0 < seconds < 1 for seconds in result["seconds_per_step"].values())
        for arm in ("none", "bn"):
            history = result["history"][arm]
            for measure in ("validation_accuracy", "validation_loss", "train_loss"):
                assert history[measure] == recording.frames[arm][measure].tolist()
                assert result["arms"][arm][measure] == history[measure][-1]
        assert not outcome.stderr.count("#")

    @pytest.mark.skipif(os.name == "nt", reason="needs a pseudo-terminal")
    @pytest.mark.slow
    def test_ctrl_c_in_a_terminal_saves_a_shorter_recording(self, tmp_path):
        import pty

        ours, other_end = pty.openpty()
        out = tmp_path / "run.npz"
        long = ["--set", "steps=50000", "--set", "units=4", "--out", str(out)]
        running = subprocess.Popen(
            [*COMMAND, "train", *long], stderr=other_end, stdout=subprocess.PIPE
        )
        os.close(other_end)
        seen = b""
        until = time.monotonic() + 60
        while len(set(re.findall(rb"step ([\d,]+) of", seen))) < 3 and time.monotonic() < until:
            seen += os.read(ours, 1_000)
        running.send_signal(signal.SIGINT)
        printed, _ = running.communicate(timeout=60)
        os.close(ours)
        assert running.returncode == 130, seen
        assert b"paired steps in" in printed
        assert 1 < len(Recording.load(out)) < len(Recording(Settings(steps=50_000)).steps)

    @pytest.mark.widest
    @pytest.mark.skipif(os.name == "nt", reason="needs a pseudo-terminal")
    def test_ctrl_c_in_a_terminal_keeps_the_cells_so_far(self, tmp_path):
        import pty

        ours, other_end = pty.openpty()
        out = tmp_path / "sweep.npz"
        many = ["--x", "learning_rate=0.01:10:log:24", "--y", "init_scale=0.1:10:log:24"]
        command = [*COMMAND, "sweep", "--set", "hidden_layers=1", "--seeds", "3", *many]
        running = subprocess.Popen(
            [*command, "--out", str(out), "--json"], stderr=other_end, stdout=subprocess.PIPE
        )
        os.close(other_end)
        seen = b""
        until = time.monotonic() + 120
        while seen.count(b"] ") < 3 and time.monotonic() < until:
            seen += os.read(ours, 1_000)
        running.send_signal(signal.SIGINT)
        printed, _ = running.communicate(timeout=60)
        os.close(ours)
        assert running.returncode == 130, seen
        known = PhaseMap.load(out)
        assert not known.complete
        result = json.loads(printed, parse_constant=finite_or_null)
        for row, column in np.argwhere(known.filled()):
            value = known.values("bn")[row, column]
            assert result["bn"][row][column] == value > 0
        assert sum(row.count(None) for row in result["bn"]) == (~known.filled()).sum() > 0
