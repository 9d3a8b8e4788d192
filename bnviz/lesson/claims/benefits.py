"""Benefits: the claims of chapters 5 to 8, on what Batch Normalization improves."""

from bnviz.findings import comparison
from bnviz.lesson.claims.claim import Claim
from bnviz.lesson.claims.criteria import (
    COUNT,
    DRIFT,
    GRADIENT,
    LOSS,
    STEPS,
    Alike,
    More,
    NotMore,
    Shows,
    times,
)
from bnviz.lesson.claims.experiments import (
    BY_RATE,
    BY_SCALE,
    DROPOUT,
    LARGE_BATCHES,
    PENALTIES,
    RATES,
    RECORDED,
    SCALES,
)
from bnviz.lesson.claims.quantities import (
    ALIKE,
    ONLY_BN_TRAINS,
    TRAINED,
    TRAINED_WORDS,
    accuracies,
    drifts,
    of_arms,
    of_run,
    over_runs,
    steps,
)
from bnviz.lesson.claims.readings import (
    accuracy,
    excess_loss,
    fewest_steps,
    gap,
    highest_rate,
    statistics_excess,
    steps_to,
    update_share,
    working,
)
from bnviz.recording import Recording
from bnviz.settings.written_numbers import written

_GAP = "validation loss − training loss, both in inference"


def _train_loss(recording: Recording, arm: str) -> float:
    return comparison.arm_result(recording, arm).train_loss_in_inference


def _validation_loss(recording: Recording, arm: str) -> float:
    return comparison.arm_result(recording, arm).validation_loss


RATE = (
    Claim(
        "only_bn_at_a_high_rate",
        f"At a learning rate of {RECORDED['rate'].learning_rate:g}, only the network with BN "
        "trains",
        (RECORDED["rate"],),
        accuracies(),
        (ONLY_BN_TRAINS,),
    ),
    Claim(
        "higher_rates",
        f"Of {len(RATES)} learning rates from {RATES[0]:g} to {RATES[-1]:g}, the highest that "
        "still trains the network is at least three times as high with BN",
        BY_RATE,
        over_runs(
            "rate",
            f"highest rate that ends at {TRAINED_WORDS} accuracy",
            highest_rate,
            TRAINED,
            form="rate",
        ),
        (More("rate_bn", "rate_none", times(3)),),
    ),
)
SCALE = (
    Claim(
        "only_bn_with_small_weights",
        "With a tenth of the usual initial weights, only the network with BN trains",
        (RECORDED["scale"],),
        accuracies(),
        (ONLY_BN_TRAINS,),
    ),
    Claim(
        "more_scales",
        f"Of {len(SCALES)} sizes of the initial weights, from {SCALES[0]:g} to {SCALES[-1]:g} "
        "times the usual, more work with BN",
        BY_SCALE,
        over_runs("scales", f"sizes that end at {TRAINED_WORDS} accuracy", working, TRAINED),
        (More("scales_bn", "scales_none", COUNT),),
    ),
    Claim(
        "large_weights_are_slow",
        "With BN and SGD, ten times the usual weights take more steps than the usual ones",
        BY_SCALE,
        tuple(
            of_run(
                f"steps_{name}",
                f"steps to {TRAINED_WORDS} accuracy with BN",
                label,
                steps_to,
                "bn",
                TRAINED,
                run=SCALES.index(scale),
                form="count",
                absent="not reached",
            )
            for name, label, scale in (("usual", "usual", 1.0), ("large", "ten times", 10.0))
        ),
        (More("steps_large", "steps_usual", STEPS),),
    ),
    Claim(
        "needle_stands_still",
        "Without BN, the values in the last hidden layer move less in their own unit than with it, "
        "and yet by more than one of their tiny standard deviations",
        (RECORDED["scale"],),
        drifts("whole"),
        (
            More("whole_bn", "whole_none", DRIFT),
            Shows(lambda of: of["relative_whole_none"] > 1),
        ),
    ),
)
SPEED = (
    Claim(
        "fewer_steps",
        "With BN, the network needs at most half as many steps",
        (RECORDED["speed"],),
        steps(),
        (More("steps_none", "steps_bn", times(2)),),
    ),
    Claim(
        "fewer_steps_at_the_best_rate",
        f"With the best of {len(RATES)} learning rates for each, the network with BN needs at most "
        "half as many steps",
        BY_RATE,
        over_runs(
            "steps",
            f"fewest steps to {TRAINED_WORDS} accuracy",
            fewest_steps,
            TRAINED,
            absent="not reached",
        ),
        (More("steps_none", "steps_bn", times(2)),),
    ),
)
GAP = (
    Claim(
        "training_fits_less",
        "BN raises the training loss here and does not lower the validation loss",
        (RECORDED["gap"],),
        (
            *of_arms("train", "training loss in inference", _train_loss, form="loss"),
            *of_arms("loss", "validation loss", _validation_loss, form="loss"),
        ),
        (
            More("train_bn", "train_none", LOSS),
            NotMore("loss_none", "loss_bn", LOSS),
        ),
    ),
    Claim(
        "small_batches_fit_less",
        "BN raises the training loss more with small batches than with large ones",
        (RECORDED["gap"], LARGE_BATCHES),
        tuple(
            of_run(
                name,
                "training loss in inference, with BN − without BN",
                f"batches of {settings.batch_size}",
                excess_loss,
                run=run,
                form="loss",
            )
            for run, (name, settings) in enumerate(
                {"small": RECORDED["gap"], "large": LARGE_BATCHES}.items()
            )
        ),
        (More("small", "large", LOSS),),
    ),
    Claim(
        "gap_not_wider",
        "The gap between training and validation is not wider with BN",
        (RECORDED["gap"],),
        of_arms("gap", _GAP, gap, form="loss"),
        (NotMore("gap_bn", "gap_none", LOSS),),
    ),
    Claim(
        "dropout_shifts_variance",
        "With dropout, BN's moving statistics, compared with exact ones, cost more validation loss "
        "than without dropout",
        DROPOUT,
        tuple(
            of_run(
                name,
                "validation loss by moving statistics − by exact ones",
                label,
                statistics_excess,
                run=run,
                form="loss",
            )
            for run, (name, label) in enumerate(
                {
                    "without": "no dropout",
                    "after": "dropout after BN and activation",
                    "before": "dropout right before BN",
                }.items()
            )
        ),
        (More("after", "without", LOSS), More("before", "without", LOSS)),
    ),
    Claim(
        "penalty_sets_the_rate",
        "With BN, an L2 penalty makes each update larger in proportion to the weights, and the "
        "network ends about as accurate",
        PENALTIES,
        (
            *(
                of_run(
                    f"update_{run}",
                    "update over weights in the last hidden layer",
                    f"penalty {written(settings.l2)}",
                    update_share,
                    "bn",
                    run=run,
                )
                for run, settings in enumerate(PENALTIES)
            ),
            *(
                of_run(
                    f"accuracy_{run}",
                    "final validation accuracy",
                    f"penalty {written(settings.l2)}",
                    accuracy,
                    "bn",
                    run=run,
                    form="percent",
                )
                for run, settings in enumerate(PENALTIES)
            ),
        ),
        (More("update_1", "update_0", GRADIENT), Alike("accuracy_1", "accuracy_0", ALIKE)),
    ),
)
