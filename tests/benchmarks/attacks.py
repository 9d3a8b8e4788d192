"""Attacks: what one dishonest or merely eager visitor can do to a server.

    python tests/benchmarks/attacks.py NAME --server 127.0.0.1:8501

Connects from a loopback address of its own, writes "ready" once everything is prepared, and goes on
until its standard input is closed. Then it writes one line of JSON: how often each thing happened,
and the seconds of processor time that it took itself. `siege.py` starts it.
"""

import argparse
import asyncio
import hashlib
import io
import json
import os
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from urllib.parse import urlencode

import machine  # noqa: F401  (puts the repository on the path)
import numpy as np
from profiles import Profile
from serving import in_link
from tabs import MapTab, Tab
from tornado.iostream import StreamClosedError

from bnviz.settings import Settings
from bnviz.settings.kinds import KEY_LENGTH

#: Where attackers come from; honest viewers come from 127.0.0.1.
SOURCE = "127.0.0.2"
MB = 1_000_000
#: Tabs that one attacker opens, and the fewer ones that send much.
TABS, MANY, FEW = 50, 10, 4
#: Seeds of the attackers' runs begin here.
FIRST_SEED = 1_000_000
#: Seconds after which an attacker whose connection was closed comes back.
RETURN = 0.5
#: Megabytes of files that are sent beside the field for files until the machine might suffer.
MAX_PUT_MB = 3_000

#: A run that keeps a worker busy for long, whose frames take much memory.
LONG = Settings(hidden_layers=10, steps=50_000)
#: The run that costs most by itself: many small steps through many large layers.
DEEP = Settings(hidden_layers=50, units=256, batch_size=1, steps=50_000)
#: What all cells of a large map share; the default map has 16×16 cells.
MAP = Settings(hidden_layers=20, units=64, steps=700)
#: Settings for the largest stable rate, within the limits of cost and far beyond them.
WITHIN = Settings(hidden_layers=20, units=64, steps=1_500)
BEYOND = Settings(hidden_layers=50, units=256, batch_size=1_024, steps=50_000)


@dataclass
class Attackers:
    """What an attack has at hand.

    Attributes:
        server: Host and port of the server.
        tally: How often each thing has happened.
    """

    server: str
    tally: Counter[str] = field(default_factory=Counter)

    def profile(self, *, cookie: bool = True) -> Profile:
        """A browser that has not been here before."""
        return Profile(self.server, source=SOURCE, keeps_cookie=cookie)

    async def endlessly(self, act: Callable[[], Awaitable[None]]) -> None:
        """Acts again and again, whatever the server does about it."""
        while True:
            try:
                await act()
            except (OSError, TimeoutError, StreamClosedError):
                self.tally["connections closed or refused"] += 1
                await asyncio.sleep(RETURN)

    async def follow(self, tab: Tab) -> None:
        """Opens a page, follows what its link starts, and notes how that ended."""
        try:
            await tab.begin()
            await tab.follow()
            await self.ended(tab)
        finally:
            tab.close()

    async def ended(self, tab: Tab) -> None:
        """Notes how something ended; comes back later if it was refused."""
        state = tab.states[-1]
        self.tally[state if state != "failed" else f"failed: {tab.message}"] += 1
        if state == "failed":
            await asyncio.sleep(RETURN)


def link(settings: Settings, **more: str) -> str:
    """The query string of a link that trains these settings."""
    return urlencode(in_link(settings, train="1", **more))


async def nothing(attackers: Attackers) -> None:
    """Does nothing."""


async def tabs(attackers: Attackers, profiles: Iterable[Profile]) -> None:
    """Many tabs, each with one long run after the other."""

    async def train(profile: Profile, seeds: "count[int]") -> None:
        query = link(LONG.replace(seed=next(seeds)))
        await attackers.follow(Tab(attackers.server, query, profile=profile))

    await asyncio.gather(
        *(
            attackers.endlessly(partial(train, profile, count(FIRST_SEED + 1_000 * number)))
            for number, profile in enumerate(profiles)
        )
    )


async def one_cookie(attackers: Attackers) -> None:
    """The tabs of one browser."""
    await tabs(attackers, [attackers.profile()] * TABS)


async def new_cookies(attackers: Attackers) -> None:
    """Each tab claims to be a browser of its own."""
    await tabs(attackers, [attackers.profile() for _ in range(TABS)])


async def no_cookie(attackers: Attackers) -> None:
    """Tabs of a program that is not a browser."""
    await tabs(attackers, [attackers.profile(cookie=False)] * TABS)


async def large_map(attackers: Attackers) -> None:
    """An allowed map of 16×16 deep networks, and then the next one."""
    profile, seeds = attackers.profile(), count(FIRST_SEED)

    async def fill() -> None:
        query = link(MAP.replace(seed=next(seeds)), mode="map")
        tab = MapTab(attackers.server, query, profile=profile)
        try:
            await attackers.follow(tab)
        finally:
            attackers.tally["cells filled"] += tab.filled

    await attackers.endlessly(fill)


async def long_run(attackers: Attackers) -> None:
    """An allowed run of 50 layers of 256 units, 50,000 steps of one example."""
    profile, seeds = attackers.profile(), count(FIRST_SEED)

    async def train() -> None:
        query = link(DEEP.replace(seed=next(seeds)))
        tab = Tab(attackers.server, query, profile=profile)
        try:
            await attackers.follow(tab)
        finally:
            attackers.tally["frames"] += tab.own_frames

    await attackers.endlessly(train)


async def rates(attackers: Attackers, settings: Settings) -> None:
    """Tabs that look for the largest stable rate."""
    profile, seeds = attackers.profile(), count(FIRST_SEED)

    async def find() -> None:
        query = urlencode(in_link(settings.replace(seed=next(seeds)), mode="map"))
        tab = MapTab(attackers.server, query, profile=profile)
        try:
            await tab.begin()
            await tab.press("Find the largest stable rate")
            attackers.tally["searches asked for"] += 1
            await tab.follow()
            attackers.tally[f"told: {tab.message[:60]}"] += 1
            await asyncio.sleep(RETURN)
        finally:
            tab.close()

    await asyncio.gather(*(attackers.endlessly(find) for _ in range(FEW)))


async def states(attackers: Attackers, size: int) -> None:
    """Tabs that send states of a component, as costly to read as JSON of that size can be."""
    profile = attackers.profile()
    state = json.dumps({"want": [[]] * (size // 4)})

    async def send() -> None:
        tab = Tab(attackers.server, "", profile=profile)
        try:
            await tab.begin()
            message = tab.request(None)
            message.rerun_script.widget_states.widgets[0].json_value = state
            raw = message.SerializeToString()
            while True:
                await tab.send(raw)
                attackers.tally[f"states of {size / MB:g} MB"] += 1
                await tab.answer()
        finally:
            tab.close()

    await asyncio.gather(*(attackers.endlessly(send) for _ in range(MANY)))


async def frames(attackers: Attackers) -> None:
    """Messages of 190 MB, which mean nothing."""
    profile, message = attackers.profile(), bytes(190 * MB)

    async def send() -> None:
        tab = Tab(attackers.server, "", profile=profile)
        try:
            await tab.open()
            attackers.tally["messages of 190 MB begun"] += 1
            await tab.send(message)
            attackers.tally["messages of 190 MB sent"] += 1
            await tab.drain()
        finally:
            tab.close()
        await asyncio.sleep(RETURN)

    await asyncio.gather(*(attackers.endlessly(send) for _ in range(FEW)))


async def flood(attackers: Attackers, message: Callable[[Tab], bytes]) -> None:
    """One tab that sends the same small message as fast as the connection takes it."""
    profile = attackers.profile()

    async def send(tab: Tab, raw: bytes) -> None:
        while True:
            await tab.send(raw)
            attackers.tally["messages"] += 1
            if attackers.tally["messages"] % 100 == 0:
                await asyncio.sleep(0)  # the responses want to be received

    async def attack() -> None:
        tab = Tab(attackers.server, "", profile=profile)
        try:
            await tab.begin()
            sending = asyncio.ensure_future(send(tab, message(tab)))
            receiving = asyncio.ensure_future(tab.drain())
            await asyncio.wait({sending, receiving}, return_when=asyncio.FIRST_COMPLETED)
            raise ConnectionError("the server closed the connection")
        finally:
            tab.close()  # which ends both

    await attackers.endlessly(attack)


def click(tab: Tab) -> bytes:
    """Presses the button that trains."""
    return tab.click("Train both").SerializeToString()


def request_all(tab: Tab) -> bytes:
    """Asks the player's page for the figure and for all frames."""
    want = {"run": "recorded", "from": 0, "figure": "", "view": {}, "ask": 1, "detail": True}
    return tab.request(want).SerializeToString()


def archive() -> bytes:
    """An NPZ file of 70,000 blank images of 28×28, with ten classes."""
    file = io.BytesIO()
    classes = (np.arange(70_000) % 10).astype(np.uint8)
    blank = np.zeros((70_000, 28, 28), np.uint8)
    np.savez_compressed(
        file, x_train=blank[10_000:], y_train=classes[10_000:], x_test=blank[:10_000],
        y_test=classes[:10_000],
    )  # fmt: skip
    return file.getvalue()


def table() -> bytes:
    """A CSV file of almost 20 MB, with as many numbers as fit."""
    digits = np.random.default_rng(0).integers(0, 10, (69_000, 142), np.uint8) + ord("0")
    text = np.full((*digits.shape, 2), ord(","), np.uint8)
    text[..., 0] = digits
    text[:, -1, 1] = ord("\n")
    return text.tobytes()


async def chosen_files(
    attackers: Attackers, name: str, data: bytes, number: int, *, train: bool
) -> None:
    """Tabs that choose a file, each time in a new session, and perhaps train it."""
    profile = attackers.profile()
    digest = hashlib.sha256(data).hexdigest()[:KEY_LENGTH]
    query = urlencode({"dataset": "upload", "upload": digest})

    async def choose() -> None:
        tab = Tab(attackers.server, query, profile=profile)
        try:
            await tab.begin()
            taken = await tab.choose(name, data)
            attackers.tally["files taken" if taken else "files refused"] += 1
            attackers.tally.update(f"told: {alert[:60]}" for alert in tab.alerts)
            if train and "Train both" in tab.buttons:
                await tab.press("Train both")
                await tab.follow()
                await attackers.ended(tab)
        finally:
            tab.close()

    await asyncio.gather(*(attackers.endlessly(choose) for _ in range(number)))


async def archives(attackers: Attackers) -> None:
    """Ten tabs, each with a small NPZ file that is large in memory, which they train."""
    await chosen_files(attackers, "blank.npz", archive(), MANY, train=True)


async def tables(attackers: Attackers) -> None:
    """Tabs that choose one CSV file of 20 MB after the other."""
    await chosen_files(attackers, "digits.csv", table(), FEW, train=False)


async def put_files(attackers: Attackers, *, valid: bool) -> None:
    """Sends files of 20 MB beside the field for files.

    Args:
        attackers: Those who send them.
        valid: Whether they come with the name of a session that is open.
    """
    profile, data = attackers.profile(), bytes(20 * MB)
    await profile.open_page()
    session = uuid.uuid4().hex
    if valid:
        session = (await Tab(attackers.server, "", profile=profile).begin()).session

    async def put() -> None:
        while attackers.tally["status 204"] * len(data) > MAX_PUT_MB * MB:
            await asyncio.sleep(1)
        path = f"/_stcore/upload_file/{session}/{uuid.uuid4().hex}"
        attackers.tally[f"status {await profile.upload(path, 'a.csv', data)}"] += 1

    await asyncio.gather(*(attackers.endlessly(put) for _ in range(FEW)))


async def idle(attackers: Attackers) -> None:
    """300 connections that send nothing."""
    profile = attackers.profile()

    async def wait() -> None:
        socket = await profile.connect()
        attackers.tally["connected"] += 1
        await socket.read_message()
        while await socket.read_message() is not None:
            pass
        raise ConnectionError("the server closed the connection")

    await asyncio.gather(*(attackers.endlessly(wait) for _ in range(300)))


@dataclass(frozen=True)
class Attack:
    """An attack.

    Attributes:
        title: What it is, for a table.
        run: Attacks until it is cancelled.
        files: Number of files that the server may have open; 0 for no limit.
    """

    title: str
    run: Callable[[Attackers], Awaitable[None]]
    files: int = 0


ATTACKS = {
    "none": Attack("none", nothing),
    "one-cookie": Attack("50 tabs with a long run each, one browser", one_cookie),
    "new-cookies": Attack("50 tabs with a long run each, a new cookie for each", new_cookies),
    "no-cookie": Attack("50 tabs with a long run each, no cookie", no_cookie),
    "map": Attack("a map of 16×16, 20 layers, 700 steps", large_map),
    "long-run": Attack("a run of 50×256, batch 1, 50,000 steps", long_run),
    "rates-beyond": Attack("stable rates, beyond all limits", partial(rates, settings=BEYOND)),
    "rates-within": Attack("stable rates, within the limits", partial(rates, settings=WITHIN)),
    "states": Attack("component states of 24 MB", partial(states, size=24 * MB)),
    "small-states": Attack("component states of 0.9 MB", partial(states, size=900_000)),
    "frames": Attack("messages of 190 MB", frames),
    "clicks": Attack("clicks without end in one tab", partial(flood, message=click)),
    "requests": Attack("requests without end in one tab", partial(flood, message=request_all)),
    "archives": Attack("an NPZ of 70,000×784 in 10 tabs, trained", archives),
    "tables": Attack("CSV files of 20 MB, one after the other", tables),
    "puts": Attack("files of 20 MB beside the field", partial(put_files, valid=True)),
    "stray-puts": Attack("the same, without a session", partial(put_files, valid=False)),
    "idle": Attack("300 idle connections, 256 files", idle, files=256),
}


async def attack(name: str, server: str) -> Counter[str]:
    """Attacks until the standard input is closed; returns how often each thing happened."""
    attackers, over = Attackers(server), asyncio.Event()
    loop = asyncio.get_running_loop()

    def wait_for_end() -> None:
        while os.read(0, 1024):
            pass
        loop.call_soon_threadsafe(over.set)

    threading.Thread(target=wait_for_end, daemon=True).start()
    # Connections that are closed while something is sent are part of it.
    loop.set_exception_handler(lambda *_: None)
    attacking = asyncio.ensure_future(ATTACKS[name].run(attackers))
    print("ready", flush=True)
    waiting = asyncio.ensure_future(over.wait())
    await asyncio.wait({attacking, waiting}, return_when=asyncio.FIRST_COMPLETED)
    if attacking.done():
        attacking.result()
    await waiting
    attacking.cancel()
    with suppress(asyncio.CancelledError):
        await attacking
    return attackers.tally


def main() -> None:
    """Attacks a server."""
    parser = argparse.ArgumentParser(description="Attack a server of this page.")
    parser.add_argument("name", choices=list(ATTACKS))
    parser.add_argument("--server", required=True, help="its host and port")
    given = parser.parse_args()
    tally = asyncio.run(attack(given.name, given.server))
    print(json.dumps({"tally": tally, "processor": time.process_time()}), flush=True)
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
