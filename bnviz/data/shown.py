"""Shown: what is drawn of the validation examples whose answers a frame keeps."""

import numpy as np
from numpy.typing import NDArray

from bnviz.data.dataset import Dataset
from bnviz.data.image_shape import CHANNELS
from bnviz.data.sampling import MeasuredExamples
from bnviz.recording.frames import NUM_SINGLE, PLANE_RANGE
from bnviz.recording.shown_examples import MAX_FEATURES, MAX_TEXT, ShownExamples

#: Significant digits of a value.
_DIGITS = 4
#: Standard deviations from the mean at which a bar ends.
_BAR_RANGE = 2.5


def shown_examples(data: Dataset, measured: MeasuredExamples) -> ShownExamples:
    """What is drawn of the examples that `measured` shows.

    Images are drawn as they are, points as places in the plane, and all other examples as their
    most telling features, see `telling_features`.
    """
    x, y = measured.validation[0][measured.shown], measured.validation[1][measured.shown]
    labels = tuple(y.tolist())
    classes = tuple(name[:MAX_TEXT] for name in data.classes)
    shape = data.example_shape
    shape = (*shape, 1) if len(shape) == 2 else shape
    if len(shape) == 3 and shape[-1] in CHANNELS:
        probe, probe_labels = measured.probe[0][:NUM_SINGLE], measured.probe[1][:NUM_SINGLE]
        return ShownExamples(
            "image",
            labels,
            classes,
            shape=shape,
            pixels=_pixels(x),
            probe_labels=tuple(probe_labels.tolist()),
            probe_pixels=_pixels(probe),
        )
    if data.num_features == 2:
        chosen, reach = np.arange(2), PLANE_RANGE
    else:
        chosen, reach = telling_features(*measured.precise), _BAR_RANGE
    train = measured.precise[0][:, chosen].astype(np.float64)
    mean, std = train.mean(axis=0), train.std(axis=0)
    features = x[:, chosen].astype(np.float64)
    places = (features - mean) / np.where(std > 0, std, 1) / reach
    offset, unit = (np.broadcast_to(each, data.num_features)[chosen] for each in data.units)
    names = data.feature_names or tuple(f"feature {i + 1}" for i in range(data.num_features))
    return ShownExamples(
        "point" if data.num_features == 2 else "values",
        labels,
        classes,
        names=tuple(names[i][:MAX_TEXT] for i in chosen),
        values=_rows(offset + unit * features),
        places=_rows(np.clip(places, -1, 1)),
    )


def telling_features(x: NDArray[np.float32], y: NDArray[np.int32]) -> NDArray[np.intp]:
    """The features in which the classes differ most, the most telling first.

    These have the largest share of their variance between the classes. What the networks answer
    plays no part.

    Args:
        x: Features of training examples, shape (num_examples, num_features).
        y: Their classes, shape (num_examples,).

    Returns:
        Indices of at most `MAX_FEATURES` features.
    """
    values = x.astype(np.float64)
    mean = values.mean(axis=0)
    between = np.zeros_like(mean)
    for number in np.unique(y):
        members = values[y == number]
        between += len(members) * np.square(members.mean(axis=0) - mean)
    whole = np.square(values - mean).sum(axis=0)
    share = np.divide(between, whole, out=np.zeros_like(mean), where=whole > 0)
    return np.argsort(-share, kind="stable")[:MAX_FEATURES]


def _pixels(x: NDArray[np.float32]) -> bytes:
    """Pixels from nothing (0) to the largest (255) of the images, row by row."""
    low = min(0.0, float(x.min()))
    span = float(x.max()) - low
    return np.round(255 * (x - low) / (span or 1.0)).astype(np.uint8).tobytes()


def _rows(values: NDArray[np.float64]) -> tuple[tuple[float, ...], ...]:
    """The values, to as many digits as are drawn."""
    return tuple(tuple(float(f"{value:.{_DIGITS}g}") for value in row) for row in values)
