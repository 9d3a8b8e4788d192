"""MessageGate: a connection is read from as fast as a viewer may send, and only what is needed."""

import pytest
from starlette.websockets import WebSocketDisconnect, WebSocketState
from streamlit.proto.BackMsg_pb2 import BackMsg

from bnviz.page.shell import message_gate
from bnviz.page.shell.drawing_rate import DrawingRate
from bnviz.page.shell.leavings import Leavings
from bnviz.page.shell.message_gate import (
    BURST,
    BYTES,
    KINDS,
    MAX_NAMES,
    MAX_STATE,
    PAGE_COST,
    PATIENCE,
    RATE,
    Allowance,
    FloodError,
    bounded,
)
from bnviz.page.shell.script_turns import ScriptTurns
from tests.support.loop import run


class Clock:
    """A time that a test sets."""

    now = 0.0

    def __call__(self):
        return self.now


class TestAllowance:
    @pytest.fixture
    def clock(self):
        return Clock()

    @pytest.fixture
    def allowance(self, clock):
        return Allowance(clock)

    def test_a_burst_is_free_and_what_follows_waits(self, allowance):
        allowance.charge(BURST)
        assert allowance.wait() == 0
        allowance.charge(RATE / 2)
        assert allowance.wait() == pytest.approx(0.5)

    def test_it_grows_again_and_no_further_than_to_a_burst(self, allowance, clock):
        allowance.charge(2 * BURST)
        clock.now = BURST / RATE
        assert allowance.wait() == 0
        clock.now = 1e6
        allowance.charge(BURST + RATE)
        assert allowance.wait() == pytest.approx(1)

    def test_the_player_and_a_key_held_for_four_seconds_never_wait(self, allowance, clock):
        for tick in range(120):
            clock.now = tick / 30
            allowance.charge(PAGE_COST)
            if tick % 4 == 0:
                allowance.charge(1)
            assert allowance.wait() == 0

    def test_who_is_short_for_too_long_is_given_up(self, allowance, clock):
        allowance.charge(BURST + 1)
        while clock.now <= PATIENCE:
            clock.now += allowance.wait()
            allowance.charge(2)
        with pytest.raises(FloodError):
            allowance.wait()

    def test_who_pauses_is_not(self, allowance, clock):
        for _ in range(20):
            allowance.charge(BURST + RATE)
            clock.now += allowance.wait() + 10
            assert allowance.wait() == 0


def message(**fields):
    return BackMsg(**fields).SerializeToString()


def rerun(**fields):
    return message(rerun_script=fields)


class Connection:
    """The scope of a connection, and who is at its other end."""

    client = None

    def __init__(self, state=WebSocketState.CONNECTED):
        self.scope = {}
        self.cookies = {}
        self.application_state = state


def let_through(*sent, state=WebSocketState.CONNECTED):
    """What comes through the gate of these messages; after the last, the connection ends."""
    waiting, connection = list(sent), Connection(state)

    async def receive(_):
        if not waiting:
            raise WebSocketDisconnect
        return waiting.pop(0)

    async def read():
        turns, drawing = ScriptTurns(lambda: 0), DrawingRate()
        gate, found = bounded(receive, turns, drawing, Leavings()), []
        try:
            while True:
                found.append(await gate(connection))
        except WebSocketDisconnect:
            return found

    return run(read())


class TestGate:
    def test_every_kind_that_the_page_needs_comes_through(self):
        sent = [
            rerun(query_string="a=1"),
            rerun(fragment_id="1"),
            message(stop_script=True),
            message(app_heartbeat=True),
            message(file_urls_request={"file_names": ["a.csv"]}),
            message(backend_operation_request={"request_id": "1"}),
        ]
        assert {BackMsg.FromString(each).WhichOneof("type") for each in sent} == KINDS
        assert let_through(*sent) == sent

    def test_no_other_kind_does(self):
        others = BackMsg.DESCRIPTOR.oneofs_by_name["type"].fields
        sent = []
        for each in others:
            if each.name not in KINDS and each.message_type is None:
                value = "1" if each.type == each.TYPE_STRING else True
                sent.append(message(**{each.name: value}))
        assert message(clear_cache=True) in sent
        assert message(load_git_info=True) in sent
        assert let_through(*sent) == []

    @pytest.mark.parametrize("name_too_many", [False, True])
    def test_a_message_names_few_files_and_widgets(self, name_too_many):
        number = MAX_NAMES + name_too_many
        sent = [
            message(file_urls_request={"file_names": [""] * number}),
            rerun(widget_states={"widgets": [{"id": "a"}] * number}),
        ]
        assert let_through(*sent) == ([] if name_too_many else sent)

    @pytest.mark.parametrize("is_too_long", [False, True])
    def test_the_state_of_a_component_is_short(self, is_too_long):
        state = {"id": "a", "json_value": "1" * (MAX_STATE + is_too_long)}
        sent = [rerun(widget_states={"widgets": [{"id": "b"}, state]})]
        assert let_through(*sent) == ([] if is_too_long else sent)

    def test_a_connection_that_is_lost_while_its_message_waits_ends_quietly(self):
        assert let_through(rerun(), state=WebSocketState.DISCONNECTED) == []

    def test_what_streamlit_itself_refuses_is_left_to_it(self):
        sent = [b"\xff", rerun(query_string="a" * 2_000_000)]
        assert let_through(*sent) == sent

    def test_costs_follow_from_kind_and_size(self, monkeypatch):
        charged = []
        monkeypatch.setattr(Allowance, "charge", lambda _, cost: charged.append(round(cost, 2)))
        let_through(rerun(), rerun(fragment_id="1"), rerun(query_string="a" * 10 * BYTES))
        assert charged == [PAGE_COST, 1, PAGE_COST + 10]

    def test_a_flood_ends_the_connection(self, monkeypatch):
        monkeypatch.setattr(message_gate, "PATIENCE", 0.0)
        sent = [message(stop_script=True)] * (int(BURST) + 10)
        assert len(sent) - 10 <= len(let_through(*sent)) < len(sent)
