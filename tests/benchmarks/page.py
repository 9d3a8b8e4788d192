"""How long a viewer waits, how smooth the animation is, and how much memory the processes take.

    python tests/benchmarks/page.py [--rounds 3] [--quick]

Starts `streamlit run app.py` on a free port and opens it in headless Chromium, each page in its own
profile with empty caches. "Moving" means that two different steps have been drawn. Each wait
alternates with the same wait for a bare Streamlit page (`plain_page.py`: one button, one line of
text), a lower bound for any Streamlit page; ratios are taken within a round.
"""

import argparse
from contextlib import closing
from pathlib import Path

import machine
from browsing import View, chromium
from goals import COMPLETE, FURTHER, NEW, PAGE, SEEN, SLOW, START, WORKER, Figures
from picture import measure_chart, measure_live, measure_recorded
from playwright.sync_api import Browser
from serving import Server

from bnviz.settings import Settings

APP = machine.ROOT / "app.py"
CHART_PAGE = Path(__file__).parent / "chart_page.py"
PLAIN = Path(__file__).parent / "plain_page.py"


def answered(view: View, text: str) -> float:
    """When the bare page showed this text, seconds since the epoch."""
    says = f"document.querySelector('#answer')?.textContent === '{text}' && Date.now()"
    return float(view.page.wait_for_function(says).json_value() / 1e3)


def measure_start(browser: Browser, figures: Figures) -> None:
    """Measures the wait from `streamlit run` to a moving page."""
    with closing(Server(PLAIN)) as plain, closing(View(browser, plain.url)) as view:
        bare = answered(view, "open") - plain.started
    with closing(Server(APP)) as server, closing(View(browser, server.url)) as view:
        figures.add(START, view.moving() - server.started, bare)


def measure_further(browser: Browser, server: Server, plain: Server, figures: Figures) -> None:
    """Measures the waits of further viewers for a moving page, while a first one plays."""
    with closing(View(browser, plain.url)) as view:
        bare = answered(view, "open") - view.opened
    with closing(View(browser, server.url)) as view:
        figures.add(FURTHER, view.moving() - view.opened, bare)
    with closing(View(browser, plain.url, slow=True)) as view:
        bare = answered(view, "open") - view.opened
    with closing(View(browser, server.url, slow=True)) as view:
        figures.add(SLOW, view.moving() - view.opened, bare)


def measure_clicks(browser: Browser, server: Server, plain: Server, figures: Figures) -> None:
    """Measures the waits from the click to the first frame and to the end of the run."""
    number = len(figures.waits.get(SEEN, [])) + 1
    with closing(View(browser, plain.url)) as view:
        answered(view, "open")
        bare = -view.click("button") + answered(view, "clicked")
    for name, settings in (
        (SEEN, Settings(seed=number)),
        (NEW, Settings(units=Settings().units - number)),
    ):
        first, end = train(browser, server.link(settings))
        figures.add(name, first, bare)
        if name == SEEN:
            figures.add(COMPLETE, end, bare)


def train(browser: Browser, url: str) -> tuple[float, float]:
    """Trains from a new page; returns the seconds from click to first frame and to the end."""
    with closing(View(browser, url)) as view:
        return view.train()


def workers_mb(server: Server) -> str:
    """Resident memory of each worker in MB, as text."""
    return ", ".join(f"{worker.memory_info().rss / 1e6:.0f}" for worker in server.workers())


def main() -> None:
    """Measures and prints the table."""
    parser = argparse.ArgumentParser(
        description="Measure waits, smoothness and memory of the page."
    )
    parser.add_argument(
        "--rounds", type=int, default=3, help="number of times to measure each wait"
    )
    parser.add_argument("--quick", action="store_true", help="trial: one round")
    given = parser.parse_args()
    rounds = 1 if given.quick else given.rounds
    figures = Figures()
    with chromium() as browser:
        for _ in range(rounds):
            measure_start(browser, figures)
        with closing(Server(APP)) as server, closing(Server(PLAIN)) as plain:
            # A complete run warms the worker up.
            train(browser, server.url)
            after_one = workers_mb(server)
            with closing(View(browser, server.url)) as first:
                first.moving()
                for _ in range(rounds):
                    measure_further(browser, server, plain, figures)
            for _ in range(rounds):
                measure_clicks(browser, server, plain, figures)
            measure_live(browser, server, figures)
            measure_recorded(browser, server, figures)
            figures.words[PAGE] = f"{server.process.memory_info().rss / 1e6:.0f}"
            figures.words[WORKER] = f"{after_one}; {workers_mb(server)}"
        with closing(Server(CHART_PAGE)) as server:
            measure_chart(browser, server, figures)
    figures.print(rounds)


if __name__ == "__main__":
    main()
