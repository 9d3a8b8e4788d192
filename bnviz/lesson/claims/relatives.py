"""Relatives: the claims of chapter 14, on normalizations beside BN."""

from collections.abc import Callable, Sequence

from bnviz.lesson.claims.claim import Claim, Quantity
from bnviz.lesson.claims.criteria import ACCURACY, More, Shows
from bnviz.lesson.claims.experiments import (
    ALONE,
    CONVOLUTION_PAIRS,
    GROUP_NORM_BY_RATE,
    LARGER,
    LAST_GAMMAS,
    LAYER_NORM_PAIRS,
    PLAIN,
    PLAIN_BY_RATE,
    RATES,
    RECORDED,
    RENORM_PAIRS,
    RESIDUAL,
    RESIDUAL_BY_RATE,
)
from bnviz.lesson.claims.quantities import accuracies, of_run, over_runs
from bnviz.lesson.claims.readings import accuracy, best_accuracy
from bnviz.recording import Recording
from bnviz.recording.networks import num_groups

_PAIRS = RECORDED["relatives"]
_GROUP = _PAIRS.units // num_groups(_PAIRS.units)
_WITH_GROUPS = ("none", "bn", "group_norm")
#: A network that always gives the same answer is right for about a tenth of ten digits.
_CHANCE = 0.2

_FINAL, _BEST = "final validation accuracy", "highest final validation accuracy"
#: A plain and a residual network, without and with BN, by the names of quantities.
_FOUR = {
    f"{kind}_{arm}": (f"{kind}, {'with' if arm == 'bn' else 'without'} BN", number, arm)
    for number, kind in enumerate(("plain", "residual"))
    for arm in ("none", "bn")
}


#: The runs of the plain and of the residual network where both are tried at several rates.
_HALVES = slice(0, len(PLAIN_BY_RATE)), slice(len(PLAIN_BY_RATE), None)
#: The names of the runs of `LAST_GAMMAS`.
_GAMMAS = ("fast_1", "fast_0", "slow_1", "slow_0")
_FAST, _, _SLOW, _ = LAST_GAMMAS


def _best(arm: str, runs: slice) -> Callable[[Sequence[Recording]], float]:
    """A reading of the best of some of a claim's runs."""
    return lambda recordings: best_accuracy(recordings[runs], arm)


RELATIVES = (
    Claim(
        "group_norm_learns_from_pairs",
        f"With batches of {_PAIRS.batch_size}, the network with group normalization ends more "
        "accurate than that with BN",
        (_PAIRS,),
        accuracies(_WITH_GROUPS),
        (More("accuracy_group_norm", "accuracy_bn", ACCURACY),),
    ),
    Claim(
        "layer_norm_learns_from_pairs",
        f"With batches of {LAYER_NORM_PAIRS.batch_size}, the network with layer normalization ends "
        "more accurate than that with BN",
        (LAYER_NORM_PAIRS,),
        accuracies(("bn", "layer_norm")),
        (More("accuracy_layer_norm", "accuracy_bn", ACCURACY),),
    ),
    Claim(
        "renorm_learns_from_pairs",
        f"With batches of {RENORM_PAIRS.batch_size}, the network with batch renormalization ends "
        "more accurate than that with BN",
        (RENORM_PAIRS,),
        accuracies(("none", "bn", "renorm")),
        (More("accuracy_renorm", "accuracy_bn", ACCURACY),),
    ),
    Claim(
        "pairs_are_enough_for_convolutions",
        f"With convolutions and batches of {CONVOLUTION_PAIRS.batch_size}, the network with BN "
        "ends more accurate than that with group normalization, and than that without",
        (CONVOLUTION_PAIRS,),
        accuracies(_WITH_GROUPS),
        (
            More("accuracy_bn", "accuracy_group_norm", ACCURACY),
            More("accuracy_bn", "accuracy_none", ACCURACY),
        ),
    ),
    Claim(
        "group_norm_learns_alone",
        "With one example at a time, the network with BN does not learn at all, and that with "
        "group normalization does",
        (ALONE,),
        accuracies(_WITH_GROUPS),
        (
            More("accuracy_group_norm", "accuracy_bn", ACCURACY),
            Shows(
                lambda of: of["accuracy_bn"] < _CHANCE,
                f"of ten digits, less than {100 * _CHANCE:.0f} % counts as not learnt",
            ),
        ),
    ),
    Claim(
        "bn_wins_with_larger_batches",
        f"With batches of {LARGER.batch_size}, the network with BN ends more accurate than that "
        f"with group normalization over groups of {_GROUP} neurons",
        (LARGER,),
        accuracies(_WITH_GROUPS),
        (More("accuracy_bn", "accuracy_group_norm", ACCURACY),),
    ),
    Claim(
        "bn_wins_at_the_best_rates",
        f"In a deeper network, too, BN ends more accurate than group normalization with batches of "
        f"{LARGER.batch_size}, with the best of {len(RATES)} learning rates for each",
        GROUP_NORM_BY_RATE,
        over_runs(
            "accuracy",
            _BEST,
            best_accuracy,
            arms=_WITH_GROUPS,
            form="percent",
        ),
        (More("accuracy_bn", "accuracy_group_norm", ACCURACY),),
    ),
    Claim(
        "skips_help",
        f"In a network of {PLAIN.hidden_layers} layers, skips around every two after the first "
        "make it end more accurate, without BN and with it",
        (PLAIN, RESIDUAL),
        tuple(
            of_run(name, _FINAL, words, accuracy, arm, run=run, form="percent")
            for name, (words, run, arm) in _FOUR.items()
        ),
        (
            More("residual_none", "plain_none", ACCURACY),
            More("residual_bn", "plain_bn", ACCURACY),
        ),
    ),
    Claim(
        "skips_and_bn",
        f"With the best of {len(PLAIN_BY_RATE)} learning rates for each, skips without BN end more "
        "accurate than BN without skips, and a residual network with BN more accurate than both",
        (*PLAIN_BY_RATE, *RESIDUAL_BY_RATE),
        tuple(
            Quantity(name, _BEST, words, _best(arm, _HALVES[half]), "percent", "none")
            for name, (words, half, arm) in _FOUR.items()
        ),
        (
            More("residual_none", "plain_bn", ACCURACY),
            More("residual_bn", "residual_none", ACCURACY),
        ),
    ),
    Claim(
        "last_gamma_at_0",
        "With the last gamma of each block at 0, a residual network with BN is more accurate after "
        f"{_FAST.steps} steps at a rate of {_FAST.learning_rate:g} than with 1, and less accurate "
        f"at a rate of {_SLOW.learning_rate:g}",
        LAST_GAMMAS,
        tuple(
            of_run(
                name,
                f"accuracy with BN after {each.steps} steps",
                f"last gamma {int(not each.zero_last_gamma)}, rate {each.learning_rate:g}",
                accuracy,
                "bn",
                run=run,
                form="percent",
            )
            for run, (name, each) in enumerate(zip(_GAMMAS, LAST_GAMMAS, strict=True))
        ),
        (
            More("fast_0", "fast_1", ACCURACY),
            More("slow_1", "slow_0", ACCURACY),
        ),
    ),
)
