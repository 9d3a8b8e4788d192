"""Dispatch: gives runs to the workers of one cluster and takes in their frames."""

import asyncio
import uuid
from typing import Any

from distributed import KilledWorker

from bnviz.engine.cluster import Cluster
from bnviz.engine.distress import ADVICE
from bnviz.engine.roster import Roster
from bnviz.engine.runs import Run
from bnviz.engine.task import train, warm_up

#: Seconds in which a scheduler answers, or counts as lost.
ANSWER_TIMEOUT = 15.0
#: Times that a run is given to the workers before it has failed.
MAX_ATTEMPTS = 5


class Dispatch:
    """The runs in the hands of one cluster's workers. For use in one event loop.

    Frames may get lost only with a connection. Those after a hole are passed over, and a run that
    ended with a hole, or whose worker vanished, is run again: the same settings give the same
    frames, so its recording goes on where it was. That needs neither acknowledgements nor a second
    copy of the frames.

    Args:
        cluster: Where to run.
        roster: What to run.
        topic: Dask topic on which the workers send frames.

    Attributes:
        warm: Addresses of the workers that have loaded TensorFlow.
        trouble: One sentence if no worker can train, else empty.
    """

    def __init__(self, cluster: Cluster, roster: Roster, topic: str):
        self.warm: set[str] = set()
        self.trouble = ""
        self._client = cluster.client
        self._roster = roster
        self._topic = topic
        self._futures: dict[Run, Any] = {}
        self._tokens: dict[str, Run] = {}
        self._warming: dict[str, Any] = {}
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

    def _submit(self, run: Run) -> None:
        if run.attempts == MAX_ATTEMPTS:
            run.fail("The connection to the workers was lost again and again during this run.")
            return
        run.attempts += 1
        # A tuple, since a scheduler keeps a record for each first part of a key.
        key = ("bnviz-train", run.token, run.attempts)
        self._tokens[run.token] = run
        self._futures[run] = self._client.submit(
            train,
            run.settings.to_json(),
            run.dataset,
            self._topic,
            run.token,
            key=key,
        )

    async def _settle(self, run: Run, future: Any) -> None:
        if future.status == "pending":
            if not run.active and not run.recording.complete:
                await self._drop(run, future)
            return
        if future.status == "finished":
            reason = await future if run.active else ""
        elif future.status == "error":
            reason = _reason(await future.exception())
        else:
            reason = ""
        await self._drop(run, future)
        if reason:
            run.fail(reason)

    async def _drop(self, run: Run, future: Any) -> None:
        del self._futures[run], self._tokens[run.token]
        await self._client.cancel([future])

    async def _warm_up(self, addresses: set[str]) -> None:
        # A worker has one thread, so a run that comes meanwhile waits behind the warm-up there, and
        # one that waits already (its first worker was killed) goes first.
        for address in addresses - self._warming.keys():
            self._warming[address] = self._client.submit(
                warm_up, key=("bnviz-warm-up", uuid.uuid4().hex), workers=[address], priority=-1
            )
        for address in self._warming.keys() - addresses:
            await self._client.cancel([self._warming.pop(address)])
        for address in addresses - self.warm:
            future = self._warming[address]
            if future.status == "error":
                self.trouble = _reason(await future.exception())
            elif future.status == "finished":
                self.trouble = await future
                if not self.trouble:
                    self.warm.add(address)
        self.warm &= addresses

    def _receive(self, event: tuple[float, dict[str, Any]]) -> None:
        _, message = event
        run = self._tokens.get(message["run"])
        if run is not None:
            run.receive(message["first"], message["data"])


def _reason(error: BaseException | None) -> str:
    if isinstance(error, KilledWorker):
        return (
            "The worker process ended again and again during this run, most likely for want of "
            f"memory; {ADVICE}."
        )
    # Dask unpacks what is to be run on the scheduler as well as on the worker.
    text = (str(error).strip() or "no reason given").splitlines()[0][:200].rstrip(".")
    return (
        "The scheduler or its workers cannot run experiments; bnviz must be installed for all of "
        f"them ({type(error).__name__}: {text})."
    )
