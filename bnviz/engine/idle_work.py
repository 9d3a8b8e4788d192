"""IdleWork: what is still to be found out about runs that have ended, while nobody waits."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Collection

from bnviz.data.file_source import FileSource
from bnviz.engine.duration import block_seconds
from bnviz.engine.job import COMPLETE
from bnviz.engine.pace import Pace
from bnviz.engine.run_queue import architecture
from bnviz.engine.runs import Run
from bnviz.recording.other_seeds import OtherSeeds
from bnviz.settings import Settings
from bnviz.studies.seed_check import seed_check, unchecked
from bnviz.studies.study import Study

#: Explains in one sentence why a host does not execute a study; empty if it does.
Excess = Callable[[Study, FileSource | None], str]

#: Architectures of which it is kept what a step costs, and of which it is to be measured.
MAX_PRICES, MAX_UNPRICED = 200, 20
#: Runs that wait to be checked on other seeds.
MAX_UNCHECKED = 20
#: A run is checked on other seeds without being asked for if that is predicted to take at most so
#: many seconds; or so many, if that is no longer than so many times the run. What is compiled does
#: not count.
SHORT_CHECK, LONGEST_CHECK, TIMES = 3.0, 10.0, 3.0
#: Seconds for which a run that follows a viewer's changes is not checked: they may go on changing.
LIVE_CHECK_DELAY = 2.0


class IdleWork:
    """What a step costs, and what other seeds show. Safe to use from any thread.

    Args:
        known: Returns all known runs.
        lock: Guards them.
        changed: Called when there is more to do.
        pace: The pace of this host.
        checks_seeds: Whether runs are checked on other seeds.
        excess: Why the host does not check a run.
    """

    def __init__(
        self,
        known: Callable[[], Collection[Run]],
        lock: threading.RLock,
        *,
        changed: Callable[[], None],
        pace: Pace,
        checks_seeds: bool,
        excess: Excess,
    ):
        self._known = known
        self._lock = lock
        self._changed = changed
        self._pace = pace
        self._checks_seeds = checks_seeds
        self._excess = excess
        self._prices: OrderedDict[object, dict[str, float]] = OrderedDict()
        self._unpriced: OrderedDict[object, tuple[Settings, FileSource | None]] = OrderedDict()
        self._unchecked: OrderedDict[Run, FileSource | None] = OrderedDict()

    def plan(self, run: Run) -> None:
        """Says of a new run whether it will be checked on other seeds."""
        if self._checks_seeds and not unchecked(run.settings):
            run.check = "planned"
            self._refuse_excess(run)

    def _refuse_excess(self, run: Run) -> None:
        """Has a run not checked if that takes more than the host allows, and says why."""
        why = self._excess(seed_check(run.settings), run.source)
        if why:
            run.check, run.check_refusal = "none", why

    def tell(self, run: Run, *, live: bool = False) -> None:
        """Gives a run that somebody asks for what is known of its architecture.

        Args:
            run: The run.
            live: Whether it follows a viewer's changes by itself, see `LIVE_CHECK_DELAY`.
        """
        with self._lock:
            run.check_from = time.monotonic() + LIVE_CHECK_DELAY if live else 0.0
            known = self._prices.get(architecture(run.settings))
            if known:
                run.recording.seconds_per_step = known

    def note_end(self, run: Run) -> None:
        """Notes what is to be found out about a run that has ended."""
        with self._lock:
            key = architecture(run.settings)
            if run.state in COMPLETE and key not in self._prices:
                self._want_price(key, run)
            if run.state not in COMPLETE:
                run.check = "none"
            elif run.check == "planned":
                # What the host takes for its runs may have changed since it was planned.
                self._refuse_excess(run)
                if run.check == "planned":
                    self._want_check(run)

    def _want_price(self, key: object, job: Run) -> None:
        if job.source is not None:
            # A viewer's file takes memory, so only the last one waits here.
            files = [other for other, (_, source) in self._unpriced.items() if source is not None]
            for other in files:
                del self._unpriced[other]
        self._unpriced[key] = job.settings, job.source
        while len(self._unpriced) > MAX_UNPRICED:
            self._unpriced.popitem(last=False)

    def _want_check(self, job: Run) -> None:
        if job.source is not None:
            # As above.
            files = [other for other, source in self._unchecked.items() if source is not None]
            for other in files:
                self.take_check(other, None)
        [checked] = seed_check(job.settings).architectures
        predicted = self._pace.factor * block_seconds(checked, job.source)
        allowed = min(LONGEST_CHECK, TIMES * self._pace.factor * job.predicted)
        job.check = "awaited" if predicted <= max(SHORT_CHECK, allowed) else "offered"
        self._unchecked[job] = job.source
        while len(self._unchecked) > MAX_UNCHECKED:
            self.take_check(next(iter(self._unchecked)), None)

    def ask_check(self, run: Run) -> None:
        """Has a run checked on other seeds although that takes long; see `Run.check`."""
        with self._lock:
            if run.check == "offered":
                run.check = "awaited"
        self._changed()

    def unchecked(self) -> list[tuple[Run, FileSource | None]]:
        """Returns the runs that are to be checked on other seeds, with the files that they use."""
        with self._lock:
            now = time.monotonic()
            return [
                (run, source)
                for run, source in self._unchecked.items()
                if run.check == "awaited" and run.check_from <= now
            ]

    def take_check(self, run: Run, records: OtherSeeds | None, refusal: str = "") -> None:
        """Gives a run what is known of other seeds.

        Args:
            run: The run.
            records: What is known; None if it will never be.
            refusal: Why it will not, in one sentence; empty if that is not said.
        """
        with self._lock:
            self._unchecked.pop(run, None)
            run.check = "none" if records is None else "known"
            run.check_refusal = refusal
            if records is not None:
                run.recording.other_seeds = records

    def unpriced(self) -> tuple[Settings, FileSource | None] | None:
        """Returns settings of which it should be measured what a step costs, or None."""
        with self._lock:
            # The last run is the one that is most likely looked at.
            return next(reversed(self._unpriced.values()), None)

    def price(self, settings: Settings, step_costs: dict[str, float]) -> None:
        """Gives all runs of an architecture, known and future, the seconds of a step by arm.

        Args:
            settings: Settings of a run.
            step_costs: The seconds; empty if they cannot be measured.
        """
        key = architecture(settings)
        with self._lock:
            self._unpriced.pop(key, None)
            self._prices[key] = step_costs
            while len(self._prices) > MAX_PRICES:
                self._prices.popitem(last=False)
            for run in self._known():
                if architecture(run.settings) == key:
                    run.recording.seconds_per_step = step_costs
