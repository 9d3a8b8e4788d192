"""What a browser sends is read with care, and what it gets can be read."""

import json
import struct

from hypothesis import given
from hypothesis import strategies as st

from bnviz.figures.view import CHOICES, MAX_BY_HAND, NUMBERS, TITLES, View
from bnviz.player.message import pack
from bnviz.player.request import PlayerRequest

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
names = st.sampled_from(["run", "from", "detail", "figure", "ask", "view"])
views = st.dictionaries(st.sampled_from([*CHOICES, *NUMBERS, "name", "layer", "neuron"]), anything)


@given(sent=anything | st.dictionaries(names, anything | views))
def test_whatever_a_browser_asks_for_is_a_question_of_the_right_form(sent):
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
def test_a_view_is_read_as_it_was_written(title, name, place, number):
    options = list(CHOICES[name]["options"])
    chosen = {name: options[place % len(options)], "gamma": place / 3, "beta": -place}
    view = View(**chosen, name=title, layer=number, neuron=20 - number)
    assert View.read(view.to_dict()) == view


def test_a_page_opened_before_the_view_of_the_layers_got_its_name_is_understood():
    sent = {"name": "stage", "quantity": "activation", "layer": 2}
    assert View.read(sent) == View("layers", quantity="activation", layer=2)


@given(header=st.dictionaries(st.text(), st.integers() | st.text()), frames=st.binary())
def test_a_message_holds_its_header_and_its_frames(header, frames):
    message = pack(header, frames)
    (size,) = struct.unpack_from("<I", message)
    assert json.loads(message[4 : 4 + size]) == header
    assert message[4 + size :] == frames
