"""What a click waits for while a run that has ended is checked on other seeds.

    python tests/benchmarks/idle_work.py [--rounds 5]

Seconds from the click to the first live frame of an architecture that is compiled, in headless
Chromium. Two servers take turns, one of which checks no run. On the other, a viewer's run has just
ended in each round, so that its seeds are trained when another viewer clicks: in the first round
their programs are still to be compiled, later they are not.
"""

import argparse
from contextlib import closing
from statistics import median

import machine
from browsing import View, chromium
from playwright.sync_api import Browser
from serving import Server

from bnviz.settings import Settings

APP = machine.ROOT / "app.py"


def first_frame(browser: Browser, server: Server, seed: int) -> float:
    """The wait of a viewer who clicks when another's run has just ended and is looked at."""
    with (
        closing(View(browser, server.link(Settings(seed=seed)))) as other,
        closing(View(browser, server.link(Settings(seed=1000 + seed)))) as view,
    ):
        view.moving()
        other.train()
        waited, _ = view.train()
    return waited


def main() -> None:
    """Measures and prints the table."""
    parser = argparse.ArgumentParser(description="Time a click while seeds are trained.")
    parser.add_argument("--rounds", type=int, default=5, help="two at least")
    given = parser.parse_args()
    if given.rounds < 2:
        parser.error("--rounds is two at least")
    waits: dict[str, list[float]] = {"no seeds": [], "seeds": []}
    with (
        chromium() as browser,
        closing(Server(APP, variables={"BNVIZ_CHECK_SEEDS": "0"})) as without,
        closing(Server(APP)) as checking,
    ):
        for seed in range(1, given.rounds + 1):
            waits["no seeds"].append(first_frame(browser, without, seed))
            waits["seeds"].append(first_frame(browser, checking, seed))
    rows = [
        [name, f"{values[0]:.2f}", f"{median(values[1:]):.2f}", f"{max(values[1:]):.2f}"]
        for name, values in waits.items()
    ]
    machine.print_table(
        f"Click to first live frame, s, {given.rounds} rounds",
        ("", "first round", "later ones, median", "later ones, longest"),
        rows,
    )


if __name__ == "__main__":
    main()
