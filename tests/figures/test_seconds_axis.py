"""The axis in seconds: steps times what a step of each arm costs, once that is known.

By the square root it is tested in test_run_axis.py.
"""

import numpy as np
import pytest

from bnviz.figures.bindings.series import CursorLine, Marker, Series
from bnviz.figures.bindings.shapes import Heat
from bnviz.figures.view import View
from bnviz.figures.views.catalogue import VIEWS, choices, figure_version
from bnviz.recording import Recording
from bnviz.settings import Settings
from tests.support.recordings import random_recording

SETTINGS = Settings(
    dataset="moons", hidden_layers=2, units=4, steps=20, deep=True, third_arm="layer_norm"
)
COSTS = {"none": 0.5, "bn": 2.0, "layer_norm": 1.25}
FRAMES = 6
#: The views that run over the steps.
OVER_STEPS = [name for name, spec in VIEWS.items() if "x_axis" in spec.choices]


def recorded(costs: dict[str, float], **changes: object) -> Recording:
    recording = random_recording(SETTINGS.replace(**changes), FRAMES)
    recording.seconds_per_step = costs
    return recording


def in_seconds(name: str, recording: Recording):
    return VIEWS[name].figure(recording, View(name, x_axis="seconds", run_scale="linear"))


def offered(recording: Recording, view: View) -> dict[str, str]:
    return choices(recording, view)["x_axis"]["options"]


@pytest.mark.parametrize("name", OVER_STEPS)
def test_every_curve_runs_over_its_steps_times_the_cost_of_its_arm(name):
    recording = recorded(COSTS)
    seen = set()
    for binding in in_seconds(name, recording).bindings.values():
        if isinstance(binding, Series) and binding.part == "past":
            arm = binding.y.split("/")[0]
            points = binding.points(recording.frames, FRAMES - 1)
            np.testing.assert_array_equal(points["x"], COSTS[arm] * np.arange(FRAMES))
            seen.add(arm)
        if isinstance(binding, Marker):
            arm = binding.y.split("/")[0]
            assert binding.points(recording.frames, 3)["x"] == [3 * COSTS[arm]]
    assert "bn" in seen or name == "landscape"


@pytest.mark.parametrize("name", OVER_STEPS)
def test_the_axis_ends_with_the_arm_whose_steps_cost_most(name):
    layout = in_seconds(name, recorded(COSTS)).figure.to_plotly_json()["layout"]
    ends = {axis["range"][1] for key, axis in layout.items() if key.startswith("xaxis")}
    end = 1.005 * SETTINGS.steps * max(COSTS.values())
    assert any(found == pytest.approx(end) for found in ends)


def test_the_columns_of_a_heat_map_are_as_wide_as_the_steps_of_its_arm():
    recording = recorded(COSTS)
    heats = [
        each for each in in_seconds("drift", recording).bindings.values() if isinstance(each, Heat)
    ]
    for heat in heats:
        cost = COSTS[heat.counts.split("/")[0]]
        for count in (1, FRAMES):
            x = heat.points(recording.frames[:count], 0)["x"]
            np.testing.assert_allclose(
                np.diff(x), cost * SETTINGS.steps / len(recording.steps), 0.1
            )
            assert x[0] == 0
    assert {heat.counts.split("/")[0] for heat in heats} == set(COSTS)


def cursors(name: str, axis: str, at: int) -> dict[str, set[float]]:
    """The places of the lines at the cursor, by panel."""
    recording = recorded(COSTS)
    figure = VIEWS[name].figure(recording, View(name, x_axis=axis, run_scale="linear"))
    traces, found = figure.to_json()["data"], {}
    for trace, binding in figure.bindings.items():
        if isinstance(binding, CursorLine):
            (place,) = set(binding.points(recording.frames, at)["x"])
            found.setdefault(traces[trace]["xaxis"], set()).add(place)
    return found


def test_the_cursor_is_where_the_step_lies_for_each_arm_of_a_panel():
    assert all(places == {4.0} for places in cursors("layers", "steps", 4).values())
    everyone = {4 * cost for cost in COSTS.values()}
    assert all(places == everyone for places in cursors("layers", "seconds", 4).values())
    # Each of the upper panels shows a single arm.
    upper = [cursors("generalisation", "seconds", 4)[axis] for axis in ("x", "x2", "x3")]
    assert upper == [{4 * cost} for cost in COSTS.values()]


class TestChoice:
    @pytest.mark.parametrize("name", OVER_STEPS)
    def test_is_offered_as_soon_as_the_costs_are_known(self, name):
        recording = recorded({})
        view, before = View(name), figure_version(recording, View(name))
        assert list(offered(recording, view)) == ["steps", "examples"]
        recording.seconds_per_step = COSTS
        assert list(offered(recording, view)) == ["steps", "examples", "seconds"]
        assert figure_version(recording, view) != before

    @pytest.mark.parametrize("name", OVER_STEPS)
    @pytest.mark.parametrize(
        ("interventions", "costs", "reason"),
        [
            ("", {}, "not known yet"),
            ("3:insert_bn", COSTS, "not with changes of BN"),
            ("3:freeze_bn", COSTS, "not with changes of BN"),
        ],
    )
    def test_made_without_them_shows_steps_and_says_why(self, name, interventions, costs, reason):
        recording = recorded(costs, interventions=interventions)
        asked = View(name, x_axis="seconds")
        assert offered(recording, asked)["seconds"] == f"seconds: {reason}"
        drawn, plain = (
            VIEWS[name].figure(recording, view).at(recording).to_json()
            for view in (asked, View(name))
        )
        assert drawn.replace(str(asked), str(View(name))) == plain
        assert "processor" not in drawn

    def test_is_there_with_a_change_of_the_learning_rate(self):
        recording = recorded(COSTS, interventions="3:learning_rate=0.1")
        assert "seconds" in offered(recording, View())

    def test_keeps_no_zoom_over_steps_once_seconds_are_drawn(self):
        recording = recorded({})
        zooms = []
        for costs in ({}, COSTS):
            recording.seconds_per_step = costs
            zooms.append(in_seconds("layers", recording).figure.layout.uirevision)
        assert zooms[0] != zooms[1]
