"""Messages to a player: a JSON header and the bytes of frames."""

import json
import struct
from collections.abc import Mapping
from typing import Any

#: Milliseconds between two requests of a player on a server that is not busy.
POLL = 120
#: Approximate bytes of frames in the first response at that interval, and in any response at most.
FIRST_BYTES, MAX_BYTES = 192 * 1024, 1024 * 1024


def pack(header: Mapping[str, Any], frames: bytes) -> bytes:
    """Packs one message: the header's length (uint32, little-endian), the header, the frames."""
    text = json.dumps(header, separators=(",", ":")).encode()
    return struct.pack("<I", len(text)) + text + frames


def unpack(message: bytes) -> tuple[dict[str, Any], bytes]:
    """Header and frames of a message; the inverse of `pack`."""
    (length,) = struct.unpack_from("<I", message)
    return json.loads(message[4 : 4 + length]), message[4 + length :]


def frame_bytes(poll: int, held: int) -> int:
    """Approximate bytes of frames for one response; the player asks again for the rest.

    The first response is small, so that the first picture appears soon. A player that already has
    frames to play gets as many bytes again, so that a whole run takes few responses, and one that
    polls less often gets proportionally more each time.

    Args:
        poll: Milliseconds between two requests.
        held: Bytes of frames that the player holds.
    """
    at_once = FIRST_BYTES * max(1, poll // (4 * POLL))
    return min(max(at_once, held), MAX_BYTES)
