"""Siege: what one visitor sends to a real server, and what the others keep."""

import asyncio
import subprocess

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from websockets.frames import CloseCode

from tests.support.engine import free_port
from tests.support.loop import run
from tests.support.server import page_server
from tests.support.tab import Tab

FLOOD = 3_000
#: A run of a second or two.
LINK = "dataset=moons&hidden_layers=1&units=4&steps=200&train=1&v=2"


@pytest.fixture(scope="module")
def port():
    """Port of a server."""
    port = free_port()
    with page_server(port, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL):

        async def visit():
            await (await Tab().open(port)).close()

        run(visit())  # from now on the gate is there
        yield port


async def click(tab):
    await tab.press("Train both")


@pytest.mark.parametrize("send", [click, Tab.heartbeat])
def test_others_are_served_before_a_flood_is(port, send):
    async def main():
        flood, other = await Tab().open(port), Tab()
        for _ in range(FLOOD):
            await send(flood)
        await other.open(port)
        await flood.heartbeat()
        taken = asyncio.create_task(flood.until(lambda: flood.acknowledged == flood.beats))
        for _ in range(20):
            await other.request()
        first = not taken.done()
        taken.cancel()
        await other.close()
        await flood.close()
        return first

    assert run(main())


def test_a_message_that_is_too_large_is_refused_at_its_head(port):
    async def main():
        tab = await Tab().open(port)
        tab.begin(190_000_000)
        return await tab.refused()

    assert run(main()) == CloseCode.MESSAGE_TOO_BIG


@pytest.mark.slow
def test_nobody_clears_what_all_viewers_share(port):
    async def main():
        viewer, other = await Tab().open(port, LINK), await Tab().open(port)
        while viewer.header["run"] == "recorded":
            await viewer.request()
        begun = viewer.header["run"]
        await other.send(BackMsg(clear_cache=True))
        await other.heartbeat()
        await other.until(lambda: other.acknowledged)
        while viewer.header["state"] != "finished":
            await viewer.request()
        await viewer.close()
        await other.close()
        return begun, viewer.header["run"]

    begun, finished = run(main())
    assert begun == finished
