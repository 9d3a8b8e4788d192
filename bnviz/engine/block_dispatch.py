"""Blocks: gives the blocks of studies to the workers of one cluster and takes in their outcomes."""

import asyncio
import uuid
from collections.abc import Callable
from concurrent.futures import CancelledError
from dataclasses import dataclass
from itertools import count
from typing import Any

from bnviz.data.dataset import Dataset
from bnviz.engine.faults import LOST, MAX_ATTEMPTS, reason
from bnviz.engine.study_runs import StudyRegistry, StudyRun
from bnviz.engine.task import keep, train_block
from bnviz.studies.study import Block, Outcome

#: Blocks in the hands of each worker: the one under way, and the next, so that it never waits.
AHEAD = 2
#: Dask's priority of a block: after runs, which have 0, and the warm-up.
PRIORITY = -2


@dataclass(frozen=True, eq=False)
class _Submission:
    """A block in the hands of the workers, and the task that waits for its outcome."""

    run: StudyRun[Any]
    block: Block
    future: Any
    outcome: asyncio.Task[dict[str, Outcome] | str]


class BlockDispatch:
    """The blocks in the hands of one cluster's workers. For use in one event loop.

    Runs go first: a worker takes up a block only when no run waits for it. It does so between any
    two runs, because the second one is given to it only when the first one has ended, so that
    studies go on however many runs are queued. Studies take turns.

    A block whose worker vanished is done again elsewhere by Dask's scheduler, one that was lost
    with the connection is given out again by the next `BlockDispatch`: the same block has the same
    outcome, and a study takes it in once.

    Args:
        client: Dask client.
        studies: What to carry out.
        topic: Dask topic on which the workers say that they have begun.
        changed: Called when the outcome of a block is in.
    """

    def __init__(
        self, client: Any, studies: StudyRegistry, topic: str, *, changed: Callable[[], None]
    ):
        self._client = client
        self._studies = studies
        self._topic = topic
        self._changed = changed
        self._submissions: dict[str, _Submission] = {}
        self._datasets: dict[StudyRun[Any], Any] = {}
        self._turns: dict[StudyRun[Any], int] = {}
        self._numbers = count()

    def begun(self, token: str) -> None:
        """Takes the word of a worker that it has begun with a block."""
        errand = self._submissions.get(token)
        if errand is not None:
            errand.run.begin()

    async def step(self, workers: int) -> None:
        """Takes in what is done and gives out what is next, to so many workers."""
        await self._cancel_unwanted()
        for token, errand in list(self._submissions.items()):
            if errand.outcome.done():
                await self._settle(token, errand)
        most = AHEAD * workers
        waiting = self._waiting() if len(self._submissions) < most else {}
        while waiting and len(self._submissions) < most:
            # The one whose last turn was longest ago.
            run = min(waiting, key=lambda run: self._turns.get(run, -1))
            self._turns[run] = next(self._numbers)
            self._submit(run, waiting[run].pop(0))
            if not waiting[run] or not run.active:
                del waiting[run]

    def _waiting(self) -> dict[StudyRun[Any], list[Block]]:
        """By study the blocks that can be given out."""
        # By identity: blocks are many, and large to compare.
        given = {id(errand.block) for errand in self._submissions.values()}
        waiting = {
            run: [block for block in run.open_blocks() if id(block) not in given]
            for run in self._studies.active()
        }
        return {run: blocks for run, blocks in waiting.items() if blocks}

    def _submit(self, run: StudyRun[Any], block: Block) -> None:
        if run.attempts[block] == MAX_ATTEMPTS:
            run.fail(LOST)
            return
        run.attempts[block] += 1
        token = uuid.uuid4().hex
        future = self._client.submit(
            train_block,
            block,
            self._dataset(run),
            self._topic,
            token,
            # A tuple, since a scheduler keeps a record for each first part of a key.
            key=("bnviz-block", token),
            priority=PRIORITY,
            # Else the scheduler takes blocks that follow closely in the order of their keys.
            fifo_timeout=0,
        )
        outcome = asyncio.create_task(_outcome(future))
        outcome.add_done_callback(lambda _: self._changed())
        self._submissions[token] = _Submission(run, block, future, outcome)

    def _dataset(self, run: StudyRun[Any]) -> Any:
        """The study's uploaded examples, sent once and then kept by the workers; else None."""
        dataset: Dataset | None = run.dataset
        if dataset is None:
            return None
        if run not in self._datasets:
            # A task of its own, so that the scheduler can bring back what a worker takes with it.
            self._datasets[run] = self._client.submit(
                keep, dataset, key=("bnviz-dataset", uuid.uuid4().hex), priority=PRIORITY
            )
        return self._datasets[run]

    async def _settle(self, token: str, errand: _Submission) -> None:
        """Takes in what came of a block; one of which nothing came is given out again."""
        del self._submissions[token]
        await self._client.cancel([errand.future])
        outcome = errand.outcome.result()
        if isinstance(outcome, dict):
            errand.run.receive(errand.block, outcome)
        elif outcome:
            errand.run.fail(outcome)

    async def _cancel_unwanted(self) -> None:
        """Ends the blocks of studies that have ended."""
        unwanted = {t: errand for t, errand in self._submissions.items() if not errand.run.active}
        futures = [errand.future for errand in unwanted.values()]
        for token in unwanted:
            del self._submissions[token]
        for run in [run for run in self._turns if not run.active]:
            del self._turns[run]
            futures += [self._datasets.pop(run)] if run in self._datasets else []
        if futures:
            await self._client.cancel(futures)


async def _outcome(future: Any) -> dict[str, Outcome] | str:
    """What came of a block, however often its worker vanished.

    Returns:
        It, or one sentence on why nothing came, which is empty if the block was cancelled.
    """
    try:
        outcome: dict[str, Outcome] | str = await future
    except CancelledError:
        return ""
    except Exception as error:
        return reason(error)
    return outcome
