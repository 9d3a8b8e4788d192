"""Task: the functions that a worker executes for a run or a block of a study.

The page's process imports this module to refer to the functions. They import `bnviz.lab`, and
TensorFlow with it, only when called, in the worker.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from distributed import get_worker, secede

from bnviz.data.dataset import Dataset
from bnviz.data.file_source import FileSource
from bnviz.engine.opening import Opening
from bnviz.engine.set_aside import set_aside
from bnviz.engine.worker_turn import Clock, Turn, silence_tensorflow, take_turn, unexpected
from bnviz.recording.frames import Frame
from bnviz.settings import Settings
from bnviz.studies.study import Block

if TYPE_CHECKING:
    from bnviz.lab.block_training import BlockTraining
    from bnviz.lab.experiment import Experiment
    from bnviz.lab.network_training import NetworkTraining
    from bnviz.lab.step_cost import StepCost

#: Seconds between two messages with frames.
INTERVAL = 0.05


def train(
    settings: str, source: FileSource | None, topic: str, token: str, share: float, go_on: bool
) -> Turn:
    """Trains a run for one turn and sends its frames as events of a Dask topic.

    Each event maps `run` to the token, `first` to the index of the first frame and `data` to the
    frames' bytes. The first event carries no frame; it reports that the run has begun. The second
    maps `shown` to what is drawn of the shown examples, as JSON.

    A run that is not complete at the end of its share is set aside here, to go on in a later turn.
    It ends early when its future is cancelled. The worker's own record of the task shows this
    without asking the scheduler, so the run also ends when the page that started it is gone.

    Args:
        settings: Settings of the run, as JSON.
        source: The file with the examples, if any; not needed to go on.
        topic: Topic of the events.
        token: Name of the run in the events.
        share: Seconds of its turn. It may take a frame longer, and ends early while its networks
            are compiled.
        go_on: Whether to take up what is set aside under this token.

    Returns:
        What came of it. Exceptions are not raised, because the page's process would have to import
        TensorFlow to unpickle some of them.
    """
    worker = get_worker()

    def send(first: int, data: bytes) -> None:
        worker.log_event(topic, {"run": token, "first": first, "data": data})

    if not go_on:
        send(0, b"")

    def begin(data: Dataset | None) -> "Experiment":
        from bnviz.lab.experiment import Experiment

        run = Experiment(Settings.from_json(settings), data)
        worker.log_event(topic, {"run": token, "shown": run.shown.to_json()})
        return run

    def advance(run: "Experiment", position: int, clock: Clock) -> tuple[bool, int]:
        with run.turn(lambda: clock.cancelled) as frames:
            return _send_all(frames, position, send=send, clock=clock)

    opening = None if go_on else _opening(source, begin, Settings.from_json(settings))
    return take_turn(worker, token, share, opening, advance)[0]


def train_networks(
    settings: str,
    source: FileSource | None,
    topic: str,
    token: str,
    share: float,
    go_on: bool,
    num_frames: int,
) -> Turn:
    """Trains a run again for one turn, to answer with its networks at one of its frames.

    Each turn sends an event of a Dask topic when it begins and ends, which maps `run` to the token
    and `step` to the step that is reached. A run is set aside and ends early as in `train`.

    Args:
        settings: Settings of the run, as JSON.
        source: The file with the examples, if any; not needed to go on.
        topic: Topic of the events.
        token: Name of the run in the events.
        share: Seconds of its turn. It may take a frame longer, and saving the networks.
        go_on: Whether to take up what is set aside under this token.
        num_frames: Number of the frame, from 1.
    """
    worker = get_worker()

    def send(step: int) -> None:
        worker.log_event(topic, {"run": token, "step": step})

    if not go_on:
        send(0)

    def begin(data: Dataset | None) -> "NetworkTraining":
        from bnviz.lab.network_training import NetworkTraining

        return NetworkTraining(Settings.from_json(settings), data, num_frames=num_frames)

    def advance(training: "NetworkTraining", _: int, clock: Clock) -> tuple[bool, int]:
        ended = training.advance(
            clock.should_continue, clock.should_prepare, lambda: clock.cancelled
        )
        send(training.step)
        return ended, 0

    opening = None if go_on else _opening(source, begin, Settings.from_json(settings))
    turn, training = take_turn(worker, token, share, opening, advance)
    return replace(turn, networks=training.networks) if turn.state == "ended" else turn


def train_block(
    block: Block, source: FileSource | None, topic: str, token: str, share: float, go_on: bool
) -> Turn:
    """Trains a block of a study for one turn, reporting its beginning by an event of a Dask topic.

    The event maps `block` to the token. A block is set aside and ends early as a run is, see
    `train`.

    Args:
        block: The block to train.
        source: The file with the examples, if any; not needed to go on.
        topic: Topic of the event.
        token: Name of the block in the event.
        share: Seconds of its turn. It may take a second longer.
        go_on: Whether to take up what is set aside under this token.
    """
    worker = get_worker()
    if not go_on:
        worker.log_event(topic, {"block": token})

    def begin(data: Dataset | None) -> "BlockTraining":
        from bnviz.lab.block_training import BlockTraining

        return BlockTraining(block, data)

    def advance(training: "BlockTraining", _: int, clock: Clock) -> tuple[bool, int]:
        return training.advance(clock.should_continue), 0

    opening = None if go_on else _opening(source, begin, block.settings[0])
    turn, training = take_turn(worker, token, share, opening, advance)
    return replace(turn, outcomes=training.outcomes) if turn.state == "ended" else turn


def measure_step_cost(
    settings: str, source: FileSource | None, token: str, share: float, go_on: bool
) -> Turn:
    """Measures for one turn what a training step of each arm costs, see `bnviz.lab.step_cost`.

    Args:
        settings: Settings of a run, as JSON.
        source: The file with the examples, if any; not needed to go on.
        token: Name of the measurement.
        share: Seconds of its turn. It may take a round longer.
        go_on: Whether to take up what is set aside under this token.
    """

    def begin(data: Dataset | None) -> "StepCost":
        from bnviz.lab.step_cost import StepCost

        return StepCost(Settings.from_json(settings), data)

    def advance(cost: "StepCost", _: int, clock: Clock) -> tuple[bool, int]:
        return cost.advance(clock.should_continue), 0

    opening = None if go_on else _opening(source, begin, Settings.from_json(settings))
    turn, cost = take_turn(get_worker(), token, share, opening, advance)
    return replace(turn, step_costs=cost.seconds) if turn.state == "ended" else turn


def _opening(
    source: FileSource | None, begin: Callable[[Dataset | None], Any], settings: Settings
) -> Opening:
    """How something begins of which these are the settings, or those of its first run."""
    silence_tensorflow()
    from bnviz.lab import datasets

    name = settings.dataset
    return Opening(source, begin, (datasets.download, name) if name in datasets.DOWNLOADS else None)


def forget(token: str) -> None:
    """Drops what is set aside under a token."""
    set_aside.drop(token)


def keep(source: FileSource) -> FileSource:
    """Returns the file, so that Dask keeps it on a worker for other tasks."""
    return source


def _send_all(
    frames: Iterator[Frame | None], first: int, *, send: Callable[[int, bytes], None], clock: Clock
) -> tuple[bool, int]:
    """Sends frames as they are made, the first one at once and later ones in small groups.

    Args:
        frames: The frames that are not sent yet; None now and then while networks are compiled.
        first: The index of the first of them.
        send: Sends the bytes of frames from an index on.
        clock: Tells when to pause.

    Returns:
        Whether these were all, and the index of the next.
    """
    pending, sent_at, ended = bytearray(), -INTERVAL, True
    following = first
    for frame in frames:
        if frame is None:
            if not clock.should_prepare():
                ended = False
                break
            continue
        pending += frame.tobytes()
        following += 1
        if time.monotonic() - sent_at >= INTERVAL:
            send(first, bytes(pending))
            first, sent_at = following, time.monotonic()
            pending.clear()
        if not clock.should_continue():
            ended = False
            break
    if pending and not clock.cancelled:
        send(first, bytes(pending))
    return ended and not clock.cancelled, following


def load() -> str:
    """Imports TensorFlow.

    Returns:
        An empty string, or one sentence on why this worker cannot train.
    """
    try:
        silence_tensorflow()
        from bnviz.lab import experiment  # noqa: F401
    except Exception as error:
        return unexpected(error)
    return ""


def prepare(settings: str) -> None:
    """Compiles what measures the networks of a run, which its first frame waits for.

    It ends early when its future is cancelled.

    Args:
        settings: Settings of the run, as JSON; it trains on no file.
    """
    try:
        clock = Clock(get_worker(), float("inf"))
        # Frees the worker's only thread, so that a run submitted meanwhile begins at once.
        secede()
        silence_tensorflow()
        from bnviz.lab import experiment

        experiment.prepare(Settings.from_json(settings), clock.should_continue)
    except Exception as error:
        unexpected(error)


def warm_up() -> None:
    """Compiles the default experiment and a study of it, before anyone starts one."""
    try:
        from bnviz.lab import block_training, experiment

        experiment.warm_up()
        # Frees the worker's only thread, so that a run submitted meanwhile begins at once.
        secede()
        block_training.warm_up()
    except Exception as error:
        unexpected(error)
