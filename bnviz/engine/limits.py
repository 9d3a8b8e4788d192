"""Limits: what a host allows, read from the environment, and the nearest settings that fit."""

import math
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from bnviz.data.file_source import FileSource
from bnviz.engine.data_shapes import parameters
from bnviz.frame_layout import FrameLayout
from bnviz.frames import frame_steps
from bnviz.settings import Settings

#: Settings to reduce, in this order, until a run's cost fits: first down to a size at which the
#: experiment is still meaningful, then to the minimum.
_COST_REDUCTIONS = (
    ("steps", 300),
    ("batch_size", 16),
    ("units", 16),
    ("hidden_layers", 1),
    ("steps", 1),
    ("batch_size", 1),
)
#: The same for the bytes of a run's frames.
_FRAME_REDUCTIONS = (("hidden_layers", 1), ("steps", 1))


def _limit(default: float, variable: str, low: float, high: float, meaning: str) -> Any:
    bounds = {"variable": variable, "low": low, "high": high, "meaning": meaning}
    return field(default=default, metadata=bounds)


class LimitError(ValueError):
    """An environment variable whose value is not a valid limit."""


@dataclass(frozen=True)
class Limits:
    """What a host allows. Megabytes are 10^6 bytes.

    Raises:
        LimitError: If a value is out of bounds.
    """

    cost: float = _limit(
        1e12,
        "BNVIZ_MAX_COST",
        1e6,
        1e18,
        "cost of a run: steps x parameters of a network x batch size x networks",
    )
    recording_mb: float = _limit(
        64, "BNVIZ_MAX_RECORDING_MB", 1, 1_000, "megabytes of the frames of one run"
    )
    memory_mb: float = _limit(
        512, "BNVIZ_MAX_MEMORY_MB", 1, 1e6, "megabytes of the frames of all runs being watched"
    )
    runs: float = _limit(100, "BNVIZ_MAX_RUNS", 1, 10_000, "runs queued or running, of all viewers")
    viewer_runs: float = _limit(
        3, "BNVIZ_MAX_VIEWER_RUNS", 1, 100, "runs queued or running, of one viewer"
    )
    upload_mb: float = _limit(20, "BNVIZ_MAX_UPLOAD_MB", 1, 20, "megabytes of a viewer's own file")
    decoded_mb: float = _limit(
        240,
        "BNVIZ_MAX_DECODED_MB",
        1,
        240,
        "megabytes of the examples of a viewer's own file, once they can be trained on",
    )
    files_mb: float = _limit(
        100, "BNVIZ_MAX_FILES_MB", 1, 1e6, "megabytes of the files that all viewers hold"
    )
    cache_mb: float = _limit(
        32, "BNVIZ_CACHE_MB", 0, 1e6, "megabytes of the frames kept of runs that nobody watches"
    )

    def __post_init__(self) -> None:
        for name, bounds in LIMITS.items():
            value = getattr(self, name)
            if not bounds["low"] <= value <= bounds["high"]:
                raise LimitError(f"{bounds['variable']} is {value}; {_requirement(bounds)}")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Limits":
        """Reads the limits from environment variables; unset or empty means the default.

        Raises:
            LimitError: If a variable is not a number within its bounds.
        """
        values = {}
        for name, bounds in LIMITS.items():
            text = environment.get(bounds["variable"])
            if not text:
                continue
            try:
                values[name] = float(text)
            except ValueError:
                raise LimitError(
                    f"{bounds['variable']} is {text[:40]!r}; {_requirement(bounds)}"
                ) from None
        return cls(**values)

    def excess(self, settings: Settings, data: FileSource | None = None) -> str:
        """Explains in one sentence how a run exceeds the limits.

        Args:
            settings: Settings of the run.
            data: The file with the examples, if the run uses them.

        Returns:
            The sentence, or an empty string if the run fits.
        """
        times = cost(settings, data) / self.cost
        if times > 1:
            return (
                f"The run costs {times:,.{1 if times < 10 else 0}f} times what this host allows "
                "(steps × parameters × batch size × networks)."
            )
        megabytes = recording_bytes(settings) / 1e6
        if megabytes > self.recording_mb:
            return (
                f"The run's frames take {megabytes:.0f} MB, and this host allows "
                f"{self.recording_mb:.0f} MB."
            )
        return ""

    def excess_of_many(
        self, costliest: Sequence[Settings], runs: int, data: FileSource | None = None
    ) -> str:
        """Explains in one sentence how several runs together exceed the limits.

        Args:
            costliest: Settings of a few of the runs, the costliest among them.
            runs: Number of runs.
            data: The file with the examples, if the runs use them.

        Returns:
            The sentence, or an empty string if the runs fit.
        """
        times = runs * max(cost(settings, data) for settings in costliest) / self.cost
        if times <= 1:
            return ""
        return (
            f"These {runs:,} runs cost up to {times:,.{1 if times < 10 else 0}f} times what this "
            "host allows: choose fewer cells, seeds or steps, or a smaller network."
        )

    def fitting(self, settings: Settings, data: FileSource | None = None) -> Settings:
        """Returns the nearest settings within the limits; the same settings if they fit.

        To lower the cost, steps are reduced first, then batch size, units and layers. If the frames
        take too much memory, layers are reduced first.

        Args:
            settings: The settings asked for.
            data: The file with the examples, if the run uses them.
        """
        criteria: tuple[tuple[Callable[[Settings], bool], Any], ...] = (
            (lambda near: cost(near, data) <= self.cost, _COST_REDUCTIONS),
            # Second, because a run of 300 steps records more frames than one of 301.
            (lambda near: recording_bytes(near) <= 1e6 * self.recording_mb, _FRAME_REDUCTIONS),
        )
        near = settings
        for fits, reductions in criteria:
            for name, floor in reductions:
                if not fits(near):
                    near = _reduce(near, name, floor, fits)
        return near


#: Variable, bounds and meaning of each limit, by its name.
LIMITS: dict[str, Mapping[str, Any]] = {item.name: item.metadata for item in fields(Limits)}


def _requirement(bounds: Mapping[str, Any]) -> str:
    return f"it must be a number from {bounds['low']:g} to {bounds['high']:g} ({bounds['meaning']})"


def cost(settings: Settings, data: FileSource | None = None) -> int:
    """Returns the approximate cost of a run: steps x parameters x batch size x networks."""
    networks = len(FrameLayout.of(settings).arms)
    return settings.steps * parameters(settings, data) * settings.batch_size * networks


def recording_bytes(settings: Settings) -> int:
    """Returns the number of bytes of all frames of a run."""
    return FrameLayout.of(settings).dtype.itemsize * len(frame_steps(settings.steps))


def _reduce(
    settings: Settings, name: str, floor: int, fits: Callable[[Settings], bool]
) -> Settings:
    """Returns settings with the largest value of one setting that fits, but at least `floor`."""
    low, high = min(floor, getattr(settings, name)), getattr(settings, name)
    while low < high:
        middle = math.ceil((low + high) / 2)
        if fits(settings.replace(**{name: middle})):
            low = middle
        else:
            high = middle - 1
    return settings.replace(**{name: low})
