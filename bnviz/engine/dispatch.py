"""Dispatch: submits runs to the workers of one cluster and receives their frames."""

import asyncio
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bnviz.engine import cluster as clusters
from bnviz.engine import failures
from bnviz.engine.answer import answer, when_ended
from bnviz.engine.block_dispatch import BlockDispatch, forget_on
from bnviz.engine.choices import Choices
from bnviz.engine.cluster import Cluster
from bnviz.engine.network_run import NetworkRun
from bnviz.engine.preparation import PRIORITY, Preparation
from bnviz.engine.pricing import Pricing
from bnviz.engine.run_registry import RunRegistry
from bnviz.engine.runs import Run
from bnviz.engine.study_runs import StudyRegistry
from bnviz.engine.task import load, train, train_networks, warm_up
from bnviz.engine.turn_rules import BLOCK_BETWEEN
from bnviz.engine.worker_turn import Turn
from bnviz.settings import Settings

#: Seconds without an answer after which a scheduler counts as lost.
ANSWER_TIMEOUT = 15.0


@dataclass(frozen=True, eq=False)
class _Submission:
    """A turn of a run on a worker.

    Attributes:
        future: Dask's future of the turn.
        address: Address of the worker.
        charged: Seconds that were charged for it.
        progress: Progress of the run when it was submitted.
    """

    future: Any
    address: str
    charged: float
    progress: float


class Dispatch:
    """The runs submitted to one cluster. For use in one event loop.

    Each worker has one run at a time, for a turn. At its end the run is complete, or the worker has
    set it aside and goes on with it in a later turn; see `RunQueue.next_run`.

    Frames can only be lost together with the connection. Frames after a gap are ignored, and a run
    that ended with a gap, or whose worker vanished, is submitted again: the same settings produce
    the same frames, so its recording continues where it was. This needs neither acknowledgements
    nor a second copy of the frames.

    Args:
        cluster: Where to execute.
        runs: The runs to execute.
        studies: The studies to execute.
        background: Those to execute while nobody waits for anything.
        choices: What viewers have chosen.
        topic: Dask topic on which the workers send frames.
        changed: Called, on any thread, when there is work for `step`.

    Attributes:
        warm: Addresses of the workers that have loaded TensorFlow.
        trouble: One sentence if no worker can train, otherwise empty.
    """

    def __init__(
        self,
        cluster: Cluster,
        runs: RunRegistry,
        studies: StudyRegistry,
        background: StudyRegistry,
        choices: Choices,
        topic: str,
        *,
        changed: Callable[[], None],
    ):
        self.warm: set[str] = set()
        self.trouble = ""
        self._client = cluster.client
        self._runs = runs
        self._studies = studies
        self._topic = topic
        self._changed = changed
        self._pricing = Pricing(self._client, runs, changed=changed)
        self._preparation = Preparation(self._client, runs.queue, choices, changed=changed)
        self._submissions: dict[Run, _Submission] = {}
        self._tokens: dict[str, Run] = {}
        self._addresses: set[str] = set()
        #: Workers that have run out of memory and are about to end.
        self._leaving: set[str] = set()
        self._blocks = BlockDispatch(
            self._client,
            studies,
            background,
            runs.queue.turns,
            topic,
            leaving=self._leaving,
            changed=changed,
        )
        self._loading: dict[str, Any] = {}
        self._compiling: dict[str, Any] = {}
        runs.queue.end_all_turns()
        self._client.subscribe_topic(topic, self._receive)

    async def step(self) -> None:
        """Submits what should be executing and cancels what should not.

        Raises:
            OSError: If the connection to the scheduler is lost.
        """
        if self._client.status != "running":
            # Dask would reconnect by itself, but lose the topic and the futures.
            raise ConnectionError("the connection was lost")
        async with asyncio.timeout(ANSWER_TIMEOUT):
            addresses = set(await self._client.nthreads())
        if self._addresses - addresses:
            self._runs.queue.forget_compiled()
        self._addresses = addresses
        self._runs.queue.workers = len(addresses)
        await self._load(addresses)
        waited_for = bool(self._runs.active() or self._studies.active())
        await self._preparation.step(self.warm, idle=not waited_for)
        if not waited_for:
            self._compile_default()
        for run, submission in list(self._submissions.items()):
            await self._settle(run, submission)
        await self._forget_ended()
        self._leaving &= addresses
        busy = {submission.address for submission in self._submissions.values()} | self._leaving
        # Those that have loaded TensorFlow first.
        for address in sorted(addresses - busy, key=lambda address: address not in self.warm):
            following = self._runs.queue.next_run(address, addresses)
            if following is not None:
                self._submit(following, address)
        self._runs.queue.between = BLOCK_BETWEEN if self._studies.active() else 0.0
        await self._blocks.step(addresses, runs_wait=bool(self._runs.active()))
        nobody_waits = self._blocks.idle and not self._runs.active()
        nobody_waits = nobody_waits and not any(map(self._preparation.is_busy, addresses))
        await self._pricing.step(self.warm, idle=nobody_waits)

    def _submit(self, run: Run, address: str) -> None:
        if run.attempts == failures.MAX_ATTEMPTS:
            run.fail(failures.CONNECTION_LOST)
            return
        run.attempts += 1
        go_on = run.worker is not None
        self._tokens[run.token] = run
        share, charged = self._runs.queue.begin_turn(run)
        task: Callable[..., Turn] = train
        more: tuple[int, ...] = ()
        if isinstance(run, NetworkRun):
            task, more = train_networks, (run.num_frames,)
        future = self._client.submit(
            task,
            run.settings.to_json(),
            None if go_on else run.source,
            self._topic,
            run.token,
            share,
            go_on,
            *more,
            # A tuple, because a scheduler keeps a record for each distinct prefix of a key.
            key=("bnviz-train", uuid.uuid4().hex),
            workers=[address],
        )
        # The worker is idle until the next run is submitted.
        when_ended(future, self._changed)
        self._submissions[run] = _Submission(future, address, charged, run.progress)

    async def _settle(self, run: Run, submission: _Submission) -> None:
        future = submission.future
        turn: Turn | None = await answer(future) if future.status == "finished" else None
        if turn is not None:
            await self._end_turn(run, submission, turn.seconds)
            self._take(run, submission, turn)
            return
        if future.status in ("pending", "lost"):
            vanished = future.status == "lost" or submission.address not in self._addresses
            if vanished or not (run.active or run.recording.complete):
                await self._end_turn(run, submission, None)
                # Its worker may set it aside before it hears that nobody waits for it.
                run.worker = submission.address
            if vanished:
                run.deaths += 1
                if run.deaths > clusters.ALLOWED_FAILURES:
                    run.fail(failures.WORKERS_DIED)
            return
        failure = ""
        if future.status == "error":
            failure = failures.of_task(await future.exception())
        await self._end_turn(run, submission, None)
        if failure:
            run.fail(failure)

    def _take(self, run: Run, submission: _Submission, turn: Turn) -> None:
        """Takes what came of a run's turn."""
        run.worker = submission.address if turn.state == "set aside" else None
        if turn.state in ("ended", "set aside"):
            progress = run.progress - submission.progress
            self._runs.queue.note_turn(
                run, taken=turn.seconds, progress=progress, compilations=turn.compilations
            )
        if turn.state == "set aside":
            run.attempts = 0
        elif turn.networks is not None and isinstance(run, NetworkRun):
            run.take(turn.networks)
        elif turn.error:
            if turn.error == failures.OUT_OF_MEMORY:
                self._leaving.add(submission.address)
            run.fail(turn.error)

    async def _end_turn(self, run: Run, submission: _Submission, seconds: float | None) -> None:
        del self._submissions[run]
        self._runs.queue.end_turn(run, seconds=seconds, charged=submission.charged)
        await self._client.cancel([submission.future])

    async def _forget_ended(self) -> None:
        """Has the workers drop what they have set aside of runs that have ended."""
        ended = [
            run for run in self._tokens.values() if not run.active and run not in self._submissions
        ]
        for run in ended:
            del self._tokens[run.token]
            if run.worker in self._addresses:
                forget_on(self._client, run.token, run.worker)
            run.worker = None

    async def _load(self, addresses: set[str]) -> None:
        """Has the workers load TensorFlow, and takes note of those that have."""
        for futures in (self._loading, self._compiling):
            for address in futures.keys() - addresses:
                await self._client.cancel([futures.pop(address)])
        # A worker has one thread: a run that is already waiting (its first worker was killed) takes
        # precedence and loads TensorFlow itself.
        for address in addresses - self._loading.keys():
            self._loading[address] = self._prepare(load, address)
        for address in addresses - self.warm:
            future = self._loading[address]
            if future.status == "error":
                self.trouble = failures.of_task(await future.exception())
            elif future.status == "finished":
                trouble: str | None = await answer(future)
                if trouble is None:
                    continue
                self.trouble = trouble
                if not self.trouble:
                    self.warm.add(address)
        self.warm &= addresses
        if any(future.status == "finished" for future in self._compiling.values()):
            self._runs.queue.note_compiled(Settings())

    def _compile_default(self) -> None:
        """Has the workers compile what most viewers train first.

        Only while nobody waits: a waiting job compiles what it needs; it should not wait for what
        it may not need. Nor should a viewer who has chosen something else.
        """
        for address in self.warm - self._compiling.keys():
            if not self._preparation.is_busy(address):
                self._compiling[address] = self._prepare(warm_up, address)

    def _prepare(self, task: Callable[[], Any], address: str) -> Any:
        """Submits a task to one worker in preparation for the first run."""
        key = (f"bnviz-{task.__name__}", uuid.uuid4().hex)
        future = self._client.submit(task, key=key, workers=[address], priority=PRIORITY)
        when_ended(future, self._changed)
        return future

    def _receive(self, event: tuple[float, dict[str, Any]]) -> None:
        _, message = event
        if "block" in message:
            self._blocks.mark_begun(message["block"])
            return
        run = self._tokens.get(message["run"])
        if run is None:
            return
        if isinstance(run, NetworkRun):
            run.reach(message["step"])
        elif "shown" in message:
            run.show(message["shown"])
        else:
            run.receive(message["first"], message["data"])
