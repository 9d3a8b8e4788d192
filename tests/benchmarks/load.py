"""What a page bears: many viewers of one run, and many viewers with a run each.

    python tests/benchmarks/load.py [--viewers 100] [--runs 30] [--browsers 2] [--quick]

Sessions speak Streamlit's own websocket protocol and ask as the player does; a few real browsers
are among them. Server, worker, sessions and browsers share this machine. All of it is on loopback,
and each session ends by itself with its run.
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
from serving import Server
from viewers import Viewer

from bnviz.frames import frame_steps
from bnviz.settings import Settings

#: The run that all look at: long enough that everybody joins it in flight.
SHARED = Settings(steps=40_000, seed=1)
#: Seconds in which the sessions open, one after the other.
ARRIVAL = 20.0


def different(number: int) -> Settings:
    """Settings of a run of its own: short ones of a few architectures, as a class would choose."""
    return Settings(
        dataset=("moons", "circles", "digits")[number % 3],
        hidden_layers=2 + number % 2,
        units=(8, 16)[number // 2 % 2],
        learning_rate=0.1,
        steps=300,
        seed=number,
    )


def link(settings: Settings) -> str:
    """The query of a link that trains these settings."""
    return urlencode(settings.to_query() | {"train": "1"})


async def _arrive(viewer: Viewer, seconds: float) -> Viewer:
    await asyncio.sleep(seconds)
    return await viewer.watch()


def sessions(server: Server, queries: Sequence[str], arrival: float) -> list[Viewer]:
    """Opens one session a query, spread over some seconds, and lets each see its run's end."""
    address = server.url.split("//")[1].rstrip("/")

    async def all_of_them() -> list[Viewer]:
        viewers = [Viewer(address, query) for query in queries]
        waits = (arrival * number / len(viewers) for number in itertools.count())
        return await asyncio.gather(*map(_arrive, viewers, waits))

    return asyncio.run(all_of_them())


def shared(server: Server, viewers: int, browsers: int) -> dict[str, str]:
    """Many viewers of one run, real browsers among them."""
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
                view.look()
        crowd.join()
        for view in views:
            view.first(lambda change: change["state"] == "finished")
        live = [
            [change for change in view.look() if change["state"] == "running"] for view in views
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
    """Frames that a browser drew a second while the run went on, and those that it got."""
    # At first it holds those of the recording that is shown meanwhile.
    least = min(range(len(live)), key=lambda number: live[number]["held"])
    run = live[least:]
    made = (run[-1]["held"] - run[0]["held"]) / (run[-1]["at"] - run[0]["at"]) * 1e3
    return f"{shown_a_second(run):.1f} of {made:.1f}"


def separate(server: Server, runs: int) -> dict[str, str]:
    """As many viewers as runs, all at once."""
    found = sessions(server, [link(different(number)) for number in range(runs)], 0.0)
    queued = [each.places for each in found if each.places]
    falling = sum(places == sorted(places, reverse=True) for places in queued)
    return {
        "viewers": f"{len(found)}, a run each",
        "with every frame, in order": str(
            sum(each.states[-1:] == ["finished"] and not each.gaps for each in found)
        ),
        "all finished after, s": f"{max(each.seconds for each in found):.1f}",
        "waited in the queue, with a place that only fell": f"{falling} of {len(queued)}",
        **waits(found),
    }


def waits(found: list[Viewer]) -> dict[str, str]:
    """How long pages took to open, and questions to be answered."""
    loads = sorted(each.loaded for each in found)
    delays = sorted(itertools.chain.from_iterable(each.delays for each in found))
    late = delays[int(0.99 * (len(delays) - 1))]
    return {
        "opening a page, s: median; longest": f"{median(loads):.2f}; {loads[-1]:.2f}",
        "answer to a question, s: median; 99 %; longest": (
            f"{median(delays):.3f}; {late:.2f}; {delays[-1]:.2f}"
        ),
    }


def main() -> None:
    """Measures and prints the tables."""
    parser = argparse.ArgumentParser(description="Many viewers at once.")
    parser.add_argument("--viewers", type=int, default=100, help="of one shared run")
    parser.add_argument("--runs", type=int, default=30, help="viewers with a run each")
    parser.add_argument("--browsers", type=int, default=2, help="real ones among the first")
    parser.add_argument("--quick", action="store_true", help="a tenth of all, as a trial")
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
