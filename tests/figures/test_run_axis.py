"""The axis by the square root of the steps: its places, its ticks, and what it says of them."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnviz.figures.bindings.binding import ROOT, column
from bnviz.figures.bindings.series import CursorLine, Series
from bnviz.figures.bindings.shapes import Heat
from bnviz.figures.run_axis import root_ticks
from bnviz.figures.view import View
from bnviz.figures.views.catalogue import VIEWS
from bnviz.settings import Settings
from tests.support.recordings import random_recording

SETTINGS = Settings(
    dataset="moons", hidden_layers=2, units=4, steps=20, deep=True, third_arm="layer_norm"
)
COSTS = {"none": 0.5, "bn": 2.0, "layer_norm": 1.25}
FRAMES = 9
OVER_RUN = [name for name, spec in VIEWS.items() if "run_scale" in spec.choices]


def recorded(frames=FRAMES):
    recording = random_recording(SETTINGS, frames)
    recording.seconds_per_step = COSTS
    return recording


def figure(name, scale, x_axis="steps"):
    return VIEWS[name].figure(recorded(), View(name, run_scale=scale, x_axis=x_axis))


def test_a_path_may_take_the_square_root():
    frames = recorded().frames
    np.testing.assert_array_equal(column(frames, f"{ROOT}step"), np.sqrt(np.arange(FRAMES)))


@pytest.mark.parametrize("x_axis", ["steps", "examples", "seconds"])
@pytest.mark.parametrize("name", OVER_RUN)
def test_everything_over_the_run_lies_at_the_root_of_where_it_lies_linearly(name, x_axis):
    frames = recorded().frames
    pairs = zip(
        *(figure(name, scale, x_axis).bindings.values() for scale in ("root", "linear")),
        strict=True,
    )
    seen = set()
    for root, linear in pairs:
        if hasattr(root, "x_scale"):
            x, plain = (np.array(each.points(frames, 4)["x"]) for each in (root, linear))
            np.testing.assert_allclose(x**2, plain)
            seen.add(type(root))
    assert {Series, CursorLine} <= seen or name in ("landscape", "scale_and_shift")
    assert name != "drift" or Heat in seen


@pytest.mark.parametrize("x_axis", ["steps", "seconds"])
def test_labels_at_the_mouse_tell_what_is_drawn_and_not_its_root(x_axis):
    drawn = figure("layers", "root", x_axis)
    frames, traces = recorded().frames, drawn.to_json()["data"]
    told = [n for n, trace in enumerate(traces) if "hovertemplate" in trace]
    assert told
    for number in told:
        binding = drawn.bindings[number]
        arm = binding.y.split("/")[0]
        scale = COSTS[arm] if x_axis == "seconds" else 1
        points = binding.points(frames, FRAMES - 1)
        np.testing.assert_allclose(points["customdata"][-1], (FRAMES - 1) * scale)
    assert not any("hovertemplate" in trace for trace in figure("layers", "linear").traces)


@pytest.mark.parametrize("name", OVER_RUN)
def test_ticks_stand_at_the_places_that_they_name(name):
    drawn = figure(name, "root")
    axes = drawn.to_json()["run"]["axes"]
    assert axes
    for key in axes:
        axis = drawn.layout[key]
        numbers = [float(text.replace(",", "")) for text in axis["ticktext"]]
        np.testing.assert_allclose(np.square(axis["tickvals"]), numbers)
        assert (numbers[0], numbers[-1]) == (0, SETTINGS.steps)
        assert axis["range"][1] >= axis["tickvals"][-1]
    assert figure(name, "linear").to_json()["run"]["axes"] == []


# The same as in tests/browser/player/ticks.test.js.
@pytest.mark.parametrize(
    ("end", "share", "ticks"),
    [
        (800, 0.16, [0, 50, 200, 500, 800]),
        (10, 0.16, [0, 2, 5, 10]),
        (1, 0.1, [0, 1]),
        (50_000, 0.22, [0, 5_000, 20_000, 50_000]),
        (800, 0.9, [0, 800]),
    ],
)
def test_ticks_are_zero_the_end_and_round_numbers_between(end, share, ticks):
    assert root_ticks(end, share * math.sqrt(end), whole=True) == ticks


@given(st.integers(1, 10**8), st.floats(0.02, 1))
def test_ticks_keep_their_distance_and_are_whole(end, share):
    apart = share * math.sqrt(end)
    ticks = root_ticks(end, apart, whole=True)
    assert (ticks[0], ticks[-1]) == (0, end)
    assert all(tick == round(tick) for tick in ticks)
    distances = np.diff(np.sqrt(ticks))
    assert len(ticks) == 2 or distances.min() >= apart * (1 - 1e-9)
