"""What a message says of a recording follows the recording."""

import json
import struct
from typing import Any

from bnviz.page.player_component import Want
from bnviz.page.showing import Showing, recorded_default
from bnviz.recording import Recording


def header(showing: Showing) -> dict[str, Any]:
    message = showing.answer(Want())
    (size,) = struct.unpack_from("<I", message)
    found: dict[str, Any] = json.loads(message[4 : 4 + size])
    return found


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
