"""Messages to a player, taken apart."""

import json
import struct
from typing import Any


def unpack(message: bytes) -> tuple[dict[str, Any], bytes]:
    """The header and the frames of a message; the inverse of `bnviz.player.message.pack`."""
    (size,) = struct.unpack_from("<I", message)
    return json.loads(message[4 : 4 + size], parse_constant=_refuse), message[4 + size :]


def _refuse(word: str) -> None:
    """Reads JSON as strictly as a browser: no NaN, no infinity."""
    raise AssertionError(f"{word} is not JSON")
