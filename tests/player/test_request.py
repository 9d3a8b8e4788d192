"""Requests of a browser are read with care, and messages to it can be read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnviz.figures.view import CHOICES, MAX_BY_HAND, NUMBERS, TITLES, View
from bnviz.player.message import pack
from bnviz.player.request import MapRequest, PlayerRequest, read_cell
from bnviz.studies.axis import MAX_VALUES
from bnviz.studies.sweep import Cell
from tests.support.messages import unpack

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
names = st.sampled_from(["run", "from", "detail", "figure", "ask", "view"])
views = st.dictionaries(st.sampled_from([*CHOICES, *NUMBERS, "name", "layer", "neuron"]), anything)


@given(sent=anything | st.dictionaries(names, anything | views))
def test_anything_a_browser_sends_becomes_a_valid_request(sent):
    request = PlayerRequest.read(sent)
    assert 0 <= request.first <= 2**31
    assert 0 <= request.ask <= 2**31
    assert len(request.run) <= 200
    assert request.view.name in TITLES
    assert request.view.layer >= 0
    assert request.view.neuron >= 0
    for name in NUMBERS:
        assert abs(getattr(request.view, name)) <= MAX_BY_HAND
    for name, choice in CHOICES.items():
        assert getattr(request.view, name) in choice["options"]


@given(
    title=st.sampled_from(list(TITLES)),
    name=st.sampled_from(list(CHOICES)),
    place=st.integers(0, 10),
    number=st.integers(0, 20),
)
def test_a_view_that_is_written_and_read_is_the_same(title, name, place, number):
    options = list(CHOICES[name]["options"])
    chosen = {name: options[place % len(options)], "gamma": place / 3, "beta": -place}
    view = View(**chosen, name=title, layer=number, neuron=20 - number)
    assert View.read(view.to_dict()) == view


def test_the_former_name_of_the_view_of_the_layers_is_understood():
    sent = {"name": "stage", "quantity": "activation", "layer": 2}
    assert View.read(sent) == View("layers", quantity="activation", layer=2)


@given(header=st.dictionaries(st.text(), st.integers() | st.text()), frames=st.binary())
def test_a_message_holds_its_header_and_its_frames(header, frames):
    assert unpack(pack(header, frames)) == (header, frames)


@pytest.mark.parametrize(
    "sent",
    [
        None,
        3,
        {},
        {"row": 1},
        {"row": -1, "column": 0},
        {"row": True, "column": 0},
        {"row": 0, "column": MAX_VALUES},
        {"row": "0", "column": 0},
    ],
)
def test_a_malformed_cell_is_ignored(sent):
    assert read_cell(sent) is None


def test_requests_of_a_browser_are_clipped_to_their_bounds():
    assert read_cell({"row": 2, "column": 3}) == Cell(2, 3)
    assert MapRequest.read({"held": "a" * 500, "ask": 2**99}) == MapRequest("a" * 200, 2**31)
    assert MapRequest.read([1]) == MapRequest.read({"held": 3, "ask": True}) == MapRequest()
