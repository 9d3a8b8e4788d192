"""What a viewer takes along for TensorBoard and Keras, clicked in a real browser and opened."""

import os
import signal
import subprocess
import zipfile

import keras
import numpy as np
import pytest
from playwright.sync_api import expect
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.util.tensor_util import make_ndarray

from bnviz.export.bundle import README
from bnviz.export.event_files import FILE_NAME, folders
from bnviz.recording import Recording
from bnviz.recording.header import arm_file_name
from bnviz.settings import Settings
from tests.support.engine import free_port
from tests.support.server import page_server

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.widest,
    # Keras 3.15 converts variables in a way that NumPy 2.4 warns of.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]

SETTINGS = Settings(hidden_layers=1, units=4, batch_size=512, steps=40)
LINK = "hidden_layers=1&batch_size=512&units=4&steps=40&v=2&train=1"


def downloaded(visitor, name):
    """Clicks a button, and returns where the file is that it gives."""
    button = visitor.page.get_by_test_id("stDownloadButton").filter(has_text=name)
    with visitor.page.expect_download() as download:
        button.get_by_role("button").click()
    return download.value.path()


def unpacked(path, folder):
    """Unpacks a file, and returns the lines that say what it is."""
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder)
    return (folder / README).read_text().splitlines()


def test_curves_and_networks_are_those_of_the_run(visit, tmp_path):
    visitor = visit(LINK)
    visitor.unfold("Take this run along")
    asks = visitor.button("Trained networks")
    expect(asks).to_be_enabled(timeout=120_000)
    recording = Recording.load(downloaded(visitor, "Recording"))
    assert (recording.settings, recording.complete) == (SETTINGS, True)

    lines = unpacked(downloaded(visitor, "Curves for TensorBoard"), tmp_path)
    link = lines[2].removeprefix("The run: ")
    assert link.startswith("http://127.0.0.1:")
    for arm, folder in folders(recording).items():
        events = EventAccumulator(str(tmp_path / folder / FILE_NAME), {"tensors": 0}).Reload()
        tensors = events.Tensors("network/validation_accuracy")
        found = [make_ndarray(each.tensor_proto) for each in tensors]
        np.testing.assert_array_equal(found, recording.frames[arm]["validation_accuracy"])

    asks.click()
    done = visitor.page.get_by_text("Trained again from the seed, up to step 40.")
    expect(done).to_be_visible(timeout=120_000)
    assert "bit for bit" in done.inner_text()
    networks = tmp_path / "networks"
    assert unpacked(downloaded(visitor, "Trained networks"), networks)[2] == f"The run: {link}"
    examples = np.load(networks / "examples.npz")
    for arm in recording.layout.arms:
        name = arm_file_name(recording.settings, arm)
        network = keras.models.load_model(networks / f"{name}.keras")
        loss, accuracy = network.evaluate(
            examples["x_validation"], examples["y_validation"], verbose=0
        )
        last = recording.frames[-1][arm]
        assert accuracy == last["validation_accuracy"]
        np.testing.assert_allclose(loss, last["validation_loss"], rtol=1e-6)
    # The link is to the same run.
    visitor.page.goto(link)
    visitor.until("s.framesHeld === '41'")
    visitor.unfold("Take this run along")
    assert Recording.load(downloaded(visitor, "Recording")).settings == SETTINGS


@pytest.mark.skipif(os.name == "nt", reason="no process stands still at a signal there")
def test_a_file_of_a_server_that_is_gone_is_told_of_in_one_sentence_and_the_page_stays(visit):
    port = free_port()
    with page_server(port, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        visitor = visit(address=f"http://127.0.0.1:{port}")
        visitor.unfold("Take this run along")
        numbers = visitor.button("Numbers")
        numbers.wait_for()
        os.kill(server.pid, signal.SIGSTOP)
        numbers.click()
        server.kill()
        sentence = visitor.page.get_by_role("alert").filter(has_text="The server does not answer")
        expect(sentence).to_be_visible(timeout=60_000)
        assert visitor.data("state") == "recorded"
