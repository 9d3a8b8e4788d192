"""ImageSides: height and width of the images that each hidden layer of a network makes."""

import math

from bnviz.settings.architectures import closing_layers

#: Side of what pooling makes one value of.
POOL_SIDE = 2
#: Height and width that the last layer has at least.
MIN_SIDE = 4


def pooled_after(height: int, width: int, hidden_layers: int, architecture: str) -> tuple[int, ...]:
    """Returns the hidden layers, counted from 1, that are followed by pooling.

    They are spread evenly. Pooling halves height and width, so often that those of the last
    layer are as small as they may be, and at most once after each layer but the last. In a
    residual network it follows whole blocks and layers that stand alone, so that what a skip
    adds has the size of what it is added to.

    Args:
        height: Rows of pixels of what the first layer is given.
        width: Columns of pixels.
        hidden_layers: Number of hidden layers.
        architecture: One of `bnviz.settings.architectures.CONVOLUTIONS`.
    """
    closing = closing_layers(architecture, hidden_layers)
    # Where a block, or a layer that stands alone, ends.
    ends = [number for number in range(1, hidden_layers + 1) if number + 1 not in closing]
    halvings = int(math.log2(min(height, width) / MIN_SIDE))
    halvings = min(halvings, len(ends) - 1)
    return tuple(ends[len(ends) * (k + 1) // (halvings + 1) - 1] for k in range(halvings))


def sides(height: int, width: int, hidden_layers: int, architecture: str) -> list[tuple[int, int]]:
    """Returns height and width of the images that each hidden layer makes, before it pools them.

    Args:
        height: Rows of pixels of what the first layer is given.
        width: Columns of pixels.
        hidden_layers: Number of hidden layers.
        architecture: One of `bnviz.settings.architectures.CONVOLUTIONS`.
    """
    pooled = pooled_after(height, width, hidden_layers, architecture)
    found = []
    for number in range(1, hidden_layers + 1):
        found.append((height, width))
        if number in pooled:
            height, width = height // POOL_SIDE, width // POOL_SIDE
    return found


def grid_places(size: int, count: int) -> list[int]:
    """Returns the rows, or columns, of a grid of positions, evenly spread over an image.

    Args:
        size: Rows, or columns, of the image.
        count: Those of the grid.
    """
    return [(place * size + size // 2) // count for place in range(count)]
