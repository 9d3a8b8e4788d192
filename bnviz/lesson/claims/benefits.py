"""Benefits: the claims of chapters 5 to 8, on what Batch Normalization improves."""

from bnviz.findings import comparison
from bnviz.lesson.claims.claim import Claim
from bnviz.lesson.claims.experiments import (
    BY_RATE,
    BY_SCALE,
    LARGE_BATCHES,
    OTHER_DATA,
    RATES,
    RECORDED,
    SCALES,
)
from bnviz.lesson.claims.quantities import (
    TRAINED,
    TRAINED_WORDS,
    UNTRAINED,
    accuracies,
    of_arms,
    of_run,
    over_runs,
    steps,
)
from bnviz.lesson.claims.readings import fewest_steps, gap, highest_rate, narrowing, working
from bnviz.recording import Recording

_GAP = "validation loss − training loss"
_NARROWING = "gap without BN − gap with BN"


def _train_loss(recording: Recording, arm: str) -> float:
    return comparison.arm_result(recording, arm).train_loss


def _validation_loss(recording: Recording, arm: str) -> float:
    return comparison.arm_result(recording, arm).validation_loss


RATE = (
    Claim(
        "only_bn_at_a_high_rate",
        f"At a learning rate of {RECORDED['rate'].learning_rate:g}, only the network with BN "
        "trains",
        (RECORDED["rate"],),
        accuracies(),
        lambda of: of["accuracy_none"] < UNTRAINED and of["accuracy_bn"] >= TRAINED,
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
        lambda of: of["rate_bn"] >= 3 * of["rate_none"] and of["rate_bn"] > 0,
    ),
)
SCALE = (
    Claim(
        "only_bn_with_small_weights",
        "With a tenth of the usual initial weights, only the network with BN trains",
        (RECORDED["scale"],),
        accuracies(),
        lambda of: of["accuracy_none"] < UNTRAINED and of["accuracy_bn"] >= TRAINED,
    ),
    Claim(
        "more_scales",
        f"Of {len(SCALES)} sizes of the initial weights, from {SCALES[0]:g} to {SCALES[-1]:g} "
        "times the usual, more work with BN",
        BY_SCALE,
        over_runs("scales", f"sizes that end at {TRAINED_WORDS} accuracy", working, TRAINED),
        lambda of: of["scales_bn"] > of["scales_none"],
    ),
)
SPEED = (
    Claim(
        "fewer_steps",
        "With BN, the network needs at most half as many steps",
        (RECORDED["speed"],),
        steps(),
        lambda of: 2 * of["steps_bn"] <= of["steps_none"],
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
        lambda of: 2 * of["steps_bn"] <= of["steps_none"],
    ),
)
GAP = (
    Claim(
        "smaller_gap",
        "With BN, the gap between training and validation is smaller",
        (RECORDED["gap"],),
        of_arms("gap", _GAP, gap, form="loss"),
        lambda of: of["gap_bn"] < of["gap_none"],
    ),
    Claim(
        "small_batches_narrow_more",
        "BN narrows the gap more with small batches than with large ones",
        (RECORDED["gap"], LARGE_BATCHES),
        tuple(
            of_run(
                name,
                _NARROWING,
                f"batches of {settings.batch_size}",
                narrowing,
                run=run,
                form="loss",
            )
            for run, (name, settings) in enumerate(
                {"small": RECORDED["gap"], "large": LARGE_BATCHES}.items()
            )
        ),
        lambda of: of["small"] > of["large"],
    ),
    Claim(
        "training_fits_less",
        "BN raises the training loss here and does not lower the validation loss",
        (RECORDED["gap"],),
        (
            *of_arms("train", "training loss", _train_loss, form="loss"),
            *of_arms("loss", "validation loss", _validation_loss, form="loss"),
        ),
        lambda of: of["train_bn"] > of["train_none"] and of["loss_bn"] > of["loss_none"] - 0.01,
    ),
    Claim(
        "wider_gap_elsewhere",
        f"On other data (breast cancer, batches of {OTHER_DATA.batch_size}), the gap is wider with "
        "BN",
        (OTHER_DATA,),
        of_arms("gap", _GAP, gap, form="loss"),
        lambda of: of["gap_bn"] > of["gap_none"],
    ),
)
