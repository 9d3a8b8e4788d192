"""Batch: Batch Normalization of one neuron's few values, step by step, as typed by a learner."""

import math
import re
from dataclasses import dataclass

from bnviz.settings import KINDS, Settings

#: Values that a typed batch may have, and how large each may be.
MIN_VALUES, MAX_VALUES = 1, 12
MAX_MAGNITUDE = 1e6
#: Standard deviation of `x_hat` below which epsilon is seen.
_NEARLY_ONE = 0.99
#: The batch that is there before anyone has typed.
EXAMPLE = "2, 4, 6, 12"


class BatchError(ValueError):
    """Text that is no batch; one sentence that tells how to mend it."""


@dataclass(frozen=True)
class Steps:
    """One neuron's batch on its way through Batch Normalization (Ioffe & Szegedy 2015, Alg. 1).

    Attributes:
        x: The values that come in.
        mean: `sum(x) / m`.
        variance: `sum((x - mean)^2) / m`, the biased one.
        epsilon: Added to the variance under the root.
        x_hat: `(x - mean) / sqrt(variance + epsilon)`.
        gamma: The scale.
        beta: The shift.
        y: `gamma * x_hat + beta`.
    """

    x: tuple[float, ...]
    mean: float
    variance: float
    epsilon: float
    x_hat: tuple[float, ...]
    gamma: float
    beta: float
    y: tuple[float, ...]

    @property
    def identity(self) -> tuple[float, float]:
        """The gamma and beta with which `y` would be `x`: `sqrt(variance + epsilon)` and `mean`."""
        return math.sqrt(self.variance + self.epsilon), self.mean

    @property
    def note(self) -> str:
        """What is special about this batch, in one sentence; else empty."""
        spread = math.sqrt(self.variance / (self.variance + self.epsilon))
        if len(self.x) == 1:
            return (
                "One example is its own mean: x̂ is 0 whatever it was, and only beta is left. That "
                "is why moving averages are used for single examples."
            )
        if self.variance == 0:
            return "All values are the same: the variance is 0, and epsilon saves the division."
        if spread < _NEARLY_ONE:
            return (
                "The variance is not large beside epsilon, so the standard deviation of x̂ is "
                f"{spread:.2g} instead of 1."
            )
        if len(self.x) == 2:
            return (
                "Of two examples one becomes +1 and the other −1, all but epsilon: how far apart "
                "they were is lost."
            )
        return ""


def normalize(
    x: tuple[float, ...],
    *,
    gamma: float = 1.0,
    beta: float = 0.0,
    epsilon: float = Settings().bn_epsilon,
) -> Steps:
    """Batch Normalization of one neuron's values.

    Args:
        x: One value an example, at least one.
        gamma: The scale.
        beta: The shift.
        epsilon: Above 0.
    """
    mean = math.fsum(x) / len(x)
    variance = math.fsum((value - mean) ** 2 for value in x) / len(x)
    x_hat = tuple((value - mean) / math.sqrt(variance + epsilon) for value in x)
    y = tuple(gamma * value + beta for value in x_hat)
    return Steps(x, mean, variance, epsilon, x_hat, gamma, beta, y)


def parse(text: str, *, gamma: object = 1.0, beta: object = 0.0, epsilon: object = None) -> Steps:
    """The same of a batch typed by a learner.

    Args:
        text: Numbers with commas, semicolons or spaces between them.
        gamma: A number.
        beta: A number.
        epsilon: A number as the settings allow it; None for the default.

    Raises:
        BatchError: If the text is not from `MIN_VALUES` to `MAX_VALUES` numbers, or any number is
            too large.
    """
    words = [word for word in re.split(r"[\s,;]+", text.strip()) if word]
    if len(words) < MIN_VALUES:
        raise BatchError(f"Type a few numbers with commas between them, such as {EXAMPLE}.")
    if len(words) > MAX_VALUES:
        raise BatchError(f"These are {len(words)} numbers; at most {MAX_VALUES} are shown.")
    x = tuple(_number(word, "The batch") for word in words)
    kind = KINDS["bn_epsilon"]
    added = Settings().bn_epsilon if epsilon is None else epsilon
    if kind.nearest(added) != added or isinstance(added, str):
        raise BatchError(f"Epsilon is {_shown(added)}; it must be {kind.allowed()}.")
    return normalize(
        x,
        gamma=_number(gamma, "Gamma"),
        beta=_number(beta, "Beta"),
        epsilon=float(added),  # type: ignore[arg-type]
    )


def _number(given: object, what: str) -> float:
    try:
        number = float(given)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        raise BatchError(
            f"{what} holds {_shown(given)}, which is no number; write decimals with a point."
        ) from None
    if not abs(number) <= MAX_MAGNITUDE:
        raise BatchError(f"{what} holds {_shown(given)}; use numbers up to {MAX_MAGNITUDE:,.0f}.")
    return number


def _shown(given: object) -> str:
    text = str(given)
    return f"'{text[:20]}...'" if len(text) > 20 else f"'{text}'"
