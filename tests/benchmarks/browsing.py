"""Browsing: a Streamlit server of one's own, and pages in headless Chromium that note changes."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from itertools import pairwise
from pathlib import Path
from typing import Any

import machine
import psutil
from playwright.sync_api import Browser, sync_playwright

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
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


def _answers(port: int) -> bool:
    with suppress(OSError), closing(socket.create_connection(("127.0.0.1", port), 1)):
        return True
    return False


def _free_port() -> int:
    """A port of this machine that nobody listens on."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """A running `streamlit run`.

    Attributes:
        url: Where it answers.
        started: When it was started, seconds since 1970.
        process: The process.
    """

    def __init__(self, script: Path):
        port = _free_port()
        self.url = f"http://127.0.0.1:{port}/"
        options = ["--server.headless=true", f"--server.port={port}", "--server.address=127.0.0.1"]
        self.started = time.time()
        started = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", str(script), *options],
            cwd=machine.ROOT,
            env=os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"},
            stdout=subprocess.DEVNULL,
        )
        self.process = psutil.Process(started.pid)
        self._wait = started.wait
        while not _answers(port):
            if started.poll() is not None:
                raise RuntimeError(f"streamlit ended with exit code {started.returncode}")
            time.sleep(0.02)

    def workers(self) -> list[psutil.Process]:
        """The processes that train."""
        return [each for each in self.process.children(recursive=True) if is_worker(each)]

    def close(self) -> None:
        """Ends the server and all that it started."""
        children = self.process.children(recursive=True)
        self.process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self._wait(20)
        for left in psutil.wait_procs([self.process, *children], 10)[1]:
            print(f"Process {left.pid} was left over and is killed.", file=sys.stderr)
            left.kill()


def is_worker(process: psutil.Process) -> bool:
    """Whether a process is one of the engine's workers."""
    with suppress(psutil.Error):
        return "bnviz.engine.worker" in process.cmdline()
    return False


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
