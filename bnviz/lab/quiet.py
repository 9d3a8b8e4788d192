"""Quiet: what libraries write to standard error while they are loaded."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

#: The variable that says how much TensorFlow's C++ code reports, and the values that ask for more
#: than warnings.
_LEVEL, _TALKATIVE = "TF_CPP_MIN_LOG_LEVEL", ("0", "1")
#: Ends what is relayed: the text is of no interest, or it is to be shown.
_DROP, _SHOW = b"\0drop", b"\0show"
#: A process of its own, because a library that ends this one may have said why, as for a processor
#: that it does not support.
_RELAY = f"""
import os
text = b""
while not text.endswith(({_DROP!r}, {_SHOW!r})) and (more := os.read(0, 65536)):
    text += more
if not text.endswith({_DROP!r}):
    os.write(2, text.removesuffix({_SHOW!r}))
"""


@contextmanager
def quiet_stderr() -> Iterator[None]:
    """Drops what is written to standard error, but shows it if the body fails.

    TensorFlow writes there before it reads its log level, and to the file descriptor itself. If the
    level asks for it, or there is no standard error, nothing is changed.
    """
    if os.environ.get(_LEVEL) in _TALKATIVE:
        yield
        return
    try:
        kept = os.dup(2)
    except OSError:
        yield
        return
    reading, writing = os.pipe()
    relay = subprocess.Popen(  # noqa: S603
        [sys.executable, "-I", "-S", "-c", _RELAY],
        stdin=reading,
        # Ctrl-C is for this process alone.
        start_new_session=True,
    )
    os.dup2(writing, 2)
    os.close(writing)
    os.close(reading)
    end = _SHOW
    try:
        yield
        end = _DROP
    except KeyboardInterrupt:
        end = _DROP
        raise
    finally:
        os.write(2, end)
        os.dup2(kept, 2)
        os.close(kept)
        relay.wait()
