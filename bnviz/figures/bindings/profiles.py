"""Profiles: bindings of a measure of every layer, from the first layer to the last."""

from dataclasses import dataclass
from typing import ClassVar

from bnviz.figures.bindings.binding import Binding, Points, column
from bnviz.recording.frames import Frames


@dataclass(frozen=True, kw_only=True)
class Profile(Binding):
    """A measure of some layers next to each other; layer 0 is at x = 1.

    Attributes:
        row: Path of the measure of all layers.
        first: Index of the first layer drawn.
        count: How many are drawn.
        at_start: Whether it is the measure in the first frame, not at the cursor.
    """

    kind: ClassVar[str] = "profile"

    row: str
    first: int = 0
    count: int
    at_start: bool = False

    def points(self, frames: Frames, at: int) -> Points:
        values = column(frames, self.row)[0 if self.at_start else at]
        drawn = slice(self.first, self.first + self.count)
        return {"x": list(range(drawn.start + 1, drawn.stop + 1)), "y": values[drawn]}


@dataclass(frozen=True, kw_only=True)
class Growth(Binding):
    """A measure as it would be if it grew by a factor with each layer towards the input.

    It starts from the measure of the last of the layers in the first frame.

    Attributes:
        row: Path of the measure of all layers.
        first: Index of the first layer drawn.
        last: Index of the last layer drawn.
        factor: Growth with each layer towards the input.
        text: Name at the first layer.
    """

    kind: ClassVar[str] = "growth"

    row: str
    first: int
    last: int
    factor: float
    text: str

    def points(self, frames: Frames, at: int) -> Points:  # noqa: ARG002
        start = float(column(frames, self.row)[0, self.last])
        layers = range(self.first, self.last + 1)
        return {
            "x": [layer + 1 for layer in layers],
            "y": [start * self.factor ** (self.last - layer) for layer in layers],
            "text": [self.text, *[""] * (self.last - self.first)],
        }
