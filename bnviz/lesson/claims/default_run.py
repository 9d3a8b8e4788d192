"""Default run: claims on how much of the first experiment's speed-up remains elsewhere."""

from collections.abc import Sequence

from bnviz.lesson.claims.claim import Claim, Quantity
from bnviz.lesson.claims.criteria import DRIFT, STEPS, More, Shows, times
from bnviz.lesson.claims.experiments import (
    DEFAULT,
    DEFAULT_BY_RATE,
    DEFAULT_HE,
    DEFAULT_NOISY,
    DEFAULT_RATES,
)
from bnviz.lesson.claims.quantities import TRAINED, TRAINED_WORDS, of_arms, of_run, over_runs
from bnviz.lesson.claims.readings import fewest_steps, times_as_fast, typical
from bnviz.recording import Recording

_SPEED = "times as fast with BN, in steps"
_NOISY_SPEED = "times as fast as without BN, in steps"
_UNKNOWN = "not known"


def _at_best_rates(recordings: Sequence[Recording]) -> float:
    """Returns the fewest steps without BN over the fewest with it."""
    none, bn = (fewest_steps(recordings, arm, TRAINED) for arm in ("none", "bn"))
    return none / bn


SPEED = (
    Claim(
        "better_weights_save_less",
        "With initial weights made for ReLUs (He), BN is fewer times as fast in the network of "
        "chapter 1 than with Keras’s usual ones",
        (DEFAULT, DEFAULT_HE),
        tuple(
            of_run(name, _SPEED, of, times_as_fast, "bn", run=run, form="times", absent=_UNKNOWN)
            for run, (name, of) in enumerate({"usual": "usual weights", "he": "He"}.items())
        ),
        (More("usual", "he", STEPS),),
    ),
    Claim(
        "best_rates_save_as_much",
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
            Quantity("ratio", _SPEED, "each at its best rate", _at_best_rates, "times"),
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
            *of_arms(
                "move",
                "pooled drift from frame to frame, in standard deviations",
                typical,
                "drift_step",
                arms=("none", "bn", "noisy_bn"),
            ),
            *of_arms(
                "speed",
                _NOISY_SPEED,
                times_as_fast,
                arms=("bn", "noisy_bn"),
                form="times",
                absent=_UNKNOWN,
            ),
        ),
        (
            More("move_noisy_bn", "move_none", DRIFT),
            Shows(lambda of: STEPS.order(of["speed_noisy_bn"], 1.0) == 1),
        ),
    ),
)
