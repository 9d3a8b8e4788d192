"""TorchScript: the exported PyTorch script gives the result of the page, up to rounding."""

import ast
import json
import subprocess
import sys

import numpy as np
import pytest

from bnviz.data.examples_file import FILE_NAME, examples_file
from bnviz.data.image_shape import ImageShape
from bnviz.export import keras_script, torch_script
from bnviz.export.torch_weights import weights_code
from bnviz.lab.initial_kernels import initial_kernels
from bnviz.recording.frame_layout import FrameLayout
from bnviz.recording.frames import ARM_LABELS, ARMS
from bnviz.recording.header import arm_label
from bnviz.settings import Settings
from bnviz.settings.choices import ACTIVATIONS, BN_POSITIONS, DROPOUT_POSITIONS, INITIALIZERS
from tests.export.test_keras_script import CASES, IMAGES, SMALL, UPLOADED, last_frame

#: Runs scripts in one process, in which neither TensorFlow nor this package can be imported.
DRIVER = """
import json, runpy, sys
for name in ("bnviz", "tensorflow", "keras", "sklearn"):
    sys.modules[name] = None
print(json.dumps([runpy.run_path(path)["results"] for path in sys.argv[1:]]))
"""
#: Largest differences of losses from the page, after few steps.
LOSS = 1e-5
#: Experiments without random numbers in training, short enough for roundings not to grow.
SAME = (
    SMALL.replace(dataset="wine", third_arm="renorm", bn_momentum=0.5),
    Settings(steps=60),
    *(case for case in CASES[1:] if not case.dropout),
    *(SMALL.replace(dataset="wine", activation=name, steps=20) for name in ACTIVATIONS),
    *(SMALL.replace(dataset="wine", initializer=name, steps=20) for name in INITIALIZERS),
    SMALL.replace(dataset="wine", bn_momentum=0.5, third_arm="ghost_bn"),
    SMALL.replace(dataset="wine", batch_size=2, optimizer="momentum", learning_rate=0.01),
    SMALL.replace(dataset="wine", bn_position="after", third_arm="layer_norm", bn_scale=False),
    # Gradients so small that epsilon counts, and roundings soon do.
    SMALL.replace(dataset="wine", optimizer="adam", init_scale=0.001, hidden_layers=3, steps=3),
)


#: Convolutions, with every normalization.
CONVOLUTION = SMALL.replace(architecture="conv", hidden_layers=3, steps=12)
SAME += (
    CONVOLUTION,
    UPLOADED.replace(architecture="conv", third_arm="instance_norm", steps=12),
    CONVOLUTION.replace(third_arm="layer_norm", l2=0.01, bn_center=False, bn_scale=False),
    CONVOLUTION.replace(second_arm="rms_norm", third_arm="group_norm", initializer="he_normal"),
    CONVOLUTION.replace(second_arm="renorm", third_arm="ghost_bn", bn_momentum=0.5),
    CONVOLUTION.replace(second_arm="dyt", third_arm="weight_norm", l2=0.01),
    CONVOLUTION.replace(hidden_layers=1, units=2, bn_position="after", batch_size=1),
)


#: Residual networks; those of the other script are among the cases above.
RESIDUAL = SMALL.replace(
    dataset="wine", architecture="residual_dense", hidden_layers=5, zero_last_gamma=True, steps=20
)
SAME += (
    RESIDUAL.replace(third_arm="dyt", l2=0.01),
    RESIDUAL.replace(bn_position="after", third_arm="bn_other", learning_rate=0.05),
    RESIDUAL.replace(
        architecture="residual_conv", dataset="digits", third_arm="rms_norm", steps=8, l2=0.01
    ),
    RESIDUAL.replace(hidden_layers=4, bn_scale=False, third_arm="weight_norm"),
)


def results(folder, cases) -> list[dict[str, tuple[float, float]]]:
    """What the scripts of experiments print as their result."""
    names = [f"{number}.py" for number in range(len(cases))]
    for name, settings in zip(names, cases, strict=True):
        (folder / name).write_text(torch_script.script(settings), encoding="utf-8")
    (folder / FILE_NAME).write_bytes(examples_file(IMAGES))
    command = [sys.executable, "-c", DRIVER, *names]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.widest
def test_script_gives_the_result_of_the_page(tmp_path):
    for settings, theirs in zip(SAME, results(tmp_path, SAME), strict=True):
        last = last_frame(settings)
        arms = FrameLayout.of(settings).arms
        assert list(theirs) == [arm_label(settings, arm) for arm in arms]
        for arm in arms:
            loss, accuracy = theirs[arm_label(settings, arm)]
            assert loss == pytest.approx(float(last[arm]["validation_loss"]), abs=LOSS), settings
            assert accuracy == pytest.approx(float(last[arm]["validation_accuracy"]), abs=1e-7)


@pytest.mark.widest
def test_script_with_other_random_numbers_learns_and_says_so(tmp_path):
    settings = Settings(steps=200, dropout=0.1, third_arm="noisy_bn")
    assert "For dropout and noise PyTorch draws other random numbers" in flat(settings)
    (theirs,) = results(tmp_path, [settings])
    assert theirs["with BN"][1] > 0.8
    assert theirs["noisy BN"][1] > 0.5


@pytest.mark.parametrize("initializer", INITIALIZERS)
def test_initial_weights_are_those_of_the_page(initializer):
    settings = Settings(initializer=initializer, init_scale=1.5, seed=2**31 - 1, hidden_layers=2)
    place = {"np": np}
    exec(weights_code(settings), place)
    kernels = initial_kernels(settings, 13, 3)
    seeds = np.random.SeedSequence(settings.seed).generate_state(len(kernels))
    for kernel, seed in zip(kernels, seeds, strict=True):
        drawn = place["initial_kernel"](*kernel.shape, int(seed))
        assert drawn.dtype == np.float32
        tolerance = 0 if initializer.endswith("uniform") else 1e-6
        np.testing.assert_allclose(drawn, kernel, rtol=0, atol=tolerance)


@pytest.mark.parametrize("initializer", ["glorot_uniform", "he_normal"])
def test_initial_weights_of_convolutions_are_those_of_the_page(initializer):
    settings = Settings(architecture="conv", initializer=initializer, hidden_layers=1, units=6)
    place = {"np": np}
    exec(weights_code(settings), place)
    kernels = initial_kernels(settings, 64, 10, ImageShape(8, 8, 1))
    seeds = np.random.SeedSequence(settings.seed).generate_state(len(kernels))
    for kernel, seed in zip(kernels, seeds, strict=True):
        *sides, inputs, outputs = kernel.shape
        drawn = place["initial_kernel"](inputs, outputs, int(seed), int(np.prod(sides)))
        np.testing.assert_allclose(drawn.reshape(kernel.shape), kernel, rtol=0, atol=1e-6)


@pytest.mark.parametrize("arm", ARM_LABELS)
@pytest.mark.parametrize("position", BN_POSITIONS)
def test_layers_are_in_the_order_of_the_keras_script(arm, position):
    for dropout in ("", *DROPOUT_POSITIONS):
        settings = Settings(bn_position=position, hidden_layers=1, activation="tanh")
        if arm not in ARMS:
            settings = settings.replace(third_arm=arm)
        if dropout:
            settings = settings.replace(dropout=0.3, dropout_position=dropout)
        theirs, ours = (
            layers_of(each.script(settings), arm_label(settings, arm))
            for each in (keras_script, torch_script)
        )
        if arm == "renorm":
            theirs = ["BatchRenorm" if name == "BatchNormalization" else name for name in theirs]
        assert [NAMES.get(name, name) for name in theirs] == ours


#: What PyTorch calls the layers of Keras.
NAMES = {
    "Dense": "Linear",
    "Activation": "Tanh",
    "BatchNormalization": "BatchNorm1d",
    "LayerNormalization": "LayerNorm",
    "GroupNormalization": "GroupNorm",
    "RMSNormalization": "RMSNorm",
}


def layers_of(code: str, label: str) -> list[str]:
    """The classes of the layers that a script gives the network with a label."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.If) and ast.unparse(node.test) == f"arm == {label!r}":
            calls = [each for each in node.body[0].value.elts if isinstance(each, ast.Call)]
            return [ast.unparse(call.func).rpartition(".")[2] for call in calls]
    raise AssertionError(label)


@pytest.mark.parametrize("settings", SAME[:6], ids=lambda each: each.digest)
def test_script_and_excerpt_are_short_enough_to_read(settings):
    ast.parse(torch_script.script(settings))
    assert max(map(len, torch_script.script(settings).splitlines())) <= 100
    assert len(torch_script.excerpt(settings)) < 12_000


def test_the_script_says_what_it_needs_and_does_not_repeat():
    for name in ("mnist", "fashion_mnist", "cifar10"):
        assert "torchvision" in flat(Settings(dataset=name))
        ast.parse(torch_script.script(Settings(dataset=name)))
    assert "torchvision" not in flat(Settings())
    assert "20:insert_bn" in flat(Settings(interventions="20:insert_bn"))
    assert torch_script.unavailable(Settings()) == ""
    for arm in ("bn", "bn_other", "noisy_bn", "instance_norm"):
        alone = Settings(batch_size=1, second_arm=arm)
        assert "one example" in torch_script.unavailable(alone)
        assert torch_script.unavailable(alone.replace(architecture="conv")) == ""
    assert torch_script.unavailable(Settings(batch_size=1, second_arm="group_norm")) == ""


def flat(settings: Settings) -> str:
    """The docstring of a script on one line."""
    return " ".join((ast.get_docstring(ast.parse(torch_script.script(settings))) or "").split())
