"""Interventions: changes in mid-run, as part of a run's settings.

They are written as text, such as "240:learning_rate=0.1,300:insert_bn", so that a link can hold
them. A run with interventions starts again from its seed, so it is as repeatable as any other.
"""

from dataclasses import dataclass

from bnviz.settings import typed_numbers
from bnviz.settings.written_numbers import written

#: Maximum number of changes in one run.
MAX_CHANGES = 8
LEARNING_RATE = "learning_rate"
#: What can be done to BN, each once in a run, and its label where it is chosen.
BN_CHANGES = {
    "insert_bn": "insert BN into the network without it",
    "remove_bn": "remove BN from the network with it",
    "freeze_bn": "freeze the moving statistics",
}
ACTIONS = (LEARNING_RATE, *BN_CHANGES)


class InterventionError(ValueError):
    """Text that does not describe interventions, with the reason."""


@dataclass(frozen=True, order=True)
class Intervention:
    """One change in mid-run.

    Attributes:
        step: The change is made at the first recorded step that is not before this one, after
            the frame of that step has been measured.
        action: One of `ACTIONS`.
        value: The new learning rate; 0 for every other action.
    """

    step: int
    action: str
    value: float = 0.0

    def __str__(self) -> str:
        value = f"={self.value:g}" if self.action == LEARNING_RATE else ""
        return f"{self.step}:{self.action}{value}"


def parse(
    text: str, *, steps: tuple[int, int], learning_rates: tuple[float, float]
) -> tuple[Intervention, ...]:
    """Reads interventions from text.

    Args:
        text: Changes separated by commas; empty for none.
        steps: The lowest and the highest step allowed.
        learning_rates: The lowest and the highest learning rate allowed.

    Returns:
        The changes in the order of their steps.

    Raises:
        InterventionError: If anything is not allowed.
    """
    if len(text) > 40 * MAX_CHANGES:
        raise InterventionError("too long")
    parts = text.split(",") if text else []
    found = sorted(_parse_one(part, steps, learning_rates) for part in parts)
    if len(found) > MAX_CHANGES:
        raise InterventionError(f"more than {MAX_CHANGES} changes")
    once = [change.action for change in found if change.action != LEARNING_RATE]
    if len(set(once)) < len(once):
        raise InterventionError("the same change of BN twice")
    return tuple(found)


def _parse_one(
    part: str, steps: tuple[int, int], learning_rates: tuple[float, float]
) -> Intervention:
    step, _, rest = part.partition(":")
    action, _, value = rest.partition("=")
    try:
        at = typed_numbers.whole(step)
    except ValueError:
        raise InterventionError("a step is not a whole number") from None
    if not steps[0] <= at <= steps[1]:
        raise InterventionError(f"a step is from {steps[0]} to {steps[1]}")
    if action not in ACTIONS or (action != LEARNING_RATE and value):
        raise InterventionError("an unknown change")
    if action != LEARNING_RATE:
        return Intervention(at, action)
    try:
        rate = typed_numbers.real(value)
    except ValueError:
        raise InterventionError("the learning rate is not a number") from None
    if not learning_rates[0] <= rate <= learning_rates[1]:
        raise InterventionError(
            f"a learning rate is from {written(learning_rates[0])} to {written(learning_rates[1])}"
        )
    # Rounded as `to_text` writes it, so that the same text means the same run.
    return Intervention(at, action, float(f"{rate:g}"))


def to_text(changes: tuple[Intervention, ...]) -> str:
    """Interventions as text; `parse` is the inverse."""
    return ",".join(map(str, changes))
