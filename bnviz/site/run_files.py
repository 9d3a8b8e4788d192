"""RunFiles: a recorded run of the site, as files that several pages may share.

One file holds what the player asks for, the others the frames, in the order of time, so that a run
plays before all of it is there. They are scripts that hold text: a page that was opened from a disk
may load scripts, and hosts compress them.
"""

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from bnviz.export.html_page import compressed_json
from bnviz.export.packed_frames import PackedFrames
from bnviz.export.replay_content import needed_frames, opening, replay_content
from bnviz.figures.view import View
from bnviz.player.content import RECORDED, StageContent
from bnviz.recording import BUNDLED, Recording

#: Bytes of packed frames of a run; the first one is loaded with all that is shared.
MAX_BYTES, MAX_FIRST_BYTES = 440_000, 760_000
#: Frames with which a page begins, of the first file of frames, and of each later one.
OPENING_FRAMES, FIRST_FRAMES, LATER_FRAMES = 20, 32, 64


@dataclass(frozen=True)
class RunFiles:
    """A recorded run.

    Attributes:
        path: Its recording.
        starts: Steps at which pages begin with it.
    """

    path: Path
    starts: tuple[int, ...] = (0,)

    @property
    def folder(self) -> str:
        """Address of its folder."""
        name = self.path.relative_to(BUNDLED).with_suffix("")
        return f"runs/{'-'.join(name.parts)}/"

    @cached_property
    def recording(self) -> Recording:
        """The recording."""
        return Recording.load(self.path)

    @cached_property
    def frames(self) -> PackedFrames:
        """The frames that are kept."""
        recording = self.recording
        needed = [*needed_frames(recording), *map(recording.index_at_step, self.starts)]
        limit = MAX_FIRST_BYTES if self.path == RECORDED else MAX_BYTES
        return PackedFrames.of(recording, needed, limit)

    def remark(self) -> str:
        """How many of its recorded frames the site has, in a sentence."""
        return self.frames.sentence(len(self.recording))

    @property
    def counts(self) -> list[int]:
        """How many frames each file holds."""
        left = len(self.frames.indices)
        first = min(left, self.count_to(max(self.starts)) + FIRST_FRAMES)
        counts = [first]
        left -= first
        while left > 0:
            counts.append(min(left, LATER_FRAMES))
            left -= counts[-1]
        return counts

    def count_to(self, step: int) -> int:
        """How many frames are kept up to a step."""
        return self.frames.place(self.recording.index_at_step(step)) + 1

    def files(self) -> Iterator[tuple[str, str]]:
        """Yields the address and the text of each file."""
        content = StageContent(
            self.folder, self.recording, "recorded", "A recorded run.", loops=True
        )
        parts = self.frames.parts(self.recording, self.counts)
        packed = {"content": compressed_json(replay_content(content, self.frames))}
        packed |= {str(number): part for number, part in enumerate(parts)}
        for name, data in packed.items():
            address = f"{self.folder}{name}"
            text = base64.b64encode(data).decode()
            yield f"{address}.js", f'(self.bnvizFiles ??= {{}})["{address}"] = "{text}";\n'

    def plays(self, view: View) -> dict[str, bytes]:
        """The data of a page on which it plays at once, by element."""
        content = StageContent(
            self.folder, self.recording, "recorded", "A recorded run.", loops=True
        )
        count = min(OPENING_FRAMES, len(self.frames.indices))
        return self._data(opening(content, self.frames, view, count), count, view)

    def begins(self, step: int, view: View, message: str) -> dict[str, bytes]:
        """The data of a page on which it stands still at a step until it may go on.

        Args:
            step: The step.
            view: The view in which it goes on.
            message: What is said of it then.
        """
        count = self.count_to(step)
        content = StageContent(
            f"{self.folder} begins",
            self.recording.beginning(step),
            "recorded",
            "This is how it begins. Answer the question, and it goes on.",
            view=View(),
            fixed=True,
            begin=step,
        )
        begun = opening(content, self.frames, View(), count)
        header = {"begin": count - 1, "message": message}
        return self._data(begun, count, view, **header)

    def _data(
        self, begun: dict[str, Any], count: int, view: View, **header: object
    ) -> dict[str, bytes]:
        layout = self.recording.layout
        if not begun["header"]["detail"]:
            layout = layout.overview
        picture = {
            "opening": begun,
            "run": {"folder": self.folder, "parts": self.counts},
            "view": view.to_dict(),
            "header": header,
        }
        (frames,) = self.frames.parts(self.recording, [count], layout)
        return {"data": compressed_json(picture), "frames": frames}
