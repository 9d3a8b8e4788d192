"""Training: runs networks in this process, timed, with a progress bar, until Ctrl-C."""

import contextlib
import os
import sys
import time
from collections.abc import Callable
from types import TracebackType

from bnviz.terminal.options import CommandError, require

_BAR_WIDTH = 30


class ProgressBar:
    """A progress bar on standard error, drawn only if that is a terminal."""

    def __enter__(self) -> "ProgressBar":
        self._shown = sys.stderr.isatty()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._shown:
            print(file=sys.stderr)

    def show(self, share: float, label: str) -> None:
        """Redraws the bar.

        Args:
            share: How much of it is full, from 0 to 1.
            label: The text beside it.
        """
        if self._shown:
            full = int(_BAR_WIDTH * share)
            bar = "#" * full + "-" * (_BAR_WIDTH - full)
            print(f"\r[{bar}] {label}", end="", file=sys.stderr, flush=True)


def timed(train: Callable[[ProgressBar], None]) -> tuple[float, bool]:
    """Calls a function that trains.

    Args:
        train: Trains with `bnviz.lab`, which it imports itself.

    Returns:
        Wall seconds without the time to load TensorFlow, and whether Ctrl-C interrupted it.

    Raises:
        CommandError: If TensorFlow is not installed or the experiment cannot be run.
    """
    require("tensorflow", "TensorFlow", task="training", extra="page")
    # Silences TensorFlow's startup messages; takes effect before its import.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    start = time.perf_counter()
    interrupted = False
    try:
        # Downloads report to standard output, which is reserved for the results.
        with contextlib.redirect_stdout(sys.stderr):
            from bnviz.lab import experiment

            start = time.perf_counter()
            try:
                with ProgressBar() as bar:
                    train(bar)
            except experiment.ExperimentError as error:
                raise CommandError(str(error)) from error
    except KeyboardInterrupt:
        interrupted = True
    return time.perf_counter() - start, interrupted
