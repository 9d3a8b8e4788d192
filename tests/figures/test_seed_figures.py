"""The figure of an experiment over many seeds, built from made-up outcomes."""

import json

import numpy as np
import pytest

from bnviz.figures.studies.seeds_figure import seeds_figure
from bnviz.recording.frames import ARMS
from bnviz.settings import Settings
from bnviz.studies.seeds import SeedBands
from tests.support.maps import outcome

#: Learning rates of the made-up outcomes at which both arms learn, and at which only BN does.
BOTH, ONE = 1.0, 0.1


def filled(learning_rate=BOTH, seeds=6):
    bands = SeedBands(Settings(learning_rate=learning_rate, steps=100), seeds)
    for block in bands.blocks():
        bands.put(block, {arm: outcome(block, arm) for arm in ARMS})
    return bands


@pytest.mark.parametrize("learning_rate", [BOTH, ONE, 10.0])
def test_plotly_accepts_the_figure(learning_rate):
    for bands in (SeedBands(Settings()), filled(learning_rate)):
        figure = seeds_figure(bands)
        assert figure.figure.data
        json.dumps(figure.to_json(), allow_nan=False)


def test_lines_are_medians_and_bands_span_the_lowest_to_the_highest():
    bands = filled()
    traces = [t for t in seeds_figure(bands).traces if t["yaxis"] == "y2" and len(t["x"]) > 2]
    for arm, (area, line) in zip(ARMS, zip(traces[::2], traces[1::2], strict=True), strict=True):
        values = bands.curves[arm]["validation_accuracy"]
        np.testing.assert_allclose(line["y"], np.median(values, axis=0), rtol=1e-3)
        low, high = np.split(np.array(area["y"]), 2)
        np.testing.assert_allclose(low, values.min(axis=0), rtol=1e-3)
        np.testing.assert_allclose(high[::-1], values.max(axis=0), rtol=1e-3)


def test_each_seed_has_a_dot_at_its_speed_up_or_a_triangle_pointing_further():
    for learning_rate, symbol in ((BOTH, "circle"), (ONE, "triangle-up")):
        bands = filled(learning_rate)
        dots = next(t for t in seeds_figure(bands).traces if "symbol" in t.get("marker", {}))
        assert dots["yaxis"] == "y3"
        speeds = [speed.speed_up.ratio for speed in bands.speeds().values()]
        np.testing.assert_allclose(2.0 ** np.array(dots["y"]), speeds)
        assert set(dots["marker"]["symbol"]) == {symbol}
        assert len(set(zip(dots["x"], dots["y"], strict=True))) == len(speeds)


def test_names_at_the_ends_of_the_curves_do_not_cover_each_other():
    figure = seeds_figure(filled())
    names = [t for t in figure.traces if t["mode"] == "text" and t["yaxis"] == "y2"]
    assert abs(np.subtract(*names[0]["y"])) > 0.1


def test_each_target_has_its_median_its_range_and_how_many_seeds_reach_it():
    bands = filled()
    figure = seeds_figure(bands)
    targets = bands.by_target()
    known = [each for each in targets if each.range is not None]
    assert len(known) > 1
    _, bars, line = (t for t in figure.traces if t["yaxis"] == "y4" and t["mode"] == "lines")
    np.testing.assert_allclose(
        [2.0**y for y in line["y"]], [each.range.median.ratio for each in known]
    )
    ends = np.reshape([y for y in bars["y"] if y is not None], (-1, 2))
    np.testing.assert_allclose(
        2.0**ends, [(each.range.low.ratio, each.range.high.ratio) for each in known]
    )
    names = figure.layout["xaxis4"]["ticktext"]
    assert names == [f"{100 * e.share:.0f}%<br>{e.first}<br>{e.this}" for e in targets]
