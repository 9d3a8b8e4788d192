"""BoundedProcess: what ends with whoever asked."""

import signal
import subprocess
import sys

import psutil

from tests.support.engine import until

ASKS = """
from bnviz.data import bounded_process
bounded_process.answer(("-c", "import time; time.sleep(1e6)"), b"", max_seconds=1e6)
"""


def test_ctrl_c_ends_the_process_too():
    with subprocess.Popen([sys.executable, "-c", ASKS], stderr=subprocess.PIPE) as asker:
        try:
            until(psutil.Process(asker.pid).children)
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
