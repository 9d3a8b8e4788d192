"""Picture: how smooth the animation is, live and recorded, and whether it shows every frame."""

from contextlib import closing

from browsing import PATIENCE, PLAY, STOP, Change, View, moves, shown_a_second
from goals import AGAIN, ALL, CHART, LIVELY, RECORDED, REMOUNTS, Figures
from playwright.sync_api import Browser
from serving import Server

from bnviz.recording.frames import frame_steps
from bnviz.settings import Settings

#: Trained live: long enough to watch, with frames as fast as they can be drawn.
LIVE = Settings(dataset="spiral", hidden_layers=4, units=32, steps=50_000)
#: Keeps a worker busy for much longer than `SECONDS`.
BUSY = Settings(dataset="spiral", hidden_layers=8, units=192, steps=50_000)
#: Seconds for which the recording is watched.
SECONDS = 8.0
#: Charts sent per second by the page without the player; too many only slow it down.
RATES = (2, 5, 10, 30)
#: Counts the figures that the page draws, by their titles.
_COUNT = """
window.__drawn = 0;
let shown = "";
requestAnimationFrame(function look() {
  requestAnimationFrame(look);
  const title = document.querySelector(".js-plotly-plot .gtitle")?.textContent ?? "";
  if (title && title !== shown) window.__drawn += 1;
  shown = title || shown;
});
"""
_CHART = "document.querySelector('#bnviz-stage .main-svg')"


def measure_live(browser: Browser, server: Server, figures: Figures) -> None:
    """Watches a live run to its end, then replays it at normal speed."""
    steps = frame_steps(LIVE.steps).tolist()
    with closing(View(browser, server.link(LIVE))) as view:
        view.moving()
        view.page.evaluate(f"window.__chart = {_CHART}")
        clicked, first = view.begin()
        view.first(lambda change: change["state"] == "finished", after=clicked)
        figures.words[LIVELY] = rates([c for c in view.seen[first:] if c["state"] == "running"])
        began = view.seen[first]["at"] / 1e3
        view.first(lambda change: change["step"] == steps[-1], after=began)
        figures.words[ALL] = _compared(view.seen[first - 1 :], steps)
        end = len(view.seen) - 1
        again = view.click(PLAY)
        # Playing from the last step starts over at the first.
        zero = view.first(lambda change: change["step"] == 0, after=again)["at"] / 1e3
        view.first(lambda change: change["step"] == steps[-1], after=zero)
        figures.words[AGAIN] = _compared(view.seen[end:], steps)
        stays = view.page.evaluate(f"window.__chart.isConnected && window.__chart === {_CHART}")
        figures.words[REMOUNTS] = "0" if stays else "at least 1"


def measure_recorded(browser: Browser, server: Server, figures: Figures) -> None:
    """Watches the recording that the page opens with, while the worker trains for another viewer.

    The other viewer has paused the player, so that only one page draws at a time.
    """
    with closing(View(browser, server.link(BUSY))) as other:
        other.begin()
        other.click(PLAY)
        with closing(View(browser, server.url)) as view:
            view.moving()
            before = len(view.changes())
            view.page.wait_for_timeout(1e3 * SECONDS)
            drawn = shown_a_second(view.changes()[before:])
        busy = other.changes()[-1]["state"] == "running"
        figures.words[RECORDED] = f"{drawn:.1f}" if busy else "the worker finished too early"
        if busy:
            other.click(STOP)


def measure_chart(browser: Browser, server: Server, figures: Figures) -> None:
    """Watches a page that shows the recorded run by `st.plotly_chart`; keeps the best rate."""
    drawn = {rate: _charts_a_second(browser, f"{server.url}?rate={rate}") for rate in RATES}
    rate = max(drawn, key=lambda rate: drawn[rate])
    figures.words[CHART] = f"{drawn[rate]:.1f} ({rate} sent)"


def _charts_a_second(browser: Browser, url: str) -> float:
    with closing(browser.new_context(viewport={"width": 1400, "height": 900})) as context:
        page = context.new_page()
        page.add_init_script(_COUNT)
        page.goto(url)
        page.wait_for_function("window.__drawn > 5", timeout=1e3 * PATIENCE)
        before = page.evaluate("window.__drawn")
        page.wait_for_timeout(1e3 * SECONDS)
        return float(page.evaluate("window.__drawn") - before) / SECONDS


def rates(run: list[Change]) -> str:
    """Frames drawn and frames made per second while the worker trained."""
    seconds = (run[-1]["at"] - run[0]["at"]) / 1e3
    made = (run[-1]["held"] - run[0]["held"]) / seconds
    return f"{shown_a_second(run):.1f} ({made:.1f}, for {seconds:.1f} s)"


def _compared(changes: list[Change], steps: list[int]) -> str:
    """How many of the run's steps were shown, and whether in order.

    Args:
        changes: From the change before step 0 is shown to the one that shows the last step.
        steps: The recorded steps.
    """
    shown = [change["step"] for change in moves(changes)]
    order = "in order" if shown == sorted(set(shown)) else "not in order"
    return f"{len(set(shown) & set(steps))} of {len(steps)}, {order}"
