"""Default run: claims on how much of the first experiment's speed-up remains elsewhere."""

from collections.abc import Sequence

from bnviz.lesson.claims.claim import Claim, Quantity
from bnviz.lesson.claims.criteria import DRIFT, STEPS, More, times
from bnviz.lesson.claims.experiments import (
    DEFAULT,
    DEFAULT_BY_RATE,
    DEFAULT_HE,
    DEFAULT_NOISY,
    DEFAULT_RATES,
)
from bnviz.lesson.claims.quantities import TRAINED, TRAINED_WORDS, of_arms, of_run, over_runs, steps
from bnviz.lesson.claims.readings import fewest_steps, pooled_move, times_as_fast, typical
from bnviz.recording import Recording

_TARGET = "in steps to 90 % of the best final accuracy"
_SPEED = f"times as fast with BN, {_TARGET}"
_NOISY_SPEED = f"times as fast as without BN, {_TARGET}"
_MOVE = "pooled drift from frame to frame"
_THREE = ("none", "bn", "noisy_bn")
_UNKNOWN = "not known"


def _at_best_rates(recordings: Sequence[Recording]) -> float:
    """Returns the fewest steps without BN over the fewest with it."""
    none, bn = (fewest_steps(recordings, arm, TRAINED) for arm in ("none", "bn"))
    return none / bn


SPEED = (
    Claim(
        "fewer_steps_from_better_weights",
        "With initial weights made for ReLUs (He), too, the network of chapter 1 needs at most "
        "half as many steps with BN",
        (DEFAULT_HE, DEFAULT),
        (
            *steps(),
            *(
                of_run(
                    name, _SPEED, of, times_as_fast, "bn", run=run, form="decimal", absent=_UNKNOWN
                )
                for run, (name, of) in enumerate({"he": "He", "usual": "Keras’s usual"}.items())
            ),
        ),
        (More("steps_none", "steps_bn", times(2)),),
    ),
    Claim(
        "fewer_steps_at_its_best_rate",
        f"With the best of {len(DEFAULT_RATES)} learning rates for each, the network of chapter 1 "
        "needs at most half as many steps with BN",
        DEFAULT_BY_RATE,
        (
            *over_runs(
                "steps",
                f"fewest steps to {TRAINED_WORDS} accuracy",
                fewest_steps,
                TRAINED,
                absent="not reached",
            ),
            Quantity("ratio", "ratio of these steps", "", _at_best_rates, "decimal"),
        ),
        (More("steps_none", "steps_bn", times(2)),),
    ),
)
NOISE = (
    Claim(
        "noise_in_the_first_network",
        "In the network of chapter 1, noisy BN moves the values of the last hidden layer further "
        "from frame to frame than no BN does, and yet needs fewer steps",
        (DEFAULT_NOISY,),
        (
            *steps(_THREE),
            *of_arms("move", _MOVE, pooled_move, arms=_THREE),
            *of_arms(
                "relative_move",
                f"{_MOVE}, in standard deviations",
                typical,
                "drift_step",
                arms=_THREE,
            ),
            *of_arms(
                "speed",
                _NOISY_SPEED,
                times_as_fast,
                arms=("bn", "noisy_bn"),
                form="decimal",
                absent=_UNKNOWN,
            ),
        ),
        (
            More("move_noisy_bn", "move_none", DRIFT),
            More("relative_move_noisy_bn", "relative_move_none", DRIFT),
            More("steps_none", "steps_noisy_bn", STEPS),
        ),
    ),
)
