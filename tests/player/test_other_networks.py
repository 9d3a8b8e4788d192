"""Recordings of networks that no settings describe: any number of them, layers of any width."""

import dataclasses
import json

import numpy as np
import pytest

from bnviz.export.event_files import FILE_NAME, event_files
from bnviz.export.figure_table import FigureTable
from bnviz.export.picture import drawing
from bnviz.export.replay import replay
from bnviz.export.tidy import tidy
from bnviz.figures.diagram import diagram
from bnviz.figures.panels import Panels
from bnviz.figures.view import TITLES, View
from bnviz.figures.views.catalogue import VIEWS
from bnviz.findings import speed
from bnviz.findings.gradient_growth import growing_arm
from bnviz.findings.headline import headline
from bnviz.findings.verdict import verdict
from bnviz.page.shell import recording_process
from bnviz.player.content import StageContent
from bnviz.player.message import unpack
from bnviz.player.request import PlayerRequest
from bnviz.recording import Recording
from bnviz.recording.networks import LayerSpec
from tests.support.everyday import everyday
from tests.support.networks import BEFORE, BY_EXAMPLE, UNKNOWN, header_of
from tests.support.recordings import random_recording

SHAPES = [(1, [4]), (2, [8, 64, 512]), (1, [16] * 30), (3, [32] * 7), (2, [3] * 100)]


def recording(arms: int = 2, widths: tuple[int, ...] = (8, 64, 512), frames: int = 5, **others):
    """A recording in which narrower layers have no more neurons than they are wide."""
    found = random_recording(header_of(arms, widths, **others), frames)
    values = found.frames.copy()
    for arm in found.layout.arms:
        for name in values.dtype[arm].names:
            if values.dtype[arm][name].shape[:2] == (len(widths), found.layout.neurons):
                for layer in range(len(widths)):
                    beyond = values[arm][name][:, layer, found.layout.neurons_of(layer) :]
                    beyond[...] = np.nan if beyond.dtype.kind == "f" else -128
    again = Recording(found.header)
    again.extend(0, values.tobytes())
    return again


def respond(shown: Recording, view: View) -> dict:
    header, _ = unpack(StageContent.recorded(shown, name="x").respond(PlayerRequest(view=view)))
    return header


@pytest.mark.parametrize("frames", everyday([0, 1, 5], (0, 2)))
@pytest.mark.parametrize(("arms", "widths"), everyday(SHAPES, {0, 1, 2}))
def test_every_view_answers(arms, widths, frames):
    shown = recording(arms, tuple(widths), frames)
    for name in TITLES:
        header = respond(shown, View(name))
        assert header["figure"]["view"]["name"] == name
        for layer in range(1, len(widths) + 1) if header["missing"] is None and frames else ():
            VIEWS[name].figure(shown, View(name, layer=layer)).at(shown)


def test_the_stage_names_each_layer_with_its_activation_and_its_place_of_bn():
    diagram = respond(recording(), View())["figure"]["diagram"]
    names = [row["name"] for row in diagram["rows"]]
    assert names == ["block_0/conv_relu", "block_1/conv_relu", "block_2/conv_relu"]
    assert [row["activation"] for row in diagram["rows"]] == ["relu", "tanh", "hard_silu"]
    assert [len(row["curve"]) > 0 for row in diagram["rows"]] == [True, True, False]
    assert [row["parts"][1].index("activation") for row in diagram["rows"]] == [2, 1, 1]
    assert all(row["parts"][0] == ["weights", "activation"] for row in diagram["rows"])


def test_what_is_not_measured_is_not_offered():
    unknown = (*UNKNOWN, "gradient_norm", "effective_rate")
    tabs = respond(recording(unknown=unknown), View())["figure"]["tabs"]
    lacking = {tab["name"] for tab in tabs if tab["lacks"]}
    assert {"gradients", "effective_rate", "decision", "inference", "landscape"} <= lacking
    assert not {"layers", "drift", "inside", "neurons"} & lacking


@pytest.mark.parametrize("view", ["inside", "scale_and_shift"])
def test_a_network_without_normalization_has_no_view_of_it(view):
    header = respond(recording(1), View(view))
    assert "none of these networks" in header["missing"]["sentence"]


def test_a_layer_without_bn_says_so_inside_a_neuron():
    for layer, has in ((1, True), (2, False)):
        figure = respond(recording(), View("inside", layer=layer))["figure"]
        heading = figure["layouts"]["wide"]["annotations"][0]["text"]
        assert ("this layer has no BN" in heading) != has


def test_drift_is_not_split_by_who_moved_the_values_unless_that_is_measured():
    figure = VIEWS["drift"].figure(recording(), View("drift"))
    assert not [trace for trace in figure.bindings.values() if "drift_own" in str(trace)]


@pytest.mark.parametrize("layer", [1, 2, 3])
def test_a_layer_offers_and_draws_as_many_neurons_as_it_has(layer):
    shown = recording()
    width = min(shown.header.layers[layer - 1].width, shown.layout.neurons)
    figure = respond(shown, View("neurons", layer=layer, neuron=10_000))["figure"]
    assert len(figure["choices"]["neuron"]["options"]) == width
    spans = next(each for each in figure["bindings"].values() if each["kind"] == "medians")
    assert spans["neurons"] == list(range(width))


def test_percentiles_over_neurons_leave_out_the_end_of_a_narrow_layers_row():
    shown = recording()
    figure = VIEWS["scale_and_shift"].figure(shown, View("scale_and_shift")).at(shown)
    medians = [trace for trace in figure.data if trace.name and "median gamma" in trace.name]
    gamma = shown.frames["arm_2"]["gamma"]
    expected = [np.median(gamma[:, 0, :8], axis=1)[-1], np.median(gamma[:, 2], axis=1)[-1]]
    found = [trace.y[-1] for trace in medians if len(trace.y)]
    assert {round(float(each), 5) for each in expected} <= {round(float(y), 5) for y in found}


def test_curves_run_over_steps_where_the_size_of_batches_is_not_known():
    options = respond(recording(), View())["figure"]["choices"]["x_axis"]["options"]
    assert "examples" not in options
    known = respond(recording(batch_size=32), View())["figure"]["choices"]["x_axis"]["options"]
    assert "examples" in known
    axis = VIEWS["layers"].figure(recording(), View(x_axis="examples")).layout["xaxis5"]
    assert axis["title"]["text"].startswith("training step")


@pytest.mark.parametrize("arms", [1, 2, 3])
@pytest.mark.parametrize("frames", [1, 5])
def test_sentences_name_networks_and_layers_and_never_the_laboratorys(arms, frames):
    said = " ".join((*verdict(recording(arms, frames=frames)), *headline(recording(arms))))
    assert " BN is" not in said.replace("with BN is", "")
    assert "without BN" not in said
    assert "same weights" not in said
    assert "layer 1" not in said
    if frames > 1:
        assert "“plain”" in said


@pytest.mark.parametrize("arms", [2, 3])
def test_networks_of_which_all_is_measured_have_a_verdict(arms):
    assert verdict(recording(arms, unknown=()))


def test_a_layer_is_drawn_with_its_own_normalization():
    networks = header_of(2, (8, 8, 8))
    mixed = dataclasses.replace(networks.arms[1], name="batch", norms=(BY_EXAMPLE, BEFORE, None))
    header = dataclasses.replace(networks, arms=(networks.arms[0], mixed))
    rows = diagram(Panels(random_recording(header, 2), View()), [0.0] * 3, 0.0)["rows"]
    assert [row["norms"][1]["short"] for row in rows] == ["LN", "BN", ""]
    assert [row["norms"][0]["short"] for row in rows] == ["", "", ""]


def test_theory_is_drawn_where_every_layer_has_it():
    header = header_of(2, (8, 8))
    layers = tuple(LayerSpec(f"dense_{n}", 8, "relu") for n in range(2))
    for norms, growing in (((BEFORE, BEFORE), "arm_2"), ((BEFORE, None), None)):
        arm = dataclasses.replace(header.arms[1], norms=norms)
        of_dense = dataclasses.replace(header, arms=(header.arms[0], arm), layers=layers)
        assert growing_arm(of_dense) == growing


def test_nothing_is_said_to_be_trainable_that_only_the_laboratory_trains():
    lacking = respond(recording(), View("landscape"))["missing"]
    assert lacking["offer"] == ""
    assert "trained outside of bnviz" in lacking["sentence"]


@pytest.mark.parametrize(("steps", "known"), [((0, 40, 80, 90), False), ((0, 38, 40, 90), True)])
def test_networks_that_arrive_between_distant_frames_have_no_speed_up(steps, known):
    shown = random_recording(header_of(2, [4], steps=steps), 4)
    frames = shown.frames.copy()
    frames["majority_share"] = 0.1
    for arm in shown.layout.arms:
        frames[arm]["validation_accuracy"] = [0.1, 0.2, 0.9, 0.9]
    again = Recording(shown.header)
    again.extend(0, frames.tobytes())
    found = speed.of_recording(again)["arm_2"]
    assert (found.speed_up is not None) == known
    assert found.reason == ("" if known else "the target was reached between distant frames")


def test_events_name_their_layer():
    shown = recording(1, (8, 64))
    frames = shown.frames.copy()
    frames["arm_1"]["dead"] = [0.0, 0.9]
    frames["arm_1"]["pre_activation_counts"][0, 0] = 0
    frames["arm_1"]["pre_activation_counts"][0, 0, 1] = 7 * 8  # of 7 examples in 8 neurons
    frames["arm_1"]["pre_activation_nan"][0, 0] = 0
    dead = Recording(shown.header)
    dead.extend(0, frames.tobytes())
    events = respond(dead, View())["events"]
    (event,) = (each for each in events if each["kind"] == "dead")
    assert event["sentence"] == (
        "Step 0: neurons die in block_1/conv_relu in “plain”: 90 % output 0 for all 7 measured "
        "examples at all positions read."
    )


def test_an_update_that_is_not_measured_is_not_called_motionless():
    shown = recording(1, (8, 64), unknown=(*UNKNOWN, "update_ratio"))
    frames = shown.frames.copy()
    frames["arm_1"]["update_ratio"] = np.nan
    frames["arm_1"]["gradient_norm"] = 1.0
    again = Recording(shown.header)
    again.extend(0, frames.tobytes())
    assert not [each for each in respond(again, View())["events"] if each["kind"] == "motionless"]


def test_the_proof_says_what_is_the_same_and_what_is_not_known():
    shown = recording()
    frames = shown.frames.copy()
    frames["arm_1"]["data_digest"] = frames["arm_2"]["data_digest"]
    again = Recording(shown.header)
    again.extend(0, frames.tobytes())
    assert respond(again, View())["proof"] == (
        "By checksums, the same in all networks: data; not the same: first weights of the layers "
        "shown; not known: order of batches."
    )
    assert respond(recording(1), View())["proof"] == ""


def test_the_page_of_such_a_recording_offers_no_training():
    text = replay(recording(1, (8, 64)))
    assert "Networks of mine" in text
    assert "bnviz train" not in text
    assert "trained outside of bnviz" in text


def test_the_table_of_figures_gives_the_figures_of_every_layer():
    content = StageContent.recorded(recording(2, (8, 64)), name="x")
    table = FigureTable.of(content)
    for view in (View("neurons", layer=1, neuron=7), View(layer=2), View("scale_and_shift")):
        figure = content.figure(view)
        del figure["layout"]["uirevision"]
        bare = {name: part for name, part in figure.items() if name not in ("id", "view")}
        assert json.loads(json.dumps(table.figure(view))) == bare


def test_pictures_and_tables_have_its_names():
    shown = recording()
    words = [note.text for note in drawing(shown, "layers").layout.annotations]
    assert "2 networks, watched" in words
    assert {line.split(",")[1] for line in tidy(shown).splitlines()[1:]} == {"plain", "with BN"}


def test_tensorboard_gets_a_folder_for_each_of_them_and_their_layers_names():
    files = event_files(recording())
    assert set(files) == {f"{n}_arm_{n}/{FILE_NAME}" for n in (1, 2)}
    assert all(b"block_1/conv_relu" in data and b"watched" in data for data in files.values())


def test_the_page_is_told_how_many_bytes_it_may_come_to_take(tmp_path):
    begun = recording(frames=2)
    begun.save(tmp_path / "run.npz")
    found = recording_process.tried((tmp_path / "run.npz").read_bytes())
    assert found == {"complaint": "", "bytes": 5 * begun.layout.dtype.itemsize}


def test_nothing_is_offered_to_be_changed_in_what_nobody_here_can_train_again():
    changes = respond(recording(), View())["changes"]
    assert (changes["rates"], changes["of_bn"]) == ([], {})


def test_a_header_differs_in_what_it_says_of_itself():
    header = header_of(2, [8])
    assert header.digest != dataclasses.replace(header, about="others").digest
