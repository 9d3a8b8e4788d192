"""Pricing: has the workers measure what a step costs, while nobody waits for anything."""

import uuid
from collections.abc import Callable, Collection
from typing import Any

from bnviz.data.file_source import FileSource
from bnviz.engine.answer import answer, when_ended
from bnviz.engine.block_dispatch import forget_on
from bnviz.engine.run_registry import RunRegistry
from bnviz.engine.task import measure_step_cost
from bnviz.engine.turn_rules import IDLE_SHARE
from bnviz.engine.worker_turn import Turn
from bnviz.settings import Settings

#: Dask priority: below everything else.
PRIORITY = -3


class Pricing:
    """One measurement at a time, in short turns. For use in one event loop.

    Args:
        client: Dask client.
        runs: The runs, of which the registry says what is to be measured.
        changed: Called when a turn has ended.
    """

    def __init__(self, client: Any, runs: RunRegistry, *, changed: Callable[[], None]):
        self._client = client
        self._runs = runs
        self._changed = changed
        self._measured: tuple[Settings, FileSource | None] | None = None
        self._future: Any = None
        self._token = self._address = ""
        self._go_on = False

    async def step(self, addresses: Collection[str], *, idle: bool) -> None:
        """Receives what came of a turn, and submits the next one.

        Args:
            addresses: Addresses of the workers that have loaded TensorFlow.
            idle: Whether nobody waits for anything.
        """
        if self._future is not None:
            if self._future.status == "pending" and self._address in addresses:
                return
            await self._settle()
        wanted = self._runs.idle_work.unpriced()
        if wanted is None or not addresses or not idle:
            return
        if wanted != self._measured or self._address not in addresses:
            self._begin(wanted, addresses)
        settings, source = wanted
        self._future = self._client.submit(
            measure_step_cost,
            settings.to_json(),
            None if self._go_on else source,
            self._token,
            IDLE_SHARE,
            self._go_on,
            key=("bnviz-price", uuid.uuid4().hex),
            priority=PRIORITY,
            workers=[self._address],
        )
        when_ended(self._future, self._changed)

    def _begin(
        self, wanted: tuple[Settings, FileSource | None], addresses: Collection[str]
    ) -> None:
        """Begins another measurement, and drops one that was set aside."""
        if self._go_on and self._address in addresses:
            forget_on(self._client, self._token, self._address)
        self._measured, self._go_on = wanted, False
        self._token, self._address = uuid.uuid4().hex, next(iter(addresses))

    async def _settle(self) -> None:
        future, self._future = self._future, None
        turn = Turn("lost")
        if future.status == "finished":
            turn = await answer(future) or turn
        await self._client.cancel([future])
        self._go_on = turn.state == "set aside"
        if self._measured is not None and turn.state in ("ended", "failed"):
            self._runs.idle_work.price(self._measured[0], turn.step_costs)
