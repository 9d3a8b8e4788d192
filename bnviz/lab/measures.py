"""Measures: the numbers of a frame, computed with NumPy from an observation."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from bnviz.lab.drift import DriftReference, SortedValues, by_neuron
from bnviz.lab.layer_maps import LayerCrossing
from bnviz.lab.observer import Observation
from bnviz.lab.propagation import example_similarity, gradient_growth, neuron_spread
from bnviz.recording.frame_layout import FrameLayout
from bnviz.recording.frames import NUM_SINGLE, PERCENTILES, QUANTITIES, edges
from bnviz.recording.map_plan import MapPlan
from bnviz.recording.scores import encode

#: Activations outside these bounds count as saturated: almost no gradient passes.
SATURATION = {"sigmoid": (0.03, 0.97), "tanh": (-0.97, 0.97)}
#: Activation functions with which a neuron can output 0 for every example.
CAN_DIE = ("relu",)


def measure(
    observations: Sequence[Observation], layout: FrameLayout, reference: DriftReference
) -> list[dict[str, Any]]:
    """Computes the measures of all arms, those of each keyed by the names of a frame's fields.

    The layers of all arms are measured in the same calls: of so small arrays, many calls take
    longer than what they compute.

    Args:
        observations: What was observed of each arm.
        layout: Layout of the run's frames.
        reference: Pre-activations of the arms' earlier frames; updated with those of this one.
    """
    of_layers = _measure_layers(observations, layout, reference)
    num_arms = len(observations)
    by_arm = {
        name: values.reshape(num_arms, -1, *values.shape[1:]) for name, values in of_layers.items()
    }
    return [
        {name: values[number] for name, values in by_arm.items()}
        | _measure_network(observation, layout)
        for number, observation in enumerate(observations)
    ]


def _measure_layers(
    observations: Sequence[Observation], layout: FrameLayout, reference: DriftReference
) -> dict[str, NDArray[Any]]:
    """Measures that each layer has, (arms * layers, ...): all layers of one arm, then the next."""
    measures: dict[str, NDArray[Any]] = {}
    for quantity in QUANTITIES:
        values = _joined(getattr(each, f"{quantity}s") for each in observations)
        ordered = np.sort(values.reshape(len(values), -1), axis=1)
        description = describe(ordered, edges(quantity, layout.activation))
        measures |= {f"{quantity}_{name}": value for name, value in description.items()}
        if quantity == "pre_activation":
            of_neurons = by_neuron(values)
            now = SortedValues(ordered, description["std"], of_neurons)
            crossed = zip(*(each.crossed for each in observations), strict=True)
            crossings = [LayerCrossing(*map(_joined, zip(*each, strict=True))) for each in crossed]
            measures |= reference.measure(now, crossings)
            # Those of a neuron lie together in memory here, which takes a quarter of the time.
            mean, std = neuron_moments(of_neurons.transpose(0, 2, 1))
            measures["neuron_spread"] = neuron_spread(_std_over_examples(values, std, layout))
            shown = slice(layout.neurons)
            neurons = describe_neurons(mean[:, shown], std[:, shown], of_neurons[:, shown])
            measures |= {f"neuron_{name}": value for name, value in neurons.items()}
    # Examples are compared whole, with all positions that are read of them.
    whole = values.reshape(len(values), -1, layout.header.layers[0].positions * values.shape[-1])
    measures["example_similarity"] = example_similarity(
        whole, np.maximum(-ordered[:, 0], ordered[:, -1])
    )
    measures["saturated"] = saturated_share(ordered, layout.activation)
    if any(each.silent is None for each in observations):
        measures["dead"] = dead_share(values, layout.activation)
    else:
        # Of whole images, of which the values are those at some positions.
        silent = _joined(each.silent for each in observations)
        can_die = layout.activation in CAN_DIE
        measures["dead"] = np.where(can_die, silent.mean(axis=1), np.nan)
    return measures


def _std_over_examples(
    values: NDArray[np.float32], std: NDArray[np.float32], layout: FrameLayout
) -> NDArray[np.float32]:
    """Standard deviations over the examples: of each neuron, or channel and position of an image.

    Args:
        values: Shape (layers, num_values, units).
        std: Of each neuron's values, shape (layers, units).
        layout: Layout of the run's frames.
    """
    positions = layout.header.layers[0].positions
    if positions == 1:
        return std
    layers, num_values, units = values.shape
    return neuron_moments(values.reshape(layers, num_values // positions, positions * units))[1]


def _measure_network(observation: Observation, layout: FrameLayout) -> dict[str, Any]:
    """Measures of one arm, of its kernels, its normalization and its outcome."""
    measures: dict[str, Any] = observation.outcome()
    gradients, updates, kernels = observation.kernel_measures.numpy()
    measures["gradient_norm"], measures["kernel_norm"] = gradients, kernels
    measures["gradient_growth"] = gradient_growth(gradients)
    with np.errstate(divide="ignore"):
        ratios = np.log10(updates)
    measures["update_ratio"] = np.where(np.isinf(ratios), np.nan, ratios)
    normalization = observation.normalization.numpy()[..., : layout.neurons]
    names = observation.normalization_names
    measures |= dict(zip(names, round_mantissa(normalization), strict=True))
    for name, parameters in observation.own_parameters.items():
        values = parameters.numpy()
        measures[name] = values if values.ndim == 1 else round_mantissa(values[:, : layout.neurons])
    if observation.norm_inputs is not None:
        inputs = observation.norm_inputs.numpy()[..., : layout.neurons]
        by_name = dict(zip(names, normalization, strict=True))
        mean, variance = by_name["batch_mean"], by_name["batch_variance"]
        wide = layout.header.keeps_wide_scores
        measures["example_scores"] = example_scores(inputs, mean, variance, wide=wide)
    if observation.maps and layout.maps is not None:
        measures |= maps([each.numpy() for each in observation.maps], layout.maps)
    if observation.boundary is not None and layout.plane:
        measures["boundary"] = np.nan_to_num(np.round(255 * observation.boundary.numpy()))
    return measures


def _joined(tensors: Iterable[tf.Tensor]) -> NDArray[np.float32]:
    """Tensors of several arms, one after another along the first axis."""
    return np.concatenate([tensor.numpy() for tensor in tensors])


def example_scores(
    inputs: NDArray[np.float32],
    mean: NDArray[np.float32],
    variance: NDArray[np.float32],
    *,
    wide: bool = False,
) -> NDArray[np.int8 | np.int16]:
    """Codes the standard scores of single examples.

    Args:
        inputs: What BN normalizes, shape (layers, num_examples, neurons).
        mean: Of all examples of the probe, shape (layers, neurons).
        variance: Their biased variance, of the same shape.
        wide: Whether codes have two bytes.

    Returns:
        Codes as from `bnviz.recording.scores`, shape (layers, neurons, NUM_SINGLE); 0 for a neuron
        whose values are all the same, that of no score where the probe has fewer examples.
    """
    with np.errstate(invalid="ignore", over="ignore"):
        centred = inputs - mean[:, np.newaxis]
        std = np.sqrt(variance)[:, np.newaxis]
        found = np.divide(centred, std, out=np.zeros_like(centred), where=std != 0)
    scores = np.full((*mean.shape, NUM_SINGLE), np.nan, np.float32)
    scores[..., : inputs.shape[1]] = found.transpose(0, 2, 1)
    return encode(scores, wide=wide)


def maps(images: Sequence[NDArray[np.float32]], plan: MapPlan) -> dict[str, NDArray[Any]]:
    """Codes whole maps of channels in a byte for each position.

    Args:
        images: The maps of each layer, shape (num_examples, height, width, channels).
        plan: Which of them a frame holds.

    Returns:
        `maps`, shape (channels, examples, places), and `map_ranges`, shape (layers, channels, 2),
        as fields of a frame. Examples that the probe does not have are 0.
    """
    codes = np.zeros((plan.channels, plan.examples, plan.places), np.uint8)
    ranges = np.full((len(images), plan.channels, 2), np.nan, np.float32)
    for layer, whole in enumerate(images):
        some = whole[: plan.examples, ..., : plan.channels]
        values = np.moveaxis(some, -1, 0).reshape(plan.channels, len(some), -1)
        low, high = values.min(axis=(1, 2)), values.max(axis=(1, 2))
        with np.errstate(invalid="ignore", over="ignore"):
            span = high - low
            known = np.isfinite(span)
            ranges[layer, known] = np.stack([low, high], axis=-1)[known]
            steps = np.iinfo(np.uint8).max / np.where(known & (span > 0), span, np.inf)
            # What varies by less than a float32 can divide by is one value.
            steps[~np.isfinite(steps)] = 0
            shares = np.where(known[:, None, None], values - low[:, None, None], 0)
        place = slice(plan.start(layer), plan.start(layer + 1))
        codes[:, : len(some), place] = np.round(shares * steps[:, None, None])
    return {"maps": codes, "map_ranges": ranges}


def round_mantissa(values: NDArray[np.float32], bits: int = 11) -> NDArray[np.float32]:
    """Rounds values so that files compress well.

    Args:
        values: Any shape.
        bits: Significant bits that are kept; 11 are about three digits.

    Returns:
        float32, in the same shape; infinities and NaN are unchanged.
    """
    whole = np.ascontiguousarray(values, np.float32).view(np.uint32)
    dropped = 24 - bits
    half, kept = np.uint32(1 << (dropped - 1)), np.uint32(0xFFFFFFFF << dropped & 0xFFFFFFFF)
    rounded = (whole + half) & kept
    # Rounding the bits of an infinity or a NaN would change its meaning.
    return np.where(np.isfinite(values), rounded.view(np.float32), values)


def neuron_moments(
    values: NDArray[np.float32],
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Computes the mean and the biased standard deviation of each neuron's values.

    Args:
        values: Shape (layers, num_examples, neurons).

    Returns:
        Each of shape (layers, neurons); not finite for a neuron with a value that is not.
    """
    with np.errstate(invalid="ignore", over="ignore"):
        mean = values.mean(axis=1)
        return mean, np.sqrt(np.square(values - mean[:, np.newaxis]).mean(axis=1))


def describe_neurons(
    mean: NDArray[np.float32], std: NDArray[np.float32], ordered: NDArray[np.float32]
) -> dict[str, NDArray[np.float32]]:
    """Describes the distribution of each neuron's values.

    Args:
        mean: Mean of each neuron's values, shape (layers, neurons).
        std: Their biased standard deviation, of the same shape.
        ordered: The values in ascending order, shape (layers, neurons, num_examples).

    Returns:
        `mean` and `std`, rounded to 11 bits, and `percentiles`, shape (layers, neurons,
        len(PERCENTILES)), to 8, since these fill half of a file; NaN for a neuron with a value that
        is not finite.
    """
    percentiles = _percentiles(ordered)
    percentiles[~np.isfinite(std)] = np.nan
    unknown = np.where(np.isfinite(std), 0, np.nan).astype(np.float32)
    with np.errstate(invalid="ignore"):
        return {
            "mean": round_mantissa(mean + unknown),
            "std": round_mantissa(std + unknown),
            "percentiles": round_mantissa(percentiles, 8),
        }


def histogram(ordered: NDArray[np.float32], bin_edges: NDArray[np.float32]) -> NDArray[np.int64]:
    """Counts the values in each bin, and those below and above all bins.

    Args:
        ordered: Values in ascending order without NaN, shape (num_values,). Infinities count as
            below or above.
        bin_edges: Shape (num_bins + 1,).

    Returns:
        Counts, shape (num_bins + 2,): below, as `np.histogram` counts, above. They sum to
        num_values.
    """
    starts = np.empty(len(bin_edges) + 2, np.int64)
    starts[0], starts[-1] = 0, len(ordered)
    starts[1:-1] = ordered.searchsorted(bin_edges)
    starts[-2] = ordered.searchsorted(bin_edges[-1], side="right")
    return starts[1:] - starts[:-1]


def describe(ordered: NDArray[np.float32], bin_edges: NDArray[np.float32]) -> dict[str, Any]:
    """Describes the distribution of all values of each layer.

    Args:
        ordered: Values in ascending order, NaN last, shape (layers, num_values).
        bin_edges: Shape (num_bins + 1,).

    Returns:
        `counts`, shape (layers, num_bins + 2), as `histogram` returns them; `nan`, the number of
        NaN, (layers,); and of the finite values `percentiles`, (layers, len(PERCENTILES)), `mean`
        and biased `std`, (layers,), which are NaN if no value is finite.
    """
    layers = len(ordered)
    counts = np.zeros((layers, len(bin_edges) + 1), np.int64)
    nan = np.zeros(layers, np.int64)
    percentiles = np.full((layers, len(PERCENTILES)), np.nan)
    moments = np.full((2, layers), np.nan)
    finite = np.isfinite(ordered[:, 0]) & np.isfinite(ordered[:, -1])
    if finite.any():
        percentiles[finite], moments[:, finite] = _percentiles_and_moments(ordered[finite])
    for layer, row in enumerate(ordered):
        num_not_nan = len(row)
        if not finite[layer]:
            start = np.searchsorted(row, -np.inf, side="right")
            stop, num_not_nan = np.searchsorted(row, [np.inf, np.nan])
            nan[layer] = len(row) - num_not_nan
            if start < stop:
                finite_part = row[start:stop]
                percentiles[layer], moments[:, layer] = _percentiles_and_moments(finite_part)
        counts[layer] = histogram(row[:num_not_nan], bin_edges)
    return {
        "counts": counts,
        "nan": nan,
        "percentiles": percentiles,
        "mean": moments[0],
        "std": moments[1],
    }


def _percentiles_and_moments(
    ordered: NDArray[np.float32],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Percentiles (..., len(PERCENTILES)), and mean and biased std (2, ...), of finite values.

    Args:
        ordered: Values in ascending order along the last axis.
    """
    values = ordered.astype(np.float64)
    percentiles = _percentiles(values)
    mean = values.mean(axis=-1)
    values -= mean[..., np.newaxis]
    # Not a matrix product: a threaded BLAS that competes with TensorFlow's threads takes 4 ms.
    return percentiles, np.stack([mean, np.sqrt(np.square(values, out=values).mean(axis=-1))])


def _percentiles(ordered: NDArray[Any]) -> NDArray[Any]:
    """Percentiles with linear interpolation, as `np.percentile` computes them.

    Args:
        ordered: Values in ascending order along the last axis, which the percentiles replace.
    """
    size = ordered.shape[-1]
    position = (np.array(PERCENTILES) / 100 * (size - 1)).astype(ordered.dtype)
    below = np.floor(position).astype(int)
    low, high = ordered[..., below], ordered[..., np.minimum(below + 1, size - 1)]
    with np.errstate(invalid="ignore", over="ignore"):
        return np.asarray(low + (high - low) * (position - below.astype(ordered.dtype)))


def saturated_share(ordered: NDArray[np.float32], activation: str) -> NDArray[np.float64]:
    """Computes the share of activations at which the activation function is almost flat.

    For sigmoid those below 0.03 or above 0.97, for tanh those above 0.97 in absolute value.

    Args:
        ordered: Activations in ascending order, NaN last, shape (layers, num_values).
        activation: Name of the activation function.

    Returns:
        Shares from 0 to 1, shape (layers,); NaN for any other activation function.
    """
    shares = np.full(len(ordered), np.nan)
    if activation in SATURATION:
        # In another precision, all values would be converted to it for each search.
        low, high, nan = np.array([*SATURATION[activation], np.nan], np.float32)
        for layer, row in enumerate(ordered):
            below = np.searchsorted(row, low)
            num_not_nan = np.searchsorted(row, nan)
            above = num_not_nan - np.searchsorted(row[:num_not_nan], high, side="right")
            shares[layer] = (below + above) / len(row)
    return shares


def dead_share(activations: NDArray[np.float32], activation: str) -> NDArray[np.float64]:
    """Computes the share of neurons that output 0 for every example.

    Args:
        activations: Shape (layers, num_examples, units).
        activation: Name of the activation function.

    Returns:
        Shares from 0 to 1, shape (layers,); NaN for an activation function not in `CAN_DIE`.
    """
    if activation not in CAN_DIE:
        return np.full(len(activations), np.nan)
    return np.asarray((activations == 0).all(axis=1).mean(axis=1))
