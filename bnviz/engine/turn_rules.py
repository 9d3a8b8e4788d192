"""Turn rules: how long a turn is, whose is the next one, and who may begin."""

from collections import Counter
from collections.abc import Collection, Iterable
from typing import Any

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
