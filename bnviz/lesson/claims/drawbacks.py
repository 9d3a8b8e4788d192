"""Drawbacks: the claims of chapters 9, 11 and 12, on inference and on where BN does not help."""

from bnviz.findings.gradient_growth import RELU_GROWTH
from bnviz.lesson.claims.claim import Claim
from bnviz.lesson.claims.criteria import (
    ACCURACY,
    COST,
    GRADIENT,
    STEPS,
    Alike,
    More,
    Shows,
    times,
)
from bnviz.lesson.claims.experiments import (
    DEFAULT,
    EXACT_PAIRS,
    FAST_STATISTICS,
    RECORDED,
    SHALLOW,
    SHALLOW_PLANE,
    VERY_DEEP,
)
from bnviz.lesson.claims.quantities import ALIKE, accuracies, of_arms, of_run, steps
from bnviz.lesson.claims.readings import (
    gradient_growth,
    inference_accuracy,
    script_distance,
    step_cost,
    update_share,
)

#: Step at which the moving statistics are compared with those of a batch.
EARLY = 30
#: Accuracy up to which a network that tells ten digits apart counts as guessing.
_CHANCE = 0.12
#: How far the growth of the gradient in these narrow networks may be from the one in theory.
_NEAR = 0.03

_EARLY = f"accuracy with BN at step {EARLY}"
_SLOW = RECORDED["statistics"].bn_momentum
_FINAL = "final accuracy with BN"

INFERENCE = (
    Claim(
        "moving_statistics_lag",
        f"At step {EARLY}, moving statistics with momentum {_SLOW:g} give worse answers than the "
        "statistics of the batch",
        (RECORDED["statistics"], FAST_STATISTICS),
        (
            of_run(
                "batch", _EARLY, "by the batch", inference_accuracy, "batch", EARLY, form="percent"
            ),
            of_run(
                "slow",
                _EARLY,
                f"momentum {_SLOW:g}",
                inference_accuracy,
                "moving",
                EARLY,
                form="percent",
            ),
            of_run(
                "fast",
                _EARLY,
                f"momentum {FAST_STATISTICS.bn_momentum:g}",
                inference_accuracy,
                "moving",
                EARLY,
                run=1,
                form="percent",
            ),
        ),
        (More("batch", "slow", ALIKE),),
    ),
    Claim(
        "alone_is_chance",
        "An example normalized on its own gets an answer no better than chance",
        (RECORDED["statistics"],),
        tuple(
            of_run(
                name,
                _FINAL,
                label,
                inference_accuracy,
                name,
                RECORDED["statistics"].steps,
                form="percent",
            )
            for name, label in (("alone", "each alone"), ("moving", "by moving statistics"))
        ),
        (
            Shows(
                lambda of: of["alone"] <= _CHANCE,
                f"of ten digits, up to {100 * _CHANCE:.0f} % counts as chance",
            ),
        ),
    ),
)
NO_HELP = (
    Claim(
        "pairs_are_too_small",
        f"With batches of {RECORDED['pairs'].batch_size}, the weights of the last hidden layer "
        "move less with BN, in proportion to their size, and the network without it ends more "
        "accurate",
        (RECORDED["pairs"],),
        (
            *accuracies(),
            *of_arms("update", "update over weights in the last hidden layer", update_share),
        ),
        (
            More("accuracy_none", "accuracy_bn", ACCURACY),
            More("update_none", "update_bn", GRADIENT),
        ),
    ),
    Claim(
        "exact_statistics_do_not_help",
        f"With batches of {EXACT_PAIRS.batch_size}, exact statistics leave the network with BN "
        "behind as well: inference is not what fails",
        (EXACT_PAIRS,),
        (
            *accuracies(),
            of_run(
                "exact",
                "final validation accuracy",
                "with BN by exact statistics",
                inference_accuracy,
                "precise",
                EXACT_PAIRS.steps,
                form="percent",
            ),
        ),
        (
            More("accuracy_none", "exact", ACCURACY),
            Alike("accuracy_bn", "exact", ALIKE),
        ),
    ),
    Claim(
        "gradient_explodes",
        f"In a plain network of {VERY_DEEP.hidden_layers} layers at step 0, BN makes the gradient "
        f"grow about {RELU_GROWTH:.4g} times with each layer towards the input",
        (VERY_DEEP,),
        of_arms("growth", "growth of the gradient per layer", gradient_growth, form="factor"),
        (
            Shows(
                lambda of: abs(of["growth_bn"] - RELU_GROWTH) < _NEAR,
                f"about means within {_NEAR:g}",
            ),
            More("growth_bn", "growth_none", times(1.1)),
        ),
    ),
    Claim(
        "shallow_loses",
        "On a spiral, a shallow, well-initialised network needs more steps with BN and ends less "
        "accurate",
        (SHALLOW_PLANE,),
        (*accuracies(), *steps()),
        (
            More("accuracy_none", "accuracy_bn", ACCURACY),
            More("steps_bn", "steps_none", STEPS),
        ),
    ),
    Claim(
        "shallow_gains_elsewhere",
        "On digits, a shallow, well-initialised network does save steps with BN",
        (SHALLOW,),
        (*accuracies(), *steps()),
        (More("steps_none", "steps_bn", STEPS),),
    ),
    Claim(
        "steps_take_longer",
        "A training step takes more processor time with BN",
        (DEFAULT,),
        of_arms("cost", "processor time of a step, measured on one host", step_cost, form="time"),
        (More("cost_bn", "cost_none", COST),),
        needs_costs=True,
    ),
)
KERAS = (
    Claim(
        "script_agrees",
        "The Keras script gives the same result as the page",
        (RECORDED["speed"],),
        (
            of_run("loss", "difference in loss", "", script_distance, "validation_loss"),
            of_run(
                "accuracy", "difference in accuracy", "", script_distance, "validation_accuracy"
            ),
        ),
        (
            Shows(
                lambda of: of["loss"] < 1e-3 and of["accuracy"] < 1e-2,
                "the same means to 0.001 in loss and to 1 point of accuracy",
            ),
        ),
        trains=True,
    ),
)
