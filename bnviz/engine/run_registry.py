"""RunRegistry: all known runs by their settings."""

from collections.abc import Callable
from typing import cast

from bnviz.data.file_source import FileSource
from bnviz.engine.idle_work import Excess, IdleWork
from bnviz.engine.job import COMPLETE, QueuePosition
from bnviz.engine.network_run import NetworkRun, networks_digest
from bnviz.engine.origin import PROGRAM, Origin
from bnviz.engine.pace import Pace
from bnviz.engine.registry import Registry
from bnviz.engine.run_queue import RunQueue
from bnviz.engine.runs import Run
from bnviz.engine.turns import Turns
from bnviz.settings import Settings


class RunRegistry(Registry[Run]):
    """Runs by the digest of their settings. Safe to use from any thread. Independent of Dask.

    Args:
        grace: Seconds that a run continues without viewers.
        cache_bytes: Bytes of frames and networks kept of ended runs. The least recently used are
            dropped first; runs that are being watched are never dropped.
        changed: Called when a run is added or ends, on the thread that did so.
        turns: What origins have used.
        pace: The pace of this host.
        checks_seeds: Whether runs are checked on other seeds.
        excess: Why the host does not check a run, in one sentence; empty if it does.

    Attributes:
        queue: The turns of those that are queued or running.
        idle_work: What is still to be found out about those that have ended.
    """

    def __init__(
        self,
        *,
        grace: float,
        cache_bytes: int,
        changed: Callable[[], None],
        turns: Turns | None = None,
        pace: Pace | None = None,
        checks_seeds: bool = False,
        excess: Excess = lambda *_: "",
    ):
        super().__init__(grace=grace, capacity=cache_bytes, changed=changed)
        self.queue = RunQueue(lambda: self._active, self._lock, turns, pace)
        self.idle_work = IdleWork(
            lambda: self._jobs.values(),
            self._lock,
            changed=changed,
            pace=self.queue.pace,
            checks_seeds=checks_seeds,
            excess=excess,
        )

    def start(
        self,
        settings: Settings,
        source: FileSource | None = None,
        origin: Origin = PROGRAM,
        *,
        live: bool = False,
    ) -> Run:
        """Returns the active or complete run of these settings, or a new one.

        Args:
            settings: Settings of the run.
            source: The file with the examples, if it uses one.
            origin: Who asks for it.
            live: Whether it follows a viewer's changes by itself.
        """

        def make(_: Run | None) -> Run:
            run = Run(
                settings, source, lock=self._lock, changed=self._job_ended, position=self.position
            )
            self.idle_work.plan(run)
            return run

        run = self._start(settings.digest, origin, make)
        self.queue.changed()
        self.idle_work.tell(run, live=live)
        return run

    def start_networks(
        self,
        settings: Settings,
        num_frames: int,
        source: FileSource | None = None,
        origin: Origin = PROGRAM,
    ) -> NetworkRun:
        """Returns the active or complete run of these networks, see `NetworkRun`, or a new one.

        Args:
            settings: Settings of the run.
            num_frames: Number of the frame, from 1.
            source: The file with the examples, if it uses one.
            origin: Who asks for it.
        """

        def make(_: Run | None) -> NetworkRun:
            return NetworkRun(
                settings,
                source,
                num_frames,
                lock=self._lock,
                changed=self._job_ended,
                position=self.position,
            )

        run = self._start(networks_digest(settings, num_frames), origin, make)
        self.queue.changed()
        return cast(NetworkRun, run)

    def complete(self) -> dict[str, Run]:
        """Returns the runs with all their frames that are kept by digest, in the order of these."""
        with self._lock:
            jobs = sorted(self._jobs.items())
            return {
                digest: run for digest, run in jobs if run.state in COMPLETE and len(run.recording)
            }

    def position(self, job: Run) -> QueuePosition | None:
        """Returns a run's position in the queue and its expected wait; None unless queued."""
        return self.queue.position(job)

    def _job_ended(self, job: Run) -> None:
        self.queue.changed()
        self.idle_work.note_end(job)
        super()._job_ended(job)

    def weight(self, job: Run) -> int:
        """Returns the bytes of what the run holds."""
        return job.kept_bytes

    def held_bytes(self, asks: Callable[[Run], bool] = lambda _: True) -> int:
        """Returns the bytes of frames and networks that are not given back when room is needed.

        An active run counts with all that it will have. One that has ended, for whatever reason,
        counts with what it has, as long as it is watched.

        Args:
            asks: Whether to count a run; by default all of them are.
        """
        with self._lock:
            planned = sum(run.planned_bytes for run in self._active if asks(run))
            watched = (run for run in self._jobs.values() if run.viewers and not run.active)
            return planned + sum(self.weight(run) for run in watched if asks(run))
