"""Browsing: pages in headless Chromium that record how their stage changes."""

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

import machine  # noqa: F401  (puts the repository on the path)
from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
#: Selectors of the buttons that start training, stop it, and play or pause.
TRAIN = ".st-key-train_wide button"
STOP = ".st-key-stop_wide button"
PLAY = "#bnviz-stage [data-part=play]"
#: Maximum wait for anything, seconds.
PATIENCE = 120.0
#: States of a run that has trained to its last step.
ENDED = ("finished", "diverged")
#: A slow line: bytes a second either way, and milliseconds of delay.
SLOW_LINE = {
    "offline": False,
    "latency": 100,
    "downloadThroughput": 5e6 / 8,
    "uploadThroughput": 5e6 / 8,
}

#: Records every change of the stage, with the browser frame it occurred in, and every click.
_WATCH = """
window.__seen = [];
window.__clicked = 0;
document.addEventListener("click", () => (window.__clicked = Date.now()), true);
new MutationObserver(() => {
  const stage = document.getElementById("bnviz-stage");
  if (!stage) return;
  const { state, step, framesDrawn, framesHeld } = stage.dataset;
  window.__seen.push({
    at: Date.now(),
    painted: document.timeline.currentTime,
    state,
    step: Number(step ?? -1),
    drawn: Number(framesDrawn ?? 0),
    held: Number(framesHeld ?? 0),
  });
}).observe(document, {
  subtree: true,
  attributeFilter: ["data-state", "data-step", "data-frames-drawn", "data-frames-held"],
});
"""

#: A change of the stage: `at` (ms since the epoch), `painted`, `state`, `step`, `drawn`, `held`.
Change = dict[str, Any]


@contextmanager
def chromium() -> Iterator[Browser]:
    """The installed Chromium, headless."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "chrome"))), None)
    if found is None:
        raise SystemExit("Chromium is not installed; try `apt install chromium`.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


def slow_down(page: Page) -> CDPSession:
    """Loads everything of a page over `SLOW_LINE`; returns the session that tells of it."""
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", SLOW_LINE)
    return line


class View:
    """A page in its own profile, with empty caches, that records how its stage changes.

    Args:
        browser: The browser that opens it.
        url: Its address.
        slow: Whether it loads over `SLOW_LINE`.

    Attributes:
        page: The page.
        opened: When its address was requested, seconds since the epoch.
        seen: All changes fetched from it so far.
    """

    def __init__(self, browser: Browser, url: str, *, slow: bool = False):
        self._context = browser.new_context(viewport={"width": 1400, "height": 900})
        self.page = self._context.new_page()
        self.page.add_init_script(_WATCH)
        if slow:
            slow_down(self.page)
        self.seen: list[Change] = []
        self.opened = time.time()
        self.page.goto(url, wait_until="commit")

    def close(self) -> None:
        """Closes the page."""
        self._context.close()

    def changes(self) -> list[Change]:
        """Fetches new changes and returns all so far."""
        self.seen += self.page.evaluate("from => window.__seen.slice(from)", len(self.seen))
        return self.seen

    def first(self, holds: Callable[[Change], bool], *, after: float = 0.0) -> Change:
        """Waits for the first change that satisfies a condition.

        Args:
            holds: The condition.
            after: Ignores earlier changes, seconds since the epoch.

        Raises:
            TimeoutError: If there is none within `PATIENCE`.
        """
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            later = (each for each in self.changes() if each["at"] >= 1e3 * after)
            found = next(filter(holds, later), None)
            if found is not None:
                return found
            self.page.wait_for_timeout(50)
        raise TimeoutError(f"timed out; last change of the stage: {self.seen[-1:]}")

    def moving(self) -> float:
        """When the stage had drawn two different steps, seconds since the epoch."""
        start = self.first(lambda change: change["drawn"] >= 1)["step"]
        moved = self.first(lambda change: change["drawn"] >= 2 and change["step"] != start)
        return float(moved["at"] / 1e3)

    def begin(self) -> tuple[float, int]:
        """Clicks "Train both" and waits for the run's first frame.

        Until then the recording keeps playing, whatever the state. The number of frames held drops
        when the run replaces it; while the run is queued, the recording may be loaded again.

        Returns:
            When the page registered the click, seconds since the epoch, and the index of the change
            with which the run replaced the recording.
        """
        self.moving()
        recorded = self.first(lambda change: change["state"] == "recorded")["held"]
        clicked = self.click(TRAIN)
        run = self.first(
            lambda change: change["held"] < recorded and change["state"] != "queued", after=clicked
        )
        return clicked, self.seen.index(run)

    def train(self) -> tuple[float, float]:
        """Trains a run; returns the seconds from click to its first frame drawn and to its end."""
        clicked, number = self.begin()
        end = self.first(lambda change: change["state"] in ENDED, after=clicked)
        before = self.seen[number - 1]["drawn"]
        first = next(change for change in self.seen[number:] if change["drawn"] > before)
        return first["at"] / 1e3 - clicked, end["at"] / 1e3 - clicked

    def click(self, selector: str) -> float:
        """Clicks and returns when the page registered it, seconds since the epoch."""
        self.page.locator(selector).click()
        return float(self.page.evaluate("window.__clicked") / 1e3)


def moves(changes: list[Change]) -> list[Change]:
    """The changes that show a different step from the one before."""
    return [new for old, new in pairwise(changes) if new["step"] != old["step"]]


def shown_a_second(changes: list[Change]) -> float:
    """Distinct steps shown per second; two within one browser frame count once."""
    moved = moves(changes)
    if len(moved) < 2:
        return 0.0
    frames = len({change["painted"] for change in moved}) - 1
    return float(1e3 * frames / (moved[-1]["at"] - moved[0]["at"]))
