"""Rivals: what training is compared with, written as usual in Keras, PyTorch and NumPy."""

import importlib.util
import sys
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import keras
import machine  # noqa: F401  (puts the repository on the path)
import numpy as np
from numpy.typing import NDArray

from bnviz.data.dataset import Dataset
from bnviz.recording.frames import ARMS
from bnviz.settings import Settings

#: Number of histogram bins.
BINS = 64


class Histograms(keras.callbacks.Callback):
    """Computes histograms of every hidden layer's activations after each batch.

    Args:
        model: The model being fitted.
        x: Examples to pass through it, shape (num_examples, num_features).
    """

    def __init__(self, model: keras.Model, x: NDArray[np.float32]):
        super().__init__()
        layers = [layer for layer in model.layers if isinstance(layer, keras.layers.Activation)]
        self._inside = keras.Model(model.inputs[0], [layer.output for layer in layers])
        self._x = x
        self.histograms: list[NDArray[np.int64]] = []

    def on_train_batch_end(self, batch: int, logs: object = None) -> None:  # noqa: ARG002
        """Computes the histograms; called by Keras."""
        activations = self._inside(self._x, training=False)
        self.histograms = [np.histogram(values.numpy(), BINS)[0] for values in activations]


def plain_model(settings: Settings, data: Dataset, arm: str) -> keras.Model:
    """One arm in idiomatic Keras, compiled with Keras's defaults for SGD."""
    layers: list[keras.layers.Layer] = [keras.Input((data.num_features,))]
    for _ in range(settings.hidden_layers):
        layers.append(keras.layers.Dense(settings.units, use_bias=arm == "none"))
        if arm == "bn":
            layers.append(keras.layers.BatchNormalization())
        layers.append(keras.layers.Activation(settings.activation))
    model = keras.Sequential([*layers, keras.layers.Dense(len(data.classes))])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(settings.learning_rate), loss)
    return model


def tensorboard(folder: str) -> keras.callbacks.Callback | None:
    """Keras's callback that writes weight histograms after each epoch; None if not installed."""
    if importlib.util.find_spec("tensorboard") is None:
        return None
    return keras.callbacks.TensorBoard(folder, histogram_freq=1, write_graph=False)


class Torch:
    """Both arms in eager PyTorch, with hooks that keep statistics of the activations.

    Like fastai's ActivationStats, they keep the mean, standard deviation and a histogram of each
    hidden layer's outputs for the training batch.

    Args:
        settings: Settings of the networks; the optimizer is SGD.
        data: Dataset to train on.
    """

    def __init__(self, settings: Settings, data: Dataset):
        # PyTorch's compiler is not used here, and its LLVM conflicts with TensorFlow's.
        sys.modules.setdefault("triton", None)  # type: ignore[arg-type]
        import torch

        self._torch = torch
        torch.set_num_threads(1)
        self._x, self._y = torch.from_numpy(data.x_train), torch.from_numpy(data.y_train).long()
        self._models = [self._model(settings, data, arm) for arm in ARMS]
        self._optimizers = [
            torch.optim.SGD(model.parameters(), lr=settings.learning_rate) for model in self._models
        ]
        self._loss = torch.nn.CrossEntropyLoss()
        self.statistics: list[tuple[float, float, Any]] = []

    def _model(self, settings: Settings, data: Dataset, arm: str) -> Any:
        nn = self._torch.nn
        activation = {"sigmoid": nn.Sigmoid, "tanh": nn.Tanh}[settings.activation]
        layers: list[Any] = []
        width = data.num_features
        for _ in range(settings.hidden_layers):
            layers.append(nn.Linear(width, settings.units, bias=arm == "none"))
            if arm == "bn":
                layers.append(nn.BatchNorm1d(settings.units))
            layers.append(activation())
            layers[-1].register_forward_hook(self._keep)
            width = settings.units
        return nn.Sequential(*layers, nn.Linear(width, len(data.classes)))

    def _keep(self, _module: Any, _inputs: Any, output: Any) -> None:
        values = output.detach()
        kept = (values.mean().item(), values.std().item(), values.histc(BINS, -1, 1))
        self.statistics.append(kept)

    def step(self, indices: NDArray[np.int32]) -> None:
        """Trains both arms for one step on the same batch."""
        self.statistics.clear()
        x, y = self._x[indices], self._y[indices]
        for model, optimizer in zip(self._models, self._optimizers, strict=True):
            optimizer.zero_grad()
            self._loss(model(x), y).backward()
            optimizer.step()


def torch_is_installed() -> bool:
    """Whether PyTorch is installed."""
    return importlib.util.find_spec("torch") is not None


def matrix_products(settings: Settings, data: Dataset) -> Callable[[], None]:
    """Only the matrix products of one step of both arms, forward and backward, in NumPy."""
    sizes = [data.num_features, *[settings.units] * settings.hidden_layers, len(data.classes)]
    generator = np.random.default_rng(0)

    def matrix(rows: int, columns: int) -> NDArray[np.float32]:
        return generator.normal(size=(rows, columns)).astype(np.float32)

    kernels = [matrix(*shape) for shape in pairwise(sizes)]
    inputs = [matrix(settings.batch_size, width) for width in sizes[:-1]]
    slopes = [matrix(settings.batch_size, width) for width in sizes[1:]]

    def paired_step() -> None:
        for _ in ARMS:
            for number, (x, kernel, slope) in enumerate(zip(inputs, kernels, slopes, strict=True)):
                _ = x @ kernel
                _ = x.T @ slope
                # The first layer needs no gradient with respect to its input.
                if number:
                    _ = slope @ kernel.T

    return paired_step
