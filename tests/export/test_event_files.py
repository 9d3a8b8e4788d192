"""EventFiles: what TensorBoard reads is what was recorded."""

import numpy as np
import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.histogram.metadata import PLUGIN_NAME as HISTOGRAMS
from tensorboard.plugins.scalar.metadata import PLUGIN_NAME as SCALARS
from tensorboard.util.tensor_util import make_ndarray

from bnviz.export.event_files import FILE_NAME, event_files, folders
from bnviz.recording import Recording
from bnviz.recording.header import arm_file_names
from bnviz.settings import Settings
from tests.support.recordings import random_recording

RECORDING = random_recording(
    Settings(dataset="moons", hidden_layers=2, units=4, steps=20, third_arm="layer_norm"), 6
)
STEPS = RECORDING.frames["step"].tolist()


@pytest.fixture(scope="module")
def read(tmp_path_factory):
    """What TensorBoard reads, by arm."""
    folder = tmp_path_factory.mktemp("events")
    for name, data in event_files(RECORDING).items():
        (folder / name).parent.mkdir()
        (folder / name).write_bytes(data)
    found = {}
    for arm in RECORDING.layout.arms:
        found[arm] = EventAccumulator(str(folder / folders(RECORDING)[arm]), {"tensors": 0})
        found[arm].Reload()
    return found


def values(read, tag):
    """The values of a tag by step."""
    return {event.step: make_ndarray(event.tensor_proto) for event in read.Tensors(tag)}


@pytest.mark.parametrize(
    ("tag", "path"),
    [
        ("network/validation_accuracy", ("validation_accuracy",)),
        ("network/train_loss", ("train_loss",)),
        ("gradient_norm/layer 1", ("gradient_norm", 0)),
        ("gradient_norm/output", ("gradient_norm", 2)),
        ("activation_percentiles_95/layer 2", ("activation_percentiles", 1, -1)),
        ("pre_activation_nan/layer 2", ("pre_activation_nan", 1)),
    ],
)
def test_a_number_is_that_of_the_recording(read, tag, path):
    name, *indices = path
    for arm, events in read.items():
        found = values(events, tag)
        assert list(found) == STEPS
        expected = RECORDING.frames[arm][name][(slice(None), *indices)]
        np.testing.assert_array_equal(list(found.values()), expected.astype(np.float32))
        assert tag in events.PluginTagToContent(SCALARS)
        assert events.SummaryMetadata(tag).summary_description


@pytest.mark.parametrize("quantity", ["pre_activation", "activation"])
def test_a_histogram_has_the_recorded_counts_in_the_recorded_bins(read, quantity):
    edges = RECORDING.header.edges(quantity)
    for arm, events in read.items():
        for layer in range(2):
            tag = f"{quantity}/layer {layer + 1}"
            assert tag in events.PluginTagToContent(HISTOGRAMS)
            for frame, bins in zip(RECORDING.frames, values(events, tag).values(), strict=True):
                counts = frame[arm][f"{quantity}_counts"][layer]
                left, right, found = bins.T
                assert (left <= right).all()
                assert found.sum() == counts.sum()
                assert found[0] > 0
                assert found[-1] > 0
                within = left < right
                start = np.searchsorted(edges, left[within][0])
                part = slice(start, start + within.sum())
                np.testing.assert_array_equal(found[within], counts[1:-1][part])
                np.testing.assert_array_equal(right[within], edges[1:][part])


def test_a_measure_that_is_nowhere_known_is_left_out():
    frames = RECORDING.frames.copy()
    frames["none"]["dead"] = np.nan
    unknown = Recording(RECORDING.settings)
    unknown.extend(0, frames.tobytes())
    holders = [name for name, data in event_files(unknown).items() if b"dead/layer 1" in data]
    assert holders == [f"2_with_bn/{FILE_NAME}", f"3_layer_norm/{FILE_NAME}"]


def test_the_settings_are_those_that_have_an_effect(read):
    for events in read.values():
        ((table,),) = [values(events, "settings").values()]
        words = table.item().decode()
        assert "| noise |" in words  # of the moons
        assert "| upload |" not in words


def test_the_network_without_bn_comes_first_and_so_is_orange_in_tensorboard():
    (first, second, _) = sorted(event_files(RECORDING))
    assert first.startswith(folders(RECORDING)["none"])
    assert second.startswith(folders(RECORDING)["bn"])


def test_a_folder_is_called_as_the_page_calls_its_network():
    assert [*folders(Recording(Settings(second_arm="layer_norm"))).values()] == [
        "1_without_norm",
        "2_layer_norm",
    ]
    third = folders(Recording(Settings(third_arm="bn_other")))
    assert third["bn_other"] == "3_bn_on_the_other_side"
    assert {name.partition("_")[2] for name in third.values()} <= arm_file_names()
