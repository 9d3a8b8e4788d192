"""MapPlan: of which channels and examples a frame holds whole maps, and where they are in it.

A map is what a channel of a convolution has at every position of one example. Maps of all channels
and examples would make frames a hundred times as large, so a frame holds those of a few.
"""

import math
from dataclasses import dataclass

from bnviz.recording.frames import NUM_SINGLE
from bnviz.recording.header import RecordingHeader
from bnviz.recording.networks import grid_side
from bnviz.settings.choices import IMAGE_SHAPES
from bnviz.settings.image_sides import grid_places, sides

#: Bytes of a network's maps in a frame: about, and at most where more channels or two examples are
#: to be had for it; one example of a few channels may take more.
_BYTES, _MAX_BYTES = 8_000, 22_000
#: Channels at most, and examples at least, the best first.
_LADDER = ((16, 2), (8, 2), (4, 2), (4, 1))


@dataclass(frozen=True)
class MapPlan:
    """Which maps a frame holds.

    Attributes:
        sides: Height and width of the maps of each hidden layer.
        channels: How many channels of each layer have maps; they are the first ones.
        examples: How many examples of the probe have maps; they are the first ones.
        grid: Rows and columns of the grid of positions at which all else is measured.
    """

    sides: tuple[tuple[int, int], ...]
    channels: int
    examples: int
    grid: int

    @classmethod
    def of(cls, header: RecordingHeader) -> "MapPlan | None":
        """The maps of a recording; None if its frames hold none.

        Those of a viewer's own images are not recorded: a map shows much of the image.
        """
        settings = header.settings
        if settings is None or not header.keeps_maps:
            return None
        height, width, _ = IMAGE_SHAPES[settings.dataset]
        found = tuple(sides(height, width, settings.hidden_layers, settings.architecture))
        places = sum(rows * columns for rows, columns in found)
        for most, least in _LADDER:
            channels = min(settings.units, most)
            if channels * places * least <= _MAX_BYTES:
                break
        examples = min(max(_BYTES // (channels * places), least), NUM_SINGLE)
        return cls(found, channels, examples, grid_side(settings.units))

    @property
    def places(self) -> int:
        """Positions of all layers together."""
        return self.start(len(self.sides))

    def start(self, layer: int) -> int:
        """Where the positions of a layer, counted from 0, begin among those of all."""
        return sum(math.prod(each) for each in self.sides[:layer])

    def read_position(self, layer: int) -> tuple[int, int]:
        """Row and column of the position whose value stands for an example where one is shown."""
        row, column = (grid_places(size, self.grid)[self.grid // 2] for size in self.sides[layer])
        return row, column
