"""The player in real front ends, while a network trains and afterwards."""

import os
import subprocess
import sys
from contextlib import contextmanager
from textwrap import indent

import nbformat
import pytest

from tests.support import ROOT
from tests.support.engine import free_port
from tests.support.server import wait_for

pytestmark = [pytest.mark.browser, pytest.mark.widest]

SETUP = """
import os, pathlib
import keras
import bnviz
from tests.watch.models import examples, mlp

class UntilSeen(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        self.model.stop_training = pathlib.Path(os.environ["SEEN"]).exists()

x, y = examples((6,), 640)
watch = bnviz.Watch(x, y, validation=(x[:100], y[:100]))
model = mlp()
model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
""".strip()
FIT = "done = model.fit(x, y, epochs=20_000, verbose=0, callbacks=[watch.arm('mine'), UntilSeen()])"
FRAME = "iframe[title^='Player']"
STAGE = "document.querySelector('#bnviz-stage')"
#: Milliseconds for TensorFlow to be loaded and the first frames to come on a busy machine.
PATIENCE = 120_000


@contextmanager
def served(folder, address, *command):
    """A front end in a folder; kills it at the end."""
    environment = os.environ | {
        "HOME": str(folder),
        "PYTHONPATH": str(ROOT),
        "SEEN": str(folder / "seen"),
    }
    log = folder / "log"
    with (
        log.open("w") as output,
        subprocess.Popen(
            [sys.executable, "-m", *command],
            cwd=folder,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        ) as server,
    ):
        try:
            wait_for(address, 60)
            yield
        finally:
            # It ends its kernels.
            server.terminate()
            server.wait(30)


class Cell:
    """The player in the only cell that shows one."""

    def __init__(self, page):
        self.page = page

    def until(self, condition):
        """Waits for a condition on the stage `s`, in whatever frame it stands."""
        question = f"() => {{ const s = {STAGE}; return Boolean(s && ({condition})) }}"
        deadline = PATIENCE
        while True:
            handle = self.page.wait_for_selector(FRAME, timeout=PATIENCE)
            try:
                frame = handle.content_frame()
                if frame:
                    frame.wait_for_function(question, timeout=1000)
                    return frame
            except Exception:
                # A page takes the widget's place, or it takes longer.
                deadline -= 1000
                if deadline < 0:
                    raise

    def is_seen_moving(self, folder):
        """Watches frames arrive, looks at another layer, and lets the training end."""
        frame = self.until("+s.dataset.framesHeld > 2 && +s.dataset.framesDrawn > 1")
        held, step = frame.evaluate(f"() => [{STAGE}.dataset.framesHeld, {STAGE}.dataset.step]")
        self.until(f"+s.dataset.framesHeld > {held} && +s.dataset.step > {step}")
        drawn = frame.locator("canvas[data-part=canvas]")
        assert drawn.evaluate(
            "c => c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some(Boolean)"
        )
        frame.locator("[data-part=scrub]").focus()
        pressed = "[data-part=taps] [data-key='row {}'][aria-pressed=true]"
        frame.wait_for_selector(pressed.format(2))
        frame.locator("[data-part=scrub]").press("[")
        frame.wait_for_selector(pressed.format(1))
        assert frame.evaluate(f"() => {STAGE}.dataset.state") == "running"
        (folder / "seen").touch()
        return self.until("s.dataset.state === 'recorded' && +s.dataset.framesDrawn > 0")


@pytest.fixture
def page(browser):
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    yield context.new_page()
    context.close()


@pytest.mark.parametrize(
    ("module", "place"), [("jupyterlab", "lab/tree"), ("notebook", "notebooks")]
)
def test_jupyter_shows_it_live_and_keeps_it(page, tmp_path, module, place):
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    book = tmp_path / "run.ipynb"
    cells = [nbformat.v4.new_code_cell(text) for text in (SETUP, "watch", FIT)]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3 (ipykernel)"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), book)
    options = ["--no-browser", "--allow-root", "--ServerApp.ip=127.0.0.1"]
    options += [f"--ServerApp.port={port}", "--IdentityProvider.token="]
    with served(tmp_path, f"{address}/api", module, *options):
        page.goto(f"{address}/{place}/{book.name}")
        page.locator(".jp-CodeCell").first.click(timeout=60_000)
        page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for(timeout=60_000)
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_text("Run All Cells", exact=True).click()
        Cell(page).is_seen_moving(tmp_path)
        page.keyboard.press("Control+s")
        page.locator(".jp-mod-dirty").wait_for(state="detached")
    (output,) = nbformat.read(book, 4).cells[1].outputs
    assert set(output.data) == {"text/html", "text/plain"}
    converted = subprocess.run(
        [sys.executable, "-m", "nbconvert", "--to", "html", book],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert converted.returncode == 0, converted.stderr
    page.goto(book.with_suffix(".html").as_uri())
    Cell(page).until("+s.dataset.framesDrawn > 1")


def test_marimo_shows_it_live(page, tmp_path):
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    book = tmp_path / "run.py"
    parts = ["import marimo", "app = marimo.App()"]
    given = ("model", "watch", "x", "y", "UntilSeen")
    for inputs, text, outputs in (((), SETUP, given), (["watch"], "watch", ()), (given, FIT, ())):
        lines = [*text.splitlines(), f"return {', '.join(outputs)}"]
        parts.append(
            f"@app.cell\ndef _({', '.join(inputs)}):\n{indent(chr(10).join(lines), '    ')}"
        )
    book.write_text("\n\n".join(parts) + "\n")
    config = tmp_path / ".config" / "marimo"
    config.mkdir(parents=True)
    (config / "marimo.toml").write_text("[runtime]\nauto_instantiate = true\n")
    options = ["edit", book.name, "--headless", "--no-token", "--skip-update-check"]
    options += ["--host=127.0.0.1", f"--port={port}"]
    with served(tmp_path, f"{address}/health", "marimo", "-y", *options):
        page.goto(address)
        Cell(page).is_seen_moving(tmp_path)
