"""Recording: what was compared and all frames of it; what is drawn, saved, shared and replayed."""

import copy
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from bnviz.recording import other_seeds
from bnviz.recording.file import RecordingError, RecordingFile
from bnviz.recording.frame_layout import FrameLayout
from bnviz.recording.frame_schema import VERSION
from bnviz.recording.frames import Frame, Frames, pair
from bnviz.recording.header import RecordingHeader
from bnviz.recording.other_seeds import OtherSeeds
from bnviz.recording.shown_examples import ShownExamples
from bnviz.settings import Settings
from bnviz.settings.interventions import Intervention

#: What the package brings along: the run and the map shown at first, the lesson's runs and the
#: outcomes of its claims.
BUNDLED = Path(__file__).parents[1] / "recordings"


@dataclass(frozen=True)
class Certificate:
    """Digests which show that all arms share data, initial kernels and batches.

    Attributes:
        data: Digest of the training and validation examples, by arm.
        kernels: Digest of the kernels at step 0, by arm.
        batches: Digest of all examples trained on so far in their order, by arm.
    """

    data: dict[str, str]
    kernels: dict[str, str]
    batches: dict[str, str]

    @property
    def holds(self) -> bool:
        """Whether all arms have the same digests."""
        return all(
            len(set(digests.values())) == 1 for digests in (self.data, self.kernels, self.batches)
        )


class Recording:
    """The frames of one run and what was compared in it, complete or growing.

    Frames are only ever appended, so a reader on another thread may hold a slice of `frames` while
    the run continues.

    Args:
        run: What is recorded: the settings of a run, or the header of other networks.
        version: The version of the measures of a run of these settings.
        detail: Whether it has the detail of `FrameLayout`, as all that is trained has.

    Attributes:
        header: What is compared and measured.
        layout: Where each measure stands in a frame.
        steps: The steps recorded in a complete run, shape (capacity,).
        seconds_per_step: Processor seconds of a training step by arm; empty while not known.
        other_seeds: What is known of the same run with other seeds; None while nothing is.
        shown: What is drawn of the examples whose answers the frames keep; None while not known.
    """

    def __init__(
        self, run: Settings | RecordingHeader, *, version: int = VERSION, detail: bool = True
    ):
        self.header = RecordingHeader.of(run, version=version) if isinstance(run, Settings) else run
        self.layout = FrameLayout(self.header, detail)
        self.steps = np.array(self.header.steps)
        self._frames: Frames = np.zeros(len(self.steps), self.layout.dtype)
        self._count = 0
        self._seconds_per_step: dict[str, float] = {}
        self._other_seeds: OtherSeeds | None = None
        self.shown: ShownExamples | None = None

    def __len__(self) -> int:
        return self._count

    @property
    def settings(self) -> Settings:
        """What was run.

        Raises:
            ValueError: If the networks are not the laboratory's own.
        """
        if self.header.settings is None:
            raise ValueError("only a run of the laboratory has settings; use the header")
        return self.header.settings

    @property
    def complete(self) -> bool:
        """Whether the last step is recorded."""
        return self._count == len(self.steps)

    @property
    def seconds_per_step(self) -> Mapping[str, float]:
        """Processor seconds of a training step by arm, as built at step 0; empty while not known.

        Set for all arms at once, by whoever has measured it as `bnviz.lab.step_cost` does.

        Raises:
            ValueError: If it is set to anything but a positive number for each arm, or nothing.
        """
        return self._seconds_per_step

    @seconds_per_step.setter
    def seconds_per_step(self, seconds: Mapping[str, float]) -> None:
        arms = self.layout.arms
        if seconds and set(seconds) != set(arms):
            raise ValueError(
                f"the costs of a step must be those of {', '.join(arms)}, not {seconds}"
            )
        if not all(0 < each < math.inf for each in seconds.values()):
            raise ValueError(f"a step must have positive costs, not {seconds}")
        # Replaced as a whole, so that a reader on another thread never sees a part of it.
        self._seconds_per_step = {arm: float(seconds[arm]) for arm in arms if seconds}

    @property
    def other_seeds(self) -> OtherSeeds | None:
        """A record of each other seed, see `bnviz.recording.other_seeds`; None while none is known.

        Raises:
            ValueError: If it is set to what cannot be those of this run, or before its end.
        """
        return self._other_seeds

    @other_seeds.setter
    def other_seeds(self, records: OtherSeeds) -> None:
        if not self.complete:
            raise ValueError("a run is compared with other seeds once it is complete")
        settings = self.settings
        other_seeds.check(records, len(self.steps), settings.seed, pair(settings))
        self._other_seeds = records

    def snapshot(self) -> "Recording":
        """A copy that does not grow, for readers that must see the same frames twice."""
        return copy.copy(self)

    def beginning(self, step: int) -> "Recording":
        """A copy that ends with the last frame at or before a step, as if the run went on."""
        begun = self.snapshot()
        begun._count = min(self._count, self.index_at_step(step) + 1)
        if not begun.complete:
            begun._other_seeds = None
        return begun

    def overview(self) -> "Recording":
        """A copy without the detail of `FrameLayout`, which is most of a frame."""
        brief = Recording(self.header, detail=False)
        brief.extend(0, self.slice(0, len(self), brief.layout))
        brief._seconds_per_step, brief._other_seeds = self._seconds_per_step, self._other_seeds
        brief.shown = self.shown
        return brief

    @property
    def frames(self) -> Frames:
        """The frames so far, shape (num_frames,), read-only."""
        view = self._frames[: self._count]
        view.flags.writeable = False
        return view

    def append(self, frame: Frame) -> None:
        """Appends one frame.

        Raises:
            ValueError: If it is not that of the next recorded step.
        """
        if self.complete or frame["step"] != self.steps[self._count]:
            raise ValueError(f"frame {self._count} cannot be that of step {frame['step']}")
        self._frames[self._count] = frame
        self._count += 1

    def extend(self, first: int, data: bytes) -> None:
        """Appends frames from their bytes, skipping those that are here already.

        Args:
            first: Index of the first frame in `data`.
            data: Whole frames of the recording's layout.

        Raises:
            ValueError: If frames between the last one here and `first` are missing, or `data` is
                not whole frames of the next steps.
        """
        if first > self._count:
            raise ValueError(f"frames {self._count} to {first - 1} are missing")
        for frame in np.frombuffer(data, self.layout.dtype)[self._count - first :]:
            self.append(frame)

    def slice(self, start: int, stop: int, layout: FrameLayout | None = None) -> bytes:
        """The bytes of frames `start` to `stop - 1`.

        Args:
            start: Index of the first frame.
            stop: Index after the last frame.
            layout: The recording's layout (if None) or its overview.
        """
        frames = self.frames[start:stop]
        if layout is not None and layout != self.layout:
            frames = layout.select(frames)
        return frames.tobytes()

    def index_at_step(self, step: int) -> int:
        """Index of the last frame at or before a step; 0 if there is none."""
        return max(0, int(np.searchsorted(self.frames["step"], step, side="right")) - 1)

    def index_of(self, change: Intervention) -> int:
        """Index of the frame after which a change in mid-run is made, at most the last one."""
        return min(int(np.searchsorted(self.steps, change.step)), len(self.steps) - 1)

    def shared_with(self, settings: Settings) -> int:
        """How many of its first frames a run of other settings shares with this one.

        These are the frames up to the first change in mid-run that is not in both, since a frame
        is measured before a change at its step; 0 if the settings differ in anything else.
        """
        if settings.replace(interventions=self.settings.interventions) != self.settings:
            return 0
        changes = [set(each.changes) for each in (settings, self.settings)]
        differing = [self.index_of(change) for change in changes[0] ^ changes[1]]
        return min([len(self), *(index + 1 for index in differing)])

    @property
    def certificate(self) -> Certificate:
        """The pair certificate at the last frame.

        Raises:
            IndexError: If there is no frame.
        """
        frame = self.frames[-1]

        def digests(name: str) -> dict[str, str]:
            return {arm: frame[arm][f"{name}_digest"].tobytes().hex() for arm in self.layout.arms}

        return Certificate(digests("data"), digests("kernels"), digests("batches"))

    def save(self, file: str | Path | BinaryIO, *, fast: bool = False) -> None:
        """Writes the recording as `RecordingFile` does.

        Args:
            file: A path, or a file opened for writing bytes.
            fast: Whether to save time rather than bytes.
        """
        # A run that goes on adds frames meanwhile.
        count = len(self)
        RecordingFile(
            self.header,
            self.layout.detail,
            self.slice(0, count),
            tuple(self.seconds_per_step.values()),
            self.other_seeds,
            self.shown,
        ).save(file, fast=fast)

    @classmethod
    def load(cls, file: str | Path | BinaryIO) -> "Recording":
        """Reads what `save` wrote; safe on files from strangers.

        Args:
            file: A path, or a file opened for reading bytes.

        Raises:
            RecordingError: If the file is not a recording that this version can read.
        """
        held = RecordingFile.load(file)
        recording = cls(held.header, detail=held.detail)
        try:
            recording.extend(0, held.frames)
        except ValueError as error:
            raise RecordingError("its frames do not fit what it says of itself") from error
        try:
            if held.costs:
                arms = recording.layout.arms
                recording.seconds_per_step = dict(zip(arms, held.costs, strict=True))
            if held.other_seeds is not None:
                recording.other_seeds = held.other_seeds
        except ValueError as error:
            raise RecordingError(str(error)) from error
        recording.shown = held.shown
        return recording
