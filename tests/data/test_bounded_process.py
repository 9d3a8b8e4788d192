"""BoundedProcess: what ends with whoever asked."""

import signal
import subprocess
import sys

import psutil

from tests.support.engine import until

#: Its process says in a file that it has read all it was sent, so that its asker waits by then.
ASKS = """
import sys
from bnviz.data import bounded_process
program = "import sys, time; sys.stdin.read(); open(sys.argv[1], 'w'); time.sleep(1e6)"
bounded_process.answer(("-c", program, sys.argv[1]), b"", max_seconds=1e6)
"""


def test_ctrl_c_ends_the_process_too(tmp_path):
    has_read = tmp_path / "has_read"
    command = [sys.executable, "-c", ASKS, str(has_read)]
    with subprocess.Popen(command, stderr=subprocess.PIPE) as asker:
        try:
            until(has_read.exists)
            (process,) = psutil.Process(asker.pid).children()
            asker.send_signal(signal.SIGINT)
            _, complaint = asker.communicate()
        finally:
            asker.kill()
    try:
        assert b"KeyboardInterrupt" in complaint
        assert not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    finally:
        if process.is_running():
            process.kill()
