"""What enters the first watched activation of each model, computed with NumPy."""

import keras
import numpy as np


def convolution(x: np.ndarray, layer: keras.layers.Layer) -> np.ndarray:
    """A convolution of 3×3 with the padding "same", of examples of an even size."""
    (stride, _), size = layer.strides, x.shape[1]
    before = 1 if stride == 1 else 0
    padded = np.pad(x, ((0, 0), (before, 1), (before, 1), (0, 0)))
    patches = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(1, 2))
    made = np.einsum("nijcab,abcd->nijd", patches[:, :size:stride, :size:stride], layer.kernel)
    return made if layer.bias is None else made + layer.bias.numpy()


def normalized(x: np.ndarray, layer: keras.layers.Layer) -> np.ndarray:
    """What a normalization makes by the statistics of what it is given."""
    by_example = isinstance(layer, keras.layers.LayerNormalization)
    axes = -1 if by_example else tuple(range(x.ndim - 1))
    mean, variance = (of(x, axis=axes, keepdims=True) for of in (np.mean, np.var))
    return layer.gamma * (x - mean) / np.sqrt(variance + layer.epsilon) + layer.beta


def dense(x: np.ndarray, layer: keras.layers.Layer) -> np.ndarray:
    return x @ layer.kernel.numpy() + layer.bias.numpy()


def of_subclassed(model: keras.Model, x: np.ndarray) -> np.ndarray:
    inner = np.maximum(normalized(dense(x, model.first), model.norm), 0)
    return dense(inner, model.second)


#: What enters the first activation that is watched.
ENTERING = {
    "MLP": lambda model, x: dense(x, model.get_layer("one")),
    # Its convolution has no padding.
    "CNN": lambda model, x: normalized(
        convolution(x, model.get_layer("conv"))[:, 1:-1, 1:-1], model.get_layer("norm")
    ),
    "residual": lambda model, x: normalized(
        convolution(x, model.get_layer("c0")), model.get_layer("b0")
    ),
    "LayerNorm": lambda model, x: normalized(
        dense(x, model.get_layer("d0")), model.get_layer("n0")
    ),
    "subclassed": of_subclassed,
    "MobileNet": lambda model, x: normalized(
        convolution(x, model.get_layer("conv1")), model.get_layer("conv1_bn")
    ),
}
