"""Duration: how many seconds a run, or a block of a study, will take on the reference host.

The reference host has two free cores of an Intel Xeon with AVX-512. The arms of a run train and are
observed side by side, each in a thread, while the frame before is put together in another one. So
a run takes as long as its slowest thread, or as all of them on two cores if that is more. All arms
count alike, as one with BN.

The constants were fitted to the processor time of random settings; `tests/benchmarks/durations.py`
sets the predictions beside what is measured.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from bnviz.data import uploads
from bnviz.data.file_source import FileSource
from bnviz.engine.data_shapes import EXACT, Amounts, DataShape, parameters, passes
from bnviz.recording.frame_layout import FrameLayout
from bnviz.recording.frames import ARMS, NUM_FRAMES, PLANE_GRID
from bnviz.settings import Settings
from bnviz.settings.choices import PLANE_DATASETS
from bnviz.studies.study import BLOCK_SIZE, Block

#: Cores of the reference host.
CORES = 2
#: Seconds before the first step: by themselves, to reset each hidden layer of each arm, for
#: each feature of a training example, and to read each byte of a table.
RUN, RESET_LAYER, TRAINING_FEATURE, READ_BYTE = 0.03, 5e-3, 30e-9, 200e-9

# Training one arm for a step. A value is a neuron's for one example of the batch.
#: Seconds of a step by itself, and for each hidden layer.
STEP, STEP_LAYER = 4e-6, 1.6e-6
#: Seconds for each parameter: its gradient and update, and what an optimizer remembers of it.
STEP_PARAMETER = 1.1e-9
STEP_MEMORY = {"sgd": 0.0, "momentum": 0.5e-9, "rmsprop": 0.5e-9, "adam": 1.5e-9}
#: Seconds for each parameter and example: the products forwards and backwards.
STEP_PRODUCT = 2.9e-11
#: Seconds for each number that a kernel meets. Training copies it; TensorFlow's own convolution,
#: which serves everywhere else, only reads it.
NEIGHBOUR = 1e-9
#: Seconds for each value, and for each feature of an example.
STEP_VALUE, STEP_FEATURE = 9.9e-9, 2.3e-9
#: Seconds to draw dropout for each value, in a network of one hidden layer, where XLA draws it anew
#: for every use, and in others; seconds to draw noise for each value of noisy BN.
STEP_DROPPED_ALONE, STEP_DROPPED, STEP_NOISE = 620e-9, 21e-9, 50e-9

# Observing one arm for a frame. A value is a neuron's for one example of the probe.
#: Seconds of a frame by itself, and for each hidden layer.
OBSERVATION, OBSERVATION_LAYER = 1.4e-3, 0.28e-3
#: Seconds for each parameter, for each parameter and example, for each value, with noise, and for
#: each feature of an example that is read.
OBSERVATION_PARAMETER, OBSERVATION_PRODUCT = 11e-9, 9.5e-12
OBSERVATION_VALUE, OBSERVATION_NOISE, READ_FEATURE = 36e-9, 50e-9, 1.4e-9
#: How often the probe passes: forwards, backwards, in inference, and through earlier maps.
PROBE_PASSES = 6
#: Seconds to put a frame of one arm together, for each hidden layer, for each value, and more for
#: each value beyond those that the processor's cache holds.
RECORD, RECORD_LAYER, RECORD_VALUE, RECORD_VALUE_BEYOND = 0.5e-3, 0.05e-3, 38e-9, 75e-9
CACHED_VALUES = 250_000

# The costly measures of one arm for a frame.
#: Seconds by themselves.
COSTLY = 3e-3
#: Points of the loss landscape besides one for each hidden layer, and passes of the probe at each.
POINTS, POINT_PASSES = 7, 3
#: Seconds of a point for each hidden layer and for each parameter.
POINT_LAYER, POINT_PARAMETER = 0.13e-3, 30e-9
#: Seconds for each parameter and example, at all points and in inference.
COSTLY_PRODUCT = 3e-11
#: Passes of the validation examples in inference.
INFERENCE_PASSES = 4

# Compiling one arm of a run, and one arm of a block.
#: Seconds in Python, where arms wait for each other: by themselves, for each hidden layer, and for
#: each with the costly measures.
TRACE, TRACE_LAYER, TRACE_COSTLY = 0.5, 0.13, 0.4
#: Seconds in XLA, where they do not: by themselves, for each hidden layer, for each with dropout,
#: with noisy BN, and with an optimizer that remembers.
COMPILE, COMPILE_LAYER, COMPILE_DROPOUT, COMPILE_NOISE, COMPILE_MEMORY = 1.1, 0.11, 0.5, 0.9, 0.2
COMPILE_STACK, COMPILE_STACK_LAYER = 3.4, 0.28

# Training the stacked networks of one arm of a block; parameters and values are those of all.
#: Seconds of a step by itself, for each hidden layer, parameter, parameter and example, and value.
STACK_STEP, STACK_STEP_LAYER = 10e-6, 3e-6
STACK_PARAMETER, STACK_PRODUCT, STACK_VALUE = 1.1e-9, 1.2e-10, 4.5e-9
#: The same of an evaluation, whose examples are those of the probe and of validation.
EVALUATION, EVALUATION_LAYER = 1.6e-3, 0.38e-3
EVALUATION_PRODUCT, EVALUATION_VALUE = 1.9e-11, 1.5e-9


@dataclass(frozen=True)
class Load:
    """What a host has to do.

    Attributes:
        longest: Seconds of the thread that has most to do.
        processor: Seconds of all threads together.
    """

    longest: float
    processor: float

    @property
    def seconds(self) -> float:
        """Seconds until all threads are done, on the reference host."""
        return max(self.longest, self.processor / CORES)


def training_seconds(settings: Settings, source: FileSource | None = None) -> float:
    """Predicted seconds of a run with all its frames, everything compiled before.

    Args:
        settings: Settings of the run.
        source: The file with the examples, if the run uses them.
    """
    frames = min(settings.steps, NUM_FRAMES) + 1
    load = run_load(settings, source, steps=settings.steps, frames=frames)
    return _start(settings, source) + load.seconds


def run_load(
    settings: Settings, source: FileSource | None = None, *, steps: int, frames: int
) -> Load:
    """What a part of a run is, once it has begun.

    Args:
        settings: Settings of the run.
        source: The file with the examples, if the run uses them.
        steps: Training steps of the part.
        frames: Frames of the part.
    """
    arms = FrameLayout.of(settings).arms
    costly = _costly(settings, source) if settings.deep else 0.0
    threads = []
    for arm in arms:
        noisy = arm == "noisy_bn"
        frame = _observation(settings, source, noisy=noisy) + costly
        threads.append(steps * _step(settings, source, noisy=noisy) + frames * frame)
    recording = frames * len(arms) * _record(settings, source)
    return Load(max(*threads, recording), sum(threads) + recording)


def compile_seconds(settings: Settings, source: FileSource | None = None) -> float:  # noqa: ARG001
    """Predicted seconds of compiling the architecture of a run, all its arms.

    Args:
        settings: Settings of the run.
        source: The file with the examples, if the run uses them.
    """
    layers, arms = settings.hidden_layers, FrameLayout.of(settings).arms
    trace = TRACE + layers * (TRACE_LAYER + TRACE_COSTLY * settings.deep)
    layer = COMPILE_LAYER + COMPILE_DROPOUT * bool(settings.dropout)
    layer += COMPILE_MEMORY * (settings.optimizer in ("rmsprop", "adam"))
    threads = [COMPILE + layers * (layer + COMPILE_NOISE * (arm == "noisy_bn")) for arm in arms]
    return trace * len(arms) + Load(max(threads), sum(threads)).seconds


def block_seconds(block: Block, source: FileSource | None = None) -> float:
    """Predicted seconds of a block of a study, everything compiled before.

    Args:
        block: The block; it always trains `BLOCK_SIZE` networks in each arm.
        source: The file with the examples, if its runs use them.
    """
    return block_load(block, source).seconds


def block_load(block: Block, source: FileSource | None = None) -> Load:
    """What a block of a study is, everything compiled before.

    Args:
        block: The block.
        source: The file with the examples, if its runs use them.
    """
    settings = block.settings[0]
    shape, layers = DataShape.of(settings, source), settings.hidden_layers
    weights = BLOCK_SIZE * parameters(settings, source)
    amounts = Amounts.of(settings, source)
    copied = amounts.neighbours * NEIGHBOUR
    step = STACK_STEP + layers * STACK_STEP_LAYER
    step += weights * (STACK_PARAMETER + STEP_MEMORY[settings.optimizer])
    example = amounts.products * STACK_PRODUCT + amounts.values * STACK_VALUE + copied
    step += settings.batch_size * BLOCK_SIZE * example
    evaluation = EVALUATION + layers * EVALUATION_LAYER
    example = amounts.products * EVALUATION_PRODUCT + amounts.values * EVALUATION_VALUE + copied
    example *= BLOCK_SIZE

    def passing(examples: int) -> int:
        return examples * passes(settings, examples, source, BLOCK_SIZE)

    examples = len(block.evaluation_steps) * (passing(shape.probe) + shape.measured_validation)
    # At the end all networks are evaluated by other statistics, too.
    examples += passing(min(shape.training, EXACT))
    examples += passing(shape.measured_validation) + shape.measured_validation
    arm = settings.steps * step + len(block.evaluation_steps) * evaluation + examples * example
    return Load(arm, arm * len(ARMS))


def block_compile_seconds(block: Block, source: FileSource | None = None) -> float:  # noqa: ARG001
    """Predicted seconds of compiling the architecture of a block, both its arms.

    Args:
        block: The block.
        source: The file with the examples, if its runs use them.
    """
    arm = COMPILE_STACK + COMPILE_STACK_LAYER * block.settings[0].hidden_layers
    return Load(arm, arm * len(ARMS)).seconds


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
    return _reading(source) + sum(
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


def _start(settings: Settings, source: FileSource | None) -> float:
    """Seconds before the first step of a run."""
    shape = DataShape.of(settings, source)
    layers = settings.hidden_layers * len(FrameLayout.of(settings).arms)
    values = shape.training * shape.features
    return RUN + layers * RESET_LAYER + values * TRAINING_FEATURE + _reading(source)


def _reading(source: FileSource | None) -> float:
    """Seconds of reading a file, if there is one; the arrays of an NPZ file are read at once."""
    if source is None or not uploads.is_table(source.name):
        return 0.0
    return len(source.data) * READ_BYTE


def _step(settings: Settings, source: FileSource | None, *, noisy: bool) -> float:
    """Seconds of a training step of one arm."""
    shape, weights = DataShape.of(settings, source), parameters(settings, source)
    value = STEP_VALUE + STEP_NOISE * noisy
    if settings.dropout:
        value += STEP_DROPPED if settings.hidden_layers > 1 else STEP_DROPPED_ALONE
    amounts = Amounts.of(settings, source)
    example = amounts.products * STEP_PRODUCT + amounts.values * value
    example += shape.features * STEP_FEATURE + amounts.neighbours * NEIGHBOUR
    return (
        STEP
        + settings.hidden_layers * STEP_LAYER
        + weights * (STEP_PARAMETER + STEP_MEMORY[settings.optimizer])
        + settings.batch_size * example
    )


def _observation(settings: Settings, source: FileSource | None, *, noisy: bool) -> float:
    """Seconds of observing one arm for a frame, without the costly measures."""
    shape, weights = DataShape.of(settings, source), parameters(settings, source)
    examples = PROBE_PASSES * shape.probe + shape.measured_validation
    examples += PLANE_GRID**2 * (settings.dataset in PLANE_DATASETS)
    read = 2 * (shape.probe + shape.measured_validation) * shape.features
    value = OBSERVATION_VALUE + OBSERVATION_NOISE * noisy
    amounts = Amounts.of(settings, source)
    example = amounts.products * OBSERVATION_PRODUCT + amounts.neighbours * NEIGHBOUR
    return (
        OBSERVATION
        + settings.hidden_layers * OBSERVATION_LAYER
        + weights * OBSERVATION_PARAMETER
        + examples * example
        + amounts.values * shape.probe * value
        + read * READ_FEATURE
    )


def _record(settings: Settings, source: FileSource | None) -> float:
    """Seconds of putting together what was observed of one arm."""
    values = Amounts.of(settings, source).read * DataShape.of(settings, source).probe
    beyond = max(0, values - CACHED_VALUES)
    seconds = RECORD + settings.hidden_layers * RECORD_LAYER
    return seconds + values * RECORD_VALUE + beyond * RECORD_VALUE_BEYOND


def _costly(settings: Settings, source: FileSource | None) -> float:
    """Seconds of the costly measures of one arm for a frame."""
    shape, weights = DataShape.of(settings, source), parameters(settings, source)
    points = POINTS + settings.hidden_layers
    examples = points * POINT_PASSES * shape.probe
    for statistics in (min(shape.training, EXACT), shape.measured_validation):
        examples += statistics * passes(settings, statistics, source)
    examples += (INFERENCE_PASSES - 1) * shape.measured_validation
    point = settings.hidden_layers * POINT_LAYER + weights * POINT_PARAMETER
    read = examples * shape.features * READ_FEATURE
    amounts = Amounts.of(settings, source)
    example = amounts.products * COSTLY_PRODUCT + amounts.neighbours * NEIGHBOUR
    return COSTLY + points * point + examples * example + read
