"""BlockDispatch: submits the blocks of studies to one cluster and receives their outcomes."""

import asyncio
import uuid
from collections.abc import Callable
from concurrent.futures import CancelledError
from dataclasses import dataclass
from itertools import count
from typing import Any

from bnviz.data.file_source import FileSource
from bnviz.engine import failures
from bnviz.engine.study_runs import StudyRegistry, StudyRun
from bnviz.engine.task import keep, train_block
from bnviz.studies.study import Block, Outcome

#: Blocks submitted per worker: the current one, and the next so that the worker never waits.
BLOCKS_PER_WORKER = 2
#: Dask priority of a block: below runs, which have 0, and the warm-up.
PRIORITY = -2


@dataclass(frozen=True, eq=False)
class _Submission:
    """A submitted block, and the asyncio task that waits for its outcome."""

    run: StudyRun[Any]
    block: Block
    future: Any
    outcome: asyncio.Task[dict[str, Outcome] | str]


class BlockDispatch:
    """The blocks submitted to one cluster. For use in one event loop.

    Runs take precedence: a worker starts a block only when no run is waiting for it. This happens
    between any two runs, because the second one is submitted only after the first one has ended;
    so studies progress however many runs are queued. Studies take turns.

    If a worker vanishes, Dask's scheduler repeats its block elsewhere. If the connection is lost,
    the next `BlockDispatch` submits the block again. The same block has the same outcome, and a
    study accepts it once.

    Args:
        client: Dask client.
        studies: The studies to execute.
        topic: Dask topic on which the workers report that they have begun.
        changed: Called when a block's outcome has arrived.
    """

    def __init__(
        self, client: Any, studies: StudyRegistry, topic: str, *, changed: Callable[[], None]
    ):
        self._client = client
        self._studies = studies
        self._topic = topic
        self._changed = changed
        self._submissions: dict[str, _Submission] = {}
        self._sources: dict[StudyRun[Any], Any] = {}
        self._turns: dict[StudyRun[Any], int] = {}
        self._numbers = count()

    def mark_begun(self, token: str) -> None:
        """Records that a worker has begun a block."""
        submission = self._submissions.get(token)
        if submission is not None:
            submission.run.begin()

    async def step(self, workers: int) -> None:
        """Receives finished blocks and submits the next ones.

        Args:
            workers: Number of workers.
        """
        await self._cancel_unwanted()
        for token, submission in list(self._submissions.items()):
            if submission.outcome.done():
                await self._settle(token, submission)
        capacity = BLOCKS_PER_WORKER * workers
        waiting = self._waiting() if len(self._submissions) < capacity else {}
        while waiting and len(self._submissions) < capacity:
            # The study whose last turn was longest ago.
            run = min(waiting, key=lambda run: self._turns.get(run, -1))
            self._turns[run] = next(self._numbers)
            self._submit(run, waiting[run].pop(0))
            if not waiting[run] or not run.active:
                del waiting[run]

    def _waiting(self) -> dict[StudyRun[Any], list[Block]]:
        """Returns the blocks that can be submitted, by study."""
        # By identity, because blocks are many and slow to compare.
        submitted = {id(submission.block) for submission in self._submissions.values()}
        waiting = {
            run: [block for block in run.open_blocks() if id(block) not in submitted]
            for run in self._studies.active()
        }
        return {run: blocks for run, blocks in waiting.items() if blocks}

    def _submit(self, run: StudyRun[Any], block: Block) -> None:
        if run.attempts[block] == failures.MAX_ATTEMPTS:
            run.fail(failures.CONNECTION_LOST)
            return
        run.attempts[block] += 1
        token = uuid.uuid4().hex
        future = self._client.submit(
            train_block,
            block,
            self._source(run),
            self._topic,
            token,
            # A tuple, because a scheduler keeps a record for each distinct prefix of a key.
            key=("bnviz-block", token),
            priority=PRIORITY,
            # Otherwise the scheduler orders blocks submitted in quick succession by their keys.
            fifo_timeout=0,
        )
        outcome = asyncio.create_task(_outcome(future))
        outcome.add_done_callback(lambda _: self._changed())
        self._submissions[token] = _Submission(run, block, future, outcome)

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
        """Receives a block's outcome; a block without one is submitted again later."""
        del self._submissions[token]
        await self._client.cancel([submission.future])
        outcome = submission.outcome.result()
        if isinstance(outcome, dict):
            submission.run.receive(submission.block, outcome)
        elif outcome:
            submission.run.fail(outcome)

    async def _cancel_unwanted(self) -> None:
        """Cancels the blocks of studies that have ended."""
        futures = []
        for token, submission in list(self._submissions.items()):
            if not submission.run.active:
                del self._submissions[token]
                futures.append(submission.future)
        for run in [run for run in self._turns if not run.active]:
            del self._turns[run]
            futures += [self._sources.pop(run)] if run in self._sources else []
        if futures:
            await self._client.cancel(futures)


async def _outcome(future: Any) -> dict[str, Outcome] | str:
    """Waits for a block, however often its worker vanishes.

    Returns:
        The outcomes by arm, or one sentence on why there are none, empty if it was cancelled.
    """
    try:
        outcome: dict[str, Outcome] | str = await future
    except CancelledError:
        return ""
    except Exception as error:
        return failures.of_task(error)
    return outcome
