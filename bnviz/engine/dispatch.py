"""Dispatch: gives runs to the workers of one cluster and takes in their frames."""

import asyncio
import uuid
from collections.abc import Callable
from typing import Any

from bnviz.engine.block_dispatch import BlockDispatch
from bnviz.engine.cluster import Cluster
from bnviz.engine.faults import LOST, MAX_ATTEMPTS, reason
from bnviz.engine.run_registry import RunRegistry
from bnviz.engine.runs import Run
from bnviz.engine.study_runs import StudyRegistry
from bnviz.engine.task import load, train, warm_up

#: Seconds in which a scheduler answers, or counts as lost.
ANSWER_TIMEOUT = 15.0


class Dispatch:
    """The runs in the hands of one cluster's workers. For use in one event loop.

    Frames may get lost only with a connection. Those after a hole are passed over, and a run that
    ended with a hole, or whose worker vanished, is run again: the same settings give the same
    frames, so its recording goes on where it was. That needs neither acknowledgements nor a second
    copy of the frames.

    Args:
        cluster: Where to run.
        roster: What to run.
        studies: What else to carry out.
        topic: Dask topic on which the workers send frames.
        changed: Called when there is something to do for `step`, on any thread.

    Attributes:
        warm: Addresses of the workers that have loaded TensorFlow.
        trouble: One sentence if no worker can train, else empty.
    """

    def __init__(
        self,
        cluster: Cluster,
        roster: RunRegistry,
        studies: StudyRegistry,
        topic: str,
        *,
        changed: Callable[[], None],
    ):
        self.warm: set[str] = set()
        self.trouble = ""
        self._client = cluster.client
        self._roster = roster
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
        """Compares what should go on with what does, and acts.

        Raises:
            OSError: If the connection to the scheduler is lost.
        """
        if self._client.status != "running":
            # Dask would connect again by itself, but without the topic and without the futures.
            raise ConnectionError("the connection was lost")
        async with asyncio.timeout(ANSWER_TIMEOUT):
            addresses = set(await self._client.nthreads())
        self._roster.workers = len(addresses)
        await self._warm_up(addresses)
        for run, future in list(self._futures.items()):
            await self._settle(run, future)
        for run in self._roster.active():
            if run not in self._futures and len(self._futures) < len(addresses):
                self._submit(run)
        await self._blocks.step(len(addresses))

    def _submit(self, run: Run) -> None:
        if run.attempts == MAX_ATTEMPTS:
            run.fail(LOST)
            return
        run.attempts += 1
        # A tuple, since a scheduler keeps a record for each first part of a key.
        key = ("bnviz-train", run.token, run.attempts)
        self._tokens[run.token] = run
        future = self._client.submit(
            train,
            run.settings.to_json(),
            run.dataset,
            self._topic,
            run.token,
            key=key,
        )
        # The worker has nothing to do until the next run is given to it.
        future.add_done_callback(lambda _: self._changed())
        self._futures[run] = future

    async def _settle(self, run: Run, future: Any) -> None:
        if future.status == "pending":
            if not run.active and not run.recording.complete:
                await self._drop(run, future)
            return
        if future.status == "finished":
            fault = await future if run.active else ""
        elif future.status == "error":
            fault = reason(await future.exception())
        else:
            fault = ""
        await self._drop(run, future)
        if fault:
            run.fail(fault)

    async def _drop(self, run: Run, future: Any) -> None:
        del self._futures[run], self._tokens[run.token]
        await self._client.cancel([future])

    async def _warm_up(self, addresses: set[str]) -> None:
        for ahead in (self._loading, self._compiling):
            for address in ahead.keys() - addresses:
                await self._client.cancel([ahead.pop(address)])
        # A worker has one thread, so a run that waits already (its first worker was killed) goes
        # first, and loads TensorFlow itself.
        for address in addresses - self._loading.keys():
            self._loading[address] = self._ahead(load, address)
        for address in addresses - self.warm:
            future = self._loading[address]
            if future.status == "error":
                self.trouble = reason(await future.exception())
            elif future.status == "finished":
                self.trouble = await future
                if not self.trouble:
                    self.warm.add(address)
        self.warm &= addresses
        # What waits compiles what it needs, and not behind what it may not need.
        if not (self._roster.active() or self._studies.active()):
            for address in self.warm - self._compiling.keys():
                self._compiling[address] = self._ahead(warm_up, address)

    def _ahead(self, task: Callable[[], Any], address: str) -> Any:
        """Gives one worker something to do ahead of the first run."""
        key = (f"bnviz-{task.__name__}", uuid.uuid4().hex)
        future = self._client.submit(task, key=key, workers=[address], priority=-1)
        future.add_done_callback(lambda _: self._changed())
        return future

    def _receive(self, event: tuple[float, dict[str, Any]]) -> None:
        _, message = event
        if "block" in message:
            self._blocks.begun(message["block"])
            return
        run = self._tokens.get(message["run"])
        if run is not None:
            run.receive(message["first"], message["data"])
