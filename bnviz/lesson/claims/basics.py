"""Basics: the claims of chapters 1 to 4, on what Batch Normalization does."""

from bnviz.lesson.claims.claim import Claim
from bnviz.lesson.claims.experiments import RECORDED, UNSCALED
from bnviz.lesson.claims.quantities import (
    ALIKE,
    TRAINED,
    UNTRAINED,
    accuracies,
    of_arms,
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
    last,
    smallest_deviation,
)

_DRIFT = "standard deviations since step 0"
_ACCURACY = "final validation accuracy with BN"
_DEVIATIONS = "standard deviations of a neuron's inputs without BN"

PROBLEM = (
    Claim(
        "inputs_drift",
        "Without BN, the inputs of the last hidden layer drift further from where they began",
        (RECORDED["depth"],),
        of_arms("drift", _DRIFT, last, "drift_start"),
        lambda of: of["drift_none"] > of["drift_bn"],
    ),
    Claim(
        "deeper_layers_drift_more",
        "Without BN, the inputs of the last hidden layer drift more than those of the first",
        (RECORDED["depth"],),
        (
            of_run("first", _DRIFT, "first layer", last, "none", "drift_start", 0),
            of_run("last", _DRIFT, "last hidden layer", last, "none", "drift_start", -1),
        ),
        lambda of: of["last"] > of["first"],
    ),
    Claim(
        "deep_network_fails",
        "Within these steps, the deep network trains with BN and does not train without it",
        (RECORDED["depth"],),
        accuracies(),
        lambda of: of["accuracy_none"] < UNTRAINED and of["accuracy_bn"] >= TRAINED,
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
        lambda of: max(of["mean"], of["std"]) < 0.05,
    ),
)
GAMMA_AND_BETA = (
    Claim(
        "inserting_changes_nothing",
        "BN with the gamma and beta of the identity leaves the loss of a trained network unchanged",
        (RECORDED["insertion"],),
        (
            of_run("before", "validation loss", "before", around_change, "none", 0, form="loss"),
            of_run("after", "validation loss", "after", around_change, "none", 1, form="loss"),
        ),
        lambda of: abs(of["after"] - of["before"]) <= 1e-4 * of["before"],
    ),
    Claim(
        "gamma_and_beta_are_learnt",
        "Gamma and beta move away from 1 and 0",
        (RECORDED["speed"],),
        (
            of_run("gamma", "gamma farthest from 1", "", farthest, "gamma", 1.0),
            of_run("beta", "beta farthest from 0", "", farthest, "beta", 0.0),
        ),
        lambda of: min(of["gamma"], of["beta"]) > 0.1,
    ),
    Claim(
        "works_without_them_here",
        "BN with gamma and beta fixed at 1 and 0 does about as well here",
        (RECORDED["speed"], UNSCALED),
        (
            of_run("learnt", _ACCURACY, "learnt", accuracy, "bn", form="percent"),
            of_run("fixed", _ACCURACY, "fixed at 1 and 0", accuracy, "bn", run=1, form="percent"),
        ),
        lambda of: abs(of["learnt"] - of["fixed"]) < ALIKE,
    ),
)
POSITION = (
    Claim(
        "both_places_train",
        "BN before and BN after the activation both train the network sooner than no BN",
        (RECORDED["position"],),
        steps(("none", "bn", "bn_other")),
        lambda of: max(of["steps_bn"], of["steps_bn_other"]) < of["steps_none"],
    ),
    Claim(
        "before_keeps_the_inputs",
        "The inputs of the first activation drift less with BN before it than with BN after it",
        (RECORDED["position"],),
        of_arms("drift", _DRIFT, last, "drift_start", 0, arms=("bn", "bn_other")),
        lambda of: of["drift_bn"] < of["drift_bn_other"],
    ),
    Claim(
        "neither_place_wins",
        "Both positions end at about the same accuracy",
        (RECORDED["position"],),
        accuracies(("bn", "bn_other")),
        lambda of: abs(of["accuracy_bn"] - of["accuracy_bn_other"]) < ALIKE,
    ),
)
