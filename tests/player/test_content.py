"""What a message says of a recording follows the recording."""

import json
import struct
from typing import Any

from bnviz.figures.view import View
from bnviz.player.content import StageContent, recorded_default
from bnviz.player.request import PlayerRequest
from bnviz.recording import Recording


def answer(content: StageContent, request: PlayerRequest) -> tuple[dict[str, Any], bytes]:
    message = content.respond(request)
    (size,) = struct.unpack_from("<I", message)
    return json.loads(message[4 : 4 + size]), message[4 + size :]


def header(content: StageContent) -> dict[str, Any]:
    return answer(content, PlayerRequest())[0]


def gathered(content: StageContent, request: PlayerRequest) -> bytes:
    """All frames that a player gets that asks as long as it lacks some."""
    frames, size = b"", 1
    while True:
        told, more = answer(content, request)
        frames += more
        if told["first"] == 0:
            size = told["schema"]["size"]
        held = len(frames) // size
        if held == told["available"]:
            return frames
        request = PlayerRequest(told["run"], held, told["detail"], view=request.view)


def test_each_viewer_hears_what_the_frames_so_far_say():
    whole = recorded_default()
    growing = Recording(whole.settings)
    told = []
    for count in (1, 150, len(whole)):
        for frame in whole.frames[len(growing) : count]:
            growing.append(frame)
        one, other = (header(StageContent("run", growing, "running", "")) for _ in range(2))
        assert one == other
        assert one["available"] == count
        told.append((one["verdict"], one["events"]))
    assert told[0] != told[1] != told[2]
    last = header(StageContent.recorded())
    assert told[2] == (last["verdict"], last["events"])


def test_frames_come_without_detail_until_a_view_draws_it():
    content, recording = StageContent.recorded(), recorded_default()
    overview = recording.slice(0, len(recording), recording.layout.overview)
    whole = recording.slice(0, len(recording))
    assert gathered(content, PlayerRequest()) == overview
    assert 3 * len(overview) < len(whole)
    neurons = View(name="neurons")
    assert gathered(content, PlayerRequest(view=neurons)) == whole
    # Of the frames that are held some of each are of no use.
    assert gathered(content, PlayerRequest("recorded", 100, view=neurons)) == whole
    assert gathered(content, PlayerRequest("recorded", 0, detail=True)) == whole


def test_who_holds_detail_of_another_run_gets_this_one_s_overview():
    told, _ = answer(StageContent.recorded(), PlayerRequest("another", 100, detail=True))
    assert not told["detail"]
    assert told["first"] == 0


def test_detail_is_sent_ahead_only_where_the_host_allows_it():
    recording = recorded_default()
    spare = [
        header(StageContent("run", recording, "finished", "", ahead=ahead))["spare"]
        for ahead in (True, False)
    ]
    assert spare == [True, False]
