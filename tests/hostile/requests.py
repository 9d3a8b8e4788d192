"""Requests: messages as a player or a map in a browser might send them."""

import json
from random import Random
from typing import Any

from bnviz.figures.view import CHOICES, NUMBERS, TITLES
from bnviz.player.content import StageContent
from bnviz.player.map_content import MapContent
from bnviz.player.request import MapRequest, PlayerRequest, read_cell, read_change
from bnviz.settings import Settings, SettingsError
from tests.hostile import words
from tests.hostile.outcomes import ACCEPTED, IGNORED, REFUSED, assert_presentable, strict_json
from tests.support.messages import unpack


def player_request(random: Random) -> Any:
    if random.random() < 0.2:
        return words.anything(random)
    options = {name: list(choice["options"]) for name, choice in CHOICES.items()}
    names = {"name": list(TITLES), "layer": [0, 1, 3, 4], "neuron": [0, 31, 32], **options}
    names |= {name: [0.0, -10, 10.0, 1e-300] for name in NUMBERS}

    def chosen(values: list[Any]) -> Any:
        return random.choice(values) if random.random() < 0.8 else words.anything(random)

    view = {name: chosen(values) for name, values in names.items() if random.random() < 0.7}
    return {
        "run": chosen(["recorded", "", "x" * 999]),
        "from": chosen([0, 5, 300, 301, 302]),
        "detail": chosen([False, True]),
        "figure": chosen(["", "recorded"]),
        "ask": chosen([1, 2**53]),
        "view": chosen([view]),
        words.word(random): words.anything(random),
    }


def check_player_request(sent: Any) -> str:
    request = PlayerRequest.read(sent)
    header, _ = unpack(StageContent.recorded().respond(request))
    assert header["run"] == "recorded"
    return ACCEPTED if request != PlayerRequest() else IGNORED


def map_request(random: Random) -> Any:
    place = (0, 1, 23, 24, -1, True, 2**70, words.anything(random))
    names = ("row", "column", "held", "ask")
    chosen = {name: random.choice(place) for name in names if random.random() < 0.9}
    return random.choice((chosen, words.anything(random)))


def check_map_request(sent: Any) -> str:
    request, cell = MapRequest.read(sent), read_cell(sent)
    strict_json(json.dumps(MapContent.recorded().respond(request, ""), allow_nan=False))
    return ACCEPTED if cell else IGNORED


def player_change(random: Random) -> Any:
    change = random.choice((words.changes(random), words.word(random), words.anything(random)))
    step = random.choice((1, 300, -1, 2**40, True, words.anything(random)))
    return random.choice(({"step": step, "change": change}, words.anything(random)))


def check_change(sent: Any) -> str:
    asked = read_change(sent)
    if asked is None:
        return IGNORED
    try:
        Settings().replace(interventions="{}:{}".format(*asked))
    except SettingsError as error:
        assert_presentable(error)
        return REFUSED
    return ACCEPTED
