"""Numbers, words and figures of phase maps built from made-up outcomes."""

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnviz.figures.studies import map_axes, map_lines, map_scales
from bnviz.figures.studies.map_figure import NUM_MAPS, PROVISIONAL, map_figure, outline, reading
from bnviz.figures.studies.map_lines import Slice
from bnviz.figures.style import STILL_COLOURS
from bnviz.recording.frames import ARMS
from bnviz.settings import Settings
from bnviz.studies.axis import DEFAULT_AXES, Axis
from bnviz.studies.map_numbers import MapNumbers, nearest_filled
from bnviz.studies.map_speeds import NOT_KEPT
from bnviz.studies.map_words import describe_cell
from bnviz.studies.sweep import BY_OTHER_STATISTICS, MEASURES, Cell, Sweep
from tests.support.maps import SWEEP, built_map

#: One block of this sweep covers the map coarsely.
LARGE = Sweep(base=Settings(steps=100))
STAGES = {"nothing": (LARGE, 0), "a block": (LARGE, 1), "all": (SWEEP, None)}


def numbers_of(stage="all", measure=""):
    return MapNumbers.of(built_map(*STAGES[stage]), measure)


def heat(figure, number):
    """The three heat maps of a map: provisional colours, no number, known."""
    suffix = "" if number == 0 else str(number + 1)
    return [t for t in figure.traces if t["type"] == "heatmap" and t["xaxis"] == f"x{suffix}"]


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("stage", STAGES)
def test_every_measure_can_be_drawn_at_every_stage(stage, measure):
    numbers = numbers_of(stage, measure)
    figure = map_figure(numbers)
    lines, slices = map_lines.map_lines(numbers)
    assert len(lines.traces) == len(slices)
    json.dumps([figure.to_json(), map_lines.to_json(numbers)], allow_nan=False)
    assert reading(numbers)


def test_plotly_accepts_the_figures():
    for stage in ("nothing", "all"):
        numbers = numbers_of(stage)
        for figure in (map_figure(numbers), map_lines.map_lines(numbers)[0]):
            for layout in figure.layouts.values():
                assert figure.figure.update_layout(snapshot(layout)).data


def snapshot(layout):
    """A layout with one colour in place of the theme's."""
    text = json.dumps(layout)
    for token in STILL_COLOURS:
        text = text.replace(token, "#888888")
    return json.loads(text)


def test_each_cell_is_drawn_once_as_known_provisional_or_without_a_number():
    for stage in STAGES:
        for measure in MEASURES:
            figure = map_figure(numbers_of(stage, measure))
            for number in range(NUM_MAPS):
                layers = [np.array(t["z"], float) for t in heat(figure, number)]
                drawn = sum(np.isfinite(layer).astype(int) for layer in layers)
                assert (drawn <= 1).all()
                if measure == "validation_accuracy":
                    assert (drawn == 1).all()


def test_both_arms_share_a_scale_and_colours_show_the_medians_over_the_seeds():
    figure = map_figure(numbers_of())
    known = [heat(figure, number)[2] for number in range(3)]
    assert [trace["coloraxis"] for trace in known] == ["coloraxis", "coloraxis", "coloraxis2"]
    phase = built_map()
    for arm, trace in zip(ARMS, known, strict=False):
        expected = np.median(phase.runs[arm]["validation_accuracy"], axis=2)
        np.testing.assert_allclose(np.array(trace["z"], float), expected, rtol=1e-3)
    none, bn, gain = (np.array(trace["z"], float) for trace in known)
    np.testing.assert_allclose(gain, bn - none, atol=1e-3)


def test_a_loss_is_coloured_by_its_logarithm_unless_it_diverged():
    numbers = numbers_of(measure="validation_loss")
    _, without, known = heat(map_figure(numbers), 0)
    diverged = np.isinf(numbers.values["none"])
    assert diverged.any()
    np.testing.assert_array_equal(np.isfinite(np.array(without["z"], float)), diverged)
    expected = np.log10(numbers.values["none"][~diverged])
    np.testing.assert_allclose(np.array(known["z"], float)[~diverged], expected, rtol=1e-3)


def test_a_target_that_only_bn_reaches_has_the_last_colour_of_the_gain():
    numbers = numbers_of(measure="steps_to_target")
    gain = np.array(heat(map_figure(numbers), 2)[2]["z"], float)
    alone = numbers.reached["bn"] & ~numbers.reached["none"]
    assert alone.any()
    assert set(gain[alone]) == {map_scales.gain_scale(numbers).high}


def test_a_speed_up_has_the_colour_of_its_middle_or_of_its_only_bound():
    numbers = numbers_of(measure="speed_up")
    gain = 2.0 ** np.array(heat(map_figure(numbers), 2)[2]["z"], float)
    low, high = numbers.speeds.low, numbers.speeds.high
    both = np.isfinite(high) & (low > 0)
    np.testing.assert_allclose(gain[both], np.sqrt(low * high)[both], rtol=1e-3)
    alone = np.isinf(high)
    assert both.any()
    assert alone.any()
    np.testing.assert_allclose(gain[alone], low[alone], rtol=1e-3)
    assert np.isnan(gain[np.isnan(low)]).all()


def test_crosses_mark_the_cells_with_diverged_runs():
    numbers = numbers_of()
    marks = [t for t in map_figure(numbers).traces if t.get("marker", {}).get("symbol") == "x-thin"]
    for arm, number in zip(ARMS, ("x", "x2"), strict=True):
        (mark, *_) = [t for t in marks if t["xaxis"] == number]
        expected = {
            (SWEEP.x.values[column], SWEEP.y.values[row])
            for row, column in np.argwhere(numbers.diverged[arm] > 0)
        }
        assert set(zip(mark["x"], mark["y"], strict=True)) == expected
    assert {t["xaxis"] for t in marks} == {"x", "x2"}


@given(st.data())
def test_a_cell_that_is_not_filled_has_the_colour_of_the_nearest_filled_one(data):
    sweep = SWEEP
    filled = np.array(
        data.draw(st.lists(st.lists(st.booleans(), min_size=5, max_size=5), min_size=4, max_size=4))
    )
    rows, columns = nearest_filled(filled, sweep)
    if not filled.any():
        assert (rows == -1).all()
        return
    assert filled[rows, columns].all()
    places = np.argwhere(filled)
    for row, column in np.ndindex(filled.shape):
        distance = (row - rows[row, column]) ** 2 + (column - columns[row, column]) ** 2
        assert distance == ((places - (row, column)) ** 2).sum(axis=1).min()


def test_of_two_equally_near_cells_the_one_on_the_coarser_grid_counts():
    filled = np.zeros((4, 5), bool)
    filled[0, 0] = filled[0, 2] = True
    assert nearest_filled(filled, SWEEP)[:, 0, 1].tolist() == [0, 0]
    filled = np.zeros((4, 5), bool)
    filled[0, 2] = filled[0, 4] = True  # 4 is on the coarser grid
    assert nearest_filled(filled, SWEEP)[:, 0, 3].tolist() == [0, 4]


def test_provisional_colours_are_those_of_known_cells_and_fainter():
    numbers = numbers_of("a block")
    provisional, _, known = heat(map_figure(numbers), 0)
    assert provisional["opacity"] == PROVISIONAL < 1
    assert "opacity" not in known
    known, provisional = (np.array(trace["z"], float) for trace in (known, provisional))
    assert 0 < np.isfinite(known).sum() < known.size
    assert set(provisional[np.isfinite(provisional)]) <= set(known[np.isfinite(known)])


@given(st.data())
def test_the_outline_follows_every_edge_between_inside_and_outside_once(data):
    rows, columns = data.draw(st.integers(1, 5)), data.draw(st.integers(1, 5))
    cells = st.lists(st.booleans(), min_size=columns, max_size=columns)
    inside = np.array(data.draw(st.lists(cells, min_size=rows, max_size=rows)))
    xs, ys = outline(inside, list(range(columns + 1)), list(range(rows + 1)))
    walked = [
        frozenset({(x, y), (next_x, next_y)})
        for x, y, next_x, next_y in zip(xs, ys, xs[1:], ys[1:], strict=False)
        if x is not None and next_x is not None
    ]
    expected = {
        frozenset({(c + 1, r), (c + 1, r + 1)})
        for r, c in np.ndindex(rows, columns - 1)
        if inside[r, c] != inside[r, c + 1]
    } | {
        frozenset({(c, r + 1), (c + 1, r + 1)})
        for r, c in np.ndindex(rows - 1, columns)
        if inside[r, c] != inside[r + 1, c]
    }
    assert len(walked) == len(set(walked))
    assert set(walked) == expected


@pytest.mark.parametrize(
    "axis", [*DEFAULT_AXES.values(), Axis("hidden_layers", 1, 1.4, "linear", 3)], ids=str
)
def test_each_value_lies_in_its_own_cell_and_each_tick_on_the_axis(axis):
    edges = map_axes.cell_edges(axis)
    assert len(edges) == len(axis.values) + 1
    for low, value, high in zip(edges, axis.values, edges[1:], strict=False):
        assert low < value < high
    drawn = map_axes.plotly_axis(axis, Settings())
    ends = [math.log10(e) if axis.scale == "log" else e for e in (edges[0], edges[-1])]
    assert drawn["range"] == ends
    assert 1 <= len(drawn["tickvals"]) <= 12
    assert all(edges[0] <= tick <= edges[-1] for tick in drawn["tickvals"])


def test_small_ticks_leave_room_for_the_title():
    drawn = map_axes.plotly_axis(DEFAULT_AXES["bn_epsilon"], Settings())
    ticks = dict(zip(drawn["tickvals"], drawn["ticktext"], strict=True))
    assert [ticks[tick] for tick in sorted(ticks) if tick < 1e-2] == ["1e−5", "1e−4", "0.001"]


@pytest.mark.parametrize(("architecture", "unit"), [("dense", "neurons"), ("conv", "channels")])
def test_units_of_convolutions_are_channels(architecture, unit):
    drawn = map_axes.plotly_axis(DEFAULT_AXES["units"], Settings(architecture=architecture))
    assert drawn["title"]["text"] == f"units ({unit} per layer, log)"


@pytest.mark.parametrize("measure", MEASURES)
def test_the_slices_are_the_row_and_the_column_of_a_cell(measure):
    numbers = numbers_of(measure=measure)
    sheet = map_lines.sheet(numbers)
    cell = Cell(row=2, column=3)
    for arm in ARMS:
        values = np.array(sheet["values"][arm], float)
        expected = numbers.values[arm]
        finite = np.isfinite(expected)
        np.testing.assert_allclose(values[finite], expected[finite], rtol=1e-3)
        for along, places, row in (
            ("x", SWEEP.x.values, values[2]),
            ("y", SWEEP.y.values, values[:, 3]),
        ):
            points = Slice(arm, along, "median").points(sheet, cell)
            assert points["x"] == list(places)
            np.testing.assert_array_equal(np.array(points["y"], float), row)
            here = Slice(arm, along, "here").points(sheet, cell)
            assert (here["x"], here["y"]) == (
                [SWEEP.x.values[3] if along == "x" else SWEEP.y.values[2]],
                [values[2, 3]],
            )
            band = Slice(arm, along, "range").points(sheet, cell)
            low, high = np.split(np.array(band["y"]), 2)
            known = row[np.isfinite(row)]
            assert (low <= known).all()
            assert (known <= high[::-1]).all()


def test_a_cell_is_described_in_words():
    numbers = numbers_of()
    assert describe_cell(numbers, Cell(0, 0)) == (
        "Learning rate 0.01, initial scale 0.1: median final validation accuracy of 3 seeds "
        "15 % without BN, 15 % with BN."
    )
    assert describe_cell(numbers, Cell(3, 4)).endswith(
        "; diverged 3 of 3 without BN and 3 of 3 with BN."
    )
    speeds = numbers_of(measure="speed_up")
    found = describe_cell(speeds, Cell(2, 3))
    assert "median steps to 90 % of the better network's final accuracy of 3 seeds" in found
    assert "not in 100 steps without BN" in found
    assert f"; with BN more than {speeds.speeds.low[2, 3]:.1f} times as fast" in found
    low, high = (ends[2, 2] for ends in (speeds.speeds.low, speeds.speeds.high))
    both = f"; with BN between {low:.1f} and {high:.1f} times as fast"
    assert both in describe_cell(speeds, Cell(2, 2))
    assert "; no speed-up, the target is reached by chance." in describe_cell(speeds, Cell(0, 0))
    fixed = describe_cell(numbers_of(measure="steps_to_target"), Cell(2, 3))
    assert "steps to the fixed target of 90 % accuracy" in fixed
    assert "not trained yet" in describe_cell(numbers_of("nothing"), Cell(1, 1))


@pytest.mark.parametrize("measure", BY_OTHER_STATISTICS)
def test_a_map_that_lacks_a_measure_says_so(measure):
    phase_map = built_map()
    assert NOT_KEPT not in reading(MapNumbers.of(phase_map, measure))
    for arm in ARMS:
        phase_map.runs[arm][measure] = np.nan
    numbers = MapNumbers.of(phase_map, measure)
    assert NOT_KEPT in reading(numbers)
    assert NOT_KEPT not in reading(MapNumbers.of(phase_map))
    layers = [np.array(trace["z"], float) for trace in heat(map_figure(numbers), 0)]
    assert [bool(np.isfinite(layer).any()) for layer in layers] == [False, True, False]


@pytest.mark.parametrize("measure", BY_OTHER_STATISTICS)
def test_gain_by_other_statistics_is_in_percentage_points(measure):
    numbers = numbers_of(measure=measure)
    np.testing.assert_allclose(numbers.gain, numbers.values["bn"] - numbers.values["none"])
    assert "percentage points" in str(map_figure(numbers).to_json())
