"""Quantities: builds the numbers that claims measure from readings."""

from collections.abc import Callable, Sequence

from bnviz.lesson.claims.claim import Quantity
from bnviz.lesson.claims.criteria import Difference, Shows
from bnviz.lesson.claims.readings import accuracy, last, relative, steps_to, typical
from bnviz.recording import Recording
from bnviz.recording.frame_schema import DRIFT_PARTS

#: Validation accuracy from which a network counts as trained, and below which as untrained.
TRAINED, UNTRAINED = 0.8, 0.5
#: `TRAINED` in words.
TRAINED_WORDS = f"{100 * TRAINED:.0f} %"
#: Without BN the network is untrained at the end, and with BN it is trained.
ONLY_BN_TRAINS = Shows(
    lambda of: of["accuracy_none"] < UNTRAINED and of["accuracy_bn"] >= TRAINED,
    f"a network trains if it ends at {TRAINED_WORDS} accuracy, and does not if it ends below "
    f"{100 * UNTRAINED:.0f} %",
)
#: Accuracies that differ by less count as equal.
ALIKE = Difference(0.05, "5 points of accuracy")
#: The two networks of every run.
PAIR = ("none", "bn")

_LABELS = {
    "none": "without BN",
    "bn": "with BN",
    "bn_other": "BN after the activation",
    "noisy_bn": "noisy BN",
    "layer_norm": "layer normalization",
    "group_norm": "group normalization",
    "renorm": "batch renormalization",
}


def of_run(
    name: str,
    label: str,
    of: str,
    reading: Callable[..., float],
    *more: object,
    run: int = 0,
    form: str = "number",
    absent: str = "none",
) -> Quantity:
    """Returns a reading of one of the claim's runs, called with its recording and `more`."""
    return Quantity(name, label, of, lambda runs: reading(runs[run], *more), form, absent)


def of_arms(
    name: str,
    label: str,
    reading: Callable[..., float],
    *more: object,
    arms: Sequence[str] = PAIR,
    run: int = 0,
    form: str = "number",
    absent: str = "none",
) -> tuple[Quantity, ...]:
    """Returns a reading of several arms of one run, called with its recording, arm and `more`."""

    def of(arm: str) -> Callable[[Sequence[Recording]], float]:
        return lambda runs: reading(runs[run], arm, *more)

    return tuple(
        Quantity(f"{name}_{arm}", label, _LABELS[arm], of(arm), form, absent) for arm in arms
    )


def over_runs(
    name: str,
    label: str,
    reading: Callable[..., float],
    *more: object,
    arms: Sequence[str] = PAIR,
    form: str = "count",
    absent: str = "none",
) -> tuple[Quantity, ...]:
    """Returns a reading of the arms over all runs, called with all recordings, arm and `more`."""

    def of(arm: str) -> Callable[[Sequence[Recording]], float]:
        return lambda runs: reading(runs, arm, *more)

    return tuple(
        Quantity(f"{name}_{arm}", label, _LABELS[arm], of(arm), form, absent) for arm in arms
    )


def drifts(part: str, arms: Sequence[str] = PAIR) -> tuple[Quantity, ...]:
    """Returns how far the values in the last hidden layer are from step 0, in both units.

    Args:
        part: Name of one of `bnviz.recording.frame_schema.DRIFT_PARTS`.
        arms: The arms to read it from.
    """
    return _in_both_units(part, "since step 0", last, f"drift_{part}", arms)


def moves(part: str, arms: Sequence[str] = PAIR) -> tuple[Quantity, ...]:
    """Returns how far the values in the last hidden layer move in a typical step, in both units."""
    return _in_both_units(f"move_{part}", "in a step", typical, f"move_{part}", arms)


def _in_both_units(
    name: str, when: str, reading: Callable[..., float], measure: str, arms: Sequence[str]
) -> tuple[Quantity, ...]:
    """A drift in the unit of the values and, as `relative_` quantities, in each arm's own."""
    words = next(words for part, words, _ in DRIFT_PARTS if measure.endswith(part))
    own = f"{words} {when} in its own standard deviations at step 0"
    return (
        *of_arms(name, f"{words} {when}", reading, measure, arms=arms),
        *of_arms(f"relative_{name}", own, relative, reading, measure, arms=arms),
    )


def accuracies(arms: Sequence[str] = PAIR) -> tuple[Quantity, ...]:
    """Returns the validation accuracy of each arm at the end."""
    label = "final validation accuracy"
    return of_arms("accuracy", label, accuracy, arms=arms, form="percent")


def steps(arms: Sequence[str] = PAIR) -> tuple[Quantity, ...]:
    """Returns the steps that each arm needs to reach `TRAINED` accuracy."""
    label = f"steps to {TRAINED_WORDS} accuracy"
    return of_arms("steps", label, steps_to, TRAINED, arms=arms, form="count", absent="not reached")
