"""Quantities: the numbers that several claims take, built from readings."""

from collections.abc import Callable, Sequence

from bnviz.lesson.claims.claim import Quantity
from bnviz.lesson.claims.readings import accuracy, steps_to
from bnviz.recording import Recording

#: Validation accuracy from which on a network counts as trained, and below which as untrained.
TRAINED, UNTRAINED = 0.8, 0.5
#: The first in words.
TRAINED_WORDS = f"{100 * TRAINED:.0f} %"
#: Accuracies that differ by less are called alike.
ALIKE = 0.05
#: The two networks of every run.
PAIR = ("none", "bn")

_LABELS = {
    "none": "without BN",
    "bn": "with BN",
    "bn_other": "BN after the activation",
    "noisy_bn": "noisy BN",
}


def of_run(
    name: str,
    label: str,
    of: str,
    reading: Callable[..., float],
    *more: object,
    run: int = 0,
    form: str = "number",
) -> Quantity:
    """A reading of one of the claim's runs, called with its recording and `more`."""
    return Quantity(name, label, of, lambda runs: reading(runs[run], *more), form)


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
    """A reading of several arms of one run, called with its recording, the arm and `more`."""

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
    form: str = "count",
    absent: str = "none",
) -> tuple[Quantity, ...]:
    """A reading of both arms over all runs, called with the recordings, the arm and `more`."""

    def of(arm: str) -> Callable[[Sequence[Recording]], float]:
        return lambda runs: reading(runs, arm, *more)

    return tuple(
        Quantity(f"{name}_{arm}", label, _LABELS[arm], of(arm), form, absent) for arm in PAIR
    )


def accuracies(arms: Sequence[str] = PAIR) -> tuple[Quantity, ...]:
    """Validation accuracy of arms at the end."""
    label = "final validation accuracy"
    return of_arms("accuracy", label, accuracy, arms=arms, form="percent")


def steps(arms: Sequence[str] = PAIR) -> tuple[Quantity, ...]:
    """Steps that arms need to be trained."""
    label = f"steps to {TRAINED_WORDS} accuracy"
    return of_arms("steps", label, steps_to, TRAINED, arms=arms, form="count", absent="not reached")
