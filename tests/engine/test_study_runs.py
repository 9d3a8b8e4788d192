"""Studies on a Dask cluster of processes: sharing, turns, stopping, and killed workers."""

import io
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from typing import Any

import numpy as np
import pytest

from bnviz.data.choices import Choices
from bnviz.data.dataset import Dataset
from bnviz.data.file_source import FileSource
from bnviz.engine import Engine
from bnviz.engine.study_runs import MAX_ENDED_STUDIES, StudyRegistry
from bnviz.lab.datasets import load
from bnviz.recording.frames import ARMS
from bnviz.settings import Settings
from bnviz.studies.axis import Axis
from bnviz.studies.phase_map import PhaseMap
from bnviz.studies.study import Block, Outcome
from bnviz.studies.sweep import Sweep
from tests.support.engine import PATIENCE, DaskCluster, until, watched

#: All tests train networks of this architecture, which is compiled once.
BASE = Settings(hidden_layers=1, units=4, batch_size=32, steps=20)
SWEEP = Sweep(
    BASE, Axis("learning_rate", 0.01, 10, "log", 4), Axis("init_scale", 0.1, 10, "log", 4)
)
#: Long enough to interfere with.
LONG = BASE.replace(steps=50_000)
GRACE = 1.0


def sweep(**changes: Any) -> Sweep:
    """The small sweep with other settings; `seed` tells one from another."""
    return Sweep(SWEEP.base.replace(**changes), SWEEP.x, SWEEP.y)


class Ladder:
    """A study whose next run depends on the last: each learning rate is twice the previous one."""

    def __init__(self, base: Settings, rungs: int = 3):
        self.base = base
        self.rungs = rungs
        self.losses: dict[float, float] = {}
        self._given = 0

    @property
    def digest(self) -> str:
        return f"ladder {self.base.digest} {self.rungs}"

    @property
    def complete(self) -> bool:
        return len(self.losses) >= self.rungs

    @property
    def progress(self) -> float:
        return len(self.losses) / max(1, self.rungs)

    @property
    def architectures(self) -> Sequence[Block]:
        return [Block((self.base,), (0, self.base.steps))]

    @property
    def num_runs(self) -> int:
        return self.rungs

    def blocks(self) -> Sequence[Block]:
        if self.complete or self._given > len(self.losses):
            return []
        self._given += 1
        rate = 0.01 * 2 ** len(self.losses)
        return [Block((self.base.replace(learning_rate=rate),), (0, self.base.steps))]

    def put(self, block: Block, outcomes: dict[str, Outcome]) -> None:
        rate = block.settings[0].learning_rate
        self.losses[rate] = float(outcomes["bn"].train_loss[0, -1])


def outcomes(block: Block) -> dict[str, Outcome]:
    """Possible outcomes of a block."""
    curve = np.ones((len(block.settings), len(block.evaluation_steps)), np.float32)
    diverged_at = np.full(len(block.settings), -1, np.int32)
    return {arm: Outcome(curve, curve, curve, diverged_at) for arm in ARMS}


def packed(data: Dataset) -> bytes:
    """A data set as an NPZ file, its features as pixels from 0 to 16 in their order."""
    file = io.BytesIO()
    np.savez(
        file,
        x_train=np.rint(16 * data.x_train).astype(np.uint8),
        y_train=data.y_train,
        x_test=np.rint(16 * data.x_validation).astype(np.uint8),
        y_test=data.y_validation,
    )
    return file.getvalue()


class TestStudyRegistry:
    def registry(self) -> StudyRegistry:
        return StudyRegistry(grace=9, changed=lambda: None, until_free=lambda: 0.0)

    def test_a_stopped_study_resumes_with_its_known_results(self):
        registry = self.registry()
        run = registry.start(PhaseMap(SWEEP, block_size=8))
        first, second = run.open_blocks()
        run.receive(first, outcomes(first))
        run.stop()
        run.receive(second, outcomes(second))
        assert (run.state, run.progress, run.version) == ("stopped", 0.5, 1)
        again = registry.start(PhaseMap(SWEEP, block_size=8))
        assert again is run
        assert (again.state, again.open_blocks()) == ("queued", [second])
        assert not again.wait(0)
        again.receive(second, outcomes(second))
        assert (again.state, again.progress) == ("finished", 1)

    def test_a_block_received_twice_counts_once(self):
        run = self.registry().start(PhaseMap(SWEEP, block_size=8))
        block = run.open_blocks()[0]
        run.receive(block, outcomes(block))
        run.receive(block, outcomes(block))
        assert run.version == 1

    def test_a_study_whose_results_are_all_known_has_ended(self):
        assert self.registry().start(Ladder(BASE, rungs=0)).state == "finished"

    def test_an_incomplete_study_without_further_blocks_fails(self):
        class Stuck(Ladder):
            def blocks(self) -> Sequence[Block]:
                return []

        run = self.registry().start(Stuck(BASE))
        assert run.state == "failed"
        assert "not complete" in run.error

    def test_a_study_that_cannot_take_an_outcome_fails_with_an_explanation(self):
        run = self.registry().start(Ladder(BASE))
        [block] = run.open_blocks()
        run.receive(block, {})
        assert run.state == "failed"
        assert "KeyError" in run.error

    def test_a_limited_number_of_ended_studies_is_kept(self):
        registry = self.registry()
        for seed in range(MAX_ENDED_STUDIES + 3):
            registry.start(Ladder(BASE.replace(seed=seed))).stop()
        assert registry.kept == MAX_ENDED_STUDIES


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaskCluster]:
    """A cluster with one worker."""
    with DaskCluster(tmp_path_factory.mktemp("dask")) as cluster:
        cluster.add_worker()
        yield cluster


@pytest.fixture(scope="module")
def engine(cluster: DaskCluster) -> Iterator[Engine]:
    with Engine(scheduler=cluster.address, grace=GRACE) as engine:
        yield engine


@pytest.fixture(scope="module")
def undisturbed(engine: Engine) -> PhaseMap:
    """The small sweep, executed by one worker."""
    run = engine.study(PhaseMap(SWEEP, block_size=4))
    assert run.wait(PATIENCE)
    assert run.state == "finished", run.error
    return run.study


class TestStudies:
    def test_all_cells_are_filled(self, undisturbed: PhaseMap):
        assert undisturbed.complete
        for arm in ARMS:
            assert np.isfinite(undisturbed.values(arm, "validation_accuracy")).all()

    def test_the_same_study_is_executed_once(self, engine: Engine, undisturbed: PhaseMap):
        other = Sweep(SWEEP.base, SWEEP.x, SWEEP.y, measure="diverged")
        assert engine.study(PhaseMap(other)).study is undisturbed
        assert engine.find_study(SWEEP.digest).study is undisturbed

    def test_simultaneous_starts_are_one_study(self, engine: Engine):
        runs, barrier = [], threading.Barrier(8)

        def start() -> None:
            barrier.wait()
            runs.append(engine.study(PhaseMap(sweep(seed=1))))

        threads = [threading.Thread(target=start) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len({id(run) for run in runs}) == 1
        runs[0].stop()

    def test_a_study_may_request_runs_that_depend_on_the_last(self, engine: Engine):
        run = engine.study(Ladder(BASE))
        assert run.wait(PATIENCE)
        assert (run.state, run.version) == ("finished", 3), run.error
        assert list(run.study.losses) == [0.01, 0.02, 0.04]
        assert len(set(run.study.losses.values())) == 3

    def test_results_grow_block_by_block(self, engine: Engine):
        observed = []
        with watched(engine.study(PhaseMap(sweep(seed=2), block_size=4))) as run:
            while run.active:
                with run.lock:
                    observed.append((run.version, int(run.study.known.sum()), run.progress))
                time.sleep(0.001)
        assert {known for _, known, _ in observed} >= {0, 4, 8, 12}
        assert all(known == 4 * version == 16 * share for version, known, share in observed)

    def test_a_run_takes_precedence_over_the_next_block(self, engine: Engine):
        study = PhaseMap(sweep(seed=3, steps=2_000), block_size=1)
        with watched(engine.study(study)) as sweeping:
            until(lambda: sweeping.version >= 1)
            run = engine.start(BASE.replace(seed=3))
            assert run.wait(PATIENCE)
            assert run.state == "finished", run.error
            assert sweeping.active

    def test_a_study_progresses_despite_queued_runs(self, engine: Engine):
        with ExitStack() as stack:
            first = engine.start(LONG.replace(seed=4))
            first.join("test")
            until(lambda: first.state == "running")
            queue = [engine.start(BASE.replace(seed=seed)) for seed in (4, 5, 6)]
            for run in queue:
                run.join("test")
            study = stack.enter_context(watched(engine.study(Ladder(LONG.replace(seed=4)))))
            assert study.position().number == 1
            first.stop()
            # Its block never ends, so the last run waits for it.
            until(lambda: study.state == "running")
            assert queue[-1].state == "queued"
            study.stop()
            assert queue[-1].wait(PATIENCE)

    def test_stopping_is_immediate_and_the_worker_follows(self, engine: Engine):
        with watched(engine.study(PhaseMap(sweep(seed=5, steps=50_000)))) as run:
            until(lambda: run.state == "running")
            run.stop()
            assert run.state == "stopped"
            seconds = run.seconds
            assert seconds > 0
            # It takes the next block.
            assert engine.study(Ladder(BASE.replace(seed=5))).wait(5)
            assert (run.version, run.seconds) == (0, seconds)

    def test_a_study_without_viewers_is_stopped_after_the_grace_period(self, engine: Engine):
        run = engine.study(PhaseMap(sweep(seed=6, steps=50_000), block_size=1))
        run.join("one")
        time.sleep(GRACE + 0.5)
        assert run.active
        run.leave("one")
        until(lambda: not run.active)
        assert run.state == "stopped"

    def test_uploaded_examples_reach_the_workers(self, engine: Engine):
        digits = load(BASE)
        source = FileSource("digits.npz", packed(digits), Choices(), 64, 10)
        base = BASE.replace(dataset="upload", upload="1" * 32)
        run = engine.study(Ladder(base), source)
        assert run.wait(PATIENCE)
        assert run.state == "finished", run.error
        built_in = engine.study(Ladder(BASE))
        assert built_in.wait(PATIENCE)
        assert run.study.losses == built_in.study.losses
        assert run.source is None

    def test_a_file_that_no_worker_can_read_is_refused_with_the_reason(self, engine: Engine):
        base = BASE.replace(dataset="upload", upload="2" * 32)
        source = FileSource("own.csv", b"", Choices(), 2, 2)
        jobs = [engine.study(Ladder(base), source), engine.start(base, source)]
        for job in jobs:
            assert job.wait(PATIENCE)
            assert (job.state, job.error) == ("failed", "The file is empty.")

    def test_a_failed_study_explains_itself_in_one_sentence(self, engine: Engine):
        run = engine.study(Ladder(BASE.replace(dataset="upload", upload="0" * 32)))
        assert run.wait(PATIENCE)
        assert run.state == "failed"
        assert "uploaded" in run.error
        assert "\n" not in run.error


@pytest.mark.widest
def test_another_worker_repeats_the_block_of_a_killed_one(
    cluster: DaskCluster, engine: Engine, undisturbed: PhaseMap
):
    # The same runs under another digest, because digits have no noise.
    other = Sweep(SWEEP.base.replace(noise=0.3), SWEEP.x, SWEEP.y)
    cluster.add_worker()
    with watched(engine.study(PhaseMap(other, block_size=1))) as run:
        until(lambda: run.version >= 4)
        cluster.workers[0].kill()
        assert not run.study.complete
        assert run.wait(PATIENCE)
        assert run.state == "finished", run.error
    assert run.version == run.study.known.size
    for arm in ARMS:
        assert run.study.runs[arm].tobytes() == undisturbed.runs[arm].tobytes()
