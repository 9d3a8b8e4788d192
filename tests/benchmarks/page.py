"""How long a viewer waits, how smoothly the picture moves, and what memory the processes take.

    python tests/benchmarks/page.py [--rounds 3] [--quick]

Starts `streamlit run app.py` on a free port and opens it in headless Chromium, every page in a
profile of its own with empty caches. "Moving" means that two different steps have been drawn. Times
of waiting take turns with the same waits for a bare Streamlit page (`plain_page.py`: one button, one
line of text), which no page made with Streamlit can undercut; the ratio is taken within a round.

- frames drawn a second, live: a run of 50,000 steps, from its click to its end.
- frames drawn a second, recorded: the recording that the page opens with, while the worker trains
  for another viewer, who has paused his player.
"""

import argparse
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import machine
from browsing import Change, Server, View, chromium, moves, shown_a_second
from playwright.sync_api import Browser

from bnviz.frames import frame_steps
from bnviz.settings import Settings

APP = machine.ROOT / "app.py"
PLAIN = Path(__file__).parent / "plain_page.py"
TRAIN = ".st-key-train_wide button"
PLAY = "#bnviz-stage [data-part=play]"
#: Settings to train live, and settings that keep a worker busy for longer than `SECONDS`.
LIVE = Settings(dataset="spiral", units=64, steps=50_000)
BUSY = Settings(dataset="spiral", units=256, hidden_layers=8, steps=50_000)
#: For how long the recording is watched.
SECONDS = 8.0
#: Goals by the name of a figure.
GOALS = {
    "`streamlit run` to a moving page, s": "4",
    "further viewer: opening to moving, s": "2.5",
    "click to first live frame, architecture seen before, s": "0.6",
    "click to first live frame, new architecture, s": "1.5",
    "click to the default run complete, s": "3",
    "distinct frames drawn a second, live": "at least 24",
    "distinct frames drawn a second, recorded, worker busy": "at least 24",
    "remounts of the chart": "0",
    "frames drawn of those of the live run, in order": "all",
    "frames drawn of those of the run played again, in order": "all",
    "Streamlit process, MB": "250",
    "worker, MB": "900",
}
START, FURTHER, SEEN, NEW, COMPLETE, LIVELY, RECORDED, REMOUNTS, ALL, AGAIN, PAGE, WORKER = GOALS


@dataclass
class Figures:
    """What has been measured, by name; for some also the bare page's, round by round."""

    ours: dict[str, list[float]] = field(default_factory=dict)
    plain: dict[str, list[float]] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, ours: float, plain: float | None = None) -> None:
        """Adds one round."""
        self.ours.setdefault(name, []).append(ours)
        if plain is not None:
            self.plain.setdefault(name, []).append(plain)

    def rows(self) -> list[list[str]]:
        """The table's rows in the order of the goals."""
        rows = []
        for name, goal in GOALS.items():
            ours, plain = self.ours.get(name, []), self.plain.get(name, [])
            ratios = [one / other for one, other in zip(ours, plain, strict=True)] if plain else []
            words = self.words.get(name, "")
            cells = (machine.spread(each) if each else "" for each in (ours, plain, ratios))
            rows.append([name, *cells, goal] if ours else [name, words, "", "", goal])
        return rows


def link(server: Server, settings: Settings) -> str:
    """The address at which the page opens with these settings."""
    return f"{server.url}?{urlencode(settings.to_query())}"


def answered(view: View, text: str) -> float:
    """When the bare page said so, seconds since 1970."""
    says = f"document.querySelector('#answer')?.textContent === '{text}' && Date.now()"
    return float(view.page.wait_for_function(says).json_value() / 1e3)


def measure_start(browser: Browser, figures: Figures) -> None:
    """From `streamlit run` to a moving page."""
    with closing(Server(PLAIN)) as plain, closing(View(browser, plain.url)) as view:
        bare = answered(view, "open") - plain.started
    with closing(Server(APP)) as server, closing(View(browser, server.url)) as view:
        figures.add(START, view.moving() - server.started, bare)


def measure_further(browser: Browser, server: Server, plain: Server, figures: Figures) -> None:
    """From a further viewer's opening of the page to its moving, while a first one plays."""
    with closing(View(browser, plain.url)) as view:
        bare = answered(view, "open") - view.opened
    with closing(View(browser, server.url)) as view:
        figures.add(FURTHER, view.moving() - view.opened, bare)


def measure_clicks(browser: Browser, server: Server, plain: Server, figures: Figures) -> None:
    """From the click to the first frame, and to the run's end."""
    number = len(figures.ours.get(SEEN, [])) + 1
    with closing(View(browser, plain.url)) as view:
        answered(view, "open")
        bare = -view.click("button") + answered(view, "clicked")
    for name, settings in (
        (SEEN, Settings(seed=number)),
        (NEW, Settings(units=Settings().units - number)),
    ):
        first, end = train(browser, link(server, settings))
        figures.add(name, first, bare)
        if name == SEEN:
            figures.add(COMPLETE, end, bare)


def train(browser: Browser, url: str) -> tuple[float, float]:
    """Trains from a new page; seconds from the click to the first frame drawn, and to the end."""
    with closing(View(browser, url)) as view:
        view.moving()
        clicked = view.click(TRAIN)
        before = view.look()[-1]["drawn"]
        first = view.first(
            lambda c: c["state"] != "recorded" and c["held"] >= 1 and c["drawn"] > before,
            after=clicked,
        )
        end = view.first(lambda c: c["state"] in ("finished", "diverged"), after=clicked)
        return first["at"] / 1e3 - clicked, end["at"] / 1e3 - clicked


def measure_live(browser: Browser, server: Server, figures: Figures) -> None:
    """The picture of a run under way, and of the same run played again."""
    steps = frame_steps(LIVE.steps).tolist()
    with closing(View(browser, link(server, LIVE))) as view:
        view.moving()
        view.page.evaluate("window.__chart = document.querySelector('#bnviz-stage .main-svg')")
        clicked = view.click(TRAIN)
        view.first(lambda c: c["state"] == "running" and c["step"] == steps[1], after=clicked)
        end = view.first(lambda c: c["state"] in ("finished", "diverged"), after=clicked)
        view.first(lambda c: c["step"] == steps[-1], after=clicked)
        live = [c for c in view.look() if c["state"] == "running" and c["at"] <= end["at"]]
        seconds = (live[-1]["at"] - live[0]["at"]) / 1e3
        made = (live[-1]["held"] - live[0]["held"]) / seconds
        drawn = shown_a_second(live)
        figures.words[LIVELY] = f"{drawn:.1f} ({made:.1f} made a second, for {seconds:.1f} s)"
        figures.words[ALL] = compared(since(view, clicked), steps)
        again = view.click(PLAY)
        view.first(lambda c: c["step"] == steps[-1], after=again + 1)
        figures.words[AGAIN] = compared(since(view, again), steps)
        stays = view.page.evaluate(
            "window.__chart.isConnected"
            " && window.__chart === document.querySelector('#bnviz-stage .main-svg')"
        )
        figures.words[REMOUNTS] = "0" if stays else "at least 1"


def since(view: View, start: float) -> list[int]:
    """The steps shown since step 0 was, after a moment."""
    late = [c for c in view.look() if c["at"] >= 1e3 * start and c["state"] != "recorded"]
    shown = [c["step"] for c in moves([{"step": -1}, *late])]
    return shown[shown.index(0) :]


def compared(shown: list[int], steps: list[int]) -> str:
    """How many of the run's steps were shown, and whether in their order."""
    return f"{len(set(shown) & set(steps))} of {len(steps)}, " + (
        "in order" if shown == sorted(set(shown)) else "NOT in order"
    )


def measure_recorded(browser: Browser, server: Server, figures: Figures) -> None:
    """The picture of the recording, while the worker trains for another."""
    with closing(View(browser, link(server, BUSY))) as other:
        other.moving()
        other.click(TRAIN)
        other.first(lambda c: c["state"] == "running" and c["held"] > 1)
        other.click(PLAY)
        with closing(View(browser, server.url)) as view:
            view.moving()
            start = len(view.look())
            view.page.wait_for_timeout(1e3 * SECONDS)
            seen: list[Change] = view.look()[start:]
        if other.look()[-1]["state"] == "running":
            figures.words[RECORDED] = f"{shown_a_second(seen):.1f}"
        else:
            figures.words[RECORDED] = "the worker was done too early to tell"
        other.click(".st-key-stop_wide button")


def measure_memory(server: Server, figures: Figures) -> None:
    """Resident memory of both processes after all that was done before."""
    figures.words[PAGE] = f"{server.process.memory_info().rss / 1e6:.0f}"
    figures.words[WORKER] = ", ".join(
        f"{worker.memory_info().rss / 1e6:.0f}" for worker in server.workers()
    )


def main() -> None:
    """Measures and prints the table."""
    parser = argparse.ArgumentParser(description="Waits, smoothness and memory of the page.")
    parser.add_argument("--rounds", type=int, default=3, help="how often each wait is measured")
    parser.add_argument("--quick", action="store_true", help="one round, as a trial")
    given = parser.parse_args()
    rounds = 1 if given.quick else given.rounds
    figures = Figures()
    with chromium() as browser:
        for _ in range(rounds):
            measure_start(browser, figures)
        with closing(Server(APP)) as server, closing(Server(PLAIN)) as plain:
            # Once a whole run has come back, the worker is warm.
            train(browser, server.url)
            with closing(View(browser, server.url)) as first:
                first.moving()
                for _ in range(rounds):
                    measure_further(browser, server, plain, figures)
            for _ in range(rounds):
                measure_clicks(browser, server, plain, figures)
            measure_live(browser, server, figures)
            measure_recorded(browser, server, figures)
            measure_memory(server, figures)
    columns = ["", "ours", "bare Streamlit page", "ratio", "goal"]
    title = f"Page: median (lowest-highest) of {rounds} rounds"
    machine.print_table(title, columns, figures.rows())


if __name__ == "__main__":
    main()
