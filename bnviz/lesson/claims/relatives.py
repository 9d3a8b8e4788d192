"""Relatives: the claims of chapter 14, on normalizations beside BN."""

from bnviz.lesson.claims.claim import Claim
from bnviz.lesson.claims.criteria import ACCURACY, More, Shows
from bnviz.lesson.claims.experiments import (
    ALONE,
    CONVOLUTION_PAIRS,
    GROUP_NORM_BY_RATE,
    LARGER,
    LAYER_NORM_PAIRS,
    RATES,
    RECORDED,
    RENORM_PAIRS,
)
from bnviz.lesson.claims.quantities import accuracies, over_runs
from bnviz.lesson.claims.readings import best_accuracy
from bnviz.recording.networks import num_groups

_PAIRS = RECORDED["relatives"]
_GROUP = _PAIRS.units // num_groups(_PAIRS.units)
_WITH_GROUPS = ("none", "bn", "group_norm")
#: A network that always gives the same answer is right for about a tenth of ten digits.
_CHANCE = 0.2

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
            "highest final validation accuracy",
            best_accuracy,
            arms=_WITH_GROUPS,
            form="percent",
        ),
        (More("accuracy_bn", "accuracy_group_norm", ACCURACY),),
    ),
)
