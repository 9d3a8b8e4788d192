"""Run: trains the laboratory's networks from a notebook, which shows them while they train."""

import contextlib
import subprocess
import sys
import tempfile
import time
from typing import Any

from bnviz.notebook.live_display import LiveDisplay
from bnviz.recording import Recording
from bnviz.recording.shown_examples import ShownExamples
from bnviz.settings import Settings
from bnviz.settings.choices import UPLOAD

_PROGRAM = ("-m", "bnviz.lab.training_process")
#: Share of the time of a run that showing it may take. The networks train in another process, but
#: wait while frames of theirs fill the pipe.
_SHARE = 0.1


class RunError(RuntimeError):
    """A run that cannot be trained; the message is one sentence."""


def run(settings: Settings | None = None) -> Recording:
    """Trains a run in a process of its own; in a notebook the cell shows it live.

    Interrupting it ends the training, and returns what was recorded until then.

    Args:
        settings: Its settings; by default those of the page.

    Raises:
        RunError: If the networks cannot be trained.
    """
    settings = settings or Settings()
    if settings.dataset == UPLOAD:
        raise RunError("a run on your own file is trained by `bnviz train --data FILE`")
    recording = Recording(settings)

    def so_far() -> Recording | None:
        return recording if len(recording) else None

    display = LiveDisplay(lambda: f"<bnviz.run of {recording.header.title}>", so_far, so_far)
    _show(display)
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(  # noqa: S603 - a program of this package
            [sys.executable, *_PROGRAM],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=said,
        )
        try:
            with contextlib.suppress(KeyboardInterrupt):
                _record(process, recording, display)
                if process.wait():
                    said.seek(0)
                    lines = said.read().decode(errors="replace").strip().splitlines()
                    raise RunError(f"the networks were not trained: {lines[-1] if lines else ''}")
        finally:
            process.kill()
            process.wait()
            process.stdout.close()  # type: ignore[union-attr]
            display.end()
    return recording


def _record(process: Any, recording: Recording, display: LiveDisplay) -> None:
    """Appends the frames of a process to a recording and shows them."""
    begun = time.perf_counter()
    with contextlib.suppress(BrokenPipeError):
        process.stdin.write(recording.settings.to_json().encode())
        process.stdin.close()
    examples = process.stdout.readline()
    if not examples:
        return
    recording.shown = ShownExamples.from_json(examples.decode())
    size = recording.layout.dtype.itemsize
    while len(data := process.stdout.read(size)) == size:
        recording.extend(len(recording), data)
        seconds = time.perf_counter() - begun
        step = int(recording.frames["step"][-1])
        message = f"Training, at step {step:,} of {recording.header.num_steps:,}."
        display.update("run", message, seconds, _SHARE, at_end=False)


def _show(display: LiveDisplay) -> None:
    """Shows a display in the cell that runs, where there is one."""
    marimo = sys.modules.get("marimo")
    if marimo is not None and marimo.running_in_notebook():
        marimo.output.append(display.widget())
        return
    interactive = sys.modules.get("IPython")
    shell = interactive and interactive.get_ipython()
    if hasattr(shell, "kernel"):
        display.appear(shell)
