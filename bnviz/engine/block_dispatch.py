"""BlockDispatch: submits the blocks of studies to one cluster and receives their outcomes."""

import asyncio
import uuid
from collections.abc import Callable, Collection
from concurrent.futures import CancelledError
from dataclasses import dataclass
from itertools import count
from typing import Any

from distributed import fire_and_forget

from bnviz.data.file_source import FileSource
from bnviz.engine import failures
from bnviz.engine.study_runs import StudyRegistry, StudyRun
from bnviz.engine.task import forget, keep, train_block
from bnviz.engine.turn_rules import BLOCK_BETWEEN, BLOCK_SHARE, IDLE_SHARE
from bnviz.engine.turns import Turns
from bnviz.engine.worker_turn import Turn
from bnviz.studies.study import Block

#: Blocks submitted per worker: the current one, and the next so that the worker never waits.
BLOCKS_PER_WORKER = 2
#: Dask priority of a block: below runs, which have 0, and the warm-up.
PRIORITY = -2
#: Maximum number of blocks that a worker has set aside; each keeps its networks in its memory.
MAX_SET_ASIDE = 8


@dataclass(frozen=True, eq=False)
class _Submission:
    """A turn of a block, and the asyncio task that waits for what comes of it.

    Attributes:
        run: The study.
        block: The block.
        token: Name of the block.
        future: Dask's future of the turn.
        turn: Waits for the turn to end.
        address: Address of the worker that must take it, since it has set the block aside, or None.
        charged: Seconds that were charged for it; None if it is charged to nobody.
    """

    run: StudyRun[Any]
    block: Block
    token: str
    future: Any
    turn: asyncio.Task[Turn]
    address: str | None
    charged: float | None


@dataclass(frozen=True, eq=False)
class _SetAside:
    """A block that a worker has set aside."""

    block: Block
    token: str
    address: str


class BlockDispatch:
    """The blocks submitted to one cluster. For use in one event loop.

    Runs take precedence: a worker takes a block only when no run has been given to it. This happens
    between any two turns of runs, because the second one is submitted only after the first one has
    ended; so studies progress however many runs are queued. A block has turns of `BLOCK_SHARE`
    seconds, or of `BLOCK_BETWEEN` while runs wait, between which a worker sets it aside. Studies
    take turns as runs do.

    Background studies, for which nobody waits, have shorter turns, one at a time on each worker,
    and only while no run and no other study is active.

    If a worker vanishes, Dask's scheduler repeats its block elsewhere. If the connection is lost,
    the next `BlockDispatch` submits the block again. The same block has the same outcome, and a
    study accepts it once.

    Args:
        client: Dask client.
        studies: The studies to execute.
        background: Those to execute while nobody waits for anything.
        turns: What origins have used.
        topic: Dask topic on which the workers report that they have begun.
        leaving: Addresses of the workers that have run out of memory and are about to end; those
            on which a block does so are added.
        changed: Called when a block's turn has ended.
    """

    def __init__(
        self,
        client: Any,
        studies: StudyRegistry,
        background: StudyRegistry,
        turns: Turns,
        topic: str,
        *,
        leaving: set[str],
        changed: Callable[[], None],
    ):
        self._client = client
        self._studies = studies
        self._background = background
        self._used = turns
        self._topic = topic
        self._leaving = leaving
        self._changed = changed
        self._submissions: dict[str, _Submission] = {}
        self._set_aside: dict[StudyRun[Any], list[_SetAside]] = {}
        self._sources: dict[StudyRun[Any], Any] = {}
        self._turns: dict[StudyRun[Any], int] = {}
        self._numbers = count()

    def mark_begun(self, token: str) -> None:
        """Records that a worker has begun a block."""
        submission = self._submissions.get(token)
        if submission is not None:
            submission.run.begin()

    @property
    def idle(self) -> bool:
        """Whether no block has its turn."""
        return not self._submissions

    async def step(self, addresses: Collection[str], *, runs_wait: bool) -> None:
        """Receives what came of turns and submits the next ones.

        Args:
            addresses: Addresses of the workers.
            runs_wait: Whether a run is queued or running.
        """
        await self._cancel_unwanted(addresses)
        for token, submission in list(self._submissions.items()):
            if submission.turn.done():
                await self._settle(token, submission)
        # What is given to a worker that is about to end would be begun again elsewhere.
        workers = len(set(addresses) - self._leaving)
        capacity = BLOCKS_PER_WORKER * workers
        if self._studies.active():
            share = BLOCK_BETWEEN if runs_wait else BLOCK_SHARE
            self._submit_next(self._studies, capacity, share)
        elif not runs_wait:
            self._submit_next(self._background, workers, IDLE_SHARE)

    def _submit_next(self, studies: StudyRegistry, capacity: int, share: float) -> None:
        """Submits turns of these studies, until so many are submitted."""
        waiting = self._waiting(studies) if len(self._submissions) < capacity else {}
        while waiting and len(self._submissions) < capacity:
            # Among studies of those who have used as much, the one whose last turn was longest ago.
            run = min(
                waiting,
                key=lambda run: (self._used.rank(run.origins), self._turns.get(run, -1)),
            )
            self._turns[run] = next(self._numbers)
            charged = None if studies is self._background else share
            self._submit(run, waiting[run].pop(0), share, charged)
            if not waiting[run] or not run.active:
                del waiting[run]

    def _waiting(self, studies: StudyRegistry) -> dict[StudyRun[Any], list[Block | _SetAside]]:
        """Returns what can be submitted, by study, what is set aside first."""
        # By identity, because blocks are many and slow to compare.
        begun = {id(submission.block) for submission in self._submissions.values()}
        begun |= {id(aside.block) for each in self._set_aside.values() for aside in each}
        full = sum(map(len, self._set_aside.values())) >= MAX_SET_ASIDE
        waiting: dict[StudyRun[Any], list[Block | _SetAside]] = {}
        for run in studies.active():
            new = [] if full else [each for each in run.open_blocks() if id(each) not in begun]
            waiting[run] = [*self._set_aside.get(run, []), *new]
        return {run: blocks for run, blocks in waiting.items() if blocks}

    def _submit(
        self,
        run: StudyRun[Any],
        waiting: Block | _SetAside,
        share: float,
        charged: float | None,
    ) -> None:
        """Submits a turn of a block.

        Args:
            run: Its study.
            waiting: The block, or what is set aside of it.
            share: Seconds of the turn.
            charged: Seconds that its viewers are charged; None if nobody waits for it.
        """
        aside = waiting if isinstance(waiting, _SetAside) else None
        block = waiting.block if isinstance(waiting, _SetAside) else waiting
        if aside is not None:
            self._set_aside[run].remove(aside)
        if run.attempts[block] == failures.MAX_ATTEMPTS:
            run.fail(failures.CONNECTION_LOST)
            return
        run.attempts[block] += 1
        token = aside.token if aside else uuid.uuid4().hex
        future = self._client.submit(
            train_block,
            block,
            None if aside else self._source(run),
            self._topic,
            token,
            share,
            aside is not None,
            # A tuple, because a scheduler keeps a record for each distinct prefix of a key.
            key=("bnviz-block", uuid.uuid4().hex),
            priority=PRIORITY,
            # Otherwise the scheduler orders blocks submitted in quick succession by their keys.
            fifo_timeout=0,
            workers=[aside.address] if aside else None,
        )
        turn = asyncio.create_task(_turn(future))
        turn.add_done_callback(lambda _: self._changed())
        address = aside.address if aside else None
        if charged is not None:
            self._used.charge(run.origins, charged)
        self._submissions[token] = _Submission(run, block, token, future, turn, address, charged)

    def _source(self, run: StudyRun[Any]) -> Any:
        """Returns a future of the study's file, which is sent once, or None."""
        source: FileSource | None = run.source
        if source is None:
            return None
        if run not in self._sources:
            # A task of its own, so that the scheduler can restore it when a worker vanishes.
            self._sources[run] = self._client.submit(
                keep, source, key=("bnviz-source", uuid.uuid4().hex), priority=PRIORITY
            )
        return self._sources[run]

    async def _settle(self, token: str, submission: _Submission) -> None:
        """Receives what came of a block's turn; a block that is lost is submitted again later."""
        del self._submissions[token]
        await self._client.cancel([submission.future])
        run, block, turn = submission.run, submission.block, submission.turn.result()
        if submission.charged is not None:
            self._used.charge(run.origins, turn.seconds - submission.charged)
        if turn.state == "set aside":
            run.attempts[block] = 0
            aside = _SetAside(block, token, turn.worker)
            self._set_aside.setdefault(run, []).append(aside)
        elif turn.outcomes:
            run.receive(block, turn.outcomes)
        elif turn.error:
            if turn.error == failures.OUT_OF_MEMORY:
                self._leaving.add(turn.worker)
            run.fail(turn.error)

    async def _cancel_unwanted(self, addresses: Collection[str]) -> None:
        """Cancels what studies that have ended, or workers that have vanished, leave behind."""
        futures = []
        for token, submission in list(self._submissions.items()):
            vanished = submission.address is not None and submission.address not in addresses
            if vanished or not submission.run.active:
                del self._submissions[token]
                futures.append(submission.future)
                if submission.address and not vanished:
                    forget_on(self._client, token, submission.address)
        for run, each in list(self._set_aside.items()):
            if not run.active:
                for aside in each:
                    if aside.address in addresses:
                        forget_on(self._client, aside.token, aside.address)
                each.clear()
            each[:] = [aside for aside in each if aside.address in addresses]
            if not each:
                del self._set_aside[run]
        for run in [run for run in self._turns if not run.active]:
            del self._turns[run]
            futures += [self._sources.pop(run)] if run in self._sources else []
        if futures:
            await self._client.cancel(futures)


def forget_on(client: Any, token: str, address: str) -> None:
    """Has a worker drop what it has set aside, as soon as it is free; nobody waits for that.

    Args:
        client: Dask client.
        token: Name of what is set aside.
        address: Address of the worker.
    """
    key = ("bnviz-forget", uuid.uuid4().hex)
    fire_and_forget(client.submit(forget, token, key=key, workers=[address]))


async def _turn(future: Any) -> Turn:
    """Waits for a block's turn to end, however often its worker vanishes."""
    try:
        turn: Turn = await future
    except CancelledError:
        return Turn("lost")
    except Exception as error:
        return Turn("failed", error=failures.of_task(error))
    return turn
