"""The table of figures: put together from it, every figure is the one that Python builds."""

import itertools

import pytest

from bnviz.export.figure_table import FigureTable, options
from bnviz.figures.view import TITLES, View
from bnviz.player.content import StageContent
from bnviz.settings import Settings
from tests.support.everyday import everyday
from tests.support.recordings import random_recording

DEEP = Settings(dataset="moons", hidden_layers=2, units=5, steps=20, deep=True)
RECORDINGS = {
    "every measure": (DEEP.replace(third_arm="layer_norm"), 6),
    "few measures": (DEEP.replace(dataset="digits", deep=False), 6),
    "many layers": (DEEP.replace(hidden_layers=7), 2),
    "two neurons": (DEEP.replace(units=2), 2),
}


@pytest.fixture(scope="module", params=everyday(RECORDINGS, (0, 1)))
def content(request):
    settings, frames = RECORDINGS[request.param]
    return StageContent("", random_recording(settings, frames), "recorded", "")


@pytest.fixture(scope="module")
def table(content):
    return FigureTable.of(content)


def bare(figure):
    del figure["id"], figure["view"], figure["layout"]["uirevision"]
    return figure


@pytest.mark.parametrize("name", TITLES)
def test_each_combination_of_options_gives_its_figure(content, table, name):
    offered = options(content, name)
    for combination in itertools.product(*offered.values()):
        chosen = dict(zip(offered, combination, strict=True))
        view = View.read({"name": name, **chosen})
        assert table.figure(view) == bare(content.figure(view)), chosen


@pytest.mark.parametrize("neuron", [0, 3, 4])
@pytest.mark.parametrize("name", ["inside", "neurons"])
def test_a_neuron_is_filled_in(content, table, name, neuron):
    neuron = min(neuron, content.recording.layout.neurons - 1)
    view = View(name, layer=1, neuron=neuron)
    assert table.figure(view) == bare(content.figure(view))


def test_gamma_and_beta_are_filled_in(content, table):
    view = View("inside", by_hand="hand", gamma=-2.5, beta=0.3, layer=1)
    assert table.figure(view) == bare(content.figure(view))
