"""KerasScript: an experiment as Keras code that needs only TensorFlow.

The script gives the same result as the page: same examples, initial kernels, batches and updates.
"""

from bnviz.export.script_cells import (
    Cell,
    about,
    as_notebook,
    differences,
    for_reading,
    joined,
    packed_cells,
    wrapped,
)
from bnviz.export.script_data import data_code, image_code
from bnviz.export.script_layers import (
    DEFINED,
    SET_G,
    SET_G_OF_CONVOLUTIONS,
    WEIGHT_NORM_CONVOLUTION,
)
from bnviz.export.script_training import CLOSES, pooled_code, result_code, training_code
from bnviz.recording.frame_layout import FrameLayout
from bnviz.recording.frames import BIASED_ARMS, NORMALIZED_ARMS
from bnviz.recording.header import arm_label
from bnviz.recording.networks import MAX_D, MAX_R, num_groups
from bnviz.settings import Settings
from bnviz.settings.architectures import RESIDUAL, convolves
from bnviz.settings.choices import BN_POSITIONS


def script(settings: Settings) -> str:
    """Returns the experiment as a Python script.

    The script builds, compiles, fits and evaluates all networks. Its `results` holds the validation
    loss and accuracy by the label of each arm. Its docstring says what it does not repeat.

    Args:
        settings: The experiment.
    """
    return joined(_title(settings), _cells(settings))


def excerpt(settings: Settings) -> str:
    """Returns the script for reading, without the packed examples."""
    return joined(_title(settings), for_reading(_cells(settings)))


def notebook(settings: Settings) -> str:
    """Returns the script as a Jupyter notebook (nbformat 4) in JSON."""
    return as_notebook(_title(settings), _cells(settings))


def _title(settings: Settings) -> str:
    compared, trained = about(settings)
    paragraphs = [
        compared,
        f"{trained} Needs TensorFlow 2.16 or newer, which includes Keras 3 and "
        f"NumPy{_also_needed(settings)}.",
        *(f"Note: {sentence}" for sentence in differences(settings)),
    ]
    return wrapped(paragraphs)


def _also_needed(settings: Settings) -> str:
    # The first Keras 3 had no such layer.
    needed = {"rms_norm": "RMSNormalization", "renorm": "BatchNormalization(renorm=True)"}
    layers = [needed[arm] for arm in FrameLayout.of(settings).arms if arm in needed]
    return f", and a Keras that has {' and '.join(layers)}" if layers else ""


def _cells(settings: Settings) -> list[Cell]:
    examples = data_code(settings)
    modules = "".join(f"import {name}\n" for name in examples.modules)
    constants = f"SEED = {settings.seed}\nSTEPS = {settings.steps}\n"
    constants += f"BATCH_SIZE = {settings.batch_size}\n"
    return [
        Cell("Settings", "", f"{modules}{_IMPORTS}\n{constants}"),
        Cell("The examples", "", examples.define + _image(settings)),
        Cell("The networks", "", _networks(settings)),
        Cell("Training", _rounding(settings), training_code(settings)),
        *packed_cells(settings, examples),
        Cell("The result", "", result_code(settings, measured=examples.measured)),
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
#: Measured over seeds 0, 1 and 3, and 0, 2 and 3, of 3 layers of 8 channels.
_ROUNDING_OF_CONVOLUTIONS = """\
The page computes convolutions as matrix products, which is faster and rounds otherwise than
Keras, and training amplifies that: with small networks on digits, losses agreed within 0.000001
after 100 steps and differed by 0.002 to 0.14 after 800."""


def _rounding(settings: Settings) -> str:
    return _ROUNDING_OF_CONVOLUTIONS if _convolves(settings) else _ROUNDING


def _image(settings: Settings) -> str:
    return f"\n\n{image_code(settings)}" if _convolves(settings) else ""


def _convolves(settings: Settings) -> bool:
    return convolves(settings.architecture)


def _networks(settings: Settings) -> str:
    """Returns code that defines `network`, which returns a Keras model with its initial weights."""
    arms = FrameLayout.of(settings).arms
    penalty = ", kernel_regularizer=penalty" if settings.l2 else ""
    residual = settings.architecture in RESIDUAL
    lines = []
    for arm in arms:
        lines.append(
            f'        {"if" if arm == arms[0] else "elif"} arm == "{arm_label(settings, arm)}":'
        )
        made, rest = _layer(settings, arm, penalty)
        if residual:
            lines += [*_listed("made =", made), *_listed("rest =", rest)]
        else:
            lines += _listed("stack +=", [*made, *rest])
    scale = "" if settings.init_scale == 1 else f"{settings.init_scale!r} * "
    name = "".join(part.title() for part in settings.initializer.split("_"))
    options = f", stddev={settings.init_stddev!r}" if name == "RandomNormal" else ""
    images = _convolves(settings)
    counts = images or residual or settings.dropout or "noisy_bn" in arms
    number = "number" if counts else "_"
    first = pooled_code(settings) if images else ""
    weighted = "(layers.Conv2D, layers.Dense)" if images else "layers.Dense"
    defined = DEFINED | ({"weight_norm": WEIGHT_NORM_CONVOLUTION} if images else {})
    before = "".join(code for arm, code in defined.items() if arm in arms)
    after = ""
    if "weight_norm" in arms:
        after = SET_G_OF_CONVOLUTIONS if images else SET_G
    before += f"penalty = keras.regularizers.L2({settings.l2!r})\n\n\n" if settings.l2 else ""
    if residual:
        start = _INPUTS + _IMAGES * images
        each = _SUM.format(zero=_zero(settings)) + _POOL_EACH * images
        end = _AVERAGE_OF_EACH * images
        end += f"    outputs = layers.Dense(num_classes{penalty})(x)\n"
        end += "    model = keras.Model(inputs, outputs)\n"
        opening = CLOSES + _ENTERING
    else:
        start = "    stack = [keras.Input((num_features,))"
        start += f"{', layers.Reshape(IMAGE)' * images}]\n"
        each, end = "", _AVERAGE * images
        end += f"    stack.append(layers.Dense(num_classes{penalty}))\n"
        end += "    model = keras.Sequential(stack)\n"
        opening = ""
    return f"""\
{before}def network(arm, num_features, num_classes):
    \"\"\"Returns a network with the initial weights that all networks share.\"\"\"
{first}{start}    for {number} in range(1, {settings.hidden_layers + 1}):
{opening}{chr(10).join(lines)}
{each}{end}
    weighted = [layer for layer in model.layers if isinstance(layer, {weighted})]
    seeds = np.random.SeedSequence(SEED).generate_state(len(weighted))
    for layer, seed in zip(weighted, seeds):
        initializer = keras.initializers.{name}(seed=int(seed){options})
        layer.kernel.assign({scale}initializer(layer.kernel.shape))
{after}    return model
"""


def _listed(name: str, layers: list[str]) -> list[str]:
    """Returns the lines of an assignment of layers."""
    indent = " " * 12
    return [f"{indent}{name} [", *(f"{indent}    {layer}" for layer in layers), f"{indent}]"]


def _zero(settings: Settings) -> str:
    """Returns code that sets the gamma of a block's last normalization to 0, if it begins there."""
    if not (settings.zero_last_gamma and settings.bn_scale):
        return ""
    rms = "rms_norm" in FrameLayout.of(settings).arms
    return _ZERO_GAMMA + _ZERO_SCALE * rms


def _layer(settings: Settings, arm: str, penalty: str) -> tuple[list[str], list[str]]:
    """Returns the Keras layers of one hidden layer as code, in order.

    A residual block adds its input between the first and the second part of its second layer.
    """
    activation = f'layers.Activation("{settings.activation}"),'
    before = (settings.bn_position == BN_POSITIONS[0]) != (arm == "bn_other")
    normalization = _normalization(settings, arm) if arm in NORMALIZED_ARMS else []
    linear = f"layers.Dense({settings.units}"
    if _convolves(settings):
        linear = f'layers.Conv2D({settings.units}, 3, padding="same"'
    if normalization and before and arm not in BIASED_ARMS:
        why = "  # beta is the bias" if settings.bn_center else ""
        linear += f", use_bias=False{penalty}),{why}"
    elif arm == "weight_norm":
        kind = "WeightNormConvolution" if _convolves(settings) else "WeightNormDense"
        linear = f"{kind}({settings.units}{', penalty=penalty' if penalty else ''}),"
    else:
        linear += f"{penalty}),"
    dropout = [f"layers.Dropout({settings.dropout!r}, seed=number),"] if settings.dropout else []
    if settings.dropout_position == "before":
        normalization, dropout = [*dropout, *normalization], []
    if before:
        return [linear, *normalization], [activation, *dropout]
    return [linear, activation, *normalization], dropout


def _normalization(settings: Settings, arm: str) -> list[str]:
    """Returns the normalization of a hidden layer as code, with the noise that follows it."""
    epsilon = f"epsilon={settings.bn_epsilon!r}"
    if arm == "rms_norm":
        learnt = "" if settings.bn_scale else ", trainable=False"
        return [f"layers.RMSNormalization({epsilon}{learnt}),"]
    if arm == "dyt":
        return [f"DynamicTanh(center={settings.bn_center}, scale={settings.bn_scale}),"]
    options = epsilon
    options += "" if settings.bn_center else ", center=False"
    options += "" if settings.bn_scale else ", scale=False"
    if arm == "layer_norm" and _convolves(settings):
        # Over channels and positions, which Keras's LayerNormalization cannot with a gamma per
        # channel.
        return [f"layers.GroupNormalization(1, {options}),"]
    if arm == "layer_norm":
        return [f"layers.LayerNormalization({options}),"]
    if arm == "group_norm":
        return [f"layers.GroupNormalization({num_groups(settings.units)}, {options}),"]
    if arm == "instance_norm":
        return [f"layers.GroupNormalization({settings.units}, {options}),"]
    momentum = f"momentum={settings.bn_momentum!r}"
    noise = ["Noise(number),"] if arm == "noisy_bn" else []
    if arm == "renorm":
        bounds = f'"rmin": 1 / {MAX_R}, "rmax": {MAX_R}, "dmax": {MAX_D}'
        return [
            "layers.BatchNormalization(",
            f"    {momentum}, {options},",
            f"    renorm=True, renorm_{momentum},",
            f"    renorm_clipping={{{bounds}}},",
            "),",
        ]
    name = "GhostBatchNormalization" if arm == "ghost_bn" else "layers.BatchNormalization"
    return [f"{name}({momentum}, {options}),", *noise]


_INPUTS = """\
    x = inputs = keras.Input((num_features,))
"""
_IMAGES = """\
    x = layers.Reshape(IMAGE)(x)
"""
_ENTERING = """\
        if not closes:
            skip = x  # what reaches the block
"""
#: Code that passes the layers of one hidden layer, with the sum at the end of a block.
_SUM = """\
        for layer in made:
            x = layer(x)
        if closes:
            x = layers.Add()([x, skip])
{zero}        for layer in rest:
            x = layer(x)
"""
_ZERO_GAMMA = """\
            for layer in made:
                if getattr(layer, "gamma", None) is not None:
                    layer.gamma.assign(tf.zeros_like(layer.gamma))
"""
#: The same of RMS normalization, whose gamma Keras calls scale.
_ZERO_SCALE = """\
                elif isinstance(layer, layers.RMSNormalization):
                    layer.scale.assign(tf.zeros_like(layer.scale))
"""
_POOL_EACH = """\
        if number in pooled:
            x = layers.AveragePooling2D(2)(x)
"""
_AVERAGE_OF_EACH = """\
    x = layers.GlobalAveragePooling2D()(x)
"""
_AVERAGE = """\
        if number in pooled:
            stack.append(layers.AveragePooling2D(2))
    stack.append(layers.GlobalAveragePooling2D())
"""
