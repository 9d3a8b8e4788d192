"""Architectures: what the hidden layers are, and which of them end a block with a skip connection.

In a residual network (He et al., *Deep Residual Learning for Image Recognition*, 2015, section 3)
the first hidden layer stands alone, since it brings the input to the width of all others. From the
second one on, two layers make a block, whose output is its input plus what its two layers make of
it. A layer that is left over at the end stands alone. The sum comes right after the place of the
second layer's normalization, so with BN before the activation that acts on the sum, as in the
paper.
"""

#: Fully connected layers or 3×3 convolutions, one after another or in residual blocks.
ARCHITECTURES = ("dense", "conv", "residual_dense", "residual_conv")
RESIDUAL = ("residual_dense", "residual_conv")
#: Those that convolve, and what is the same of fully connected layers.
CONVOLUTIONS = {"conv": "dense", "residual_conv": "residual_dense"}


def convolves(architecture: str) -> bool:
    """Whether the hidden layers are convolutions."""
    return architecture in CONVOLUTIONS


def closing_layers(architecture: str, hidden_layers: int) -> range:
    """The hidden layers, counted from 1, that are the second one of a residual block.

    Args:
        architecture: One of `ARCHITECTURES`.
        hidden_layers: Number of hidden layers; fewer than three make no block.
    """
    return range(3, hidden_layers + 1, 2) if architecture in RESIDUAL else range(0)
