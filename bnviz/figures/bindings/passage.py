"""Passage: bindings of single examples on their way through one neuron with BN."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from bnviz.figures.bindings.binding import (
    Binding,
    Points,
    column,
    format_value,
    is_after,
    transformed,
    value_at,
)
from bnviz.recording.frames import Frames
from bnviz.recording.scores import decode

Values = NDArray[np.float64]

#: What is said where mean or variance are not numbers, as in a network that has diverged.
NO_NUMBERS = "At this step it has no numbers."
SELU_ALPHA, SELU_SCALE = 1.6732632423543772, 1.0507009873554805
LEAKY_RELU_SLOPE = 0.2


def _gelu(x: Values) -> Values:
    return np.array([v * (1 + math.erf(v / math.sqrt(2))) / 2 for v in x])


def _sigmoid(x: Values) -> Values:
    return np.asarray(1 / (1 + np.exp(-x)))


#: The activation functions by their names in the settings, as Keras defines them.
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
    """BN of one neuron at the cursor, with gamma and beta as learnt or as the viewer sets them.

    Attributes:
        mean: Path of the batch mean.
        variance: Path of the batch variance.
        moving_mean: Path of the moving mean.
        moving_variance: Path of the moving variance.
        frozen_after: The step after whose frame BN normalizes by the moving ones; None if never.
        removed_after: The step after whose frame the network has no BN; None if never.
        gamma: Path of gamma.
        beta: Path of beta.
        epsilon: Constant added to the variance.
        by_hand: Which gamma and beta to use: "learnt", "identity" (`gamma = sqrt(variance +
            epsilon)` and `beta = mean`, which restore the input), or "hand".
        hand: Gamma and beta for "hand".
    """

    mean: str
    variance: str
    moving_mean: str
    moving_variance: str
    gamma: str
    beta: str
    epsilon: float
    frozen_after: int | None = None
    removed_after: int | None = None
    by_hand: str = "learnt"
    hand: tuple[float, float] = (1.0, 0.0)

    def is_frozen(self, frames: Frames, at: int) -> bool:
        """Whether BN normalizes by its moving statistics at the cursor."""
        return is_after(frames, at, self.frozen_after)

    def is_removed(self, frames: Frames, at: int) -> bool:
        """Whether the network has no BN any more at the cursor."""
        return is_after(frames, at, self.removed_after)

    def lack(self, frames: Frames, at: int) -> str:
        """Says why no example has a way through BN at the cursor; "" if they have."""
        if self.is_removed(frames, at):
            return f"BN was removed at step {self.removed_after:,}."
        moments = [value_at(frames, at, path) for path in (self.mean, self.variance)]
        return NO_NUMBERS if np.isnan(moments).any() else ""

    def moments(self, frames: Frames, at: int) -> tuple[float, float]:
        """Returns the mean and variance that BN normalizes by at the cursor."""
        paths = self.mean, self.variance
        if self.is_frozen(frames, at):
            paths = self.moving_mean, self.moving_variance
        mean, variance = (value_at(frames, at, path) for path in paths)
        return mean, variance

    def scale_and_shift(self, frames: Frames, at: int) -> tuple[float, float]:
        """Returns gamma and beta at the cursor."""
        if self.by_hand == "hand":
            return self.hand
        if self.by_hand == "identity":
            mean, variance = self.moments(frames, at)
            with np.errstate(invalid="ignore"):
                return float(np.sqrt(variance + self.epsilon)), mean
        return value_at(frames, at, self.gamma), value_at(frames, at, self.beta)


@dataclass(frozen=True, kw_only=True)
class ScaleAndShift(Neuron):
    """Gamma and beta as text.

    Attributes:
        x: Where the text is placed.
        y: Its height.
    """

    kind: ClassVar[str] = "scale_and_shift"

    x: float
    y: float

    def points(self, frames: Frames, at: int) -> Points:
        gamma, beta = self.scale_and_shift(frames, at)
        text = f"γ {format_value(gamma)}<br>β {format_value(beta)}"
        return {
            "x": [self.x],
            "y": [self.y],
            "text": ["" if self.lack(frames, at) else text],
        }


@dataclass(frozen=True, kw_only=True)
class Moments(Neuron):
    """Mean and variance of all examples at a stage before gamma and beta, as text.

    Attributes:
        stage: 0 for what BN is given, 1 for that less the mean, 2 for x_hat.
        x: Where the text is placed.
        y: Its height.
    """

    kind: ClassVar[str] = "moments"

    stage: int
    x: float
    y: float

    def points(self, frames: Frames, at: int) -> Points:
        return {"x": [self.x], "y": [self.y], "text": [self._text(frames, at)]}

    def _text(self, frames: Frames, at: int) -> str:
        if self.lack(frames, at):
            return ""
        mean, variance = value_at(frames, at, self.mean), value_at(frames, at, self.variance)
        by_mean, by_variance = self.moments(frames, at)
        with np.errstate(invalid="ignore"):
            mean -= by_mean if self.stage else 0.0
            if self.stage == 2:
                mean /= float(np.sqrt(by_variance + self.epsilon))
                variance /= by_variance + self.epsilon
        # Of the batch by whose own mean and variance it is normalized, without the noise of digits.
        exact = self.stage > 0 and not self.is_frozen(frames, at)
        means = "0" if exact else format_value(mean)
        variances = "≈ 1" if exact and self.stage == 2 else format_value(variance)
        return f"mean {means}<br>var {variances}"


@dataclass(frozen=True, kw_only=True)
class Lack(Neuron):
    """Why no example has a way through BN, as text; empty where they have.

    Attributes:
        x: Where the text is placed.
        y: Its height.
    """

    kind: ClassVar[str] = "lack"

    x: float
    y: float

    def points(self, frames: Frames, at: int) -> Points:
        return {"x": [self.x], "y": [self.y], "text": [self.lack(frames, at)]}


@dataclass(frozen=True, kw_only=True)
class Passage(Neuron):
    """One line per example: its value, then centred, normalized, scaled and activated.

    `x`, `x - mean`, `x_hat = (x - mean) / sqrt(variance + epsilon)`, `y = gamma * x_hat + beta`,
    and `activation(y)` (Ioffe & Szegedy 2015, Algorithm 1).

    Attributes:
        values: Path of the neuron's values for all examples, or of the codes of their scores.
        coded: Whether it is that of codes, as `bnviz.recording.scores` decodes them.
        activation: Name of the activation function; "" if BN comes after it.
        examples: Indices of the examples drawn.
        transform: "" or "symlog".
    """

    kind: ClassVar[str] = "passage"

    values: str
    coded: bool = False
    activation: str
    examples: tuple[int, ...]
    transform: str = ""

    def points(self, frames: Frames, at: int) -> Points:
        gamma, beta = self.scale_and_shift(frames, at)
        with np.errstate(invalid="ignore", over="ignore"):
            values = column(frames, self.values)[at][list(self.examples)]
            if self.coded:
                own_mean, own_variance = (
                    value_at(frames, at, path) for path in (self.mean, self.variance)
                )
                values = own_mean + decode(values) * np.sqrt(own_variance)
            values = values.astype(np.float64)
            mean, variance = self.moments(frames, at)
            centred = values - mean
            width = np.sqrt(variance + self.epsilon)
            normalized = centred / width
            scaled = gamma * normalized + beta
            stages = [values, centred, normalized, scaled]
            if self.activation:
                stages.append(ACTIVATIONS[self.activation](scaled))
            rows = [transformed(stage, self.transform) for stage in stages]
        rows.append(np.full(len(values), np.nan))
        places = [*range(1, len(rows)), np.nan]
        return {"x": np.tile(places, len(values)), "y": np.array(rows).T.ravel()}
