"""Engine: executes runs and studies on Dask workers and shares their results among viewers."""

import asyncio

# Dask imports this in the engine's thread, which fails once the interpreter is shutting down.
import concurrent.futures.process  # noqa: F401
import logging
import threading
import uuid
from dataclasses import dataclass, replace
from itertools import chain
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal

from bnviz.data.file_source import FileSource
from bnviz.engine.admission import Holding, crowded, shortage
from bnviz.engine.choices import Choices
from bnviz.engine.configuration import Configuration
from bnviz.engine.data_shapes import network_bytes
from bnviz.engine.duration import compile_seconds
from bnviz.engine.job import COMPLETE, Job
from bnviz.engine.limits import Limits, recording_bytes
from bnviz.engine.network_run import NetworkRun, networks_digest
from bnviz.engine.origin import PROGRAM, Origin
from bnviz.engine.pace import Pace
from bnviz.engine.registry import Registry
from bnviz.engine.run_registry import RunRegistry
from bnviz.engine.runs import Run
from bnviz.engine.seed_checks import SeedChecks
from bnviz.engine.study_runs import S, StudyRegistry, StudyRun
from bnviz.settings import Settings
from bnviz.settings.choices import UPLOAD
from bnviz.studies.study import Study

if TYPE_CHECKING:
    from bnviz.engine.cluster import Cluster
    from bnviz.engine.dispatch import Dispatch

#: Seconds between checks of workers and viewers.
TICK = 0.25
#: Seconds before retrying an unreachable scheduler.
RETRY = 2.0
#: What takes at most this many seconds to compile, as predicted, is prepared when it is chosen.
MAX_PREPARED = 5.0
#: Maximum number of ended background studies to keep; one of nine seeds takes about 0.1 MB.
MAX_ENDED_BACKGROUND = 64

#: Why a run does not follow a viewer's changes by itself, to be shown beside the button.
NOT_READY = "The workers are not ready yet: press “Train both” to queue."
NOT_COMPILED = "This change compiles new networks: press “Train both”."
OTHERS_WAIT = "Others are training: press “Train both” to queue."

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Status:
    """Status of the engine.

    Attributes:
        state: "starting" (no worker has loaded TensorFlow yet), "ready" or "unreachable". Runs can
            be started in every state; they are queued.
        message: One sentence, empty when ready.
    """

    state: Literal["starting", "ready", "unreachable"]
    message: str = ""


_CONNECTING = Status("starting", "The engine is starting its workers.")
_LOADING = Status("starting", "The workers are loading TensorFlow; this takes a few seconds.")
_NO_WORKERS = Status("starting", "The engine is waiting for a worker.")
_READY = Status("ready")
_RETRYING = "the engine keeps trying"
_CLOSED = Status("unreachable", "The engine has been closed.")


class Engine:
    """Executes runs and studies in worker processes. Safe to use from any thread.

    Create one engine per process.

    Args:
        scheduler: Address of an existing Dask scheduler; None to start workers of its own.
        workers: Number of workers to start.
        grace: Seconds that a run or a study continues without viewers.
        limits: Limits on the number of active runs and the memory of their frames.
        pace: The pace of this host; the engine takes note of it.
        checks_seeds: Whether runs that have ended are checked on other seeds.

    Raises:
        ValueError: If the address or the number of workers is not allowed.
    """

    def __init__(
        self,
        *,
        scheduler: str | None = None,
        workers: int = Configuration.workers,
        grace: float = 10.0,
        limits: Limits | None = None,
        pace: Pace | None = None,
        checks_seeds: bool = False,
    ):
        self._configuration = Configuration(scheduler, workers)
        self._limits = limits or Limits()
        cache_bytes = int(1e6 * self._limits.cache_mb)
        self._runs = RunRegistry(
            grace=grace,
            cache_bytes=cache_bytes,
            changed=self._wake,
            pace=pace,
            checks_seeds=checks_seeds,
            excess=self._excess_of_check,
        )
        self._seed_checks = SeedChecks(self._runs, self.background_study)
        self._studies = StudyRegistry(
            grace=grace, changed=self._wake, until_free=self._runs.queue.until_free
        )
        self._background = StudyRegistry(
            grace=grace,
            changed=self._wake,
            until_free=self._runs.queue.until_free,
            capacity=MAX_ENDED_BACKGROUND,
        )
        self._choices = Choices(self._is_preparable)
        self._status = _CONNECTING
        # One topic for all runs, because a scheduler never forgets a topic.
        self._topic = f"bnviz-{uuid.uuid4().hex}"
        self._closing = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._wake_event = asyncio.Event()
        self._thread = threading.Thread(target=self._main, name="bnviz-engine", daemon=True)
        self._thread.start()

    @classmethod
    def from_environment(cls, pace: Pace | None = None) -> "Engine":
        """Creates an engine from the environment variables of `Configuration` and `Limits`.

        Args:
            pace: As for the engine.

        Raises:
            ValueError: If a variable has a value that is not allowed.
        """
        configuration = Configuration.from_environment()
        return cls(
            scheduler=configuration.scheduler,
            workers=configuration.workers,
            limits=Limits.from_environment(),
            pace=pace,
            checks_seeds=configuration.checks_seeds,
        )

    @property
    def status(self) -> Status:
        """Current status of the engine."""
        return self._status

    @property
    def pace(self) -> float:
        """How many times longer runs take here than predicted, roughly; limits count with it."""
        return self._runs.queue.pace.coarse

    def start(
        self,
        settings: Settings,
        source: FileSource | None = None,
        origin: Origin = PROGRAM,
        *,
        live: bool = False,
    ) -> Run:
        """Returns the active or complete run of these settings, or starts a new one.

        A run that nobody joins is stopped after the grace period. This is the only way to a new
        run, whatever asks for it: one that the host does not allow, or has no capacity for, is
        returned as failed.

        Args:
            settings: What to run.
            source: The file with the examples, if `settings.dataset` is an upload.
            origin: Who asks for it.
            live: Whether it follows a viewer's changes by itself. Such a run is not begun if it
                needs compilation, or while anybody else waits for something.
        """
        refusal = self._refusal(settings, source, origin, live=live)
        run = self._runs.start(settings, source, origin, live=live)
        self._fail(run, refusal)
        return run

    def note_choice(self, settings: Settings, origin: Origin) -> None:
        """Notes what a viewer has chosen, so that workers prepare its first frame while idle.

        Args:
            settings: What they may train next.
            origin: Who has chosen it.
        """
        self._choices.note(settings, origin)

    def _is_preparable(self, settings: Settings) -> bool:
        if settings.dataset == UPLOAD or compile_seconds(settings) > MAX_PREPARED:
            return False
        return not self._limits.excess(settings, pace=self.pace)

    def networks(
        self,
        settings: Settings,
        num_frames: int,
        source: FileSource | None = None,
        origin: Origin = PROGRAM,
    ) -> NetworkRun:
        """Returns the active or complete run of a run's networks, or starts a new one.

        Their weights are not kept, so they are trained again. It counts among the runs, is refused
        and is stopped as one of `start`, and this is the only way to a new one.

        Args:
            settings: Settings of the run.
            num_frames: Number of the frame of the run at which they are wanted, from 1.
            source: The file with the examples, if `settings.dataset` is an upload.
            origin: Who asks for it.
        """
        refusal = ""
        if not _goes_on(self._runs.find(networks_digest(settings, num_frames))):
            refusal = self._limits.excess_of_networks(settings, source, pace=self.pace)
            refusal = refusal or self._shortage(network_bytes(settings, source), origin)
        run = self._runs.start_networks(settings, num_frames, source, origin)
        self._fail(run, refusal)
        return run

    def _fail(self, job: Job, refusal: str) -> None:
        """Ends a job for which there is a refusal, or no engine any more."""
        if self._closing.is_set():
            job.fail(_CLOSED.message)
        elif refusal:
            job.fail(refusal)

    def _refusal(
        self, settings: Settings, source: FileSource | None, origin: Origin, *, live: bool
    ) -> str:
        """Why there can be no new run, in one sentence; empty if there can."""
        if _goes_on(self._runs.find(settings.digest)):
            return ""
        if live and not self._runs.queue.is_compiled(settings):
            return NOT_READY if self._runs.queue.is_compiled_ahead(settings) else NOT_COMPILED
        if live and self._others_wait(origin):
            return OTHERS_WAIT
        excess = self._limits.excess(settings, source, pace=self.pace)
        return excess or self._shortage(recording_bytes(settings), origin)

    def _shortage(self, size: int, origin: Origin) -> str:
        """Why there is no room for a new run that will hold so many bytes; empty if there is."""
        self._runs.make_room(origin, int(self._limits.viewer_runs))
        everybody, address, browser = self._holdings(self._runs, origin)
        frames = self._runs.held_bytes
        return shortage(
            size,
            everybody=replace(everybody, frames=frames()),
            address=replace(address, frames=frames(lambda run: _is_of_address(run, origin))),
            browser=replace(browser, frames=frames(lambda run: origin in run.origins)),
            limits=self._limits,
        )

    def _others_wait(self, origin: Origin) -> bool:
        """Whether anything is queued or running that not only this origin has asked for."""
        jobs = chain(self._runs.active(), self._studies.active())
        return any(job.origins != {origin} for job in jobs)

    def _holdings(self, registry: Registry[Any], origin: Origin) -> tuple[Holding, ...]:
        """The jobs of all, of an address and of a browser; none if the program itself asks."""
        jobs = registry.active()
        if origin == PROGRAM:
            return Holding(len(jobs)), Holding(), Holding()
        return (
            Holding(len(jobs)),
            Holding(sum(_is_of_address(job, origin) for job in jobs)),
            Holding(sum(origin in job.origins for job in jobs)),
        )

    def find(self, digest: str) -> Run | None:
        """Returns the latest run with this settings digest, or None if it is not kept."""
        return self._runs.find(digest)

    def complete_runs(self) -> dict[str, Settings]:
        """Settings of the complete runs that any viewer may see, by digest.

        These are the runs on data that come with the package, whoever has asked for them.
        """
        return {
            digest: run.settings
            for digest, run in self._runs.complete().items()
            if run.settings.dataset != UPLOAD
        }

    def study(
        self, study: S, source: FileSource | None = None, origin: Origin = PROGRAM
    ) -> StudyRun[S]:
        """Returns the active or complete run of a study, or starts a new one.

        A study that was stopped or failed resumes with its known results. A study that nobody joins
        is stopped after the grace period. Runs take precedence over studies. This is the only way
        to a new study, whatever asks for it: one that the host does not allow is returned as
        failed.

        Args:
            study: What to execute. The engine owns it from now on; read it as described in
                `StudyRun`.
            source: The file with the examples, if the runs' `dataset` is an upload.
            origin: Who asks for it.

        Returns:
            The run. Its `study` is the given one, or an earlier one with the same digest.
        """
        refusal = self._study_refusal(study, source, origin)
        run = self._studies.start(study, source, origin)
        self._fail(run, refusal)
        return run

    def _study_refusal(self, study: S, source: FileSource | None, origin: Origin) -> str:
        """Why there can be no new run of a study, in one sentence; empty if there can."""
        if _goes_on(self._studies.find(study.digest)):
            return ""
        excess = self._limits.excess_of_many(
            study.architectures, study.num_runs, source, pace=self.pace
        )
        if excess:
            return excess
        self._studies.make_room(origin, int(self._limits.viewer_runs))
        everybody, address, browser = self._holdings(self._studies, origin)
        return crowded(
            "studies", everybody=everybody, address=address, browser=browser, limits=self._limits
        )

    def background_study(
        self, study: S, source: FileSource | None = None, origin: Origin = PROGRAM
    ) -> StudyRun[S]:
        """Returns the run of a study that is executed while nobody waits for anything.

        It gives way to all that somebody waits for. Otherwise it is as one of `study`.

        Args:
            study: What to execute. The engine owns it from now on.
            source: The file with the examples, if the runs' `dataset` is an upload.
            origin: Who asks for it.
        """
        excess = self._excess_of_check(study, source)
        run = self._background.start(study, source, origin)
        self._fail(run, excess)
        return run

    def _excess_of_check(self, study: Study, source: FileSource | None) -> str:
        """Why a study is not executed while nobody waits, in one sentence; empty if it is."""
        return self._limits.excess_of_many(
            study.architectures,
            study.num_runs,
            source,
            pace=self.pace,
            advice="choose fewer steps or a smaller network",
        )

    def check(self, run: Run) -> None:
        """Has a run checked on other seeds whose `check` is "offered"."""
        self._runs.idle_work.ask_check(run)

    def find_study(self, digest: str) -> StudyRun[Any] | None:
        """Returns the latest run of the study with this digest, or None if it is not kept."""
        return self._studies.find(digest)

    @property
    def viewers(self) -> int:
        """Number of viewers watching active runs and studies."""
        return self._runs.viewers + self._studies.viewers

    def close(self) -> None:
        """Stops all runs and studies and ends the worker processes."""
        self._closing.set()
        self._wake()
        self._thread.join(30)

    def __enter__(self) -> "Engine":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _wake(self) -> None:
        if self._loop is not None:
            # The loop is closed if the engine was closed meanwhile.
            try:
                self._loop.call_soon_threadsafe(self._wake_event.set)
            except RuntimeError:
                _log.debug("The engine is closed.")

    def _main(self) -> None:
        # Importing Dask takes a third of a second; here no page waits for it.
        from distributed.compatibility import asyncio_run
        from distributed.config import get_loop_factory

        asyncio_run(self._serve(), loop_factory=get_loop_factory())

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        upkeep = asyncio.create_task(self._upkeep())
        from bnviz.engine.cluster import connect
        from bnviz.engine.dispatch import Dispatch

        while not self._closing.is_set():
            try:
                async with connect(self._configuration) as cluster:
                    dispatch = Dispatch(
                        cluster,
                        self._runs,
                        self._studies,
                        self._background,
                        self._choices,
                        self._topic,
                        changed=self._wake,
                    )
                    while not self._closing.is_set():
                        await dispatch.step()
                        self._status = _status(dispatch, cluster, self._runs.queue.workers)
                        await self._pause(TICK)
            except Exception as error:
                _log.debug("The connection to the scheduler ended.", exc_info=True)
                self._status = Status("unreachable", self._unreachable(error))
                await self._pause(RETRY)
        upkeep.cancel()
        self._status = _CLOSED
        registries = (self._runs, self._studies, self._background)
        for job in chain.from_iterable(each.active() for each in registries):
            job.stop()

    def _unreachable(self, error: Exception) -> str:
        scheduler = self._configuration.scheduler
        reason = (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")
        if scheduler:
            return f"The Dask scheduler at {scheduler} cannot be reached ({reason}); {_RETRYING}."
        if isinstance(error, OSError) and error.strerror:
            reason = error.strerror  # leaves out the host's folder names
        return f"The workers cannot be started ({reason}); {_RETRYING}."

    async def _upkeep(self) -> None:
        while True:
            self._runs.tidy()
            self._studies.tidy()
            self._background.tidy()
            self._seed_checks.step()
            await asyncio.sleep(TICK)

    async def _pause(self, seconds: float) -> None:
        """Waits for a change or for the engine to close, at most this many seconds."""
        try:
            async with asyncio.timeout(seconds):
                await self._wake_event.wait()
        except TimeoutError:
            return
        self._wake_event.clear()


def _goes_on(job: Job | None) -> bool:
    """Whether there is a job to join, so that no new one is needed."""
    return job is not None and (job.active or job.state in COMPLETE)


def _is_of_address(job: Job, origin: Origin) -> bool:
    return any(other.address == origin.address for other in job.origins)


def _status(dispatch: "Dispatch", cluster: "Cluster", workers: int) -> Status:
    if cluster.silence:
        return Status("unreachable", cluster.silence)
    if dispatch.warm:
        return _READY
    trouble = dispatch.trouble or cluster.trouble
    if trouble:
        return Status("unreachable", trouble)
    return _LOADING if workers else _NO_WORKERS
