"""What the engine is told of a task that ends."""

import subprocess
import sys

import pytest

#: A task that ends only once the interpreter has begun to shut down, as when a page is stopped.
_ENDING = """
import asyncio
import atexit
import sys
import threading

from distributed import Client, Event

from bnviz.engine.answer import when_ended

begun = threading.Event()
told = threading.Event()


def task():
    Event("go on").wait()


def main():
    async def serve():
        async with Client(
            processes=False, asynchronous=True, set_as_default=False, dashboard_address=":0"
        ) as client:
            future = client.submit(task)
            TELL
            begun.set()
            while not ending.is_set():
                await asyncio.sleep(0.05)
            await Event("go on", client=client).set()
            await asyncio.sleep(3600)

    asyncio.run(serve())


ending = threading.Event()


@atexit.register
def end():
    ending.set()
    print("told" if told.wait(WAIT) else "not told")


threading.Thread(target=main, daemon=True).start()
begun.wait()
"""


def _output(tell: str, wait: int) -> str:
    script = _ENDING.replace("TELL", tell).replace("WAIT", str(wait))
    ended = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=False
    )
    return ended.stdout + ended.stderr


@pytest.mark.slow
def test_a_task_that_ends_with_the_process_is_told_of_without_a_traceback():
    output = _output("when_ended(future, told.set)", 60)
    assert output.startswith("told"), output
    assert "Traceback" not in output, output
