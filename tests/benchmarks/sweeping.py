"""How long a phase map takes: 16×16 cells, both networks, 300 steps of the default settings.

    python tests/benchmarks/sweeping.py [--rounds 3] [--cells 4] [--quick]

Two methods take turns in every round, so that a disturbance hits both; ratios are taken within a
round and reported as the median over the rounds with the lowest and highest values.

- ours: `bnviz.lab.block_training.train` on the blocks of the map, one after another, in a
  separate process, so that each round compiles. Timing starts once TensorFlow is loaded. The map is
  then trained again with everything compiled.
- fit: for some cells spread over the map, two Keras models compiled with Keras's defaults and
  trained by `fit` from the cell's initial kernels on exactly the cell's batches, all in one epoch,
  without metrics, callbacks or output; then `evaluate` on the validation examples for the value
  that the cell shows (ours evaluates each network 13 times, on the probe too). Once with models
  built for each cell, as in a plain loop, and once with the same two compiled models for all.
"""

import argparse
import json
import os
import subprocess
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import machine

from bnviz.recording.frames import ARMS
from bnviz.settings import Settings
from bnviz.studies.phase_map import PhaseMap
from bnviz.studies.sweep import Cell, Sweep

SWEEP = Sweep()
NETWORKS = len(ARMS) * SWEEP.shape[0] * SWEEP.shape[1] * SWEEP.seeds
#: Row labels of ours, then those of `fit`.
FIRST, WHOLE, AGAIN, STEP = (
    "ours, s to the first cells, compilation included",
    "ours, s for the whole map, compilation included",
    "ours, s for the whole map, compiled before",
    "ours, µs a network and step, compiled before",
)
BUILT, READY = (
    "fit, s a cell, models built for each",
    "fit, s a cell, models compiled before",
)


def ours() -> dict[str, float]:
    """Times a map in this process, which must not have compiled anything yet."""
    from bnviz.lab import block_training

    times = {}
    for name in (WHOLE, AGAIN):
        start = time.perf_counter()
        phase_map = PhaseMap(SWEEP)
        for block in phase_map.blocks():
            phase_map.put(block, block_training.train(block))
            times.setdefault(FIRST, time.perf_counter() - start)
        times[name] = time.perf_counter() - start
    times[STEP] = 1e6 * times[AGAIN] / NETWORKS / SWEEP.base.steps
    return times


def ours_in_subprocess() -> dict[str, float]:
    """Times a map in a new process."""
    command = [sys.executable, __file__, "--ours"]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    times: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return times


class Loop:
    """A loop that calls `fit` for both arms of each cell."""

    def __init__(self) -> None:
        from rivals import plain_model

        from bnviz.lab.datasets import load

        self._data = load(SWEEP.base)
        self._build = plain_model
        self._ready = {arm: plain_model(SWEEP.base, self._data, arm) for arm in ARMS}
        self.fit(SWEEP.base, built=False)

    def fit(self, settings: Settings, *, built: bool) -> float:
        """Trains one cell; returns the seconds it took."""
        from bnviz.lab.initial_kernels import initial_kernels
        from bnviz.lab.training import BatchOrder

        data = self._data
        start = time.perf_counter()
        order = BatchOrder(len(data.x_train), settings.batch_size, seed=settings.seed)
        indices = order.take(settings.steps).reshape(-1)
        x, y = data.x_train[indices], data.y_train[indices]
        kernels = initial_kernels(settings, data.num_features, len(data.classes))
        for arm in ARMS:
            model = self._build(settings, data, arm) if built else self._ready[arm]
            dense = [layer for layer in model.layers if hasattr(layer, "kernel")]
            for layer, kernel in zip(dense, kernels, strict=True):
                layer.kernel.assign(kernel)
            model.optimizer.learning_rate = settings.learning_rate
            model.fit(x, y, batch_size=settings.batch_size, shuffle=False, verbose=0)
            model.evaluate(data.x_validation, data.y_validation, verbose=0)
        return time.perf_counter() - start


def cells(count: int) -> list[Settings]:
    """Settings of `count` cells spread over the map."""
    rows, columns, _ = SWEEP.shape
    places = [(2 * number + 1) / (2 * count) for number in range(count)]
    return [
        SWEEP.settings(Cell(int(rows * share), int(columns * (share * 7 % 1)))) for share in places
    ]


def main() -> None:
    """Measures and prints the table."""
    parser = argparse.ArgumentParser(description="Time the training of a phase map.")
    parser.add_argument("--rounds", type=int, default=3, help="number of rounds")
    parser.add_argument(
        "--cells", type=int, default=4, help="number of cells that `fit` trains per round"
    )
    parser.add_argument("--quick", action="store_true", help="trial: one round, two cells")
    parser.add_argument(
        "--ours", action="store_true", help="print the times of ours for one round as JSON"
    )
    given = parser.parse_args()
    if given.ours:
        print(json.dumps(ours()))
        return
    rounds, sample = (1, 2) if given.quick else (given.rounds, given.cells)
    loop = Loop()
    found: list[dict[str, float]] = []
    for _ in range(rounds):
        times = ours_in_subprocess()
        for name, built in ((BUILT, True), (READY, False)):
            times[name] = sum(loop.fit(each, built=built) for each in cells(sample)) / sample
        found.append(times)
    rows = [
        [name, machine.spread([times[name] for times in found])]
        for name in (FIRST, WHOLE, AGAIN, STEP, BUILT, READY)
    ]
    count = SWEEP.shape[0] * SWEEP.shape[1]
    for name, what in ((BUILT, "built for each"), (READY, "compiled before")):
        ratios = [count * times[name] / times[WHOLE] for times in found]
        rows.append([f"**fit, models {what} / ours, whole map**", machine.spread(ratios, 0)])
    title = f"Phase map: median (lowest-highest) of {rounds} rounds, `fit` on {sample} cells"
    machine.print_table(title, ["16×16 cells, 512 networks, 300 steps", ""], rows)


if __name__ == "__main__":
    main()
