"""Basics: the claims of chapters 1 to 4, on what Batch Normalization does."""

from bnviz.lesson.claims.claim import Claim
from bnviz.lesson.claims.criteria import DRIFT, STEPS, Alike, More, Shows, times
from bnviz.lesson.claims.experiments import DEFAULT, RECORDED, RELU_POSITIONS, UNSCALED
from bnviz.lesson.claims.quantities import (
    ALIKE,
    TRAINED,
    TRAINED_WORDS,
    accuracies,
    drifts,
    of_run,
    steps,
)
from bnviz.lesson.claims.readings import (
    accuracy,
    around_change,
    farthest,
    farthest_deviation,
    farthest_mean,
    largest_deviation,
    smallest_deviation,
)

_ACCURACY = "final validation accuracy with BN"
_DEVIATIONS = "standard deviations of a neuron's inputs without BN"
_PLACES = ("none", "bn", "bn_other")

PROBLEM = (
    Claim(
        "previous_layers_move_more",
        "The layers before it move the values in the last hidden layer further without BN than "
        "with it",
        (DEFAULT,),
        drifts("previous_layers"),
        (
            More("previous_layers_none", "previous_layers_bn", DRIFT),
            More("relative_previous_layers_none", "relative_previous_layers_bn", DRIFT),
        ),
    ),
    Claim(
        "before_against_own",
        "Without BN, the values in the last hidden layer are moved further by the layers before it "
        "than by its own weights; with BN it is the other way round",
        (DEFAULT,),
        (*drifts("previous_layers")[:2], *drifts("own_weights")[:2]),
        (
            More("previous_layers_none", "own_weights_none", DRIFT),
            More("own_weights_bn", "previous_layers_bn", DRIFT),
        ),
    ),
    Claim(
        "sooner_here",
        "The same network needs at most a third of the steps with BN, and learns without it too",
        (DEFAULT,),
        (*steps(), *accuracies()),
        (
            More("steps_none", "steps_bn", times(3)),
            Shows(
                lambda of: of["accuracy_none"] >= TRAINED,
                f"learns means that it ends at {TRAINED_WORDS} accuracy",
            ),
        ),
    ),
)
NORMALIZATION = (
    Claim(
        "mean_0_deviation_1",
        "Normalized values have mean 0 and standard deviation 1, in every neuron at every step",
        (RECORDED["inside"],),
        (
            of_run("mean", "mean farthest from 0", "", farthest_mean),
            of_run("std", "standard deviation farthest from 1", "", farthest_deviation),
            of_run("low", _DEVIATIONS, "smallest", smallest_deviation, "none"),
            of_run("high", _DEVIATIONS, "largest", largest_deviation, "none"),
        ),
        (
            Shows(
                lambda of: max(of["mean"], of["std"]) < 0.05,
                "0 and 1 are met to 0.05: epsilon and rounding",
            ),
        ),
    ),
)
GAMMA_AND_BETA = (
    Claim(
        "inserting_changes_nothing",
        "BN with the gamma and beta of the identity leaves the validation loss of a trained "
        "network, measured by fixed statistics, unchanged",
        (RECORDED["insertion"],),
        (
            of_run("before", "validation loss", "before", around_change, "none", 0, form="loss"),
            of_run("after", "validation loss", "after", around_change, "none", 1, form="loss"),
        ),
        (
            Shows(
                lambda of: abs(of["after"] - of["before"]) <= 1e-4 * of["before"],
                "unchanged means to one part in 10,000",
            ),
        ),
    ),
    Claim(
        "gamma_and_beta_are_learnt",
        "Gamma and beta move away from 1 and 0",
        (RECORDED["speed"],),
        (
            of_run("gamma", "gamma farthest from 1", "", farthest, "gamma", 1.0),
            of_run("beta", "beta farthest from 0", "", farthest, "beta", 0.0),
        ),
        (Shows(lambda of: min(of["gamma"], of["beta"]) > 0.1, "moves count from 0.1 on"),),
    ),
    Claim(
        "works_without_them_here",
        "BN with gamma and beta fixed at 1 and 0 ends about as accurate here",
        (RECORDED["speed"], UNSCALED),
        (
            of_run("learnt", _ACCURACY, "learnt", accuracy, "bn", form="percent"),
            of_run("fixed", _ACCURACY, "fixed at 1 and 0", accuracy, "bn", run=1, form="percent"),
        ),
        (Alike("learnt", "fixed", ALIKE),),
    ),
)
POSITION = (
    Claim(
        "both_places_train",
        "In a sigmoid network, BN before and BN after the activation both save steps",
        (RECORDED["position"],),
        steps(_PLACES),
        (More("steps_none", "steps_bn", STEPS), More("steps_none", "steps_bn_other", STEPS)),
    ),
    Claim(
        "both_places_train_relu",
        "In a ReLU network, BN before and BN after the activation both save steps",
        (RELU_POSITIONS,),
        steps(_PLACES),
        (More("steps_none", "steps_bn", STEPS), More("steps_none", "steps_bn_other", STEPS)),
    ),
)
