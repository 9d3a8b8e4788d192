"""Drawbacks: the claims of chapters 9 to 12, on inference, on why BN works and where it fails."""

from bnviz.lesson.claims.claim import Claim
from bnviz.lesson.claims.experiments import FAST_STATISTICS, LONG, RECORDED, SHALLOW, SIGMOID_DEEP
from bnviz.lesson.claims.quantities import ALIKE, accuracies, of_arms, of_run, steps
from bnviz.lesson.claims.readings import (
    inference_accuracy,
    script_distance,
    seconds_per_step,
    typical,
)

#: Step at which the moving statistics are compared with those of a batch.
EARLY = 30
#: Accuracy up to which a network that tells ten digits apart counts as guessing.
_CHANCE = 0.12

_EARLY = f"accuracy with BN at step {EARLY}"
_SLOW = RECORDED["statistics"].bn_momentum
_FINAL = "final accuracy with BN"
_THREE = ("none", "bn", "noisy_bn")

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
        lambda of: of["batch"] - of["slow"] >= ALIKE,
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
        lambda of: of["alone"] <= _CHANCE,
    ),
)
NOISE = (
    Claim(
        "noise_shifts_more",
        "With noise after BN, the inputs of the last hidden layer shift more from step to step",
        (RECORDED["noise"],),
        of_arms("shift", "standard deviations per step", typical, "drift_step", arms=_THREE),
        lambda of: of["shift_noisy_bn"] > of["shift_bn"],
    ),
    Claim(
        "noise_still_trains",
        "With that noise, the network still trains sooner than without BN, and ends within "
        f"{100 * ALIKE:.0f} points of BN without noise",
        (RECORDED["noise"],),
        (*steps(_THREE), *accuracies(_THREE)),
        lambda of: (
            of["steps_noisy_bn"] < of["steps_none"]
            and of["accuracy_noisy_bn"] > of["accuracy_bn"] - ALIKE
        ),
    ),
    Claim(
        "smoother_landscape",
        "With BN, noisy or not, the gradient changes less along a step",
        (RECORDED["noise"],),
        of_arms("beta", "effective β", typical, "effective_beta", arms=_THREE),
        lambda of: max(of["beta_bn"], of["beta_noisy_bn"]) < of["beta_none"],
    ),
    Claim(
        "second_meaning_disagrees",
        "In a sigmoid network, the gradient of the last hidden layer shifts more with BN, and "
        "that network is the one that learns",
        (SIGMOID_DEEP,),
        (
            *of_arms("shift", "gradient shift", typical, "gradient_shift"),
            *accuracies(),
        ),
        lambda of: of["shift_bn"] > of["shift_none"] and of["accuracy_bn"] > of["accuracy_none"],
    ),
)
NO_HELP = (
    Claim(
        "pairs_are_too_small",
        f"With batches of {RECORDED['pairs'].batch_size}, the network without BN ends more "
        "accurate",
        (RECORDED["pairs"],),
        accuracies(),
        lambda of: of["accuracy_none"] > of["accuracy_bn"],
    ),
    Claim(
        "shallow_gains_nothing",
        "A shallow, well-initialised network ends about equally accurate, and BN saves it no steps",
        (SHALLOW,),
        (*accuracies(), *steps()),
        lambda of: (
            abs(of["accuracy_bn"] - of["accuracy_none"]) < ALIKE
            and of["steps_bn"] >= of["steps_none"]
        ),
    ),
    Claim(
        "steps_take_longer",
        "A step with BN takes longer by the clock",
        (LONG,),
        of_arms("seconds", "time per step", seconds_per_step, form="milliseconds"),
        lambda of: of["seconds_bn"] > of["seconds_none"],
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
        lambda of: of["loss"] < 1e-3 and of["accuracy"] < 1e-2,
        trains=True,
    ),
)
