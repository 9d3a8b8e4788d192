"""What the seeds say of the default experiment, beside its picture."""

from collections.abc import Callable

import streamlit as st

from bnviz.findings.wording import percent
from bnviz.lesson.claims import evidence
from bnviz.lesson.claims.quantities import TRAINED
from bnviz.settings import Settings

#: The default experiment, and the same with noisy BN beside the two.
DEFAULT = Settings()
NOISY = DEFAULT.replace(third_arm="noisy_bn")
#: The claims that give the numbers.
_WEIGHTS = "fewer_steps_from_better_weights"
_RATES = "fewer_steps_at_its_best_rate"
_NOISE = "noise_in_the_first_network"


def draw(shown: Settings, train: Callable[[Settings], None]) -> None:
    """Draws what is left of the speed-up elsewhere, and a button for noisy BN.

    Args:
        shown: Settings of the run on the stage; nothing is drawn of others.
        train: Trains settings and fills the form with them.
    """
    if shown not in (DEFAULT, NOISY):
        return
    with st.container(key="about_default"):
        st.caption(text())
        if shown == DEFAULT:
            st.button(
                "Add noisy BN: does less shift make it faster?",
                on_click=train,
                args=(NOISY,),
                key="add_noisy_bn",
                help="BN followed by noise, which makes the distributions move (Santurkar et al. "
                "2018).",
            )


def text() -> str:
    """How much faster BN is here, what other choices leave of that, and what it does not show."""
    seeds = len(evidence.recorded()[_WEIGHTS].seeds)
    return (
        f"Over {seeds} seeds of these settings, BN is {_spread(_WEIGHTS, 'usual')} times as fast "
        "in steps, to 90 % of the better accuracy at the end (median and range); with initial "
        f"weights made for ReLUs (He) {_spread(_WEIGHTS, 'he')}. To a fixed accuracy of "
        f"{percent(TRAINED)}, with the best of several learning rates for each network, it is "
        f"{_spread(_RATES, 'ratio')} times. With BN, the layers before the last one also move its "
        "values less since step 0. That does not make the one the cause of the other: with noise "
        "after BN, the values of all neurons together move further from frame to frame than "
        "without BN, "
        f"{_spread(_NOISE, 'move_noisy_bn')} against {_spread(_NOISE, 'move_none')}, and that "
        f"network is still {_spread(_NOISE, 'speed_noisy_bn')} times as fast as the one without BN."
    )


def _spread(claim: str, name: str) -> str:
    """A quantity of a claim over its seeds: the median and, in brackets, the range."""
    result = evidence.recorded()[claim]
    quantity = next(each for each in result.claim.quantities if each.name == name)
    return quantity.format_spread(result.values[name])
