"""Forecast: how long a turn is, and when each waiting run is expected to begin."""

import heapq
import math
from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, Generic, TypeVar

from bnviz.engine.origin import Origin
from bnviz.engine.turns import Turns

#: A run with at most this many seconds of training to go is short.
SHORT = 3.0
#: Seconds of a turn of a run while no other one waits, and while another one does.
RUN_SHARE, SHARED = 1.0, 0.5
#: Seconds of a turn of a block of a study while no run waits, and between turns of runs; and of
#: what nobody waits for.
BLOCK_SHARE, BLOCK_BETWEEN, IDLE_SHARE = 0.5, 0.2, 0.25
#: A run that is expected to end within so many turns is trained to its end in one.
_LAST = 1.5
#: While shorter runs keep coming, longer ones together have a turn after so many seconds without.
LONG_PAUSE = 4.0
#: Seconds of a turn in which a run waits until its file is read or its networks are compiled.
COMPILING_SHARE = 0.25
#: A prediction may be wrong by this factor, and by a second.
_DOUBT, _DOUBT_SECONDS = 2.0, 1.0
#: Maximum number of turns that are looked ahead, of all runs and of one.
_MAX_TURNS, _MAX_TURNS_OF_ONE = 500, 20

J = TypeVar("J")


def share(seconds_left: float, *, others_wait: bool) -> float:
    """Returns the seconds of a run's next turn.

    Args:
        seconds_left: Seconds that the run is expected to need.
        others_wait: Whether other runs wait for their turn.
    """
    turn = SHARED if others_wait else RUN_SHARE
    if seconds_left > _LAST * turn:
        return turn
    return _DOUBT * seconds_left + _DOUBT_SECONDS


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


def addresses(origins: Iterable[Origin]) -> set[str]:
    """Where those are who wait for a job."""
    return {each.address for each in origins}


def may_compile(origins: Iterable[Origin], compiling: Counter[str], *, workers: int) -> bool:
    """Whether a job that is not compiled may begin.

    An address has it begin while fewer of its jobs have begun and are not compiled than there are
    workers. A worker compiles in the order in which jobs begin, so whoever begins ever new
    architectures would keep all others from the compiler. Who waits for a job together with others
    waits no longer than any of them would.

    Args:
        origins: Who waits for the job.
        compiling: How many jobs of each address have begun and are not compiled.
        workers: Number of workers.
    """
    return any(compiling[each] < max(1, workers) for each in addresses(origins))


def priority(
    origins: Collection[Origin], turns: Turns, *, begun: bool, long: bool, since_long: float
) -> Any:
    """Returns what the run with the smallest value of has the next turn.

    Short runs go before long ones, unless these have waited for `LONG_PAUSE` seconds; those that
    have nothing to show yet before those that have begun, of which there are few. Then what an
    address has used lately decides, and then what a browser has.

    Args:
        origins: Who waits for the run.
        turns: What origins have used.
        begun: Whether it has had a turn.
        long: Whether it has more than `SHORT` seconds of training to go.
        since_long: Seconds since a long run had a turn.
    """
    return long is not (since_long >= LONG_PAUSE), begun, turns.rank(origins)


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
    turns, numbers = turns.copy(), count()
    busy = [(job.turn, next(numbers), job) for job in jobs if job.turn is not None]
    idle = workers - len(busy)
    ends: list[tuple[float, int, Expected[J] | None]] = [*busy]
    ends += [(0.0, next(numbers), None) for _ in range(idle)]
    heapq.heapify(ends)
    order = {id(job): number for number, job in enumerate(jobs)}
    waiting = [job for job in jobs if job.turn is None]
    left = {id(job): job.seconds for job in jobs}
    starts: dict[J, float] = {}
    queued = sum(job.queued for job in jobs)
    begun: set[int] = set()
    compilers = _Compilers(workers)
    num_short = 0

    def begin(job: Expected[J], at: float) -> None:
        nonlocal num_short
        begun.add(id(job))
        num_short += not job.long
        compilers.begin(job, at)

    for job in sorted(jobs, key=lambda job: -(job.begun or 0.0)):
        if job.begun is not None:
            begin(job, -job.begun)
    for job in jobs:
        training = (job.turn or 0.0) - compilers.until_compiled(job, 0.0)
        if training > 0:
            left[id(job)] -= training
            if job.queued:
                starts[job.job] = 0.0

    def may_begin(job: Expected[J], now: float) -> bool:
        return compilers.may_begin(job, now) and (job.long or num_short < max_short * workers)

    now, long_at = 0.0, -since_long
    for _ in range(_MAX_TURNS):
        if len(starts) == queued:
            break
        now, _, ended = heapq.heappop(ends)
        if ended is not None and left[id(ended)] > 0:
            waiting.append(ended)
        compilers.advance(now)
        ready = [job for job in waiting if id(job) in begun or may_begin(job, now)]
        if not ready:
            if not ends:
                break
            # Until something else happens.
            heapq.heappush(ends, (ends[0][0], next(numbers), None))
            continue
        chosen = min(
            ready,
            key=lambda job: (
                priority(
                    job.origins,
                    turns,
                    begun=id(job) in begun,
                    long=job.long,
                    since_long=now - long_at,
                ),
                order[id(job)],
            ),
        )
        waiting.remove(chosen)
        if id(chosen) not in begun:
            begin(chosen, now)
        until_compiled = compilers.until_compiled(chosen, now)
        if until_compiled > 0:
            others = [
                compilers.until_compiled(job, now) if id(job) in begun else 0.0
                for job in ready
                if job is not chosen
            ]
            # While all others are being compiled, too, nothing happens until the first of them is.
            nothing_else = min(others, default=until_compiled)
            seconds = min(until_compiled, max(COMPILING_SHARE, nothing_else))
        else:
            if chosen.queued:
                starts.setdefault(chosen.job, now)
            remaining = left[id(chosen)]
            turn = share(remaining, others_wait=bool(waiting))
            seconds = min(remaining, max(turn, chosen.seconds / _MAX_TURNS_OF_ONE))
            left[id(chosen)] = remaining - seconds
        turns.begin(chosen.origins, seconds)
        if chosen.long:
            long_at = now + seconds
        num_short -= not chosen.long and left[id(chosen)] <= 0
        heapq.heappush(ends, (now + seconds + between, next(numbers), chosen))
    for job in jobs:
        if job.queued:
            starts.setdefault(job.job, now)
    return starts


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
