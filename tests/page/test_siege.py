"""Siege: what one visitor sends to a real server, and what the others keep."""

import asyncio
import hashlib
import re
import subprocess
import urllib.request
from urllib.parse import urlencode

import psutil
import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from websockets.frames import CloseCode

from bnviz.engine.limits import Limits
from bnviz.page.shell.upload_gate import SHARE
from bnviz.settings import Settings
from bnviz.settings.choices import UPLOAD
from bnviz.settings.kinds import KEY_LENGTH
from tests.support.engine import PATIENCE, free_port
from tests.support.everyday import everyday
from tests.support.loop import run
from tests.support.server import page_server
from tests.support.tab import Tab

FLOOD = 3_000
#: A run of a second or two.
LINK = "dataset=moons&hidden_layers=1&units=4&steps=200&train=1&v=2"
#: A page with the field for files, and what is chosen there.
ROWS = "".join(f"{i},{i * i / 4},{'ab'[i % 2]}\n" for i in range(20)).encode()
FILE_LINK = f"dataset={UPLOAD}&upload={hashlib.sha256(ROWS).hexdigest()[:KEY_LENGTH]}&v=2"
#: Runs that take a moment and minutes.
SHORT = Settings(dataset="moons", hidden_layers=1, units=4, steps=60)
LONG = SHORT.replace(hidden_layers=3, units=64, steps=50_000)
#: Seconds between two requests of a tab.
PAUSE = 0.2


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


@pytest.mark.parametrize("send", everyday([click, Tab.heartbeat], (0,)))
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


def test_a_page_that_is_drawn_again_sends_no_frames_again_until_they_are_requested(port):
    async def main():
        tab = await Tab().open(port)
        await tab.request()
        first = tab.frames
        await tab.redraw()
        again = tab.frames
        await tab.request()
        await tab.close()
        return first, again, tab.frames

    first, again, requested = run(main())
    assert (again, requested) == (b"", first)
    assert first


def test_a_message_that_is_too_large_is_refused_at_its_head(port):
    async def main():
        tab = await Tab().open(port)
        tab.begin(190_000_000)
        return await tab.refused()

    assert run(main()) == CloseCode.MESSAGE_TOO_BIG


async def kept_bytes(port):
    """Size of the uploaded files that Streamlit keeps, as it tells itself."""

    def read():
        address = f"http://127.0.0.1:{port}/_stcore/metrics?families=cache_memory_bytes"
        with urllib.request.urlopen(address, timeout=PATIENCE) as response:
            return response.read().decode()

    found = re.search(r'"UploadedFileManager".*?} (\d+)', await asyncio.to_thread(read))
    return int(found[1]) if found else 0


def has_file(tab):
    """Whether a page says that it holds the file that was chosen in the field."""
    return any(f"a.csv · {len(ROWS)} bytes" in text for text in tab.texts)


def test_files_that_no_field_asked_for_are_bounded_and_the_field_still_takes_one(port):
    size, most = 4_000_000, SHARE * 1e6 * Limits().files_mb

    async def main():
        floods = [await Tab().open(port, FILE_LINK) for _ in range(int(most / size) + 2)]
        for _ in range(5):
            assert (await floods[0].put(bytes(size)))[0] == 204
        of_one = await kept_bytes(port)
        statuses = await asyncio.gather(*(flood.put(bytes(size)) for flood in floods))
        of_all = await kept_bytes(port)
        viewer = await Tab().open(port, FILE_LINK)
        await viewer.choose(ROWS)
        taken = has_file(viewer)
        for tab in (*floods, viewer):
            await tab.close()
        return of_one, [status for status, _ in statuses], of_all, taken

    of_one, statuses, of_all, taken = run(main())
    assert of_one == size
    assert set(statuses) == {204}
    assert 0 < of_all <= most
    assert taken


def test_a_file_that_made_room_for_another_is_asked_for_again(port):
    async def main():
        tab = await Tab().open(port, FILE_LINK)
        _, file = await tab.put(ROWS)
        await tab.put(ROWS)
        await tab.name(file, ROWS)
        said = list(tab.texts)
        await tab.choose(ROWS)
        taken = has_file(tab)
        await tab.close()
        return said, taken

    said, taken = run(main())
    assert any("choose it again" in text for text in said)
    assert taken


@pytest.mark.widest
def test_a_class_behind_one_router_chooses_its_files_at_once(port):
    async def main():
        tabs = [Tab() for _ in range(30)]
        for number, tab in enumerate(tabs):
            await tab.open(port, FILE_LINK, browser=b"pupil%d" % number)
        await asyncio.gather(*(tab.choose(ROWS) for tab in tabs))
        taken = [has_file(tab) for tab in tabs]
        for tab in tabs:
            await tab.close()
        return taken

    assert run(main()) == [True] * 30


def link(settings, *, seed):
    return urlencode(settings.replace(seed=seed).to_query() | {"train": "1"})


async def follow(tab):
    """Follows a run to its end; returns the last header."""
    while tab.header["run"] == "recorded" or tab.header["state"] in ("queued", "running"):
        if tab.header["state"] == "failed":
            break
        await tab.request()
        await asyncio.sleep(PAUSE)
    return tab.header


@pytest.mark.widest
@pytest.mark.parametrize(("pupils", "others"), [(5, 4), (30, 20)])
@pytest.mark.skipif(not psutil.LINUX, reason="needs several addresses of this machine")
def test_a_class_behind_one_router_is_served_beside_many_tabs_of_attackers(port, pupils, others):
    """Each of many browsers at one address gets its run while long ones wait elsewhere."""

    async def main():
        attackers = [Tab() for _ in range(others)]
        for number, tab in enumerate(attackers):
            query = link(LONG, seed=1_000 + number)
            await tab.open(port, query, browser=b"attacker%d" % number, source="127.0.0.2")
        honest = [Tab() for _ in range(pupils)]
        for number, tab in enumerate(honest):
            query = link(SHORT, seed=number)
            await tab.open(port, query, browser=b"browser%d" % number)
        headers = await asyncio.gather(*map(follow, honest))
        states = [header["state"] for header in headers]
        theirs = [(await tab.request())["state"] for tab in attackers]
        for tab in (*attackers, *honest):
            await tab.close()
        return states, headers, theirs

    states, headers, theirs = run(main())
    assert states == ["finished"] * pupils, [header["message"] for header in headers]
    assert len({header["run"] for header in headers}) == pupils
    # Theirs have begun, are not done, and are refused beyond the memory that one address may take.
    assert "running" in theirs
    assert set(theirs) <= {"queued", "running", "failed"}


@pytest.mark.widest
@pytest.mark.skipif(not psutil.LINUX, reason="needs several addresses of this machine")
def test_a_browser_has_few_runs_in_all_its_tabs_and_other_browsers_have_theirs(port):
    async def main():
        tabs = [Tab() for _ in range(4)]
        for number, tab in enumerate(tabs):
            query = link(LONG, seed=2_000 + number)
            await tab.open(port, query, browser=b"eager", source="127.0.0.3")
        other = await Tab().open(port, link(SHORT, seed=99), browser=b"calm", source="127.0.0.3")
        states = [(await tab.request())["state"] for tab in tabs]
        message = tabs[-1].header["message"]
        finished = await follow(other)
        for tab in (*tabs, other):
            await tab.close()
        return states, message, finished["state"]

    states, message, finished = run(main())
    assert states.count("failed") == 1
    assert "3 runs of yours" in message
    assert finished == "finished"


@pytest.mark.widest
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
