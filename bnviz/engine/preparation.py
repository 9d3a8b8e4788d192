"""Preparation: has the workers compile what viewers have chosen, before they start it."""

import uuid
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

from bnviz.engine.answer import when_ended
from bnviz.engine.choices import Choices
from bnviz.engine.run_queue import RunQueue, architecture
from bnviz.engine.task import prepare
from bnviz.settings import Settings

#: Dask priority: below runs, above blocks.
PRIORITY = -1
#: Maximum number of architectures that a worker has prepared and that nobody has trained: what is
#: compiled stays in its memory.
MAX_UNTRAINED = 6


@dataclass
class _Prepared:
    """What a worker has been asked to prepare.

    Attributes:
        prepared: All of it, by what decides what is compiled.
        future: Dask's future of the last of it; None once that has ended.
    """

    prepared: dict[object, Settings] = field(default_factory=dict)
    future: Any = None


class Preparation:
    """One architecture at a time on each worker, while nobody waits. For use in one event loop.

    Args:
        client: Dask client.
        queue: The turns of the runs; it knows what is compiled.
        choices: What viewers have chosen.
        changed: Called when a worker is done.
    """

    def __init__(
        self, client: Any, queue: RunQueue, choices: Choices, *, changed: Callable[[], None]
    ):
        self._client = client
        self._queue = queue
        self._choices = choices
        self._changed = changed
        self._workers: dict[str, _Prepared] = {}

    def is_busy(self, address: str) -> bool:
        """Whether a worker is preparing something."""
        found = self._workers.get(address)
        return found is not None and found.future is not None

    async def step(self, addresses: Collection[str], *, idle: bool) -> None:
        """Submits what is to be prepared, and cancels it as soon as somebody waits.

        Args:
            addresses: Addresses of the workers that have loaded TensorFlow.
            idle: Whether nobody waits for anything.
        """
        for address in self._workers.keys() - addresses:
            del self._workers[address]
        for address in addresses:
            worker = self._workers.setdefault(address, _Prepared())
            if worker.future is not None and (worker.future.status != "pending" or not idle):
                future, worker.future = worker.future, None
                if future.status == "pending":
                    worker.prepared.popitem()
                await self._client.cancel([future])
            if idle and worker.future is None:
                self._submit(address, worker)

    def _submit(self, address: str, worker: _Prepared) -> None:
        """Submits the latest choice that is not prepared, if any."""
        untrained = [each for each in worker.prepared.values() if not self._is_compiled(each)]
        if len(untrained) >= MAX_UNTRAINED:
            return
        for settings in self._choices.settled():
            key = architecture(settings)
            if key not in worker.prepared and not self._is_compiled(settings):
                worker.prepared[key] = settings
                worker.future = self._future(settings, address)
                return

    def _is_compiled(self, settings: Settings) -> bool:
        ahead = self._queue.is_compiled_ahead(settings)
        return ahead or self._queue.is_compiled(settings)

    def _future(self, settings: Settings, address: str) -> Any:
        future = self._client.submit(
            prepare,
            settings.to_json(),
            key=("bnviz-prepare", uuid.uuid4().hex),
            priority=PRIORITY,
            workers=[address],
        )
        when_ended(future, self._changed)
        return future
