"""NetworkRun: a run that is trained again for its networks, which its frames do not hold."""

import threading
from collections.abc import Callable
from typing import Any

from bnviz.data.file_source import FileSource
from bnviz.engine.data_shapes import network_bytes
from bnviz.engine.job import QueuePosition
from bnviz.engine.runs import Run
from bnviz.recording.trained_networks import TrainedNetworks
from bnviz.settings import Settings
from bnviz.settings.choices import UPLOAD


class NetworkRun(Run):
    """The networks of a run up to one of its frames. Created by `Engine.networks`.

    It waits and has its turns as any run. Its recording stays empty: the worker keeps a digest of
    each frame, and answers with them and the networks once it is done.

    Attributes:
        num_frames: Number of the frame, from 1.
        networks: The networks; None before it has finished.
    """

    def __init__(
        self,
        settings: Settings,
        source: FileSource | None,
        num_frames: int,
        *,
        lock: threading.RLock,
        changed: Callable[[Any], None],
        position: Callable[[Any], QueuePosition | None],
    ):
        super().__init__(settings, source, lock=lock, changed=changed, position=position)
        self.num_frames = num_frames
        self.networks: TrainedNetworks | None = None
        self._planned_bytes = network_bytes(settings, source)
        self._step = 0

    @property
    def progress(self) -> float:
        """Share of the run's steps that are trained, 0 to 1; it may end before the last one."""
        return self._step / self.settings.steps

    @property
    def planned_bytes(self) -> int:
        """The most bytes that its files may have."""
        return self._planned_bytes

    @property
    def kept_bytes(self) -> int:
        """Bytes of its files."""
        return 0 if self.networks is None else self.networks.size

    def leave(self, viewer: str) -> None:
        """Removes a viewer; files with examples of a viewer's own go with the last one."""
        super().leave(viewer)
        with self._lock:
            if not self._viewers and self.networks is not None and self.settings.dataset == UPLOAD:
                self.networks, self.state = None, "stopped"

    def reach(self, step: int) -> None:
        """Takes from a worker how far it is."""
        with self._lock:
            if self.active:
                self.begin()
                self._step = step

    def take(self, networks: TrainedNetworks) -> None:
        """Takes the networks from a worker, with which it has finished."""
        with self._lock:
            if self.active:
                self.networks = networks
                self._end("finished")


def networks_digest(settings: Settings, num_frames: int) -> str:
    """What the networks of a run at a frame are known by; the digest of no run."""
    return f"networks {num_frames} {settings.digest}"
