"""What a message says of a recording follows the recording."""

import json
import struct
from typing import Any

from bnviz.figures.view import View
from bnviz.page.player_component import Want
from bnviz.page.showing import Showing, recorded_default
from bnviz.recording import Recording


def answer(showing: Showing, want: Want) -> tuple[dict[str, Any], bytes]:
    message = showing.answer(want)
    (size,) = struct.unpack_from("<I", message)
    return json.loads(message[4 : 4 + size]), message[4 + size :]


def header(showing: Showing) -> dict[str, Any]:
    return answer(showing, Want())[0]


def gathered(showing: Showing, want: Want) -> bytes:
    """All frames that a player gets that asks as long as it lacks some."""
    frames, size = b"", 1
    while True:
        told, more = answer(showing, want)
        frames += more
        if told["first"] == 0:
            size = told["schema"]["size"]
        held = len(frames) // size
        if held == told["available"]:
            return frames
        want = Want(told["run"], held, told["detail"], view=want.view)


def test_each_viewer_hears_what_the_frames_so_far_say():
    whole = recorded_default()
    growing = Recording(whole.settings)
    told = []
    for count in (1, 150, len(whole)):
        for frame in whole.frames[len(growing) : count]:
            growing.append(frame)
        one, other = (header(Showing("run", growing, "running", "")) for _ in range(2))
        assert one == other
        assert one["available"] == count
        told.append((one["verdict"], one["events"]))
    assert told[0] != told[1] != told[2]
    last = header(Showing.recorded())
    assert told[2] == (last["verdict"], last["events"])


def test_frames_come_without_detail_until_a_view_draws_it():
    showing, recording = Showing.recorded(), recorded_default()
    overview = recording.slice(0, len(recording), recording.layout.overview)
    whole = recording.slice(0, len(recording))
    assert gathered(showing, Want()) == overview
    assert 3 * len(overview) < len(whole)
    neurons = View(name="neurons")
    assert gathered(showing, Want(view=neurons)) == whole
    # Of the frames that are held some of each are of no use.
    assert gathered(showing, Want("recorded", 100, view=neurons)) == whole
    assert gathered(showing, Want("recorded", 0, detail=True)) == whole


def test_who_holds_detail_of_another_run_gets_this_one_s_overview():
    told, _ = answer(Showing.recorded(), Want("another", 100, detail=True))
    assert not told["detail"]
    assert told["first"] == 0


def test_detail_is_offered_ahead_to_few_viewers_alone():
    recording = recorded_default()
    spare = [
        header(Showing("run", recording, "finished", "", viewers=viewers))["spare"]
        for viewers in (1, 100)
    ]
    assert spare == [True, False]
