"""Engine: hands runs and studies to Dask workers and what comes of them to those who look."""

import asyncio

# Dask imports it in the engine's thread, which cannot do so once the process has begun to end.
import concurrent.futures.process  # noqa: F401
import logging
import threading
import uuid
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal

from bnviz.data.dataset import Dataset
from bnviz.engine.admission import shortage
from bnviz.engine.configuration import Configuration
from bnviz.engine.job import COMPLETE
from bnviz.engine.limits import Limits
from bnviz.engine.run_registry import RunRegistry
from bnviz.engine.runs import Run
from bnviz.engine.study_runs import S, StudyRegistry, StudyRun
from bnviz.settings import Settings

if TYPE_CHECKING:
    from bnviz.engine.cluster import Cluster
    from bnviz.engine.dispatch import Dispatch

#: Seconds between looks at workers and viewers.
TICK = 0.25
#: Seconds until an unreachable scheduler is tried again.
RETRY = 2.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Status:
    """How the engine is.

    Attributes:
        state: "starting" (no worker has loaded TensorFlow yet), "ready" or "unreachable". Runs may
            be started in each of them; they wait.
        message: One sentence, empty when ready.
    """

    state: Literal["starting", "ready", "unreachable"]
    message: str = ""


_CONNECTING = Status("starting", "The engine is starting its workers.")
_LOADING = Status("starting", "The workers are loading TensorFlow; this takes a few seconds.")
_NO_WORKERS = Status("starting", "The engine waits for a worker.")
_READY = Status("ready")
_AGAIN = "the engine tries again"
_CLOSED = Status("unreachable", "The engine has been closed.")


class Engine:
    """Executes runs and studies in worker processes. One a process; safe to use from any thread.

    Args:
        scheduler: Address of an existing Dask scheduler; None for workers of the engine's own.
        workers: Worker processes of the engine's own.
        grace: Seconds that a run or a study without viewers goes on.
        limits: Runs that may wait or go on, and megabytes of their frames.

    Raises:
        ValueError: If the address or the number of workers is not as allowed.
    """

    def __init__(
        self,
        *,
        scheduler: str | None = None,
        workers: int = Configuration.workers,
        grace: float = 10.0,
        limits: Limits | None = None,
    ):
        self._configuration = Configuration(scheduler, workers)
        self._limits = limits or Limits()
        cache_bytes = int(1e6 * self._limits.cache_mb)
        self._roster = RunRegistry(grace=grace, cache_bytes=cache_bytes, changed=self._wake)
        self._studies = StudyRegistry(
            grace=grace, changed=self._wake, until_free=self._roster.until_free
        )
        self._status = _CONNECTING
        # One topic for all runs: a scheduler never forgets a topic.
        self._topic = f"bnviz-{uuid.uuid4().hex}"
        self._closing = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._bell = asyncio.Event()
        self._thread = threading.Thread(target=self._main, name="bnviz-engine", daemon=True)
        self._thread.start()

    @classmethod
    def from_environment(cls) -> "Engine":
        """An engine as the environment variables of `Configuration` and `Limits` say.

        Raises:
            ValueError: If one of them is not as allowed.
        """
        configuration = Configuration.from_environment()
        return cls(
            scheduler=configuration.scheduler,
            workers=configuration.workers,
            limits=Limits.from_environment(),
        )

    @property
    def status(self) -> Status:
        """How the engine is."""
        return self._status

    def start(self, settings: Settings, dataset: Dataset | None = None) -> Run:
        """The run of these settings: the one in flight, the finished one, or else a new one.

        A run that nobody joins is stopped after the grace period. One that the host has no room
        for has failed already when it is returned.

        Args:
            settings: What to run.
            dataset: The examples, where `settings.dataset` is an upload.
        """
        full = self._shortage(settings)
        run = self._roster.start(settings, dataset)
        if self._closing.is_set():
            run.fail(_CLOSED.message)
        elif full:
            run.fail(full)
        return run

    def _shortage(self, settings: Settings) -> str:
        known = self._roster.find(settings.digest)
        if known is not None and (known.active or known.state in COMPLETE):
            return ""
        active = [run.settings for run in self._roster.active()]
        held = [run.settings for run in self._roster.held()]
        return shortage(settings, active, held, self._limits)

    def find(self, digest: str) -> Run | None:
        """The last run of the settings with this digest, if it is still known."""
        return self._roster.find(digest)

    def study(self, study: S, dataset: Dataset | None = None) -> StudyRun[S]:
        """Carries a study out: joins the same one in flight or finished, or else begins.

        One that was stopped or has failed goes on with what is known. A study that nobody joins is
        stopped after the grace period. Single runs go first.

        Args:
            study: What to carry out; from now on it is the engine's, to be read as `StudyRun` says.
            dataset: The examples, where the runs' `dataset` is an upload.

        Returns:
            Its `study` is the one given, or an earlier one with the same digest.
        """
        run = self._studies.start(study, dataset)
        if self._closing.is_set():
            run.fail(_CLOSED.message)
        return run

    def find_study(self, digest: str) -> StudyRun[Any] | None:
        """The last study with this digest, if it is still known."""
        return self._studies.find(digest)

    @property
    def viewers(self) -> int:
        """How many look at runs and studies that wait or go on."""
        return self._roster.viewers + self._studies.viewers

    def close(self) -> None:
        """Stops all that goes on and ends the workers; no process is left."""
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
            # The loop is gone when the engine was closed meanwhile.
            try:
                self._loop.call_soon_threadsafe(self._bell.set)
            except RuntimeError:
                _log.debug("The engine is closed.")

    def _main(self) -> None:
        # Importing Dask takes a third of a second, which no page need wait for.
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
                        cluster, self._roster, self._studies, self._topic, changed=self._wake
                    )
                    while not self._closing.is_set():
                        await dispatch.step()
                        self._status = _status(dispatch, cluster, self._roster.workers)
                        await self._pause(TICK)
            except Exception as error:
                _log.debug("The connection to the scheduler ended.", exc_info=True)
                self._status = Status("unreachable", self._unreachable(error))
                await self._pause(RETRY)
        upkeep.cancel()
        self._status = _CLOSED
        for work in (*self._roster.active(), *self._studies.active()):
            work.stop()

    def _unreachable(self, error: Exception) -> str:
        where = self._configuration.scheduler
        reason = (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")
        if where:
            return f"The Dask scheduler at {where} cannot be reached ({reason}); {_AGAIN}."
        if isinstance(error, OSError) and error.strerror:
            reason = error.strerror  # without the names of the host's folders
        return f"The workers cannot be started ({reason}); {_AGAIN}."

    async def _upkeep(self) -> None:
        while True:
            self._roster.tidy()
            self._studies.tidy()
            await asyncio.sleep(TICK)

    async def _pause(self, seconds: float) -> None:
        """Waits until something changes or the engine closes, at the longest so many seconds."""
        try:
            async with asyncio.timeout(seconds):
                await self._bell.wait()
        except TimeoutError:
            return
        self._bell.clear()


def _status(dispatch: "Dispatch", cluster: "Cluster", workers: int) -> Status:
    if dispatch.warm:
        return _READY
    trouble = dispatch.trouble or cluster.trouble
    if trouble:
        return Status("unreachable", trouble)
    return _LOADING if workers else _NO_WORKERS
