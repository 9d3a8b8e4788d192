"""KerasScript: an experiment as Keras code that needs only TensorFlow.

The script gives the same result as the page: same examples, initial kernels, batches and updates.
Its sections are marked as cells (`# %%`), which are also the cells of the notebook.
"""

import json
import textwrap
from dataclasses import dataclass, replace

from bnviz.data.examples_file import FILE_NAME
from bnviz.export.script_data import data_code
from bnviz.export.script_training import result_code, training_code
from bnviz.recording.frame_layout import FrameLayout
from bnviz.recording.frames import ARMS_WITHOUT_BETA
from bnviz.recording.header import arm_label
from bnviz.recording.networks import num_groups
from bnviz.settings import BN_POSITIONS, UPLOAD, Settings

#: Maximum characters of a line of text.
_WIDTH = 96
#: Heading of the cell with packed data, which is not meant to be read.
_PACKED = "The packed examples"


@dataclass(frozen=True)
class _Cell:
    """A section of the script: heading, explanation and code."""

    heading: str
    text: str
    code: str


def script(settings: Settings) -> str:
    """Returns the experiment as a Python script.

    The script builds, compiles, fits and evaluates all networks. Its `results` holds the validation
    loss and accuracy by the label of each arm. Its docstring says what it does not repeat.

    Args:
        settings: The experiment.
    """
    return _joined(settings, _cells(settings))


def excerpt(settings: Settings) -> str:
    """Returns the script for reading, without the packed examples."""
    cells = []
    for cell in _cells(settings):
        if cell.heading == _PACKED:
            size = round(len(cell.code) / 1_000)
            hidden = f'PACKED = "..."  # {size} KB of text, in the downloaded file\n'
            cell = replace(cell, code=hidden)
        cells.append(cell)
    return _joined(settings, cells)


def notebook(settings: Settings) -> str:
    """Returns the script as a Jupyter notebook (nbformat 4) in JSON."""
    cells: list[dict[str, object]] = [_markdown(_title(settings))]
    for cell in _cells(settings):
        cells.append(_markdown(f"## {cell.heading}\n{cell.text}".strip()))
        # Packed examples are collapsed.
        metadata = {"jupyter": {"source_hidden": True}} if cell.heading == _PACKED else {}
        cells.append(
            {
                "cell_type": "code",
                "execution_count": None,
                "metadata": metadata,
                "outputs": [],
                "source": cell.code.strip().splitlines(keepends=True),
            }
        )
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    document = {
        "cells": cells,
        "metadata": {"kernelspec": kernel, "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 4,
    }
    return json.dumps(document, indent=1)


def differences(settings: Settings) -> tuple[str, ...]:
    """Returns what the script does not repeat of a run, one sentence each."""
    found = []
    if settings.dataset == UPLOAD:
        found.append(
            f"Your own examples are not in this file: it reads them from {FILE_NAME} in the same "
            "folder, which the page offers beside this script and `bnviz data FILE --out "
            f"{FILE_NAME}` writes. An NPZ file that the page reads can take its place, under that "
            "name, if its classes are numbers."
        )
    if settings.interventions:
        found.append(
            f"The changes in mid-run ({settings.interventions}) are left out: the script repeats "
            "the run without them."
        )
    return tuple(found)


def _markdown(text: str) -> dict[str, object]:
    return {"cell_type": "markdown", "metadata": {}, "source": text.splitlines(keepends=True)}


def _title(settings: Settings) -> str:
    count = settings.hidden_layers
    data = "your own examples" if settings.dataset == UPLOAD else settings.dataset
    paragraphs = [
        f"Batch Normalization on {data}: networks that differ only in their normalization.",
        f"{count} hidden {'layer' if count == 1 else 'layers'} of {settings.units} units, "
        f"{settings.activation}, {settings.optimizer} with learning rate "
        f"{settings.learning_rate:g}, {settings.steps:,} steps with batches of "
        f"{settings.batch_size}, seed {settings.seed}. Needs TensorFlow 2.16 or newer, which "
        f"includes Keras 3 and NumPy{_also_needed(settings)}.",
        *(f"Note: {sentence}" for sentence in differences(settings)),
    ]
    return "\n\n".join(textwrap.fill(paragraph, _WIDTH) for paragraph in paragraphs) + "\n"


def _also_needed(settings: Settings) -> str:
    # The first Keras 3 had no such layer.
    return ", and a Keras that has RMSNormalization" if settings.third_arm == "rms_norm" else ""


def _joined(settings: Settings, cells: list[_Cell]) -> str:
    parts = [f'"""{_title(settings)}"""\n']
    for cell in cells:
        text = "".join(f"# {line}\n" for line in cell.text.splitlines())
        parts.append(f"# %% {cell.heading}\n{text}{cell.code}")
    return "\n\n".join(part.rstrip("\n") + "\n" for part in parts)


def _cells(settings: Settings) -> list[_Cell]:
    examples = data_code(settings)
    modules = "".join(f"import {name}\n" for name in examples.modules)
    constants = f"SEED = {settings.seed}\nSTEPS = {settings.steps}\n"
    constants += f"BATCH_SIZE = {settings.batch_size}\n"
    packed = [_Cell(_PACKED, _WHOSE[settings.dataset], examples.packed)] if examples.packed else []
    return [
        _Cell("Settings", "", f"{modules}{_IMPORTS}\n{constants}"),
        _Cell("The examples", "", examples.define),
        _Cell("The networks", "", _networks(settings)),
        _Cell("Training", _ROUNDING, training_code(settings)),
        *packed,
        _Cell("The result", "", result_code(settings, measured=examples.measured)),
    ]


_IMPORTS = """
import keras
import numpy as np
import tensorflow as tf
from keras import layers
"""
#: Measured over seeds 0 to 2 by XLA, 0 to 3 without it, and 0 to 2 by XLA for SSE 4.2.
_ROUNDING = """\
By XLA, on the page's machine and with its TensorFlow, the losses of the default run agree with
the page's within 0.000001 over 3,000 steps. Elsewhere roundings differ, and training amplifies
them: the losses came to differ by more than 0.001 after 89 to 176 steps without BN, and after
296 to 648 steps with BN."""
_WHOSE = {
    "digits": "Handwritten digits of 8 x 8 pixels: scikit-learn's, from the UCI repository.",
    "breast_cancer": "Breast Cancer Wisconsin: scikit-learn's, from the UCI repository.",
    "wine": "Wine recognition: scikit-learn's, from the UCI repository.",
}


def _networks(settings: Settings) -> str:
    """Returns code that defines `network`, which returns a Keras model with its initial weights."""
    arms = FrameLayout.of(settings).arms
    penalty = ", kernel_regularizer=penalty" if settings.l2 else ""
    lines = []
    for arm in arms:
        lines.append(
            f'        {"if" if arm == arms[0] else "elif"} arm == "{arm_label(settings, arm)}":'
        )
        lines.append("            stack += [")
        lines += [f"                {layer}" for layer in _block(settings, arm, penalty)]
        lines.append("            ]")
    scale = "" if settings.init_scale == 1 else f"{settings.init_scale!r} * "
    name = "".join(part.title() for part in settings.initializer.split("_"))
    options = f", stddev={settings.init_stddev!r}" if name == "RandomNormal" else ""
    number = "number" if settings.dropout or settings.third_arm == "noisy_bn" else "_"
    before = _NOISE if settings.third_arm == "noisy_bn" else ""
    before += f"penalty = keras.regularizers.L2({settings.l2!r})\n\n\n" if settings.l2 else ""
    return f"""\
{before}def network(arm, num_features, num_classes):
    \"\"\"Returns a network with the initial weights that all networks share.\"\"\"
    stack = [keras.Input((num_features,))]
    for {number} in range(1, {settings.hidden_layers + 1}):
{chr(10).join(lines)}
    stack.append(layers.Dense(num_classes{penalty}))
    model = keras.Sequential(stack)

    dense = [layer for layer in model.layers if isinstance(layer, layers.Dense)]
    seeds = np.random.SeedSequence(SEED).generate_state(len(dense))
    for layer, seed in zip(dense, seeds):
        initializer = keras.initializers.{name}(seed=int(seed){options})
        layer.kernel.assign({scale}initializer(layer.kernel.shape))
    return model
"""


def _block(settings: Settings, arm: str, penalty: str) -> list[str]:
    """Returns the Keras layers of one hidden layer as code, in order."""
    activation = f'layers.Activation("{settings.activation}"),'
    before = (settings.bn_position == BN_POSITIONS[0]) != (arm == "bn_other")
    normalization = [] if arm == "none" else _normalization(settings, arm)
    if normalization and before and arm not in ARMS_WITHOUT_BETA:
        why = "  # beta is the bias" if settings.bn_center else ""
        dense = f"layers.Dense({settings.units}, use_bias=False{penalty}),{why}"
    else:
        dense = f"layers.Dense({settings.units}{penalty}),"
    dropout = [f"layers.Dropout({settings.dropout!r}, seed=number),"] if settings.dropout else []
    if settings.dropout_position == "before":
        normalization, dropout = [*dropout, *normalization], []
    parts = [normalization, [activation]] if before else [[activation], normalization]
    return [dense, *parts[0], *parts[1], *dropout]


def _normalization(settings: Settings, arm: str) -> list[str]:
    """Returns the normalization of a hidden layer as code, with the noise that follows it."""
    epsilon = f"epsilon={settings.bn_epsilon!r}"
    if arm == "rms_norm":
        learnt = "" if settings.bn_scale else ", trainable=False"
        return [f"layers.RMSNormalization({epsilon}{learnt}),"]
    options = epsilon
    options += "" if settings.bn_center else ", center=False"
    options += "" if settings.bn_scale else ", scale=False"
    if arm == "layer_norm":
        return [f"layers.LayerNormalization({options}),"]
    if arm == "group_norm":
        return [f"layers.GroupNormalization({num_groups(settings.units)}, {options}),"]
    momentum = f"momentum={settings.bn_momentum!r}"
    noise = ["Noise(number),"] if arm == "noisy_bn" else []
    return [f"layers.BatchNormalization({momentum}, {options}),", *noise]


_NOISE = '''\
class Noise(layers.Layer):
    """Scales and shifts each element at random in training (Santurkar et al. 2018)."""

    def __init__(self, number):
        super().__init__()
        self.seed_generator = keras.random.SeedGenerator(0)
        self.seed_generator.state.assign([SEED, (number - 1) << 32])

    def call(self, x, training=False):
        if not training:
            return x
        seeds = tf.random.split(self.seed_generator.next(), num=4)
        mean = -0.5 + 1.0 * tf.random.stateless_uniform((), seeds[0])
        scale = 1.0 + 0.25 * tf.random.stateless_uniform((), seeds[1])
        low, high = mean - 0.1, mean + 0.1
        shift = low + (high - low) * tf.random.stateless_uniform(tf.shape(x), seeds[2])
        return (scale + 0.1 * tf.random.stateless_normal(tf.shape(x), seeds[3])) * x + shift


'''
