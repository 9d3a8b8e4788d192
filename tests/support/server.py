"""The page's server, in a process of its own."""

import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.support import ROOT


@contextmanager
def page_server(port: int, **options: Any) -> Iterator[subprocess.Popen[str]]:
    """Serves the page; kills the server at the end unless it has ended by then.

    Args:
        port: Port of this machine on which it listens.
        options: Further arguments of `subprocess.Popen`.
    """
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless=true"]
    command += [f"--server.port={port}", "--server.address=127.0.0.1"]
    with subprocess.Popen(command, cwd=ROOT, text=True, **options) as server:
        try:
            wait_for(f"http://127.0.0.1:{port}/_stcore/health")
            yield server
        finally:
            if server.poll() is None:
                server.kill()


def wait_for(address: str, seconds: float = 30) -> None:
    """Waits until an address responds."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            urllib.request.urlopen(address, timeout=1).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return
