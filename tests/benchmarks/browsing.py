"""Browsing: pages in headless Chromium that note how their stage changes."""

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

import machine  # noqa: F401  (puts the repository on the path)
from playwright.sync_api import Browser, sync_playwright

from bnviz.frames import frame_steps
from bnviz.settings import Settings

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
#: Where to click for training, for an end of it, and for playing or a pause.
TRAIN = ".st-key-train_wide button"
STOP = ".st-key-stop_wide button"
PLAY = "#bnviz-stage [data-part=play]"
#: Seconds that anything may take at the longest.
PATIENCE = 120.0

#: Notes every change of the stage, with the browser's frame in which it fell, and every click.
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

#: A change of the stage: `at` (ms since 1970), `painted`, `state`, `step`, `drawn`, `held`.
Change = dict[str, Any]


@contextmanager
def chromium() -> Iterator[Browser]:
    """The installed Chromium, headless."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "chrome"))), None)
    if found is None:
        raise SystemExit("No Chromium is installed; `apt install chromium` brings one.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


class View:
    """A page in a profile of its own, with empty caches, that notes how its stage changes.

    Attributes:
        page: The page.
        opened: When its address was asked for, seconds since 1970.
        seen: All changes that have been fetched from it.
    """

    def __init__(self, browser: Browser, url: str):
        self._context = browser.new_context(viewport={"width": 1400, "height": 900})
        self.page = self._context.new_page()
        self.page.add_init_script(_WATCH)
        self.seen: list[Change] = []
        self.opened = time.time()
        self.page.goto(url, wait_until="commit")

    def close(self) -> None:
        """Closes the page."""
        self._context.close()

    def look(self) -> list[Change]:
        """All changes so far."""
        self.seen += self.page.evaluate("from => window.__seen.slice(from)", len(self.seen))
        return self.seen

    def first(self, holds: Callable[[Change], bool], *, after: float = 0.0) -> Change:
        """The first change of which something holds, once there is one.

        Args:
            holds: What is looked for.
            after: Time from which on, seconds since 1970.

        Raises:
            TimeoutError: If there is none for too long.
        """
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            late = (each for each in self.look() if each["at"] >= 1e3 * after)
            found = next(filter(holds, late), None)
            if found is not None:
                return found
            self.page.wait_for_timeout(50)
        raise TimeoutError(f"the stage stands at {self.seen[-1:]}")

    def moving(self) -> float:
        """When the stage had drawn two different steps, seconds since 1970."""
        start = self.first(lambda change: change["drawn"] >= 1)["step"]
        moved = self.first(lambda change: change["drawn"] >= 2 and change["step"] != start)
        return float(moved["at"] / 1e3)

    def begin(self) -> tuple[float, int]:
        """Clicks on "Train both" and waits for the run's first frame.

        Until then the recording goes on, whatever the state; the number of frames held falls when
        the run takes its place.

        Returns:
            When the page felt the click, seconds since 1970; and the number of the change with
            which the run took the recording's place.
        """
        recorded = len(frame_steps(Settings().steps))
        self.first(lambda change: change["held"] == recorded)
        clicked = self.click(TRAIN)
        run = self.first(lambda change: change["held"] < recorded, after=clicked)
        return clicked, self.seen.index(run)

    def click(self, selector: str) -> float:
        """Clicks and returns when the page felt it, seconds since 1970."""
        self.page.locator(selector).click()
        return float(self.page.evaluate("window.__clicked") / 1e3)


def moves(changes: list[Change]) -> list[Change]:
    """Those changes that show another step than the one before."""
    return [new for old, new in pairwise(changes) if new["step"] != old["step"]]


def shown_a_second(changes: list[Change]) -> float:
    """Different steps shown a second; two that fall into one frame of the browser count once."""
    moved = moves(changes)
    if len(moved) < 2:
        return 0.0
    frames = len({change["painted"] for change in moved}) - 1
    return float(1e3 * frames / (moved[-1]["at"] - moved[0]["at"]))
