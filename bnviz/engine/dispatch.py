"""Dispatch: submits runs to the workers of one cluster and receives their frames."""

import asyncio
import uuid
from collections.abc import Callable
from typing import Any

from bnviz.engine import failures
from bnviz.engine.block_dispatch import BlockDispatch
from bnviz.engine.cluster import Cluster
from bnviz.engine.run_registry import RunRegistry
from bnviz.engine.runs import Run
from bnviz.engine.study_runs import StudyRegistry
from bnviz.engine.task import load, train, warm_up

#: Seconds without an answer after which a scheduler counts as lost.
ANSWER_TIMEOUT = 15.0


class Dispatch:
    """The runs submitted to one cluster. For use in one event loop.

    Frames can only be lost together with the connection. Frames after a gap are ignored, and a run
    that ended with a gap, or whose worker vanished, is submitted again: the same settings produce
    the same frames, so its recording continues where it was. This needs neither acknowledgements
    nor a second copy of the frames.

    Args:
        cluster: Where to execute.
        runs: The runs to execute.
        studies: The studies to execute.
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
        self._blocks = BlockDispatch(self._client, studies, topic, changed=changed)
        self._futures: dict[Run, Any] = {}
        self._tokens: dict[str, Run] = {}
        self._loading: dict[str, Any] = {}
        self._compiling: dict[str, Any] = {}
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
        self._runs.workers = len(addresses)
        await self._warm_up(addresses)
        for run, future in list(self._futures.items()):
            await self._settle(run, future)
        for run in self._runs.active():
            if run not in self._futures and len(self._futures) < len(addresses):
                self._submit(run)
        await self._blocks.step(len(addresses))

    def _submit(self, run: Run) -> None:
        if run.attempts == failures.MAX_ATTEMPTS:
            run.fail(failures.CONNECTION_LOST)
            return
        run.attempts += 1
        # A tuple, because a scheduler keeps a record for each distinct prefix of a key.
        key = ("bnviz-train", run.token, run.attempts)
        self._tokens[run.token] = run
        future = self._client.submit(
            train,
            run.settings.to_json(),
            run.source,
            self._topic,
            run.token,
            key=key,
        )
        # The worker is idle until the next run is submitted.
        future.add_done_callback(lambda _: self._changed())
        self._futures[run] = future

    async def _settle(self, run: Run, future: Any) -> None:
        if future.status == "pending":
            if not run.active and not run.recording.complete:
                await self._drop(run, future)
            return
        if future.status == "finished":
            failure = await future if run.active else ""
        elif future.status == "error":
            failure = failures.of_task(await future.exception())
        else:
            failure = ""
        await self._drop(run, future)
        if failure:
            run.fail(failure)

    async def _drop(self, run: Run, future: Any) -> None:
        del self._futures[run], self._tokens[run.token]
        await self._client.cancel([future])

    async def _warm_up(self, addresses: set[str]) -> None:
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
                self.trouble = await future
                if not self.trouble:
                    self.warm.add(address)
        self.warm &= addresses
        # A waiting job compiles what it needs; it should not wait for what it may not need.
        if not (self._runs.active() or self._studies.active()):
            for address in self.warm - self._compiling.keys():
                self._compiling[address] = self._prepare(warm_up, address)

    def _prepare(self, task: Callable[[], Any], address: str) -> Any:
        """Submits a task to one worker in preparation for the first run."""
        key = (f"bnviz-{task.__name__}", uuid.uuid4().hex)
        future = self._client.submit(task, key=key, workers=[address], priority=-1)
        future.add_done_callback(lambda _: self._changed())
        return future

    def _receive(self, event: tuple[float, dict[str, Any]]) -> None:
        _, message = event
        if "block" in message:
            self._blocks.mark_begun(message["block"])
            return
        run = self._tokens.get(message["run"])
        if run is not None:
            run.receive(message["first"], message["data"])
