"""KerasScript: the exported script needs only TensorFlow and gives the result of the page."""

import ast
import base64
import json
import lzma
import re
import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf

from bnviz.data import builtin
from bnviz.export import script_data
from bnviz.export.keras_script import differences, excerpt, notebook, script
from bnviz.frames import ARM_LABELS, ARMS, NORMALIZED_ARMS
from bnviz.lab import datasets, experiment
from bnviz.lab.networks import build
from bnviz.lab.noise import Noise
from bnviz.lab.training import make_optimizer
from bnviz.lesson.claims.experiments import RECORDED
from bnviz.settings import (
    ACTIVATIONS,
    BN_POSITIONS,
    DROPOUT_POSITIONS,
    INITIALIZERS,
    OPTIMIZERS,
    PLANE_DATASETS,
    Settings,
)

#: Runs scripts in one process, in which neither this package nor scikit-learn can be imported.
DRIVER = """
import json, runpy, sys
sys.modules["bnviz"] = sys.modules["sklearn"] = None
print(json.dumps([runpy.run_path(path)["results"] for path in sys.argv[1:]]))
"""
SMALL = Settings(units=6, hidden_layers=1, batch_size=16, steps=40)
CASES = (
    Settings(steps=60),
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
)


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """The final results of the script and of the laboratory, for each case."""
    folder = tmp_path_factory.mktemp("scripts")
    paths = [folder / f"{number}.py" for number in range(len(CASES))]
    for path, settings in zip(paths, CASES, strict=True):
        path.write_text(script(settings), encoding="utf-8")
    with subprocess.Popen(
        [sys.executable, "-c", DRIVER, *map(str, paths)],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        ours = []
        for settings in CASES:
            *_, last = experiment.run(settings)
            ours.append(last)
        output, errors = process.communicate()
    assert process.returncode == 0, errors
    return list(zip(json.loads(output.splitlines()[-1]), ours, strict=True))


@pytest.mark.parametrize("case", range(len(CASES)))
@pytest.mark.slow
def test_script_gives_the_result_of_the_page(case, results):
    theirs, last = results[case]
    labels = {label: arm for arm, label in ARM_LABELS.items()}
    arms = {labels[label]: result for label, result in theirs.items()}
    assert set(arms) == set(last.dtype.names) & set(ARM_LABELS)
    for arm, (loss, accuracy) in arms.items():
        assert loss == pytest.approx(float(last[arm]["validation_loss"]), rel=2e-3), arm
        assert accuracy == pytest.approx(float(last[arm]["validation_accuracy"]), abs=0.006), arm


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
        np.testing.assert_allclose(theirs(x, training=True), ours(x, training=True), rtol=1e-6)
    np.testing.assert_array_equal(theirs(x), x)


def test_dropout_of_the_script_has_the_seeds_of_the_page():
    settings = Settings(dropout=0.3, hidden_layers=2)
    assert "for number in range(1, 3):" in script(settings)
    assert "layers.Dropout(0.3, seed=number)" in script(settings)
    ours = [layer for layer in build(settings, "bn", 4, 3).model.layers if "drop" in layer.name]
    assert [layer.seed for layer in ours] == [1, 2]
    # Without XLA, other random numbers are drawn.
    assert "jit_compile=True" in script(settings)


@pytest.mark.parametrize("arm", ["none", *NORMALIZED_ARMS])
@pytest.mark.parametrize("position", BN_POSITIONS)
@pytest.mark.parametrize("dropout", ["", *DROPOUT_POSITIONS])
def test_layers_are_in_the_order_of_the_page(arm, position, dropout):
    settings = Settings(bn_position=position, hidden_layers=1)
    if arm not in ARMS:
        settings = settings.replace(third_arm=arm)
    if dropout:
        settings = settings.replace(dropout=0.3, dropout_position=dropout)
    block = script(settings).partition(f'arm == "{ARM_LABELS[arm]}"')[2].partition("]")[0]
    kinds = {"Dense", "BatchNormalization", "LayerNormalization", "Noise", "Activation", "Dropout"}
    stack = re.findall(rf"\b({'|'.join(kinds)})\(", block)
    network = build(settings, arm, 4, 3)
    assert stack == [type(layer).__name__ for layer in network.model.layers[1:-1]]
    assert ("use_bias=False" in block) != network.dense_layers[0].use_bias


@pytest.mark.parametrize("name", [*PLANE_DATASETS, *builtin.TABLES])
def test_examples_of_the_script_are_those_of_the_page(name):
    settings = Settings(dataset=name, noise=0.3, seed=7)
    code = script_data.data_code(settings)
    place = {"np": np, "SEED": settings.seed, "base64": base64, "lzma": lzma}
    exec(code.packed + code.define, place)
    ours = datasets.load(settings)
    wanted = (ours.x_train, ours.y_train, ours.x_validation, ours.y_validation)
    for theirs, our in zip(place["examples"](), wanted, strict=True):
        np.testing.assert_allclose(theirs, our, rtol=1e-5, atol=1e-6)


CHOICES = [
    *(Settings(activation=activation) for activation in ACTIVATIONS),
    *(Settings(initializer=initializer) for initializer in INITIALIZERS),
    *(Settings(optimizer=optimizer) for optimizer in OPTIMIZERS),
    *(Settings(dataset=name) for name in (*PLANE_DATASETS, "mnist", "fashion_mnist")),
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
    assert len(excerpt(settings)) < 6_000


@pytest.mark.parametrize("settings", [*RECORDED.values(), *CASES], ids=lambda each: each.digest)
def test_lines_of_the_script_are_short_enough_to_read(settings):
    assert max(map(len, script(settings).splitlines())) <= 100


def test_the_script_says_what_it_does_not_repeat():
    settings = Settings(dataset="upload", upload="0" * 32, interventions="20:insert_bn")
    assert len(differences(settings)) == 2
    title = " ".join(ast.get_docstring(ast.parse(script(settings))).split())
    for sentence in differences(settings):
        assert sentence in title
    assert "20:insert_bn" in title
    assert differences(Settings()) == ()
