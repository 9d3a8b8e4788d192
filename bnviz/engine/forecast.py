"""Forecast: when each waiting run is expected to be trained."""

import heapq
import math
from collections import Counter
from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, Generic, TypeVar

from bnviz.engine.origin import Origin
from bnviz.engine.turn_rules import COMPILING_SHARE, addresses, may_compile, priority, share
from bnviz.engine.turns import Turns

#: Maximum number of turns that are looked ahead, of all runs and of one.
_MAX_TURNS, _MAX_TURNS_OF_ONE = 500, 20

J = TypeVar("J")


@dataclass
class Expected(Generic[J]):
    """A job that waits or has its turn.

    Attributes:
        job: The job.
        origins: Who waits for it.
        seconds: How long it is expected to train from now on.
        queued: Whether it has not been trained yet.
        long: Whether it has more than `SHORT` seconds of training to go.
        turn: Seconds of its present turn that are left; None if it waits.
        begun: Seconds since it had its first turn; None if it has had none.
        compiling: Seconds that its networks take to compile; 0 if they are compiled.
        architecture: What is compiled, which is compiled once for all jobs of the same; None if no
            other job has the same.
    """

    job: J
    origins: Collection[Origin]
    seconds: float
    queued: bool
    long: bool
    turn: float | None = None
    begun: float | None = None
    compiling: float = 0.0
    architecture: Hashable = None


def expected_starts(
    jobs: Sequence[Expected[J]],
    turns: Turns,
    *,
    workers: int,
    between: float,
    since_long: float,
    max_short: int,
) -> dict[J, float]:
    """Returns the seconds until each queued job is trained, in the order in which they are.

    A job for which there is no end in sight is expected after all the others.

    Args:
        jobs: The jobs, in the order in which they were started.
        turns: What origins have used until now.
        workers: Number of workers.
        between: Seconds between two turns of a worker.
        since_long: Seconds since a long run had a turn.
        max_short: Short runs that a worker may have begun and not ended.
    """
    workers = max(1, workers)
    rehearsal = _Rehearsal(jobs, turns.copy(), workers, between, max_short * workers)
    rehearsal.long_at = -since_long
    queued = sum(job.queued for job in jobs)
    for _ in range(_MAX_TURNS):
        if len(rehearsal.starts) == queued or not rehearsal.give_turn():
            break
    for job in jobs:
        if job.queued:
            rehearsal.starts.setdefault(job.job, rehearsal.now)
    return rehearsal.starts


class _Rehearsal(Generic[J]):
    """The turns to come, given one after another as they are expected to be.

    Args:
        jobs: The jobs, in the order in which they were started.
        turns: What origins have used until now; charged with the turns to come.
        workers: Number of workers, at least one.
        between: Seconds between two turns of a worker.
        max_short: Short runs that may have begun and not ended.

    Attributes:
        now: Seconds until what has been rehearsed is past.
        long_at: When a long run had its last turn.
        starts: When each queued job that has got so far is trained.
    """

    def __init__(
        self,
        jobs: Sequence[Expected[J]],
        turns: Turns,
        workers: int,
        between: float,
        max_short: int,
    ):
        self._turns, self._between, self._max_short = turns, between, max_short
        self._order = {id(job): number for number, job in enumerate(jobs)}
        self._waiting = [job for job in jobs if job.turn is None]
        self._left = {id(job): job.seconds for job in jobs}
        self._begun: set[int] = set()
        self._num_short = 0
        self._compilers = _Compilers(workers)
        self._numbers = count()
        #: When the workers' turns end, and whose they are; the next one first.
        self._ends: list[tuple[float, int, Expected[J] | None]] = []
        self.now, self.long_at = 0.0, -math.inf
        self.starts: dict[J, float] = {}
        for job in jobs:
            if job.turn is not None:
                self._end_at(job.turn, job)
        for _ in range(workers - len(self._ends)):
            self._end_at(0.0, None)
        for job in sorted(jobs, key=lambda job: -(job.begun or 0.0)):
            if job.begun is not None:
                self._begin(job, -job.begun)
        for job in jobs:
            self._note_present_turn(job)

    def give_turn(self) -> bool:
        """Gives the worker whose turn ends next another one; returns whether there is any."""
        self.now, _, ended = heapq.heappop(self._ends)
        if ended is not None and self._left[id(ended)] > 0:
            self._waiting.append(ended)
        self._compilers.advance(self.now)
        ready = [job for job in self._waiting if id(job) in self._begun or self._may_begin(job)]
        if not ready:
            if self._ends:
                self._end_at(self._ends[0][0], None)  # until something else happens
            return bool(self._ends)
        chosen = min(ready, key=self._rank)
        self._waiting.remove(chosen)
        if id(chosen) not in self._begun:
            self._begin(chosen, self.now)
        seconds = self._seconds(chosen, ready)
        self._turns.begin(chosen.origins, seconds)
        if chosen.long:
            self.long_at = self.now + seconds
        self._num_short -= not chosen.long and self._left[id(chosen)] <= 0
        self._end_at(self.now + seconds + self._between, chosen)
        return True

    def _end_at(self, when: float, job: Expected[J] | None) -> None:
        heapq.heappush(self._ends, (when, next(self._numbers), job))

    def _begin(self, job: Expected[J], at: float) -> None:
        self._begun.add(id(job))
        self._num_short += not job.long
        self._compilers.begin(job, at)

    def _note_present_turn(self, job: Expected[J]) -> None:
        """Notes what a job will have been trained when its present turn ends."""
        training = (job.turn or 0.0) - self._compilers.until_compiled(job, 0.0)
        if training > 0:
            self._left[id(job)] -= training
            if job.queued:
                self.starts[job.job] = 0.0

    def _may_begin(self, job: Expected[J]) -> bool:
        has_room = job.long or self._num_short < self._max_short
        return has_room and self._compilers.may_begin(job, self.now)

    def _rank(self, job: Expected[J]) -> Any:
        """The job with the smallest has the next turn."""
        first = priority(
            job.origins,
            self._turns,
            begun=id(job) in self._begun,
            long=job.long,
            since_long=self.now - self.long_at,
        )
        return first, self._order[id(job)]

    def _seconds(self, job: Expected[J], ready: Collection[Expected[J]]) -> float:
        """How long the turn is that a job has now, in which it waits for its networks or trains.

        Args:
            job: The job.
            ready: All jobs that could have had the turn.
        """
        until_compiled = self._compilers.until_compiled(job, self.now)
        if until_compiled > 0:
            others = [
                self._compilers.until_compiled(each, self.now) if id(each) in self._begun else 0.0
                for each in ready
                if each is not job
            ]
            # While all others are being compiled, too, nothing happens until the first of them is.
            nothing_else = min(others, default=until_compiled)
            return min(until_compiled, max(COMPILING_SHARE, nothing_else))
        if job.queued:
            self.starts.setdefault(job.job, self.now)
        left = self._left[id(job)]
        turn = share(left, others_wait=bool(self._waiting))
        seconds = min(left, max(turn, job.seconds / _MAX_TURNS_OF_ONE))
        self._left[id(job)] = left - seconds
        return seconds


class _Compilers:
    """What the workers have compiled when: side by side with turns, in the order of beginning.

    Args:
        workers: Number of workers, each with a compiler.
    """

    def __init__(self, workers: int):
        self._free_at = [-math.inf] * workers
        #: When what is compiled, by its architecture.
        self._compiled_at: dict[Hashable, float] = {}
        #: When the networks of a job are, and whose they are; the next one first.
        self._compiling: list[tuple[float, int, set[str]]] = []
        self._of_address: Counter[str] = Counter()

    def begin(self, job: Expected[Any], at: float) -> None:
        """Puts the networks of a job that begins into the shortest line, unless they are there."""
        if job.compiling <= 0:
            return
        key = _architecture(job)
        if key not in self._compiled_at:
            free_at = heapq.heappop(self._free_at)
            self._compiled_at[key] = max(at, free_at) + job.compiling
            heapq.heappush(self._free_at, self._compiled_at[key])
        whose = addresses(job.origins)
        heapq.heappush(self._compiling, (self._compiled_at[key], id(job), whose))
        self._of_address.update(whose)

    def advance(self, now: float) -> None:
        """Lets time pass."""
        while self._compiling and self._compiling[0][0] <= now:
            self._of_address.subtract(heapq.heappop(self._compiling)[2])

    def until_compiled(self, job: Expected[Any], now: float) -> float:
        """Seconds from now until the networks of a job that has begun are compiled."""
        return max(0.0, self._compiled_at.get(_architecture(job), now) - now)

    def may_begin(self, job: Expected[Any], now: float) -> bool:
        """Whether a job may begin now."""
        if job.compiling <= 0 or self._compiled_at.get(_architecture(job), math.inf) <= now:
            return True
        return may_compile(job.origins, self._of_address, workers=len(self._free_at))


def _architecture(job: Expected[Any]) -> Hashable:
    return ("of this job", id(job)) if job.architecture is None else job.architecture
