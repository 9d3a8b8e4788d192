"""TypedBatch: Batch Normalization of a few values of one neuron, typed by a learner."""

import math
import re
from dataclasses import dataclass

from bnviz.settings import Settings, typed_numbers
from bnviz.settings.settings import KINDS

#: Fewest and most values of a typed batch, and the largest absolute value.
MIN_VALUES, MAX_VALUES = 1, 12
MAX_MAGNITUDE = 1e6
#: Standard deviation of `x_hat` below which the effect of epsilon is visible.
_NEARLY_ONE = 0.99
#: The batch shown at first.
EXAMPLE = "2, 4, 6, 12"


class BatchError(ValueError):
    """A text is not a batch; the message is one sentence that says how to fix it."""


@dataclass(frozen=True)
class Steps:
    """Every step of Batch Normalization of one neuron (Ioffe & Szegedy 2015, Algorithm 1).

    Attributes:
        x: The input values, one per example.
        mean: `sum(x) / m`.
        variance: `sum((x - mean)^2) / m`, the biased variance.
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
        """The gamma and beta that would give `y = x`: `sqrt(variance + epsilon)` and `mean`."""
        return math.sqrt(self.variance + self.epsilon), self.mean

    @property
    def note(self) -> str:
        """One sentence on what is special about this batch; empty if nothing is."""
        spread = math.sqrt(self.variance / (self.variance + self.epsilon))
        if len(self.x) == 1:
            return (
                "A single example is its own mean: x̂ is 0 whatever it was, and only beta is left. "
                "That is why moving averages are used for single examples."
            )
        if self.variance == 0:
            return (
                "All values are the same: the variance is 0, and epsilon prevents a division by 0."
            )
        if spread < _NEARLY_ONE:
            return (
                "The variance is not large compared with epsilon, so the standard deviation of x̂ "
                f"is {spread:.2g} instead of 1."
            )
        if len(self.x) == 2:
            return (
                "Of two examples, one becomes +1 and the other −1 (up to epsilon): how far apart "
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
    """Normalizes the values of one neuron over a batch.

    Args:
        x: One value per example; at least one.
        gamma: The scale.
        beta: The shift.
        epsilon: A number above 0.
    """
    mean = math.fsum(x) / len(x)
    variance = math.fsum((value - mean) ** 2 for value in x) / len(x)
    x_hat = tuple((value - mean) / math.sqrt(variance + epsilon) for value in x)
    y = tuple(gamma * value + beta for value in x_hat)
    return Steps(x, mean, variance, epsilon, x_hat, gamma, beta, y)


def parse(text: str, *, gamma: object = 1.0, beta: object = 0.0, epsilon: object = None) -> Steps:
    """Normalizes a batch typed by a learner.

    Args:
        text: Numbers separated by commas, semicolons or spaces; where semicolons separate them, a
            comma is a decimal comma.
        gamma: A number.
        beta: A number.
        epsilon: A number that the settings allow; None for their default.

    Raises:
        BatchError: If the text does not hold `MIN_VALUES` to `MAX_VALUES` numbers, a number is too
            large, or it is not clear what separates them.
    """
    words = _words(text)
    if len(words) < MIN_VALUES:
        raise BatchError(f"Type a few numbers separated by commas, such as {EXAMPLE}.")
    if len(words) > MAX_VALUES:
        raise BatchError(f"These are {len(words)} numbers; type at most {MAX_VALUES}.")
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


def _words(text: str) -> list[str]:
    """The numbers of a batch, one by one."""
    stripped = text.strip()
    if ";" in stripped:
        return [word for word in re.split(r"[\s;]+", stripped) if word]
    if re.search(r"\d,\d", stripped) and re.search(r"[^\s,]\s+[^\s,]", stripped):
        raise BatchError(
            "Do commas separate the numbers, or spaces? Separate them with semicolons, such as "
            "0,5; 1,5."
        )
    return [word for word in re.split(r"[\s,]+", stripped) if word]


def _number(given: object, what: str) -> float:
    try:
        number = typed_numbers.real(given) if isinstance(given, str) else float(given)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        raise BatchError(f"{what} contains {_shown(given)}, which is not a number.") from None
    if not abs(number) <= MAX_MAGNITUDE:
        raise BatchError(
            f"{what} contains {_shown(given)}; use numbers up to {MAX_MAGNITUDE:,.0f}."
        )
    return number


def _shown(given: object) -> str:
    text = str(given)
    return f"'{text[:20]}...'" if len(text) > 20 else f"'{text}'"
