"""Passage: the binding of single examples on their way through one neuron with BN."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from bnviz.figures.bindings.binding import Binding, Points, column, transformed, written
from bnviz.frames import Frames

Values = NDArray[np.float64]

SELU_ALPHA, SELU_SCALE = 1.6732632423543772, 1.0507009873554805
LEAKY_RELU_SLOPE = 0.2


def _gelu(x: Values) -> Values:
    return np.array([v * (1 + math.erf(v / math.sqrt(2))) / 2 for v in x])


def _sigmoid(x: Values) -> Values:
    return np.asarray(1 / (1 + np.exp(-x)))


#: The non-linearities by their names in the settings, as Keras defines them.
ACTIVATIONS: dict[str, Callable[[Values], Values]] = {
    "sigmoid": _sigmoid,
    "tanh": np.tanh,
    "relu": lambda x: np.maximum(x, 0),
    "leaky_relu": lambda x: np.where(x < 0, LEAKY_RELU_SLOPE * x, x),
    "elu": lambda x: np.where(x < 0, np.expm1(np.minimum(x, 0)), x),
    "selu": lambda x: SELU_SCALE * np.where(x < 0, SELU_ALPHA * np.expm1(np.minimum(x, 0)), x),
    "gelu": _gelu,
    "silu": lambda x: x * _sigmoid(x),
    "linear": lambda x: x,
}


@dataclass(frozen=True, kw_only=True)
class Neuron(Binding):
    """One neuron's BN at the cursor, its gamma and beta as learnt or as the viewer wants them.

    Attributes:
        mean: Path of the batch's mean.
        variance: Path of its variance.
        gamma: Path of the scale.
        beta: Path of the shift.
        epsilon: Added to the variance.
        by_hand: "learnt", "identity" (`gamma = sqrt(variance + epsilon)` and `beta = mean`, which
            give back what came in) or "hand".
        hand: Gamma and beta by hand.
    """

    mean: str
    variance: str
    gamma: str
    beta: str
    epsilon: float
    by_hand: str = "learnt"
    hand: tuple[float, float] = (1.0, 0.0)

    def scale_and_shift(self, frames: Frames, at: int) -> tuple[float, float]:
        """Gamma and beta."""
        if self.by_hand == "hand":
            return self.hand
        if self.by_hand == "identity":
            mean, variance = (number(frames, at, path) for path in (self.mean, self.variance))
            with np.errstate(invalid="ignore"):
                return float(np.sqrt(variance + self.epsilon)), mean
        return number(frames, at, self.gamma), number(frames, at, self.beta)


@dataclass(frozen=True, kw_only=True)
class ScaleAndShift(Neuron):
    """Gamma and beta in words.

    Attributes:
        x: Where they stand.
        y: Their height.
    """

    kind: ClassVar[str] = "scale_and_shift"

    x: float
    y: float

    def points(self, frames: Frames, at: int) -> Points:
        gamma, beta = self.scale_and_shift(frames, at)
        return {
            "x": [self.x],
            "y": [self.y],
            "text": [f"γ {written(gamma)}<br>β {written(beta)}"],
        }


def number(frames: Frames, at: int, path: str) -> float:
    """One measure at the cursor."""
    return float(column(frames, path)[at])


@dataclass(frozen=True, kw_only=True)
class Passage(Neuron):
    """A line an example: its value, less the batch's mean, normalized, scaled, activated.

    `x`, `x - mean`, `x_hat = (x - mean) / sqrt(variance + epsilon)`, `y = gamma * x_hat + beta`,
    and `activation(y)` (Ioffe & Szegedy 2015, Algorithm 1).

    Attributes:
        values: Path of the examples' values of the neuron.
        activation: Name of the non-linearity; "" where BN comes after it.
        examples: Those drawn, from 0.
        transform: "" or "symlog".
    """

    kind: ClassVar[str] = "passage"

    values: str
    activation: str
    examples: tuple[int, ...]
    transform: str = ""

    def points(self, frames: Frames, at: int) -> Points:
        gamma, beta = self.scale_and_shift(frames, at)
        with np.errstate(invalid="ignore", over="ignore"):
            values = column(frames, self.values)[at].astype(np.float64)[list(self.examples)]
            centred = values - number(frames, at, self.mean)
            width = np.sqrt(number(frames, at, self.variance) + self.epsilon)
            normalized = centred / width
            scaled = gamma * normalized + beta
            stages = [values, centred, normalized, scaled]
            if self.activation:
                stages.append(ACTIVATIONS[self.activation](scaled))
            rows = [transformed(stage, self.transform) for stage in stages]
        rows.append(np.full(len(values), np.nan))
        places = [*range(1, len(rows)), np.nan]
        return {"x": np.tile(places, len(values)), "y": np.array(rows).T.ravel()}
