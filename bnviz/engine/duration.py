"""Duration: how many seconds a run, or a block of a study, will take on the reference host.

The reference host has two free cores of an Intel Xeon with AVX-512. All arms of a run train side by
side, each in a thread, while the last frame is measured in another; so a run takes as long as its
slowest arm, or half of all work if that is more.
"""

import math
from collections.abc import Sequence

from bnviz.data.file_source import FileSource
from bnviz.engine.data_shapes import DataShape, parameters
from bnviz.frame_layout import FrameLayout
from bnviz.frames import ARMS, NUM_FRAMES, PLANE_GRID
from bnviz.settings import PLANE_DATASETS, Settings
from bnviz.studies.study import BLOCK_SIZE, Block

#: Cores of the reference host.
CORES = 2
#: Seconds of a run before its first step: reading the data, setting the weights.
RUN = 0.1
#: Seconds of an arm's training step by itself, and for each hidden layer.
STEP, STEP_LAYER = 10e-6, 6e-6
#: Seconds of a multiplication in training, forwards and backwards: parameters times examples.
STEP_PRODUCT = 5e-11
#: Seconds for each parameter and step, by optimizer: its gradient and its update.
STEP_PARAMETER = {"sgd": 0.8e-9, "momentum": 1e-9, "rmsprop": 1.2e-9, "adam": 1.5e-9}
#: Seconds for each value in a hidden layer, forwards and backwards; dropout draws one for each, and
#: XLA does so many times over if there is but one hidden layer.
STEP_VALUE, STEP_DROPPED, STEP_DROPPED_ALONE = 8e-9, 20e-9, 700e-9
#: Seconds of a frame of an arm by itself, for each hidden layer and for each neuron.
FRAME, FRAME_LAYER, FRAME_UNIT = 2e-3, 1e-3, 30e-6
#: Seconds of a multiplication in measuring, forwards only, and how many times each example of the
#: probe passes: forwards, backwards (two), in inference, and through the maps of two steps.
FRAME_PRODUCT, PROBE_PASSES = 2e-11, 6
#: Points at which the loss landscape is measured besides one for each hidden layer, seconds of each
#: by itself and for each parameter; the backward pass there takes two forward ones.
POINTS, POINT, POINT_PARAMETER, POINT_PASSES = 7, 1e-3, 20e-9, 3
#: Training examples of exact statistics, and how often the validation examples pass for other ones.
EXACT, INFERENCE_PASSES = 10_000, 4
#: Seconds to compile an arm, for each hidden layer, and for each of them with dropout or with the
#: costly measures.
COMPILE, COMPILE_LAYER, COMPILE_DROPOUT, COMPILE_DEEP = 1.5, 0.3, 0.2, 0.4


def training_seconds(settings: Settings, source: FileSource | None = None) -> float:
    """Predicted seconds of a run with all its frames, everything compiled before.

    Args:
        settings: Settings of the run.
        source: The file with the examples, if the run uses them.
    """
    arms = len(FrameLayout.of(settings).arms)
    frames = min(settings.steps, NUM_FRAMES) + 1
    arm = settings.steps * _step(settings, source) + frames * _frame(settings, source)
    return RUN + arm * max(1, arms / CORES)


def compile_seconds(settings: Settings, source: FileSource | None = None) -> float:  # noqa: ARG001
    """Predicted seconds of compiling the architecture of a run, all its arms.

    Args:
        settings: Settings of the run.
        source: The file with the examples, if the run uses them.
    """
    layer = COMPILE_LAYER + COMPILE_DROPOUT * bool(settings.dropout) + COMPILE_DEEP * settings.deep
    arms = len(FrameLayout.of(settings).arms)
    return (COMPILE + layer * settings.hidden_layers) * max(1, arms / CORES)


def block_seconds(block: Block, source: FileSource | None = None) -> float:
    """Predicted seconds of a block of a study, everything compiled before.

    Args:
        block: The block; it always trains `BLOCK_SIZE` networks in each arm.
        source: The file with the examples, if its runs use them.
    """
    settings, shape = block.settings[0], DataShape.of(block.settings[0], source)
    size = BLOCK_SIZE * parameters(settings, source)
    step = STEP + STEP_LAYER * settings.hidden_layers
    step += size * (STEP_PRODUCT * settings.batch_size + STEP_PARAMETER[settings.optimizer])
    examples = shape.probe + shape.measured_validation
    evaluation = FRAME + size * examples * FRAME_PRODUCT
    both = settings.steps * step + len(block.evaluation_steps) * evaluation
    return RUN + both * len(ARMS) / CORES


def block_compile_seconds(block: Block, source: FileSource | None = None) -> float:
    """Predicted seconds of compiling the architecture of a block, both its arms.

    Args:
        block: The block.
        source: The file with the examples, if its runs use them.
    """
    return compile_seconds(block.settings[0], source)


def study_seconds(
    architectures: Sequence[Block], runs: int, source: FileSource | None = None
) -> float:
    """Predicted seconds of a study, with the compilation of each architecture.

    Args:
        architectures: A block of each architecture; each has as many runs as the others.
        runs: Number of runs.
        source: The file with the examples, if the runs use them.
    """
    blocks = math.ceil(runs / len(architectures) / BLOCK_SIZE)
    return sum(
        blocks * block_seconds(block, source) + block_compile_seconds(block, source)
        for block in architectures
    )


def in_words(seconds: float) -> str:
    """A duration in the unit that suits it, such as "45 s", "12 min", "3 h" or "5 days"."""
    seconds = max(1.0, seconds)
    for unit, length, most in (("s", 1, 120), ("min", 60, 7_200), ("h", 3_600, 172_800)):
        if seconds < most:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds / 86_400:,.0f} days"


def _step(settings: Settings, source: FileSource | None) -> float:
    """Seconds of a training step of one arm."""
    values = settings.hidden_layers * settings.units * settings.batch_size
    value = STEP_VALUE
    if settings.dropout:
        value += STEP_DROPPED if settings.hidden_layers > 1 else STEP_DROPPED_ALONE
    return (
        STEP
        + STEP_LAYER * settings.hidden_layers
        + STEP_PRODUCT * parameters(settings, source) * settings.batch_size
        + STEP_PARAMETER[settings.optimizer] * parameters(settings, source)
        + value * values
    )


def _frame(settings: Settings, source: FileSource | None) -> float:
    """Seconds of measuring a frame of one arm."""
    shape, weights = DataShape.of(settings, source), parameters(settings, source)
    passes = PROBE_PASSES * shape.probe + shape.measured_validation
    passes += PLANE_GRID**2 * (settings.dataset in PLANE_DATASETS)
    seconds = FRAME + (FRAME_LAYER + FRAME_UNIT * settings.units) * settings.hidden_layers
    if settings.deep:
        points = POINTS + settings.hidden_layers
        seconds += points * (POINT + POINT_PARAMETER * weights)
        passes += points * POINT_PASSES * shape.probe
        passes += min(shape.training, EXACT) + INFERENCE_PASSES * shape.measured_validation
    return seconds + FRAME_PRODUCT * weights * passes
