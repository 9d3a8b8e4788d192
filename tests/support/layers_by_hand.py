"""What layers make, by NumPy in double precision, from the definition in words."""

import itertools

import numpy as np


def linear(x, kernel, bias=0.0):
    """What a layer with weights makes: of images a convolution with zeros around them, by taps."""
    kernel = kernel.astype(float)
    if x.ndim == 2:
        return x @ kernel + bias
    padded = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
    height, width = x.shape[1:3]
    taps = itertools.product(range(3), range(3))
    return bias + sum(padded[:, a : a + height, b : b + width] @ kernel[a, b] for a, b in taps)


def normalized(norm, z):
    """What BN makes by the statistics of what it is given."""
    gamma, beta, epsilon = norm
    axes = tuple(range(z.ndim - 1))
    return gamma * (z - z.mean(axes)) / np.sqrt(z.var(axes) + epsilon) + beta


def norm_of(hidden):
    """Gamma, beta and epsilon of now, or None."""
    layer = hidden.normalization
    return layer and (layer.gamma.numpy(), layer.beta.numpy(), float(layer.epsilon))
