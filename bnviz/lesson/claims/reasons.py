"""Reasons: the claims of chapters 10 and 13, on why Batch Normalization helps."""

from bnviz.lesson.claims.claim import Claim, Quantity
from bnviz.lesson.claims.criteria import (
    ACCURACY,
    DRIFT,
    GRADIENT,
    SATURATED,
    STEPS,
    More,
    NotMore,
    Shows,
    times,
)
from bnviz.lesson.claims.experiments import (
    DEEP_LINEAR,
    DEEP_RELU,
    EARLY,
    RECORDED,
    SIGMOID_EARLY,
    SIGMOID_LATE,
)
from bnviz.lesson.claims.quantities import (
    ALIKE,
    ONLY_BN_TRAINS,
    PAIR,
    accuracies,
    drifts,
    moves,
    of_arms,
    steps,
)
from bnviz.lesson.claims.readings import gradient_decay, last, typical

_THREE = ("none", "bn", "noisy_bn")
#: How far a gradient may fade from the last hidden layer to the first before it counts as vanished.
_VANISHED = 10


def _landscape(arms: tuple[str, ...] = PAIR) -> tuple[Quantity, ...]:
    """The effective beta, and the gradient shift of the last hidden layer in two units."""
    return (
        *of_arms("beta", "effective β", typical, "effective_beta", arms=arms),
        *of_arms("shift", "gradient shift", typical, "gradient_shift", arms=arms),
        *of_arms(
            "relative",
            "gradient shift over the gradient",
            typical,
            "relative_gradient_shift",
            arms=arms,
        ),
    )


_SMOOTHER = (
    More("beta_none", "beta_bn", GRADIENT),
    More("relative_none", "relative_bn", GRADIENT),
)
_ROUGHER = (
    More("beta_bn", "beta_none", GRADIENT),
    More("relative_bn", "relative_none", GRADIENT),
)

NOISE = (
    Claim(
        "noise_shifts_more",
        "From step to step, the values in the last hidden layer move further with noisy BN than "
        "with BN, as a whole and by the layers before it",
        (RECORDED["noise"],),
        (*moves("whole", _THREE), *moves("previous_layers", _THREE)),
        tuple(
            More(f"{unit}move_{part}_noisy_bn", f"{unit}move_{part}_bn", DRIFT)
            for part in ("whole", "previous_layers")
            for unit in ("", "relative_")
        ),
    ),
    Claim(
        "farther_since_the_start",
        "Since step 0, the values in the last hidden layer have moved furthest without BN",
        (RECORDED["noise"],),
        drifts("whole", _THREE),
        tuple(
            More(f"{unit}whole_none", f"{unit}whole_{arm}", DRIFT)
            for arm in ("bn", "noisy_bn")
            for unit in ("", "relative_")
        ),
    ),
    Claim(
        "noise_still_trains",
        "With that noise, the network still trains sooner than without BN, and ends within "
        f"{ALIKE.words} of BN without noise",
        (RECORDED["noise"],),
        (*steps(_THREE), *accuracies(_THREE)),
        (
            More("steps_none", "steps_noisy_bn", STEPS),
            NotMore("accuracy_bn", "accuracy_noisy_bn", ALIKE),
        ),
    ),
    Claim(
        "smoother_landscape",
        "In this small network, the gradient changes less along a step with BN, noisy or not",
        (RECORDED["noise"],),
        _landscape(_THREE),
        (*_SMOOTHER, More("beta_none", "beta_noisy_bn", GRADIENT)),
    ),
    Claim(
        "smoother_at_the_start",
        "In the first steps of the network of chapter 1, the gradient changes less along a step "
        "with BN, too",
        (EARLY,),
        _landscape(),
        _SMOOTHER,
    ),
    Claim(
        "smoother_linear",
        "In a deep network without a nonlinearity, the gradient changes less along a step with BN, "
        "too",
        (DEEP_LINEAR,),
        _landscape(),
        _SMOOTHER,
    ),
    Claim(
        "rougher_on_a_plateau",
        "In a sigmoid network that has not begun to learn without BN, it is the other way round: "
        "the gradient changes more with BN, which is the network that learns",
        (SIGMOID_EARLY,),
        (*_landscape(), *accuracies()),
        (*_ROUGHER, More("accuracy_bn", "accuracy_none", ACCURACY)),
    ),
    Claim(
        "smoother_in_the_end",
        "Over fifteen times as many steps, in which the same network learns without BN too, the "
        "gradient changes less with BN",
        (SIGMOID_LATE,),
        (*_landscape(), *accuracies()),
        _SMOOTHER,
    ),
    Claim(
        "rougher_when_deep",
        "In a deep ReLU network that has not begun to learn without BN, the gradient changes more "
        "with BN",
        (DEEP_RELU,),
        (*_landscape(), *accuracies()),
        _ROUGHER,
    ),
)
VANISHING = (
    Claim(
        "deep_network_fails",
        "Within these steps, the sigmoid network trains with BN and does not train without it",
        (RECORDED["depth"],),
        accuracies(),
        (ONLY_BN_TRAINS,),
    ),
    Claim(
        "gradient_vanishes",
        f"Without BN, the gradient of the last hidden layer is more than {_VANISHED} times that of "
        "the first; with BN it does not fade on the way",
        (RECORDED["depth"],),
        of_arms("decay", "gradient of the last layer over that of the first", gradient_decay),
        (
            More("decay_none", "decay_bn", times(_VANISHED)),
            Shows(lambda of: of["decay_none"] > _VANISHED),
        ),
    ),
    Claim(
        "last_layer_moves_alone",
        "Without BN, the values in the last hidden layer are moved by its own weights, and hardly "
        "by the layers before it",
        (RECORDED["depth"],),
        (*drifts("previous_layers")[:2], *drifts("own_weights")[:2]),
        (More("own_weights_none", "previous_layers_none", times(3)),),
    ),
    Claim(
        "saturation_is_not_the_reason",
        "More sigmoids of the last hidden layer are saturated with BN, which is the network that "
        "learns",
        (RECORDED["depth"],),
        of_arms("saturated", "saturated at the end", last, "saturated", form="percent"),
        (More("saturated_bn", "saturated_none", SATURATED),),
    ),
)
