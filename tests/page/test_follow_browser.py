"""A network that another program trains, followed by `bnviz show --follow` in a real browser."""

import os
import subprocess
import sys

import pytest
from playwright.sync_api import expect

from tests.support import ROOT
from tests.support.engine import free_port
from tests.support.server import wait_for

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.widest]

#: Two networks, one after the other; each stops half-way until it is told to go on.
TRAINING = """
import sys

import keras
import numpy as np

import bnviz

x = np.random.default_rng(0).normal(size=(512, 6)).astype(np.float32)
y = (x.sum(axis=1) > 0).astype(np.int32)
watch = bnviz.Watch(x, y, validation=(x[:64], y[:64]), budget=1e9, file=sys.argv[1])


def wait(epoch, _):
    if epoch == 1:
        print("half-way", flush=True)
        sys.stdin.readline()


for label in ("without BN", "with BN"):
    norm = [keras.layers.BatchNormalization()] if label == "with BN" else []
    model = keras.Sequential(
        [
            keras.Input((6,)),
            keras.layers.Dense(8, name="first"),
            *norm,
            keras.layers.Activation("relu", name="relu"),
            keras.layers.Dense(2),
        ]
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("sgd", loss, metrics=["accuracy"])
    waits = keras.callbacks.LambdaCallback(on_epoch_end=wait)
    model.fit(x, y, epochs=4, verbose=0, callbacks=[watch.arm(label), waits])
print("done", flush=True)
"""
#: Steps of each training, and the last ones that its file surely has half-way.
STEPS, HALF = 64, 31
ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT)}


@pytest.fixture
def training(tmp_path):
    """A training that writes `run.npz`; it is told to go on by a line."""
    script = tmp_path / "train.py"
    script.write_text(TRAINING)
    command = [sys.executable, script, tmp_path / "run.npz"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=ROOT, env=ENVIRONMENT, **pipes) as process:
        yield process
        process.kill()


@pytest.fixture
def address(tmp_path):
    """Address of a page that follows `run.npz`, which is not there yet."""
    port = free_port()
    command = [sys.executable, "-m", "bnviz", "show", tmp_path / "run.npz", "--follow"]
    command += ["--server.headless=true", f"--server.port={port}", "--server.address=127.0.0.1"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        wait_for(f"http://127.0.0.1:{port}/_stcore/health")
        yield f"http://127.0.0.1:{port}"
        server.terminate()
        output, _ = server.communicate(timeout=30)
    assert "Traceback" not in output, output


def go_on(training):
    training.stdin.write("\n")
    training.stdin.flush()


def test_frames_and_ends_of_two_networks_are_seen_as_they_come(address, training, visit):
    visitor = visit(address=address, moving=True)
    line = visitor.page.locator("#bnviz-stage [data-part=status]")
    expect(line).to_contain_text("run.npz cannot be read yet (no such file or directory).")
    assert training.stdout.readline() == "half-way\n"
    visitor.until(f"s.state === 'running' && +s.step >= {HALF}")
    held = visitor.data("frames-held")
    expect(line).to_contain_text("run.npz: being trained by another program, step ")
    expect(line).to_contain_text(f" of {STEPS}.")
    go_on(training)
    visitor.until(f"s.state === 'finished' && +s.step === {STEPS}")
    assert int(visitor.data("frames-held")) > int(held)
    # The second network: both of them, from the start.
    assert training.stdout.readline() == "half-way\n"
    visitor.until(f"s.state === 'running' && +s.step >= {HALF} && +s.step < {STEPS}")
    assert visitor.page.locator(".bnviz-summary").get_by_text("with BN", exact=True).count()
    # A viewer who has moved the cursor stays there.
    visitor.key("ArrowLeft")  # which pauses
    visitor.key("Home")
    visitor.until("s.step === '0'")
    go_on(training)
    assert training.stdout.readline() == "done\n"
    visitor.until("s.state === 'finished'")
    assert visitor.data("step") == "0"
    expect(line).to_contain_text(f"run.npz: trained to the last step, {STEPS}.")
    visitor.key("End")
    visitor.until(f"s.step === '{STEPS}'")
