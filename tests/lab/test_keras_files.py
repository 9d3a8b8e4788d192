"""KerasFiles: the trained networks, for Keras alone."""

import json
import re
import subprocess
import sys

import keras
import numpy as np
import pytest

from bnviz.data.image_shape import ImageShape
from bnviz.lab import experiment
from bnviz.lab.keras_files import portable
from bnviz.lab.network_training import NetworkTraining
from bnviz.lab.networks import build, reset
from bnviz.recording import Recording
from bnviz.recording.header import arm_file_name
from bnviz.settings import Settings
from tests.support import ROOT

SMALL = Settings(dataset="wine", hidden_layers=2, units=5, batch_size=16, steps=12)
# Keras 3.15 converts variables in a way that NumPy 2.4 warns of.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

#: Every arm and kind of layer, with changes in mid-run of the rate and of BN.
CASES = {
    "bn_other": SMALL.replace(
        third_arm="bn_other", l2=0.01, optimizer="adam", learning_rate=0.01, seed=3
    ),
    "frozen": SMALL.replace(hidden_layers=1, interventions="4:learning_rate=0.05,8:freeze_bn"),
    "noisy_bn": SMALL.replace(third_arm="noisy_bn", dropout=0.2),
    "layer_norm": SMALL.replace(
        third_arm="layer_norm",
        bn_position="after",
        bn_center=False,
        bn_epsilon=0.1,
        activation="tanh",
        interventions="5:insert_bn,9:remove_bn",
    ),
}
#: Runs the README's lines on files of Keras, in a process that cannot import this package.
READER = """
import json, sys
sys.modules["bnviz"] = None
lines, *paths = sys.argv[1:]
found = {}
for path in paths:
    folder = path.rsplit("/", 1)[0]
    code = lines.replace("networks/with_bn.keras", path).replace("networks", folder)
    exec(code, names := {})
    found[path] = names["loss"], names["accuracy"]
print(json.dumps(found))
"""
[LINES] = re.findall(r"```python\n(import keras\n.*?)```", (ROOT / "README.md").read_text(), re.S)


@pytest.mark.parametrize(
    ("arm", "options"),
    [
        ("none", {"dropout": 0.5}),
        ("bn", {"bn_epsilon": 0.1, "bn_scale": False}),
        ("bn_other", {"l2": 0.1}),
        ("layer_norm", {"bn_epsilon": 0.1}),
        ("group_norm", {"bn_epsilon": 0.1, "bn_center": False, "units": 8}),
        ("rms_norm", {"bn_epsilon": 0.1, "bn_scale": False}),
        ("renorm", {"bn_epsilon": 0.1}),
        ("ghost_bn", {"bn_epsilon": 0.1}),
        ("weight_norm", {"l2": 0.1}),
        ("dyt", {}),
        ("dyt", {"bn_scale": False, "bn_position": "after"}),
        ("dyt", {"bn_center": False}),
        ("dyt", {"bn_center": False, "bn_scale": False}),
        ("noisy_bn", {}),
    ],
)
def test_a_file_opens_as_the_same_function(arm, options, tmp_path):
    settings = SMALL.replace(hidden_layers=1, **options)
    network = build(settings, arm, 3, 4)
    reset(network, settings)
    generator = np.random.default_rng(0)
    for variable in network.model.weights:
        variable.assign(generator.uniform(0.5, 1.5, variable.shape))
    path = tmp_path / "network.keras"
    portable(network, settings, learning_rate=0.5, name="network").save(path)
    model = keras.models.load_model(path)
    assert {layer.__module__.split(".")[0] for layer in model.layers} == {"keras"}
    x = generator.normal(0, 1, (20, 3)).astype(np.float32)
    np.testing.assert_array_equal(model(x), network.model(x, training=False))
    assert model.optimizer.learning_rate == 0.5


@pytest.mark.parametrize("architecture", ["dense", "conv"])
def test_a_file_learns_no_gamma_that_the_run_leaves_out(architecture, tmp_path):
    settings = SMALL.replace(
        dataset="digits", architecture=architecture, hidden_layers=1, bn_scale=False
    )
    image = ImageShape(8, 8, 1) if architecture == "conv" else None
    network = build(settings, "dyt", 64, 10, image=image)
    reset(network, settings)
    portable(network, settings, learning_rate=0.5, name="network").save(tmp_path / "it.keras")
    model = keras.models.load_model(tmp_path / "it.keras")
    generator = np.random.default_rng(0)
    x, y = generator.normal(0, 1, (40, 64)).astype(np.float32), np.arange(40) % 10
    model.fit(x, y, epochs=3, verbose=0)

    values = x
    for layer in model.layers:
        if layer.name.endswith("_alpha"):
            given, [alpha] = values, layer.get_weights()
        values = layer(values)
        if layer.name.endswith("_shift"):
            *_, beta = layer.get_weights()
            made = values
    assert np.ptp(alpha) > 0
    assert np.abs(beta).max() > 0.01
    np.testing.assert_allclose(made, np.tanh(alpha * given) + beta, atol=1e-6)


@pytest.mark.parametrize(
    "names",
    [
        pytest.param(["frozen"], marks=pytest.mark.widest),
        pytest.param(["bn_other", "noisy_bn", "layer_norm"], marks=pytest.mark.widest),
    ],
)
def test_the_files_evaluate_to_the_last_frame_of_a_recording(names, tmp_path):
    expected = {}
    for name in names:
        recording = Recording(CASES[name])
        for frame in experiment.run(CASES[name]):
            recording.append(frame)
        # A run that was interrupted.
        recording = recording.beginning(10) if name == "bn_other" else recording
        training = NetworkTraining(CASES[name], num_frames=len(recording))
        # In turns of a frame each.
        while not training.advance(lambda: False, lambda: True):
            pass
        made = training.networks
        assert made.departs_at(recording) == -1
        (tmp_path / name).mkdir()
        for file, data in made.files.items():
            (tmp_path / name / file).write_bytes(data)
        for arm in recording.layout.arms:
            last = recording.frames[-1][arm]
            outcome = float(last["validation_loss"]), float(last["validation_accuracy"])
            assert made.recorded(recording)[arm] == outcome
            assert made.outcomes[arm] == pytest.approx(outcome)
            expected[str(tmp_path / name / f"{arm_file_name(CASES[name], arm)}.keras")] = outcome
    command = [sys.executable, "-c", READER, LINES, *expected]
    read = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "Warning" not in read.stderr
    found = json.loads(read.stdout.splitlines()[-1])
    assert found.keys() == expected.keys()
    for path, (loss, accuracy) in expected.items():
        assert found[path][1] == np.float32(accuracy)
        # The page evaluates all examples at once, Keras batches of 32.
        np.testing.assert_allclose(found[path][0], loss, rtol=1e-6, err_msg=path)
