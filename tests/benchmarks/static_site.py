"""Measures the site without a server in a browser whose line is slow.

Serves the site as static hosts do, compressed by gzip, and opens it in headless Chromium at
5 Mbit/s with a delay of 100 ms. Reports when something moves, and the bytes that each page costs.

Usage: static_site.py [--folder FOLDER] [--rounds N]
"""

import argparse
import gzip
import http.server
import statistics
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from browsing import PATIENCE, chromium, slow_down
from machine import ROOT
from playwright.sync_api import Browser, BrowserContext

from bnviz.lesson.chapters import CHAPTERS

TYPES = {
    ".html": "text/html",
    ".js": "text/javascript",
    ".css": "text/css",
    ".py": "text/x-python",
    ".ipynb": "application/json",
    ".png": "image/png",
}
#: Notes when the page is asked for, first drawn, and first drawn anew.
WATCH = """
window.__times = {};
const look = () => {
  const { framesDrawn = 0 } = document.querySelector("#bnviz-stage")?.dataset ?? {};
  if (framesDrawn > 0) window.__times.drawn ??= performance.now();
  if (framesDrawn > 1) window.__times.moved ??= performance.now();
  requestAnimationFrame(look);
};
requestAnimationFrame(look);
"""


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Serves a folder's files, each compressed once; yields the address."""
    packed = {
        f"/{path.relative_to(folder).as_posix()}": (
            gzip.compress(path.read_bytes(), 6),
            TYPES[path.suffix],
        )
        for path in folder.rglob("*")
        if path.is_file()
    }

    class Server(http.server.ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """Says nothing of browsers that are closed."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            data, kind = packed[self.path.partition("?")[0]]
            self.send_response(200)
            for name, value in {
                "Content-Type": kind,
                "Content-Encoding": "gzip",
                "Content-Length": str(len(data)),
                "Cache-Control": "max-age=600",
            }.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            pass

    with Server(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class Reader:
    """A reader with an empty cache and a slow line."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.page = context.new_page()
        self.page.set_default_timeout(1000 * PATIENCE)
        self.page.add_init_script(WATCH)
        self.address = address
        self.bytes = 0
        slow_down(self.page).on("Network.loadingFinished", self._count)

    def _count(self, event: dict[str, float]) -> None:
        self.bytes += int(event["encodedDataLength"])

    def open(self, place: str) -> None:
        """Opens a page, and counts its bytes from 0."""
        self.bytes = 0
        self.page.goto(f"{self.address}/{place}")

    def until(self, time: str) -> float:
        """Waits for something, and returns the milliseconds from opening the page to it."""
        self.page.wait_for_function(f"() => window.__times.{time} !== undefined")
        return float(self.page.evaluate(f"window.__times.{time}"))

    def load_all(self) -> int:
        """Waits until a page has all of its run; returns the bytes that it has loaded."""
        before = -1
        # The largest file takes less than a second on this line.
        while self.bytes != before:
            before = self.bytes
            self.page.wait_for_timeout(2000)
        return self.bytes


def first_motion(browser: Browser, address: str) -> dict[str, float]:
    """Opens the first page, and the first chapter whose question is answered once it is drawn."""
    found = {}
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    reader = Reader(context, address)
    reader.open("index.html")
    found["first page, first picture, ms"] = reader.until("drawn")
    found["first page, first motion, ms"] = reader.until("moved")
    found["first page, bytes at the first motion"] = reader.bytes
    context.close()
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    reader = Reader(context, address)
    reader.open("problem.html")
    found["chapter 1, first picture, ms"] = reader.until("drawn")
    reader.page.get_by_role("button", name="Skip the prediction").click()
    found["chapter 1, motion if answered at once, ms"] = reader.until("moved")
    found["chapter 1, bytes in all"] = reader.load_all()
    for chapter in list(CHAPTERS.values())[1:]:
        reader.open(f"{chapter.name}.html")
        reader.until("drawn")
        found[f"chapter {chapter.number}, further bytes"] = reader.load_all()
    context.close()
    return found


def main() -> None:
    """Prints each figure: the median of all rounds, and the range."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, help="a site that is there already")
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = given.folder or Path(made)
        if given.folder is None:
            subprocess.run([sys.executable, "-m", "bnviz", "site", made], cwd=ROOT, check=True)
        files = [path for path in folder.rglob("*") if path.is_file()]
        raw = sum(path.stat().st_size for path in files)
        packed = sum(len(gzip.compress(path.read_bytes(), 6)) for path in files)
        print(f"{len(files)} files: {raw / 1e6:.1f} MB, {packed / 1e6:.1f} MB by gzip")
        rounds = []
        with serving(folder) as address:
            for _ in range(given.rounds):
                with chromium() as browser:
                    rounds.append(first_motion(browser, address))
    for name in rounds[0]:
        values = [each[name] for each in rounds]
        low, high = min(values), max(values)
        print(f"{name}: {statistics.median(values):,.0f} ({low:,.0f} to {high:,.0f})")


if __name__ == "__main__":
    main()
