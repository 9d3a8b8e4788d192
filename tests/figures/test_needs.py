"""What stands in place of a view that a run cannot show."""

import pytest

from bnviz.figures.view import TITLES
from bnviz.figures.views.catalogue import VIEWS, missing
from bnviz.figures.views.needs import COSTLY, PLANE
from bnviz.recording.frame_layout import FrameLayout
from bnviz.settings import Settings

DEFAULT = Settings()
LACKING = [name for name in TITLES if missing(FrameLayout.of(DEFAULT), name)]


def test_every_view_with_a_need_says_what_it_shows_and_no_other():
    assert {name for name, spec in VIEWS.items() if spec.shows} == {
        name for name, spec in VIEWS.items() if spec.needs or spec.detail
    }


@pytest.mark.parametrize("name", LACKING)
def test_one_sentence_says_what_the_view_shows_and_why_the_run_does_not_have_it(name):
    found = missing(FrameLayout.of(DEFAULT), name)
    assert found["sentence"].startswith(f"This view shows {VIEWS[name].shows}; ")
    assert found["sentence"].count(".") == 1
    reason = (
        "costly measures"
        if VIEWS[name].lacking(FrameLayout.of(DEFAULT)) is COSTLY
        else "points in a plane"
    )
    assert reason in found["sentence"]


@pytest.mark.parametrize("settings", [DEFAULT, Settings(dataset="upload", upload="0" * 32)])
@pytest.mark.parametrize("name", LACKING)
def test_the_offered_run_has_what_the_view_draws_and_differs_in_nothing_else(name, settings):
    need = VIEWS[name].lacking(FrameLayout.of(DEFAULT))
    offered = need.meet(settings)
    assert missing(FrameLayout.of(offered), name) is None
    assert offered.replace(**{each: getattr(settings, each) for each in need.changes}) == settings
    assert offered != settings


@pytest.mark.parametrize("name", LACKING)
def test_nothing_is_offered_while_a_run_that_has_it_begins(name):
    layout = FrameLayout.of(DEFAULT)
    coming = FrameLayout.of(VIEWS[name].lacking(layout).meet(DEFAULT))
    found = missing(layout, name, coming)
    assert found["offer"] == ""
    assert "first frame" in found["sentence"]
    assert missing(layout, name, layout) == missing(layout, name)
    assert missing(layout, name)["offer"]


def test_points_that_are_offered_are_in_the_plane_whatever_the_data():
    assert FrameLayout.of(PLANE.meet(DEFAULT)).plane


def test_bn_that_is_inserted_among_relatives_keeps_moving_statistics():
    relatives = Settings(second_arm="layer_norm", third_arm="dyt", deep=True)
    assert "keeps moving statistics" in missing(FrameLayout.of(relatives), "inference")["sentence"]
    layout = FrameLayout.of(relatives.replace(interventions="20:insert_bn"))
    assert missing(layout, "inference") is None
    assert layout.header.moving_arms == ("none",)
