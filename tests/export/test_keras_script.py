"""KerasScript: the exported script needs only TensorFlow and gives the result of the page."""

import ast
import json
import os
import re
import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf

from bnviz.data import preparation
from bnviz.data.examples import Examples
from bnviz.data.examples_file import FILE_NAME, examples_file
from bnviz.export.keras_script import excerpt, notebook, script
from bnviz.export.script_cells import about, differences
from bnviz.lab import experiment
from bnviz.lab.networks import build
from bnviz.lab.noise import Noise
from bnviz.lab.training import make_optimizer
from bnviz.lesson.claims.experiments import RECORDED
from bnviz.recording.frames import ARM_LABELS, ARMS
from bnviz.recording.header import arm_label
from bnviz.settings import Settings
from bnviz.settings.choices import (
    ACTIVATIONS,
    BN_POSITIONS,
    DROPOUT_POSITIONS,
    INITIALIZERS,
    OPTIMIZERS,
    PLANE_DATASETS,
)

#: Runs scripts in one process, in which neither this package nor scikit-learn can be imported.
DRIVER = """
import json, runpy, sys
sys.modules["bnviz"] = sys.modules["sklearn"] = None
print(json.dumps([runpy.run_path(path)["results"] for path in sys.argv[1:]]))
"""
#: Largest differences from the page: of losses, and of accuracies. Training is the same bit by bit;
#: the page computes losses, and moving statistics by a variable momentum, in other programs.
LOSS, ACCURACY = 2e-6, 1e-7
SMALL = Settings(units=6, hidden_layers=1, batch_size=16, steps=40)
#: Images with a class that has a single example and is the last.
IMAGES = Examples(
    np.random.default_rng(0).integers(0, 256, (121, 5, 4), np.uint8),
    np.array([0, 1, 2] * 40 + [3]),
    ("a", "b", "c", "rare"),
)
UPLOADED = SMALL.replace(dataset="upload", upload="0" * 32)
CASES = (
    Settings(),
    UPLOADED,
    SMALL.replace(
        dataset="moons",
        bn_position="after",
        third_arm="bn_other",
        optimizer="adam",
        learning_rate=0.02,
        seed=3,
    ),
    SMALL.replace(
        dataset="wine",
        activation="tanh",
        third_arm="layer_norm",
        optimizer="rmsprop",
        learning_rate=0.01,
        l2=0.01,
        initializer="random_normal",
        init_stddev=0.3,
        init_scale=1.5,
        bn_center=False,
        bn_scale=False,
        bn_momentum=0.5,
        bn_epsilon=0.1,
    ),
    SMALL.replace(dataset="wine", units=8, third_arm="group_norm", bn_center=False),
    SMALL.replace(dataset="wine", third_arm="rms_norm", bn_scale=False),
    SMALL.replace(dataset="wine", third_arm="renorm", bn_momentum=0.8),
    SMALL.replace(dataset="wine", third_arm="ghost_bn", batch_size=18, bn_center=False),
    SMALL.replace(dataset="wine", third_arm="dyt", bn_scale=False),
    SMALL.replace(dataset="wine", third_arm="weight_norm", l2=0.01),
    SMALL.replace(
        dataset="wine",
        architecture="residual_dense",
        hidden_layers=4,
        third_arm="rms_norm",
        zero_last_gamma=True,
        l2=0.01,
    ),
    SMALL.replace(
        dataset="wine",
        architecture="residual_dense",
        hidden_layers=5,
        bn_position="after",
        third_arm="bn_other",
        dropout=0.1,
    ),
    # So few steps that the roundings of convolutions do not grow.
    SMALL.replace(
        architecture="residual_conv", hidden_layers=5, units=4, zero_last_gamma=True, steps=6
    ),
    # A network in which rounding grows fast, and random numbers.
    Settings(steps=1_500, learning_rate=0.3, batch_size=16, dropout=0.1, third_arm="noisy_bn"),
)


def started(folder, *names: str, **environment: str) -> subprocess.Popen:
    """Starts the scripts with these names in a folder."""
    return subprocess.Popen(
        [sys.executable, "-c", DRIVER, *names],
        cwd=folder,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def outcome(process: subprocess.Popen) -> tuple[list[dict[str, tuple[float, float]]], str]:
    """The results of scripts by arm, and what they printed."""
    output, errors = process.communicate()
    assert process.returncode == 0, errors
    positions = [Settings(bn_position=position) for position in BN_POSITIONS]
    labels = {arm_label(settings, arm): arm for arm in ARM_LABELS for settings in positions}
    results = json.loads(output.splitlines()[-1])
    return [{labels[label]: value for label, value in each.items()} for each in results], output


def last_frame(settings: Settings):
    """The last frame of the laboratory."""
    uploaded = preparation.prepare(IMAGES)[0] if settings.dataset == "upload" else None
    *_, last = experiment.run(settings, uploaded)
    return last


@pytest.mark.widest
@pytest.mark.parametrize("cases", [CASES[:2], CASES[2:]])
def test_script_gives_the_result_of_the_page(cases, tmp_path):
    names = [f"{number}.py" for number in range(len(cases))]
    for name, settings in zip(names, cases, strict=True):
        (tmp_path / name).write_text(script(settings), encoding="utf-8")
    (tmp_path / FILE_NAME).write_bytes(examples_file(IMAGES))
    with started(tmp_path, *names) as process:
        frames = [last_frame(settings) for settings in cases]
        results, output = outcome(process)
    assert "XLA" not in output
    for theirs, last in zip(results, frames, strict=True):
        assert set(theirs) == set(last.dtype.names) & {*ARM_LABELS}
        for arm, (loss, accuracy) in theirs.items():
            ours = last[arm]
            assert loss == pytest.approx(float(ours["validation_loss"]), abs=LOSS), arm
            assert accuracy == pytest.approx(float(ours["validation_accuracy"]), abs=ACCURACY), arm


@pytest.mark.widest
def test_script_runs_without_xla_and_says_that_it_rounds_otherwise(tmp_path):
    settings = Settings(steps=20)
    (tmp_path / "script.py").write_text(script(settings), encoding="utf-8")
    # XLA fails to compile anything if it cannot make the folder of its cache.
    flags = f"--tf_xla_persistent_cache_directory={tmp_path / 'script.py' / 'cache'}"
    with started(tmp_path, "script.py", TF_XLA_FLAGS=flags) as process:
        last = last_frame(settings)
        (theirs,), output = outcome(process)
    assert output.count("Without XLA, TensorFlow rounds otherwise than on the page.") == 1
    for arm, (loss, _) in theirs.items():
        assert loss == pytest.approx(float(last[arm]["validation_loss"]), rel=1e-3), arm


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_optimizer_of_the_script_is_that_of_the_page(optimizer):
    settings = Settings(optimizer=optimizer, learning_rate=0.02)
    calls = [
        node for node in ast.walk(ast.parse(script(settings))) if isinstance(node, ast.keyword)
    ]
    (written,) = (ast.unparse(node.value) for node in calls if node.arg == "optimizer")
    theirs = eval(written, {"keras": keras})
    ours = make_optimizer(settings)
    assert type(theirs) is type(ours)
    assert theirs.get_config() | {"name": ""} == ours.get_config() | {"name": ""}


def test_noise_of_the_script_is_that_of_the_page():
    settings = Settings(third_arm="noisy_bn", seed=5)
    code = ast.parse(script(settings))
    (defined,) = (node for node in code.body if isinstance(node, ast.ClassDef))
    place = {"keras": keras, "layers": keras.layers, "tf": tf, "SEED": settings.seed}
    exec(compile(ast.Module([defined], []), "script", "exec"), place)
    ours, theirs = Noise("ours"), place["Noise"](2)
    ours.reset(seed=settings.seed, number=1)
    x = tf.reshape(tf.range(12.0), (4, 3))
    for _ in range(2):
        np.testing.assert_array_equal(theirs(x, training=True), ours(x, training=True))
    np.testing.assert_array_equal(theirs(x), x)


def test_dropout_of_the_script_has_the_seeds_of_the_page():
    settings = Settings(dropout=0.3, hidden_layers=2)
    assert "for number in range(1, 3):" in script(settings)
    assert "layers.Dropout(0.3, seed=number)" in script(settings)
    ours = [layer for layer in build(settings, "bn", 4, 3).model.layers if "drop" in layer.name]
    assert [layer.seed for layer in ours] == [1, 2]
    assert "other random numbers" in script(settings)
    assert "other random numbers" not in script(Settings())


@pytest.mark.parametrize("arm", ARM_LABELS)
@pytest.mark.parametrize("position", BN_POSITIONS)
@pytest.mark.parametrize("dropout", ["", *DROPOUT_POSITIONS])
def test_layers_are_in_the_order_of_the_page(arm, position, dropout):
    settings = Settings(bn_position=position, hidden_layers=1)
    if arm not in ARMS:
        settings = settings.replace(third_arm=arm)
    if dropout:
        settings = settings.replace(dropout=0.3, dropout_position=dropout)
    block = script(settings).partition(f'arm == "{arm_label(settings, arm)}"')[2].partition("]")[0]
    stack = re.findall(r"(?:layers\.|\s)([A-Z]\w+)\(", block)
    network = build(settings, arm, 4, 3)
    assert stack == [type(layer).__name__ for layer in network.model.layers[1:-1]]
    assert ("use_bias=False" in block) != network.linear_layers[0].use_bias


CHOICES = [
    *(Settings(activation=activation) for activation in ACTIVATIONS),
    *(Settings(initializer=initializer) for initializer in INITIALIZERS),
    *(Settings(optimizer=optimizer) for optimizer in OPTIMIZERS),
    *(Settings(dataset=name) for name in (*PLANE_DATASETS, "mnist", "fashion_mnist", "cifar10")),
    Settings(dropout=0.3, l2=0.01, third_arm="noisy_bn"),
    *RECORDED.values(),
    *CASES,
]


@pytest.mark.parametrize("settings", CHOICES, ids=lambda settings: settings.digest)
def test_script_excerpt_and_notebook_are_the_same_code(settings):
    whole = script(settings)
    tree = ast.parse(whole)
    cells = json.loads(notebook(settings))["cells"]
    code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    # The script begins with its title as a docstring.
    assert ast.dump(ast.parse(code)) == ast.dump(ast.Module(tree.body[1:], tree.type_ignores))
    read = ast.parse(excerpt(settings))
    assert len(read.body) == len(tree.body)
    assert len(excerpt(settings)) < 9_000


@pytest.mark.parametrize("settings", [*RECORDED.values(), *CASES], ids=lambda each: each.digest)
def test_lines_of_the_script_are_short_enough_to_read(settings):
    assert max(map(len, script(settings).splitlines())) <= 100


def test_the_script_says_what_it_does_not_repeat():
    settings = Settings(dataset="upload", upload="0" * 32, interventions="20:insert_bn")
    assert FILE_NAME in differences(settings)[0]
    assert len(differences(settings)) == 2
    title = " ".join(ast.get_docstring(ast.parse(script(settings))).split())
    for sentence in differences(settings):
        assert sentence in title
    assert "20:insert_bn" in title
    assert differences(Settings()) == ()


@pytest.mark.parametrize(
    ("changes", "parts"),
    [
        ({"hidden_layers": 3}, ("only in their normalization.", "of two after the first, relu")),
        ({"hidden_layers": 4}, ("of two after the first, the last one by itself, relu",)),
        ({"hidden_layers": 2}, ("units, relu",)),
        (
            {"third_arm": "bn_other"},
            ("only in their normalization and in where their skips are added.",),
        ),
    ],
)
def test_what_a_script_says_of_residual_networks(changes, parts):
    found = " ".join(about(Settings(architecture="residual_dense", **changes)))
    assert all(part in found for part in parts)
