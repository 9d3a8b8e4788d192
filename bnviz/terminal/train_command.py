"""The command `train`: trains a pair and prints its results."""

import argparse
import math
import sys
import time
from functools import partial

from bnviz.data.dataset import Dataset
from bnviz.data.image_memory import MAX_VALUES_BYTES, stacked_bytes
from bnviz.data.image_shape import ImageShape
from bnviz.findings import report, step_costs
from bnviz.recording import Recording
from bnviz.recording.other_seeds import OTHER_SEEDS
from bnviz.settings import Settings, SettingsError
from bnviz.settings.architectures import convolves
from bnviz.settings.choices import IMAGE_SHAPES
from bnviz.settings.problem import Problem
from bnviz.studies.seed_check import seed_check, unchecked
from bnviz.studies.seeds import MAX_SEEDS, MIN_SEEDS
from bnviz.studies.study import BLOCK_SIZE
from bnviz.terminal.options import (
    DONE,
    INTERRUPTED,
    CommandError,
    output_path,
    read_integer,
    read_settings,
    save,
    show,
    with_reading,
)
from bnviz.terminal.training import ProgressBar, timed

#: The check on other seeds is given up if it takes longer than so many seconds and so many times as
#: long as the run, unless it was asked for.
SHORT, TIMES = 10.0, 3.0


def train(given: argparse.Namespace) -> int:
    """Trains a pair and prints its results; returns the exit status."""
    settings, upload = read_settings(given)
    out = output_path(given.out)
    recording = Recording(settings)
    dataset = None if upload is None else upload.dataset
    others = _other_seeds(given.seeds, settings, dataset)
    seconds, interrupted = record(recording, dataset)
    stopped = f"after {len(recording)} frames" if interrupted else ""
    if not interrupted and not step_costs.changed(recording) and measure_costs(recording, dataset):
        stopped = "before it was known what a step costs"
    if out is not None and len(recording):
        # Before the check, which may need more memory than the run did.
        save(recording.save, out)
    if len(recording) and not given.json:
        # Nobody waits for the check to see these.
        show(with_reading(report.as_text(recording, seconds), upload, as_json=False))
    if not stopped and others:
        patience = math.inf if given.seeds else max(SHORT, TIMES * seconds)
        if check(recording, dataset, others, patience):
            stopped = "before the results were checked on other seeds"
    if recording.other_seeds is not None:
        if not given.json:
            show(report.other_seeds_text(recording))
        if out is not None:
            save(recording.save, out)
    if len(recording) and given.json:
        show(with_reading(report.as_json(recording, seconds), upload, as_json=True))
    if stopped:
        print(f"bnviz: interrupted {stopped}", file=sys.stderr)
    return INTERRUPTED if stopped else DONE


def check(recording: Recording, dataset: Dataset | None, others: int, patience: float) -> bool:
    """Checks the results of a recording on other seeds.

    Args:
        recording: A complete run.
        dataset: The examples, if they are an upload.
        others: Number of other seeds.
        patience: Seconds that it may take, once everything is compiled; the recording stays as it
            is if it takes longer, and that is said.

    Returns:
        Whether Ctrl-C interrupted it. Then the recording is as it was.
    """
    bands = seed_check(recording.settings, others)
    late = False

    def train_seeds(bar: ProgressBar) -> None:
        nonlocal late
        from bnviz.lab.block_training import BlockTraining

        bar.show(0, f"checking on {others} other seeds")
        for block in bands.blocks():
            training = BlockTraining(block, dataset)
            training.compile()
            end = time.perf_counter() + patience
            late = not training.advance(partial(_before, end))
            if late:
                return
            bands.put(block, training.outcomes)
            bar.show(bands.progress, f"checking on {others} other seeds")
        recording.other_seeds = bands.records()

    interrupted = timed(train_seeds)[1]
    if late:
        print(
            f"bnviz: not checked on other seeds, which takes more than {patience:.0f} s; add "
            f"--seeds {1 + others} to wait for it",
            file=sys.stderr,
        )
    return interrupted


def _before(end: float) -> bool:
    return time.perf_counter() < end


def _other_seeds(text: str | None, settings: Settings, dataset: Dataset | None) -> int:
    """How many other seeds a run is to be checked on; says why on none if that takes much memory.

    Args:
        text: How many it was asked for in all, or None.
        settings: Settings of the run.
        dataset: The examples, if they are an upload.

    Raises:
        CommandError: If they are asked for and cannot be trained.
        SettingsError: If the number is not allowed.
    """
    if text is not None and (count := read_integer("seeds", text) - 1) == 0:
        return 0
    why = unchecked(settings)
    if why and text is not None:
        raise CommandError(why[0].lower() + why[1:].removesuffix("."))
    if why or (text is None and _is_too_large(settings, dataset)):
        return 0
    others = OTHER_SEEDS if text is None else count
    if not MIN_SEEDS <= others <= MAX_SEEDS:
        allowed = f"1, or a whole number from {1 + MIN_SEEDS} to {1 + MAX_SEEDS}"
        raise SettingsError([Problem("seeds", str(text), allowed)])
    return others


def _is_too_large(settings: Settings, dataset: Dataset | None) -> bool:
    """Whether the networks of a check take more memory than is allowed unasked; says so."""
    if not convolves(settings.architecture):
        return False
    if dataset is None:
        image = ImageShape.fitting(IMAGE_SHAPES[settings.dataset])
    else:
        image = ImageShape.fitting(dataset.example_shape)
    held = stacked_bytes(settings, image, networks=BLOCK_SIZE, compares=True)
    if held <= MAX_VALUES_BYTES:
        return False
    print(
        f"bnviz: not checked on other seeds, whose networks would take about {held / 1e6:,.0f} MB "
        f"at once in each arm; add --seeds {1 + OTHER_SEEDS} to have them trained nevertheless",
        file=sys.stderr,
    )
    return True


def record(recording: Recording, dataset: Dataset | None) -> tuple[float, bool]:
    """Runs a recording's experiment and appends its frames to the recording.

    Returns:
        Wall seconds of the run, and whether Ctrl-C interrupted it.
    """
    last = int(recording.steps[-1])

    def run(bar: ProgressBar) -> None:
        from bnviz.lab import experiment

        training = experiment.Experiment(recording.settings, dataset)
        recording.shown = training.shown
        with training.turn() as frames:
            for frame in frames:
                if frame is not None:
                    recording.append(frame)
                    step = int(frame["step"])
                    bar.show(step / last, f"step {step:,} of {last:,}")

    return timed(run)


def measure_costs(recording: Recording, dataset: Dataset | None) -> bool:
    """Measures what a step of each arm of a recording costs; takes about two seconds.

    Returns:
        Whether Ctrl-C interrupted it. Then the recording is as it was.
    """

    def measure(bar: ProgressBar) -> None:
        from bnviz.lab import step_cost

        cost = step_cost.StepCost(recording.settings, dataset)

        def go_on() -> bool:
            bar.show(cost.progress, "what a step costs")
            return True

        cost.advance(go_on)
        recording.seconds_per_step = cost.seconds

    return timed(measure)[1]
