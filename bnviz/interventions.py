"""Interventions: changes in the middle of a run, as part of its settings.

They are written as text, "240:learning_rate=0.1,300:insert_bn", so that a link carries them. A run
with interventions is run again from its seed, so it is as repeatable as any other.
"""

from dataclasses import dataclass

#: Changes of a run at the most.
MAX_CHANGES = 8
LEARNING_RATE = "learning_rate"
#: What can be done to BN, each once in a run, and what it is called where it is chosen.
BN_CHANGES = {
    "insert_bn": "insert BN into the network without it",
    "remove_bn": "remove BN from the network with it",
    "freeze_bn": "freeze the statistics of BN",
}
ACTIONS = (LEARNING_RATE, *BN_CHANGES)


class InterventionError(ValueError):
    """Text that describes no interventions, with the reason."""


@dataclass(frozen=True, order=True)
class Intervention:
    """One change.

    Attributes:
        step: Made before the training step after this one; at the first recorded step from here.
        action: One of `ACTIONS`.
        value: The new learning rate; 0 for all other actions.
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
    """Interventions from text, in the order of their steps.

    Args:
        text: Changes with commas between them; empty for none.
        steps: The lowest and the highest step allowed.
        learning_rates: The lowest and the highest learning rate allowed.

    Raises:
        InterventionError: If anything is not as allowed.
    """
    if len(text) > 40 * MAX_CHANGES:
        raise InterventionError("too long")
    parts = text.split(",") if text else []
    found = sorted(_parse_one(part, steps, learning_rates) for part in parts)
    if len(found) > MAX_CHANGES:
        raise InterventionError(f"more than {MAX_CHANGES} changes")
    once = [change.action for change in found if change.action != LEARNING_RATE]
    if len(set(once)) < len(once):
        raise InterventionError("a change of BN made twice")
    return tuple(found)


def _parse_one(
    part: str, steps: tuple[int, int], learning_rates: tuple[float, float]
) -> Intervention:
    step, _, rest = part.partition(":")
    action, _, value = rest.partition("=")
    if not (step.isascii() and step.isdigit() and steps[0] <= int(step) <= steps[1]):
        raise InterventionError(f"a step is from {steps[0]} to {steps[1]}")
    if action not in ACTIONS or (action != LEARNING_RATE and value):
        raise InterventionError("an unknown change")
    if action != LEARNING_RATE:
        return Intervention(int(step), action)
    try:
        rate = float(value)
    except ValueError:
        raise InterventionError("a learning rate that is no number") from None
    if not learning_rates[0] <= rate <= learning_rates[1]:
        raise InterventionError(
            f"a learning rate is from {learning_rates[0]:g} to {learning_rates[1]:g}"
        )
    # As written out, so that the same text means the same run.
    return Intervention(int(step), action, float(f"{rate:g}"))


def to_text(changes: tuple[Intervention, ...]) -> str:
    """Interventions as text; `parse` is the inverse."""
    return ",".join(map(str, changes))
