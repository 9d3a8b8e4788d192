"""RunQueue: whose turn it is among the runs of an engine, and how long others wait."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Collection
from functools import lru_cache
from typing import Any

from bnviz.engine.data_shapes import DataShape
from bnviz.engine.duration import compile_seconds
from bnviz.engine.forecast import Expected, expected_starts
from bnviz.engine.job import QueuePosition
from bnviz.engine.pace import Pace
from bnviz.engine.runs import Run
from bnviz.engine.turn_rules import (
    COMPILING_SHARE,
    SHORT,
    addresses,
    may_compile,
    priority,
    share,
)
from bnviz.engine.turns import Turns
from bnviz.settings import Settings
from bnviz.settings.interventions import BN_CHANGES
from bnviz.studies.study import compile_key

#: Maximum number of long runs that a worker has begun and not ended: of all, of an address, and of
#: a browser; and of short runs of all. Each keeps its networks in the worker's memory.
MAX_BEGUN, MAX_BEGUN_OF_ADDRESS, MAX_BEGUN_OF_BROWSER = 8, 6, 2
#: Maximum number of bytes of the training examples of all runs that a worker has begun and not
#: ended, unless it is a single run: each has its own copy. And how many bytes do not count.
MAX_BEGUN_EXAMPLES, FEW_EXAMPLES = 100e6, 5e6
#: Settings that decide neither what is compiled for a run nor what a step of it costs.
_INPUTS = ("steps", "interventions", "initializer", "init_stddev", "zero_last_gamma")
#: Seconds for which a forecast is used again.
_FRESH = 0.25
#: When a forecast was made, and what it says.
_Forecast = tuple[float, dict[Run, QueuePosition]]
_NO_FORECAST: _Forecast = (float("-inf"), {})


class RunQueue:
    """The turns of the active runs. Safe to use from any thread. Independent of Dask.

    Args:
        active: Returns the runs that are queued or running, the oldest first.
        lock: Guards them.
        turns: What origins have used.
        pace: The pace of this host.

    Attributes:
        workers: Number of workers.
        turns: What origins have used.
        pace: The pace of this host.
        between: Seconds between two turns of a worker.
    """

    def __init__(
        self,
        active: Callable[[], Collection[Run]],
        lock: threading.RLock,
        turns: Turns | None = None,
        pace: Pace | None = None,
    ):
        self.workers = 0
        self.turns = turns or Turns()
        self.pace = pace or Pace()
        self.between = 0.0
        self._active = active
        self._lock = lock
        self._long_at = float("-inf")
        self._compiled: set[object] = set()
        self._forecast = _NO_FORECAST

    def changed(self) -> None:
        """Notes that a run has come or ended, so that waits are forecast anew."""
        with self._lock:
            self._forecast = _NO_FORECAST

    def seconds_left(self, run: Run) -> float:
        """Returns the predicted seconds until a run is complete, here, compilation included."""
        return self._training_left(run) + self._compiling_left(run)

    def _compiling_left(self, run: Run) -> float:
        on_this_worker = run.worker is not None and run.progress > 0
        if on_this_worker or architecture(run.settings) in self._compiled:
            return 0.0
        return self.pace.factor * compile_seconds(run.settings, run.source)

    def _training_left(self, run: Run) -> float:
        return (1 - run.progress) * run.predicted * self.pace.factor

    def _is_long(self, run: Run) -> bool:
        # Others train while networks are compiled.
        return self._training_left(run) > SHORT

    def _since_long(self, now: float) -> float:
        """Seconds since a long run had a turn, as many as there would be with one worker."""
        return (now - self._long_at) * max(1, self.workers)

    def next_run(self, address: str, workers: Collection[str]) -> Run | None:
        """Returns the run whose turn it is on a worker, or None.

        See `bnviz.engine.turn_rules.priority`; equal runs have their turns in the order in which
        they were started. A run waits until there is room for it, see `MAX_BEGUN`.

        Args:
            address: Address of the worker.
            workers: Addresses of all workers; what was set aside by another is begun again.
        """
        with self._lock:
            waiting = [run for run in self._active() if run.in_turn is None]
            for run in waiting:
                if run.worker not in workers:
                    run.worker = run.begun_at = None
            begun = [run for run in self._active() if run.worker is not None]
            eligible = [
                run
                for run in waiting
                if run.worker == address or (run.worker is None and self._has_room(run, begun))
            ]
            since_long = self._since_long(time.monotonic())

            def first(run: Run) -> Any:
                return priority(
                    run.origins,
                    self.turns,
                    begun=run.worker is not None,
                    long=self._is_long(run),
                    since_long=since_long,
                )

            return min(eligible, key=first, default=None)

    def begin_turn(self, run: Run) -> tuple[float, float]:
        """Marks a run as having its turn; returns its share, and the seconds charged for it."""
        with self._lock:
            seconds_left = self.seconds_left(run)
            others_wait = any(other.in_turn is None for other in self._active() if other is not run)
            seconds = share(seconds_left, others_wait=others_wait)
            charged = min(seconds, seconds_left)
            run.in_turn = time.monotonic()
            run.begun_at = run.begun_at or run.in_turn
            if self._is_long(run):
                self._long_at = run.in_turn + charged
            self.turns.begin(run.origins, charged)
        return seconds, charged

    def end_turn(self, run: Run, *, seconds: float | None, charged: float) -> None:
        """Ends a run's turn.

        Args:
            run: The run.
            seconds: How long the turn took; None if that is not known.
            charged: What was charged for it.
        """
        with self._lock:
            run.in_turn = None
            if seconds is not None:
                self.turns.charge(run.origins, seconds - charged)

    def end_all_turns(self) -> None:
        """Ends all turns, because the connection to the workers was lost."""
        with self._lock:
            for run in self._active():
                run.in_turn = None

    def _has_room(self, run: Run, begun: Collection[Run]) -> bool:
        """Whether a run that has not begun may begin besides those that have."""
        own, held = _example_bytes(run), sum(map(_example_bytes, begun))
        if own and held and own + held > MAX_BEGUN_EXAMPLES * max(1, self.workers):
            return False
        if self._compiling_left(run):
            compiling = Counter(
                address
                for other in begun
                if self._compiling_left(other)
                for address in addresses(other.origins)
            )
            if not may_compile(run.origins, compiling, workers=self.workers):
                return False
        long = self._is_long(run)
        begun = [other for other in begun if self._is_long(other) is long]
        if not long:
            return len(begun) < MAX_BEGUN * max(1, self.workers)
        of_address = Counter(origin.address for other in begun for origin in other.origins)
        of_browser = Counter(origin for other in begun for origin in other.origins)
        return len(begun) < MAX_BEGUN * max(1, self.workers) and any(
            of_address[origin.address] < MAX_BEGUN_OF_ADDRESS * max(1, self.workers)
            and of_browser[origin] < MAX_BEGUN_OF_BROWSER
            for origin in run.origins
        )

    def position(self, job: Run) -> QueuePosition | None:
        """Returns a run's position in the queue and its expected wait; None unless queued.

        The wait follows from the predicted seconds of all runs that are begun or go first.
        """
        with self._lock:
            if job.state != "queued":
                return None
            now = time.monotonic()
            made, positions = self._forecast
            if now - made > _FRESH or job not in positions:
                positions = self._positions(now)
                self._forecast = now, positions
            return positions[job]

    def _positions(self, now: float) -> dict[Run, QueuePosition]:
        jobs = []
        for run in self._active():
            seconds, compiling, turn = self._training_left(run), self._compiling_left(run), None
            if run.in_turn is not None:
                # A turn that takes longer than expected is about to end.
                whole = min(seconds, share(seconds, others_wait=len(self._active()) > 1))
                whole = min(compiling, COMPILING_SHARE) if compiling else whole
                turn = max(0.0, whole - (now - run.in_turn))
            queued, long = run.state == "queued", self._is_long(run)
            has_begun = run.worker is not None or run.in_turn is not None
            jobs.append(
                Expected(
                    run,
                    run.origins,
                    seconds,
                    queued,
                    long,
                    turn,
                    begun=now - run.begun_at if has_begun and run.begun_at else None,
                    compiling=compiling,
                    architecture=architecture(run.settings),
                )
            )
        starts = expected_starts(
            jobs,
            self.turns,
            workers=self.workers,
            between=self.between,
            since_long=self._since_long(now),
            max_short=MAX_BEGUN,
        )
        compiled_now = {job.job for job in jobs if job.begun is not None and job.compiling}
        in_line = [run for run in self._active() if run.state == "queued"]
        return {
            run: QueuePosition(number, starts.get(run, 0.0), compiling=run in compiled_now)
            for number, run in enumerate(in_line, 1)
        }

    def until_free(self) -> float:
        """Returns the seconds until a worker is expected to be free; 0 if one is."""
        now = time.monotonic()
        with self._lock:
            turns = [
                (share(self.seconds_left(run), others_wait=True), now - run.in_turn)
                for run in self._active()
                if run.in_turn is not None
            ]
        if len(turns) < max(1, self.workers):
            return 0.0
        return min(max(0.0, seconds - passed) for seconds, passed in turns)

    def note_turn(self, run: Run, *, taken: float, progress: float, compilations: int) -> None:
        """Learns from a turn how long runs take here.

        Args:
            run: The run.
            taken: Seconds of the turn.
            progress: Share of the run that was trained in it.
            compilations: How often something was compiled in it.
        """
        if progress:
            self.note_compiled(run.settings)
        if not compilations:
            self.pace.note(taken=taken, predicted=progress * run.predicted)

    def note_compiled(self, settings: Settings) -> None:
        """Takes the architecture of these settings for compiled from now on."""
        with self._lock:
            self._compiled.add(architecture(settings))

    def is_compiled(self, settings: Settings) -> bool:
        """Whether a run of these settings needs no compilation, as far as is known.

        A change of BN in mid-run builds another network.
        """
        with self._lock:
            return not _is_rebuilt(settings) and architecture(settings) in self._compiled

    def is_compiled_ahead(self, settings: Settings) -> bool:
        """Whether workers compile what a run of these settings needs unasked."""
        return not _is_rebuilt(settings) and architecture(settings) == architecture(Settings())

    def forget_compiled(self) -> None:
        """Takes nothing for compiled any more, since a worker was replaced."""
        with self._lock:
            self._compiled.clear()


def _is_rebuilt(settings: Settings) -> bool:
    """Whether networks of other kinds are built in mid-run."""
    return any(change.action in BN_CHANGES for change in settings.changes)


def _example_bytes(run: Run) -> int:
    """Bytes of a run's training examples; 0 if they are few, so that it waits for no others."""
    shape = DataShape.of(run.settings, run.source)
    count = 4 * shape.training * shape.features
    return count if count > FEW_EXAMPLES else 0


@lru_cache(maxsize=1024)
def architecture(settings: Settings) -> object:
    """What decides, roughly, what is compiled for a run."""
    default = Settings()
    return compile_key(settings.replace(**{name: getattr(default, name) for name in _INPUTS}))
