"""How the page handles load: many viewers of one run, and many viewers with a run each.

    python tests/benchmarks/load.py [--viewers 100] [--runs 30] [--browsers 2] [--quick]

Sessions speak Streamlit's websocket protocol and poll as the player does; a few real browsers
join them. Server, worker, sessions and browsers share one machine and talk over loopback. Each
session ends with its run.
"""

import argparse
import asyncio
import itertools
import threading
from collections.abc import Sequence
from statistics import median
from urllib.parse import urlencode

import machine
from browsing import Change, View, chromium, shown_a_second
from serving import Server, in_link
from viewers import Viewer

from bnviz.recording.frames import frame_steps
from bnviz.settings import Settings

#: The run that all watch: long enough for everyone to join while it trains.
SHARED = Settings(steps=40_000, seed=1)
#: Seconds over which the sessions open, one after another.
ARRIVAL = 20.0


def different(number: int) -> Settings:
    """Settings of one viewer's own run: short, of a few architectures, as in a class."""
    return Settings(
        dataset=("moons", "circles", "digits")[number % 3],
        hidden_layers=2 + number % 2,
        units=(8, 16)[number // 2 % 2],
        learning_rate=0.1,
        steps=300,
        seed=number,
    )


def link(settings: Settings) -> str:
    """The query string of a link that trains these settings."""
    return urlencode(in_link(settings, train="1"))


async def _arrive(viewer: Viewer, seconds: float) -> Viewer:
    await asyncio.sleep(seconds)
    return await viewer.watch()


def sessions(server: Server, queries: Sequence[str], arrival: float) -> list[Viewer]:
    """Opens one session per query over `arrival` seconds; each watches its run to the end."""
    address = server.address

    async def watch_all() -> list[Viewer]:
        viewers = [Viewer(address, query) for query in queries]
        waits = (arrival * number / len(viewers) for number in itertools.count())
        return await asyncio.gather(*map(_arrive, viewers, waits))

    return asyncio.run(watch_all())


def shared(server: Server, viewers: int, browsers: int) -> dict[str, str]:
    """Measures many viewers of one run, real browsers among them."""
    query = link(SHARED)
    frames = len(frame_steps(SHARED.steps))
    found: list[Viewer] = []
    crowd = threading.Thread(
        target=lambda: found.extend(sessions(server, [query] * viewers, ARRIVAL))
    )
    with chromium() as browser:
        views = [View(browser, f"{server.url}?{query}") for _ in range(browsers)]
        for view in views:
            view.first(lambda change: change["state"] == "running")
        crowd.start()
        while crowd.is_alive():
            for view in views:
                view.page.wait_for_timeout(200)
                view.changes()
        crowd.join()
        for view in views:
            view.first(lambda change: change["state"] == "finished")
        live = [
            [change for change in view.changes() if change["state"] == "running"] for view in views
        ]
        for view in views:
            view.close()
    return {
        "viewers": f"{len(found)} and {browsers} browsers",
        "with every frame, in order": str(
            sum(each.frames == frames and not each.gaps for each in found)
        ),
        "frames drawn a second in a browser, of those made": ", ".join(map(drawn_of_made, live)),
        **waits(found),
    }


def drawn_of_made(live: list[Change]) -> str:
    """Frames per second that a browser drew during the run, and those that it received."""
    # At first it holds the frames of the recording shown until the run starts.
    start = min(range(len(live)), key=lambda number: live[number]["held"])
    run = live[start:]
    made = (run[-1]["held"] - run[0]["held"]) / (run[-1]["at"] - run[0]["at"]) * 1e3
    return f"{shown_a_second(run):.1f} of {made:.1f}"


def separate(server: Server, runs: int) -> dict[str, str]:
    """Measures many viewers at once, each with its own run."""
    found = sessions(server, [link(different(number)) for number in range(runs)], 0.0)
    queued = [each.places for each in found if each.places]
    falling = sum(places == sorted(places, reverse=True) for places in queued)
    return {
        "viewers": f"{len(found)}, a run each",
        "with every frame, in order": str(
            sum(each.states[-1:] == ["finished"] and not each.gaps for each in found)
        ),
        "all finished after, s": f"{max(each.seconds for each in found):.1f}",
        "queued, with a position that never rose": f"{falling} of {len(queued)}",
        **waits(found),
    }


def waits(found: list[Viewer]) -> dict[str, str]:
    """How long pages took to open, and requests to be answered."""
    loads = sorted(each.loaded for each in found)
    delays = sorted(itertools.chain.from_iterable(each.delays for each in found))
    percentile_99 = delays[int(0.99 * (len(delays) - 1))]
    return {
        "opening a page, s: median; longest": f"{median(loads):.2f}; {loads[-1]:.2f}",
        "response time, s: median; 99 %; longest": (
            f"{median(delays):.3f}; {percentile_99:.2f}; {delays[-1]:.2f}"
        ),
    }


def main() -> None:
    """Measures and prints the tables."""
    parser = argparse.ArgumentParser(description="Measure many viewers at once.")
    parser.add_argument(
        "--viewers", type=int, default=100, help="number of viewers of one shared run"
    )
    parser.add_argument("--runs", type=int, default=30, help="number of viewers with a run each")
    parser.add_argument(
        "--browsers", type=int, default=2, help="number of real browsers that watch the shared run"
    )
    parser.add_argument(
        "--quick", action="store_true", help="trial: a tenth of the viewers and runs"
    )
    given = parser.parse_args()
    share = 10 if given.quick else 1
    server = Server(machine.ROOT / "app.py")
    try:
        one = shared(server, given.viewers // share, given.browsers)
        own = separate(server, given.runs // share)
    finally:
        server.close()
    machine.print_table("Load: one run", ["", ""], [[k, v] for k, v in one.items()])
    machine.print_table("Load: a run each", ["", ""], [[k, v] for k, v in own.items()])


if __name__ == "__main__":
    main()
