"""Propagation: what becomes of examples and gradient on their way through the layers."""

import numpy as np
from numpy.typing import NDArray

from bnviz.recording.frames import MIN_GROWING_LAYERS


def example_similarity(
    activations: NDArray[np.float32], largest: NDArray[np.float32]
) -> NDArray[np.float64]:
    """Measures how much alike a layer's activations of different examples are.

    The mean cosine between the activations `a_i` and `a_j` of two different examples. Since
    `sum_ij cos(a_i, a_j) = norm(sum_i a_i / norm(a_i))^2`, it takes no pair of examples:

        similarity = (norm(sum_i a_i / norm(a_i))^2 - n) / (n (n - 1))

    An example whose activations are all 0 has no direction and is left out.

    Args:
        activations: Shape (layers, num_examples, units).
        largest: Largest magnitude of each layer's activations, shape (layers,).

    Returns:
        From -1 / (n - 1) to 1, shape (layers,); NaN where fewer than two of the n examples have a
        direction, or a value is not finite.
    """
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        # Squares of much smaller or larger values would not fit into float32.
        values = activations / largest[:, np.newaxis, np.newaxis]
        norms = np.sqrt(np.einsum("lnu,lnu->ln", values, values))
        sums = np.einsum("lnu,ln->lu", values, np.where(norms == 0, np.float32(0), 1 / norms))
        count = (norms > 0).sum(axis=1)
        length = np.square(sums, dtype=np.float64).sum(axis=1)
        similarity = (length - count) / (count * (count - 1))
    return np.where(np.isfinite(similarity), similarity, np.nan)


def neuron_spread(std: NDArray[np.float32]) -> NDArray[np.float64]:
    """Measures how much the values of a layer's neurons differ between examples.

    The root mean square of the standard deviations of the neurons. The pooled variance is its
    square and the variance of the neurons' means together, so in a layer whose neurons are all but
    constant it is far below the pooled standard deviation.

    Args:
        std: Biased standard deviation of each neuron's values, shape (layers, units).

    Returns:
        Shape (layers,); NaN where a neuron's is not finite.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        spread = np.sqrt(np.square(std.astype(np.float64)).mean(axis=1))
    return np.where(np.isfinite(spread), spread, np.nan)


def gradient_growth(norms: NDArray[np.float32]) -> float:
    """Measures how much larger the gradient is with each hidden layer towards the input.

    The geometric mean of the ratio between a layer's gradient norm and the next one's, from the
    second hidden layer to the last, whose kernels have one shape.

    Args:
        norms: L2 norm of the gradient with respect to each kernel, that of the output layer last,
            shape (layers + 1,).

    Returns:
        NaN with fewer than `MIN_GROWING_LAYERS` hidden layers, or unless both norms are above 0 and
        finite.
    """
    hidden = norms[:-1].astype(np.float64)
    if len(hidden) < MIN_GROWING_LAYERS:
        return np.nan
    second, last = hidden[1], hidden[-1]
    if not (0 < second < np.inf and 0 < last < np.inf):
        return np.nan
    return float((second / last) ** (1 / (len(hidden) - 2)))


def effective_rates(kernel_norms: NDArray[np.float32], rate: float) -> NDArray[np.float64]:
    """Computes the effective learning rate of each kernel: `rate / norm(kernel)^2`.

    If a layer's function does not depend on the norm of its kernel, a step of gradient descent
    turns the kernel as a step of this rate would turn one of norm 1 (van Laarhoven 2017).

    Args:
        kernel_norms: L2 norm of each kernel.
        rate: The learning rate.

    Returns:
        In the shape of the norms; NaN where it is not finite.
    """
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        rates = rate / np.square(kernel_norms.astype(np.float64))
    return np.where(np.isfinite(rates), rates, np.nan)
