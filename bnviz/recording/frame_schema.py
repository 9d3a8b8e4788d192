"""Schema: every measure of a frame, declared once.

The binary layout of a frame, the browser's reader and the tests follow from
the tables below. Order matters: a frame holds its measures in the order of these tables.
"""

from dataclasses import dataclass, replace

#: The version of the measures of recordings made from now on; `Measure.since` and `Measure.until`
#: tell in what an earlier one differs.
VERSION = 7
#: When a measure is part of a frame, by the name used in `Measure.present_if`.
CONDITIONS = {
    "plane": "the examples are points in a plane",
    "deep": "the setting 'deep' asks for the costly measures",
    "detail": "the layout is not the overview, which leaves out what few views draw",
    "normalized": "the arm has a normalization layer",
    "batch_norm": "the arm has Batch Normalization",
    "dynamic_tanh": "the arm has dynamic tanh",
    "weight_norm": "the arm has weight normalization",
    "bytes": "the layers are not convolutions of the laboratory",
    "convolution": "the layers are convolutions of the laboratory",
    "maps": "the layers are convolutions of images of a data set that comes with bnviz",
}
#: What the dimensions of a shape count, by the name used in `Measure.shape`.
DIMENSIONS = {
    "layers": "hidden layers",
    "kernels": "layers with a kernel: the hidden layers, then the output",
    "neurons": "the first neurons of each hidden layer, `FrameLayout.neurons` or all that it has",
    "percentiles": "`PERCENTILES`",
    "counts": "bins of the quantity's edges, between values below and values above all of them",
    "probe": "the fixed training examples that are measured, at most `PROBE_SIZE`",
    "examples": "the first `BATCH_VALUES` of them",
    "single": "the first `NUM_SINGLE` of them",
    "shown": "validation examples, the first of each class, then the second; at most `NUM_SHOWN`",
    "guesses": "the most probable classes of an example, at most `NUM_GUESSES`",
    "grid": "`PLANE_GRID` points from -`PLANE_RANGE` to `PLANE_RANGE`",
    "statistics": "`INFERENCE_STATISTICS`",
    "digest": "the first `DIGEST_SIZE` bytes of the digest",
    "map_channels": "the first channels of each hidden layer, `MapPlan.channels`",
    "map_examples": "the first examples of the probe, `MapPlan.examples`",
    "map_places": "positions, row by row, of the maps of one layer after another",
}
#: The drift of a layer, and its parts by who moves the values: name, words, and what is measured.
DRIFT_PARTS = (
    ("whole", "whole drift", "as they are"),
    (
        "previous_layers",
        "moved by the layers before it",
        "with the layer's own weights of then and what reaches it now",
    ),
    (
        "own_weights",
        "moved by its own weights",
        "with its own weights of now, and what reached it and which noise it added then",
    ),
)
#: Ends the name of a drift that is divided by the standard deviation of the layer's values.
IN_STD = "_in_std"
#: Type of a histogram's counts: uint16, or uint32 where one bin could hold more.
COUNT = "count"


@dataclass(frozen=True)
class Measure:
    """One measure of a frame.

    Attributes:
        name: Name of its field. `{quantity}` stands for each quantity of the recording's header.
        dtype: A NumPy type, or `COUNT`.
        shape: Its dimensions: numbers, or names out of `DIMENSIONS`.
        present_if: Those of `CONDITIONS` that must all hold for a frame to have it.
        meaning: What it is, in a phrase.
        unit: Its unit; empty for counts, shares and numbers without one.
        since: The first version of the measures that has it.
        until: The last version that has it; None if this one does.
    """

    name: str
    dtype: str
    shape: tuple[int | str, ...]
    present_if: tuple[str, ...]
    meaning: str
    unit: str = ""
    since: int = 1
    until: int | None = None

    def of(self, quantity: str) -> "Measure":
        """This measure of one quantity."""
        return replace(self, name=self.name.replace("{quantity}", quantity))


def _drift(prefix: str, since: str, *present_if: str) -> tuple[Measure, ...]:
    """The drift of each layer since a step and its parts, in both of its units."""
    return tuple(
        Measure(
            f"{prefix}_{part}{suffix}",
            "float32",
            ("layers",),
            present_if,
            f"{words}: 1-Wasserstein distance of a neuron's pre-activations from those at {since}, "
            f"{given}; mean over the neurons",
            unit.format(since),
            since=2,
        )
        for part, words, given in DRIFT_PARTS
        for suffix, unit in (("", "pre-activation"), (IN_STD, "the layer's std at {}"))
    )


#: Measures of the whole frame.
FRAME_MEASURES = (
    Measure("step", "uint32", (), (), "training steps so far"),
    Measure(
        "points",
        "int16",
        ("probe", 2),
        ("plane", "detail"),
        "features of the probe",
        "PLANE_RANGE / 32767",
    ),
    Measure(
        "point_classes",
        "uint8",
        ("probe",),
        ("plane", "detail"),
        "classes of the probe; `NO_POINT` beyond its last example",
    ),
    Measure(
        "majority_share",
        "float32",
        (),
        (),
        "share of the largest class among the validation examples: the accuracy of always "
        "naming it",
        since=2,
    ),
)
#: Measures of each arm: how it learns, and the state of its layers.
ARM_MEASURES = (
    Measure(
        "seconds",
        "float32",
        (),
        (),
        "time in which this arm trained so far, while the others trained on the same processors",
        "s",
        until=3,
    ),
    Measure(
        "diverged_at",
        "int32",
        (),
        (),
        "first step whose loss exceeded 1,000 times the first one or was not finite; -1 if none",
    ),
    Measure(
        "data_digest", "uint8", ("digest",), (), "SHA-256 of the training and validation examples"
    ),
    Measure("kernels_digest", "uint8", ("digest",), (), "SHA-256 of the kernels at step 0"),
    Measure("batches_digest", "uint8", ("digest",), (), "SHA-256 of all batches so far, in order"),
    Measure(
        "change_losses",
        "float32",
        (2,),
        (),
        "validation loss right before and right after a change of BN since the last frame; NaN "
        "if there was none",
        "nats",
    ),
    Measure(
        "train_loss",
        "float32",
        (),
        (),
        "cross-entropy on the probe, normalized by the probe's own statistics",
        "nats",
    ),
    Measure("train_accuracy", "float32", (), (), "share of the probe classified correctly"),
    Measure(
        "train_loss_in_inference",
        "float32",
        (),
        (),
        "cross-entropy on the probe, normalized by the moving statistics, as `validation_loss` is",
        "nats",
        since=2,
    ),
    Measure(
        "train_accuracy_in_inference",
        "float32",
        (),
        (),
        "share of the probe classified correctly by the moving statistics",
        since=2,
    ),
    Measure(
        "validation_loss",
        "float32",
        (),
        (),
        "cross-entropy on the validation examples, normalized by the moving statistics",
        "nats",
    ),
    Measure(
        "validation_accuracy",
        "float32",
        (),
        (),
        "share of validation examples classified correctly",
    ),
    Measure(
        "saturated",
        "float32",
        ("layers",),
        (),
        "share of activations where sigmoid or tanh is flat; NaN for other activations",
    ),
    Measure(
        "dead",
        "float32",
        ("layers",),
        (),
        "share of neurons that are 0 on the whole probe, of a convolution at every position (up to "
        "the sixth version, and in watched models, at those that are read); NaN for activations "
        "that cannot be",
    ),
    Measure(
        "drift_step",
        "float32",
        ("layers",),
        (),
        "pooled drift: 1-Wasserstein distance of the pre-activations of all neurons together "
        "from those of the last frame",
        "standard deviation in the last frame",
    ),
    Measure(
        "drift_start",
        "float32",
        ("layers",),
        (),
        "pooled drift: 1-Wasserstein distance of the pre-activations of all neurons together "
        "from those at step 0",
        "standard deviation at step 0",
    ),
    *_drift("drift", "step 0"),
    Measure(
        "gradient_norm",
        "float32",
        ("kernels",),
        (),
        "L2 norm of the gradient of `train_loss` with respect to the kernel",
    ),
    Measure(
        "update_ratio",
        "float32",
        ("kernels",),
        (),
        "log10 of std(update) / std(kernel before it) at the last step; NaN at step 0",
    ),
    Measure(
        "gradient_growth",
        "float32",
        (),
        (),
        "ratio of the gradient norm of a hidden layer's kernel and that of the next one: geometric "
        "mean from the second to the last; NaN with fewer than three hidden layers",
        since=3,
    ),
    Measure("kernel_norm", "float32", ("kernels",), (), "L2 norm of the kernel", since=3),
    Measure(
        "effective_rate",
        "float32",
        ("kernels",),
        (),
        "learning rate over the square of `kernel_norm` (van Laarhoven 2017)",
        since=3,
    ),
    Measure(
        "example_similarity",
        "float32",
        ("layers",),
        (),
        "mean cosine between the activations of two different examples, without examples whose "
        "activations are all 0; NaN if fewer than two are left",
        since=3,
    ),
    Measure(
        "neuron_spread",
        "float32",
        ("layers",),
        (),
        "root mean square over the neurons of the standard deviation of a neuron's "
        "pre-activations, or of a channel's at a position (up to the sixth version, and in watched "
        "models, of all positions that are read); `pre_activation_std` is that of all of them "
        "together",
        "pre-activation",
        since=3,
    ),
    Measure(
        "answers",
        "uint16",
        ("shown", "guesses"),
        (),
        "classes by their probability in inference, the most probable first; `NO_ANSWER` where "
        "there is no further class or example, or a probability is not finite",
        since=5,
    ),
    Measure(
        "answer_probabilities",
        "uint8",
        ("shown", "guesses"),
        (),
        "their probabilities",
        "1 / 255",
        since=5,
    ),
    Measure(
        "true_probability",
        "uint8",
        ("shown",),
        (),
        "probability of the example's own class in inference",
        "1 / 255",
        since=5,
    ),
)
#: Measures of each quantity's distribution, over all neurons of a layer and the whole probe.
QUANTITY_MEASURES = (
    Measure("{quantity}_counts", COUNT, ("layers", "counts"), (), "histogram of its values"),
    Measure("{quantity}_nan", "uint32", ("layers",), (), "number of NaN values"),
    Measure(
        "{quantity}_percentiles",
        "float32",
        ("layers", "percentiles"),
        (),
        "percentiles of the finite values; NaN if there is none",
    ),
    Measure(
        "{quantity}_mean",
        "float32",
        ("layers",),
        (),
        "mean of the finite values; NaN if there is none",
    ),
    Measure(
        "{quantity}_std",
        "float32",
        ("layers",),
        (),
        "biased standard deviation of the finite values; NaN if there is none",
    ),
)
_SCORES = "standard scores, `(x - batch_mean) / sqrt(batch_variance)`, of what BN normalizes"
#: Measures of each arm that few views draw: single neurons, and the classifier in the plane.
DETAIL_MEASURES = (
    *(
        Measure(name, "float32", ("layers", "neurons"), ("detail", *conditions), meaning)
        for name, conditions, meaning in (
            ("neuron_mean", (), "mean of the neuron's pre-activation on the probe"),
            ("neuron_std", (), "biased standard deviation of the neuron's pre-activation"),
            ("gamma", ("normalized",), "scale learned by the normalization; 1 if not learned"),
            ("beta", ("normalized",), "shift learned by the normalization; 0 if not learned"),
            ("batch_mean", ("batch_norm",), "mean of what BN normalizes, on the probe"),
            (
                "batch_variance",
                ("batch_norm",),
                "biased variance of what BN normalizes, on the probe",
            ),
            ("moving_mean", ("batch_norm",), "moving mean of BN"),
            ("moving_variance", ("batch_norm",), "moving variance of BN"),
            ("g", ("weight_norm",), "norm of the neuron's weights, learned by weight norm"),
        )
    ),
    Measure(
        "alpha",
        "float32",
        ("layers",),
        ("detail", "dynamic_tanh"),
        "what dynamic tanh multiplies its argument by",
    ),
    Measure(
        "neuron_percentiles",
        "float32",
        ("layers", "neurons", "percentiles"),
        ("detail",),
        "percentiles of the neuron's pre-activation",
    ),
    Measure(
        "example_scores",
        "int8",
        ("layers", "neurons", "single"),
        ("detail", "batch_norm", "bytes"),
        _SCORES,
        "code of `bnviz.recording.scores`",
        since=6,
    ),
    Measure(
        "example_scores",
        "int16",
        ("layers", "neurons", "single"),
        ("detail", "batch_norm", "convolution"),
        f"{_SCORES}, at the position in the middle of the grid",
        "code of `bnviz.recording.scores`",
        since=7,
    ),
    Measure(
        "maps",
        "uint8",
        ("map_channels", "map_examples", "map_places"),
        ("detail", "maps"),
        "inputs of the normalization, or pre-activations in an arm without one, at every position",
        "255ths of the way from the lowest to the highest of `map_ranges`",
        since=7,
    ),
    Measure(
        "map_ranges",
        "float32",
        ("layers", "map_channels", 2),
        ("detail", "maps"),
        "lowest and highest value of the channel's maps; NaN if one of them is not finite",
        since=7,
    ),
    Measure(
        "boundary",
        "uint8",
        ("grid", "grid"),
        ("detail", "plane"),
        "probability of class 1 in inference; a row for each value of the second feature",
        "1 / 255",
    ),
)
#: Measures of each arm that are taken only if asked for.
COSTLY_MEASURES = (
    Measure(
        "gradient_shift",
        "float32",
        ("layers",),
        ("deep",),
        "L2 distance between a kernel's gradient before and after a step of the layers before it "
        "(Santurkar et al. 2018, Definition 2.1)",
    ),
    Measure(
        "gradient_cosine",
        "float32",
        ("layers",),
        ("deep",),
        "cosine of the angle between these two gradients",
    ),
    Measure(
        "relative_gradient_shift",
        "float32",
        ("layers",),
        ("deep",),
        "gradient shift over the L2 norm of the gradient before that step",
        since=2,
    ),
    *_drift("move", "the last frame", "deep"),
    Measure(
        "landscape_loss",
        "float32",
        (2,),
        ("deep",),
        "lowest and highest loss along the gradient (Santurkar et al. 2018, section 3.2)",
        "nats",
    ),
    Measure(
        "landscape_gradient",
        "float32",
        (2,),
        ("deep",),
        "smallest and largest L2 distance between the gradient there and the one here",
    ),
    Measure(
        "effective_beta",
        "float32",
        (),
        ("deep",),
        "largest ratio of that distance to the length of the step",
    ),
    Measure(
        "inference_loss",
        "float32",
        ("statistics",),
        ("deep",),
        "validation loss when BN normalizes by each of the statistics",
        "nats",
    ),
    Measure(
        "inference_accuracy",
        "float32",
        ("statistics",),
        ("deep",),
        "validation accuracy when BN normalizes by each of the statistics",
    ),
    Measure(
        "batch_values",
        "float32",
        ("layers", "neurons", "examples"),
        ("deep", "detail"),
        "inputs of the normalization, or pre-activations in an arm without one",
        until=5,
    ),
)


def measures_table() -> str:
    """Every measure with its type, shape, unit, meaning and conditions, under headings."""
    tables = {
        "Of a frame": FRAME_MEASURES,
        "Of each arm": ARM_MEASURES,
        "Of each arm and quantity": QUANTITY_MEASURES,
        "Of each arm, in detail": DETAIL_MEASURES,
        "Of each arm, costly": COSTLY_MEASURES,
    }
    lines = []
    for heading, measures in tables.items():
        lines += ["", heading]
        for measure in measures:
            lines.append(f"  {measure.name}: {', '.join(_properties(measure))}")
            lines.append(f"      {measure.meaning}")
    for heading, words in {"Dimensions": DIMENSIONS, "Conditions": CONDITIONS}.items():
        lines += ["", heading, *(f"  {name}: {meaning}" for name, meaning in words.items())]
    return "\n".join(lines[1:])


def _properties(measure: Measure) -> list[str]:
    shape = ", ".join(map(str, measure.shape))
    properties = [f"{measure.dtype} ({shape})" if shape else measure.dtype]
    if measure.unit:
        properties.append(f"unit {measure.unit}")
    if measure.present_if:
        properties.append(f"if {' and '.join(measure.present_if)}")
    if measure.since > 1:
        properties.append(f"since version {measure.since}")
    if measure.until is not None:
        properties.append(f"up to version {measure.until}")
    return properties
