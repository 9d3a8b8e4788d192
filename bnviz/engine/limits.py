"""Limits: what a host allows, read from the environment, and the nearest settings that fit."""

import math
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path
from typing import Any

from bnviz.data.file_source import FileSource
from bnviz.data.image_memory import MAX_VALUES_BYTES
from bnviz.engine.data_shapes import network_bytes, stacked_bytes, values_bytes
from bnviz.engine.duration import in_words, study_seconds, training_seconds
from bnviz.recording.frame_layout import FrameLayout
from bnviz.recording.frames import frame_steps
from bnviz.settings import Settings
from bnviz.settings.architectures import CONVOLUTIONS
from bnviz.studies.study import Block

#: Where Linux tells how many bytes a container may use.
_CONTAINER_LIMITS = (
    Path("/sys/fs/cgroup/memory.max"),
    Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
)
#: Megabytes of memory without which a data set is not offered: CIFAR-10 is unpacked as a whole.
DATASET_MEMORY_MB = {"cifar10": 2_000}
#: The limit that `BNVIZ_MAX_SECONDS` has replaced.
_FORMER_COST = "BNVIZ_MAX_COST"
#: Settings to reduce, in this order, until a run is short enough: down to a size at which the
#: experiment is still meaningful.
_MEANINGFUL = (("steps", 300), ("batch_size", 16), ("units", 16), ("hidden_layers", 1))
#: The same down to the minimum.
_MINIMAL = (*_MEANINGFUL, ("steps", 1), ("batch_size", 1))
#: A reduction that neither suffices nor saves this share of a run's seconds is left for last: fewer
#: steps hardly help a run that takes its time to be measured.
_WORTHWHILE = 0.2
#: The same for the bytes of a run's frames.
_FRAME_REDUCTIONS = (("hidden_layers", 1), ("steps", 1))
#: The same for the bytes that the values of convolutions take at once in one network.
_VALUE_REDUCTIONS = (("units", 2), ("batch_size", 1), ("hidden_layers", 1))


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

    seconds: float = _limit(
        300, "BNVIZ_MAX_SECONDS", 2, 1e7, "seconds that a run or a study is expected to take"
    )
    recording_mb: float = _limit(
        72,
        "BNVIZ_MAX_RECORDING_MB",
        1,
        1_000,
        "megabytes of the frames of one run, or of its networks",
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
    host_mb: float = _limit(
        0,
        "BNVIZ_HOST_MEMORY_MB",
        0,
        1e9,
        "megabytes of memory of the machine that trains; 0 for what this one has",
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
            LimitError: If a variable is not a number within its bounds, or is no longer read.
        """
        if environment.get(_FORMER_COST):
            seconds = LIMITS["seconds"]["variable"]
            raise LimitError(
                f"{_FORMER_COST} is set, but is no longer read: set {seconds} instead, the seconds "
                f"that a run or a study may take ({cls.seconds:g} if unset), and unset "
                f"{_FORMER_COST}"
            )
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

    @property
    def _host_mb(self) -> float:
        return self.host_mb or _machine_mb()

    def offers(self, dataset: str) -> bool:
        """Whether the host has the memory that a data set needs."""
        return DATASET_MEMORY_MB.get(dataset, 0) <= self._host_mb

    def excess(
        self, settings: Settings, data: FileSource | None = None, *, pace: float = 1.0
    ) -> str:
        """Explains in one sentence how a run exceeds the limits.

        Args:
            settings: Settings of the run.
            data: The file with the examples, if the run uses them.
            pace: How many times longer this host takes than the reference host.

        Returns:
            The sentence, or an empty string if the run fits.
        """
        return self._excess(
            "The run's frames take", recording_bytes(settings), settings, data, pace
        )

    def excess_of_networks(
        self, settings: Settings, data: FileSource | None = None, *, pace: float = 1.0
    ) -> str:
        """The same of a run that is trained again for its networks.

        Args:
            settings: Settings of the run.
            data: The file with the examples, if the run uses them.
            pace: How many times longer this host takes than the reference host.
        """
        size = network_bytes(settings, data)
        return self._excess("The networks may take", size, settings, data, pace)

    def _excess(
        self, what: str, size: int, settings: Settings, data: FileSource | None, pace: float
    ) -> str:
        longer = self._longer("This run", pace * training_seconds(settings, data))
        if not self.offers(settings.dataset):
            return self._withheld(settings.dataset)
        if longer:
            return f"{longer}."
        if values_bytes(settings, data) > MAX_VALUES_BYTES:
            return _too_large("this run", settings, values_bytes(settings, data))
        if size > 1e6 * self.recording_mb:
            return f"{what} {size / 1e6:.0f} MB, and this host allows {self.recording_mb:.0f} MB."
        return ""

    def excess_of_many(
        self,
        architectures: Sequence[Block],
        runs: int,
        data: FileSource | None = None,
        *,
        pace: float = 1.0,
        advice: str = "choose fewer cells, seeds or steps, or a smaller network",
    ) -> str:
        """Explains in one sentence how the runs of a study together exceed the limits.

        Args:
            architectures: A block of each architecture; each has as many runs as the others.
            runs: Number of runs.
            data: The file with the examples, if the runs use them.
            pace: How many times longer this host takes than the reference host.
            advice: What to do where they take too long.

        Returns:
            The sentence, or an empty string if the runs fit.
        """
        dataset = architectures[0].settings[0].dataset
        if not self.offers(dataset):
            return self._withheld(dataset)
        largest = max(architectures, key=lambda block: stacked_bytes(block, data))
        held = stacked_bytes(largest, data)
        if held > MAX_VALUES_BYTES:
            return _too_large("runs that are trained together", largest.settings[0], held)
        seconds = pace * study_seconds(architectures, runs, data)
        longer = self._longer(f"These {runs:,} runs", seconds)
        return f"{longer}: {advice}." if longer else ""

    def _withheld(self, dataset: str) -> str:
        return (
            f"The data set {dataset} needs {DATASET_MEMORY_MB[dataset]:,} MB of memory, and this "
            f"host has {math.floor(self._host_mb):,} MB: choose another data set."
        )

    def _longer(self, what: str, seconds: float) -> str:
        """Says that something takes longer than allowed, without a full stop; empty if not."""
        if seconds <= self.seconds:
            return ""
        taken, allowed = in_words(seconds), in_words(self.seconds)
        if taken == allowed:
            return f"{what} would take a little longer than the {allowed} that this host allows"
        return f"{what} would take about {taken}; this host allows {allowed}"

    def fitting(
        self, settings: Settings, data: FileSource | None = None, *, pace: float = 1.0
    ) -> Settings:
        """Returns the nearest settings within the limits; the same settings if they fit.

        To save time, steps are reduced first, then batch size, units and layers, each only if that
        helps. If the frames take too much memory, layers are reduced first.

        Args:
            settings: The settings asked for.
            data: The file with the examples, if the run uses them.
            pace: How many times longer this host takes than the reference host.
        """

        def seconds(near: Settings) -> float:
            return pace * training_seconds(near, data)

        def is_short(near: Settings) -> bool:
            return seconds(near) <= self.seconds

        near = settings
        for name, floor in _MEANINGFUL:
            least = near.replace(**{name: min(floor, getattr(near, name))})
            saved = 1 - seconds(least) / seconds(near)
            if not is_short(near) and (is_short(least) or saved >= _WORTHWHILE):
                near = _reduce(near, name, floor, is_short)
        for reductions, fits in (
            (_MINIMAL, is_short),
            # Second, because a run of 300 steps records more frames than one of 301.
            (_FRAME_REDUCTIONS, self._holds_frames),
            (_VALUE_REDUCTIONS, lambda near: values_bytes(near, data) <= MAX_VALUES_BYTES),
        ):
            for name, floor in reductions:
                if not fits(near):
                    near = _reduce(near, name, floor, fits)
        return near

    def _holds_frames(self, settings: Settings) -> bool:
        return recording_bytes(settings) <= 1e6 * self.recording_mb


@cache
def _machine_mb() -> float:
    """Megabytes of memory that this process may use, as Dask finds them; infinite if not known.

    The form asks when the page is first drawn, and to import Dask takes longer than to draw it.
    """
    sizes: list[float] = []
    if hasattr(os, "sysconf"):
        sizes.append(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    for file in _CONTAINER_LIMITS:
        # The word "max" stands for no limit.
        with suppress(OSError, ValueError):
            sizes.append(float(file.read_text()))
    return min(sizes, default=math.inf) / 1e6


#: Variable, bounds and meaning of each limit, by its name.
LIMITS: dict[str, Mapping[str, Any]] = {item.name: item.metadata for item in fields(Limits)}


def _requirement(bounds: Mapping[str, Any]) -> str:
    return f"it must be a number from {bounds['low']:g} to {bounds['high']:g} ({bounds['meaning']})"


def _too_large(what: str, settings: Settings, size: int) -> str:
    return (
        f"The images in the layers of {what} would take about {size / 1e6:,.0f} MB at once, and "
        f"{MAX_VALUES_BYTES / 1e6:,.0f} MB are allowed: choose fewer channels, smaller images or "
        f"the architecture {CONVOLUTIONS[settings.architecture]!r}."
    )


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
