"""Every view can be drawn from any recording, and its points are those its bindings describe."""

import dataclasses

import numpy as np
import pytest

from bnviz.figures.bindings.binding import SYMLOG_LINEAR, column, format_value
from bnviz.figures.bindings.passage import ACTIVATIONS as DRAWN_ACTIVATIONS
from bnviz.figures.bindings.passage import Passage, ScaleAndShift
from bnviz.figures.bindings.plane import Boundary
from bnviz.figures.bindings.rows import Bars
from bnviz.figures.bindings.series import EndLabels
from bnviz.figures.bindings.shapes import HEAT_SHARES, Heat
from bnviz.figures.ranges import bounds, decades
from bnviz.figures.view import CHOICES, TITLES, View
from bnviz.figures.views.catalogue import VIEWS, available_view, choices, figure_version, tabs
from bnviz.recording import Recording
from bnviz.recording.frame_layout import FrameLayout
from bnviz.recording.frames import PERCENTILES, PLANE_GRID, PLANE_RANGE
from bnviz.recording.scores import decode
from bnviz.settings import Settings
from bnviz.settings.choices import ACTIVATIONS
from tests.support.recordings import random_recording

#: Has every measure.
FULL = Settings(dataset="moons", hidden_layers=2, units=4, steps=20, deep=True)
SIZES = {
    "two arms": FULL,
    "three arms": FULL.replace(third_arm="layer_norm"),
    "dynamic tanh": FULL.replace(third_arm="dyt"),
    "weight norm": FULL.replace(third_arm="weight_norm"),
    "one layer": FULL.replace(hidden_layers=1),
    "fifty layers": FULL.replace(hidden_layers=50, units=64),
    "sigmoid": FULL.replace(activation="sigmoid"),
}


def test_views_and_titles_have_the_same_names():
    assert list(VIEWS) == list(TITLES)


@pytest.mark.parametrize("name", VIEWS)
@pytest.mark.parametrize("size", SIZES)
def test_every_view_can_be_drawn_from_every_recording(name, size):
    for frames in (0, 1, 3):
        recording = random_recording(SIZES[size], frames)
        figure = VIEWS[name].figure(recording, View(name))
        assert figure.to_json()["bindings"].keys() == {str(n) for n in figure.bindings}
        if frames:
            assert figure.at(recording, 0, "wide").data
            assert figure.at(recording, frames - 1, "narrow").data


@pytest.mark.parametrize(
    ("second", "lacking"),
    [
        ("weight_norm", {"inside", "inference"}),
        ("dyt", {"inside", "inference"}),
        ("renorm", {"inside"}),
        ("ghost_bn", {"inside"}),
        ("bn", set()),
    ],
)
def test_views_say_what_they_lack_without_bn_and_draw_all_else(second, lacking):
    recording = random_recording(FULL.replace(second_arm=second), 2)
    assert {name for name, view in VIEWS.items() if view.lacking(recording.layout)} == lacking
    for name in VIEWS.keys() - lacking:
        assert VIEWS[name].figure(recording, View(name)).at(recording, 1, "wide").data


def test_a_figure_carries_the_constants_of_its_bindings():
    constants = (
        VIEWS["drift"].figure(random_recording(FULL, 1), View("drift")).to_json()["constants"]
    )
    assert constants["percentiles"] == list(PERCENTILES)
    assert constants["heat_shares"] == HEAT_SHARES
    assert constants["symlog_linear"] == SYMLOG_LINEAR


@pytest.mark.parametrize("name", VIEWS)
@pytest.mark.parametrize("broken", [0.3, 1.0])
def test_every_view_can_be_drawn_from_nan_and_infinite_numbers(name, broken):
    recording = random_recording(SIZES["three arms"], 5, broken=broken)
    for value_axis in ("linear", "symlog"):
        figure = VIEWS[name].figure(recording, View(name, value_axis=value_axis, loss_axis="log"))
        assert figure.at(recording, 2).data


@pytest.mark.parametrize("name", VIEWS)
def test_every_choice_of_a_view_changes_its_figure(name):
    recording = random_recording(FULL.replace(dataset="digits", hidden_layers=5), 6)
    if VIEWS[name].lacking(recording.layout):
        recording = random_recording(FULL.replace(hidden_layers=5), 6)
    plain = VIEWS[name].figure(recording, View(name)).at(recording).to_json()
    for choice, offered in choices(recording, View(name)).items():
        for option in list(offered["options"])[1:3]:
            value = int(option) if choice in ("layer", "neuron", "example") else option
            figure = VIEWS[name].figure(
                recording, dataclasses.replace(View(name), **{choice: value})
            )
            assert figure.at(recording).to_json() != plain, (choice, option)


@pytest.mark.parametrize("name", VIEWS)
def test_a_layer_or_neuron_beyond_the_last_means_the_last(name):
    recording = random_recording(FULL, 2)
    figure = VIEWS[name].figure(recording, View(name, layer=2, neuron=3))
    beyond = VIEWS[name].figure(recording, View(name, layer=99, neuron=99))
    drawn = [each.to_json() for each in (figure, beyond)]
    for each in drawn:
        # The zoom follows the choice, not what is drawn.
        del each["layout"]["uirevision"]
    assert drawn[0] == drawn[1]


def test_a_view_without_its_measures_is_not_drawn():
    layout = FrameLayout.of(Settings())
    lacking = {tab["name"] for tab in tabs(layout) if tab["lacks"]}
    assert lacking == {"decision", "inference", "landscape"}
    for name in TITLES:
        assert available_view(layout, View(name)).name == ("layers" if name in lacking else name)
    assert not any(tab["lacks"] for tab in tabs(FrameLayout.of(FULL)))


@pytest.mark.parametrize("name", VIEWS)
def test_axes_stay_fixed_until_the_figure_version_changes(name):
    view = View(name)
    earlier = None
    for frames in range(1, 12):
        recording = random_recording(FULL, frames)
        version = figure_version(recording, view)
        figure = VIEWS[name].figure(recording, view).figure
        axes = {k: v for k, v in figure.to_plotly_json()["layout"].items() if "axis" in k}
        if earlier and earlier[0] == version:
            assert axes == earlier[1]
        earlier = version, axes


class TestReading:
    def test_of_a_recording_with_usual_batches_is_that_of_the_view(self):
        for spec in VIEWS.values():
            assert spec.reading_of(random_recording(FULL, 1)) == spec.reading

    @pytest.mark.parametrize("name", ["layers", "drift", "neurons", "gradients"])
    def test_says_that_small_batches_are_not_the_probe(self, name):
        settings = Settings(units=2, steps=12, batch_size=1)
        recording = Recording(settings)
        assert VIEWS[name].reading_of(recording) == VIEWS[name].reading
        frame = np.zeros((), recording.layout.dtype)
        for arm in recording.layout.arms:
            frame[arm]["pre_activation_counts"][:, 0] = 40 * settings.units
        recording.append(frame[()])
        assert "40 examples that BN normalizes as one batch" in VIEWS[name].reading_of(recording)
        assert "a batch of 1," in VIEWS[name].reading_of(recording)

    @pytest.mark.parametrize("version", [1, 2])
    def test_of_the_gap_says_where_it_is_by_different_statistics(self, version):
        recording = Recording(Settings(units=2, steps=12), version=version)
        recording.append(np.zeros((), recording.layout.dtype)[()])
        spec = VIEWS["generalisation"]
        drawn = str(spec.figure(recording, View("generalisation")).to_json())
        for text in (spec.reading_of(recording), drawn):
            assert ("by different statistics" in text) == (version == 1)
        assert ("bn/train_loss_in_inference" in drawn) == (version == 2)


def test_a_path_may_name_a_percentile_or_a_difference():
    recording = random_recording(FULL, 4)
    gamma = recording.frames["bn"]["gamma"]
    expected = np.percentile(gamma[:, 1].astype(float), 25, axis=1)
    np.testing.assert_allclose(column(recording.frames, "bn/gamma/1@25"), expected)
    arm = recording.frames["bn"]
    np.testing.assert_allclose(
        column(recording.frames, "bn/validation_loss - bn/train_loss"),
        arm["validation_loss"].astype(float) - arm["train_loss"],
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0.00"), (999.9, "999.90"), (1000, "1.0e3"), (0.0096, "9.6e−3"), (-0.00031, "−3.1e−4")],
)
def test_tiny_and_huge_values_are_written_with_two_digits(value, text):
    assert format_value(value) == text


def test_a_column_of_the_heat_map_holds_every_value_within_the_axis():
    recording = random_recording(FULL, 4)
    counts = recording.frames["bn"]["pre_activation_counts"][:, 1].astype(float)
    bins = counts.shape[1] - 2
    heat = Heat(
        x="step",
        counts="bn/pre_activation_counts",
        row=1,
        positions=tuple(range(bins + 1)),
        first=1,
        width=1,
    )
    points = heat.points(recording.frames, 0)
    shares = np.expm1(points["z"]).sum(axis=0) / HEAT_SHARES
    np.testing.assert_allclose(shares, counts[:, 1:-1].sum(axis=1) / counts.sum(axis=1))
    assert points["x"].tolist() == [0, 1, 2, 3, 4]


def test_bars_count_outliers_in_the_end_bins():
    recording = random_recording(FULL, 2)
    points = Bars(row="bn/beta/0", edges=(-1.0, -0.5, 0.0, 0.5, 1.0)).points(recording.frames, 1)
    beta = recording.frames["bn"]["beta"][1, 0]
    expected = np.histogram(np.clip(beta, -1, 1), [-1, -0.5, 0, 0.5, 1])[0]
    assert points["y"][1:-1:2].tolist() == expected.tolist()


def test_the_boundary_of_a_plane_split_vertically_is_a_vertical_line():
    recording = random_recording(FULL, 1)
    frames = recording.frames.copy()
    frames["bn"]["boundary"] = np.where(np.arange(PLANE_GRID) < PLANE_GRID / 2, 0, 255)
    points = Boundary(values="bn/boundary", size=PLANE_GRID, reach=PLANE_RANGE).points(frames, 0)
    x, y = (np.array(points[letter]) for letter in "xy")
    assert np.nanmax(np.abs(x)) < 1e-9
    assert np.nanmin(y) == pytest.approx(-PLANE_RANGE)
    assert np.nanmax(y) == pytest.approx(PLANE_RANGE)


PASSAGE = {
    "values": "bn/example_scores/1/2",
    "coded": True,
    "mean": "bn/batch_mean/1/2",
    "variance": "bn/batch_variance/1/2",
    "moving_mean": "bn/moving_mean/1/2",
    "moving_variance": "bn/moving_variance/1/2",
    "gamma": "bn/gamma/1/2",
    "beta": "bn/beta/1/2",
    "epsilon": 0.25,
    "examples": (0, 5, 7),
}


def test_gamma_std_and_beta_mean_undo_normalization():
    frames = random_recording(FULL, 1).frames.copy()
    arm = frames["bn"]
    arm["batch_variance"] = 2.0
    arm["gamma"], arm["beta"] = 1.5, arm["batch_mean"]
    points = Passage(**PASSAGE, activation="linear").points(frames, 0)
    ways = np.array(points["y"]).reshape(3, 6)
    scores = decode(arm["example_scores"][0, 1, 2, [0, 5, 7]])
    np.testing.assert_allclose(ways[:, 0], arm["batch_mean"][0, 1, 2] + scores * 2**0.5)
    np.testing.assert_allclose(ways[:, 1], ways[:, 0] - arm["batch_mean"][0, 1, 2])
    np.testing.assert_allclose(ways[:, 2], ways[:, 1] / 1.5)
    np.testing.assert_allclose(ways[:, 3], ways[:, 0], rtol=1e-5)
    np.testing.assert_allclose(ways[:, 4], ways[:, 0], rtol=1e-5)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_activations_drawn_are_those_of_keras(name):
    keras = pytest.importorskip("keras")
    x = np.linspace(-4, 4, 33)
    expected = np.array(keras.layers.Activation(name)(x.astype(np.float32)))
    np.testing.assert_allclose(DRAWN_ACTIVATIONS[name](x), expected, atol=1e-6, rtol=1e-5)


def test_names_at_the_ends_of_curves_keep_their_order_and_a_distance():
    recording = random_recording(FULL.replace(hidden_layers=8), 3)
    measures = tuple(f"bn/gradient_norm/{row}" for row in range(9))
    ends = EndLabels(x="step", measures=measures, names=tuple("abcdefghi"), low=-1, high=3, gap=0.1)
    points = ends.points(recording.frames, 0)
    assert np.diff(np.sort(points["y"])).min() >= 0.4 - 1e-9
    assert max(points["y"]) <= 3 + 1e-9
    last = recording.frames["bn"]["gradient_norm"][-1]
    assert np.argsort(points["y"]).tolist() == np.argsort(last).tolist()


def test_ranges_enclose_the_measures():
    recording = random_recording(FULL, 10)
    norms = recording.frames["bn"]["gradient_norm"]
    low, high = decades(recording, ["gradient_norm"], 0, 0, ["bn"])
    assert 10.0**low <= norms.min() <= norms.max() <= 10.0**high
    beta = recording.frames["bn"]["beta"]
    below, above = bounds(recording, ["beta"], -0.1, 0.1, ["bn"])
    assert below <= beta.min() <= beta.max() <= above


def test_every_choice_has_a_label_and_help():
    for choice in CHOICES.values():
        assert choice["label"]
        assert choice["help"]


@pytest.mark.parametrize("by_hand", ["identity", "hand"])
def test_gamma_and_beta_by_hand_or_of_the_identity_restore_the_input(by_hand):
    frames = random_recording(FULL, 2).frames.copy()
    frames["bn"]["batch_variance"] = 2.0
    mean = float(frames["bn"]["batch_mean"][1, 1, 2])
    choice = {"by_hand": by_hand, "hand": (1.5, mean)}
    ways = Passage(**PASSAGE, **choice, activation="").points(frames, 1)["y"].reshape(3, 5)
    np.testing.assert_allclose(ways[:, 3], ways[:, 0], rtol=1e-6)
    others = ("values", "coded", "examples")
    neuron = {name: value for name, value in PASSAGE.items() if name not in others}
    words = ScaleAndShift(**neuron, **choice, x=4, y=1).points(frames, 1)["text"]
    assert words == [f"γ 1.50<br>β {format_value(mean)}"]


@pytest.mark.parametrize(("layers", "named"), [(1, 1), (16, 16), (17, 9), (50, 11)])
def test_at_most_sixteen_rows_of_layers_are_named(layers, named):
    recording = random_recording(Settings(hidden_layers=layers, units=2), 1)
    figure = VIEWS["layers"].figure(recording, View()).figure
    names = figure.layout.yaxis.ticktext
    assert len(names) == len(figure.layout.yaxis.tickvals) == named
    assert names[0] == "layer 1"


def test_a_network_that_does_not_shift_has_no_beta():
    recording = random_recording(FULL.replace(third_arm="rms_norm"), 5)
    figure = VIEWS["scale_and_shift"].figure(recording, View("scale_and_shift"))
    drawn = {path for each in figure.bindings.values() for path in _paths(each)}
    assert any(path.startswith("rms_norm/gamma") for path in drawn)
    assert any(path.startswith("bn/beta") for path in drawn)
    assert not any(path.startswith("rms_norm/beta") for path in drawn)


def _paths(binding):
    """The measures that a binding names."""
    values = (getattr(binding, name, "") for name in ("y", "low", "high", "row"))
    return [value for value in values if isinstance(value, str)]
