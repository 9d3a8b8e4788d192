"""View: what a viewer chooses to see of a recording."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class View:
    """What is shown of a recording.

    Attributes:
        name: The view, a key of `TITLES`.
        quantity: Distributions of the values in the layers, which enter their activations, or of
            the activations' outputs; this and the other choices between options are listed in
            `CHOICES`.
        value_axis: Linear, or logarithmic on both sides of 0.
        loss_axis: Linear or logarithmic.
        x_axis: What the curves run over; steps, as long as seconds are asked for and not known.
        run_scale: Whether curves and slider run by the square root of that, or linearly.
        since: What drift is measured from: step 0, or the frame before.
        drift_unit: Whether drift is in the values' own unit or in standard deviations.
        gradient_shift: Whether the gradient shift is relative to the gradient's norm.
        layer: Number of the hidden layer drawn large, from 1; 0 is the last one.
        neuron: Index of the highlighted neuron in that layer.
        example: Index of the example whose way through a neuron is told in numbers.
        by_hand: Whether gamma and beta are as learnt, those of the identity, or set by hand.
        gamma: Gamma set by hand.
        beta: Beta set by hand.
    """

    name: str = "layers"
    quantity: str = "pre_activation"
    value_axis: str = "linear"
    loss_axis: str = "linear"
    x_axis: str = "steps"
    run_scale: str = "root"
    since: str = "start"
    drift_unit: str = "own"
    gradient_shift: str = "relative"
    layer: int = 0
    neuron: int = 0
    example: int = 0
    by_hand: str = "learnt"
    gamma: float = 1.0
    beta: float = 0.0

    @classmethod
    def read(cls, given: object) -> "View":
        """Reads a view as a browser sent it; anything malformed takes its default."""
        if not isinstance(given, Mapping):
            return cls()
        if given.get("name") == _OLD_NAME:
            given = {**given, "name": cls.name}
        allowed = {"name": TITLES, **{name: choice["options"] for name, choice in CHOICES.items()}}
        chosen: dict[str, Any] = {
            name: given[name]
            for name, options in allowed.items()
            if isinstance(given.get(name), str) and given[name] in options
        }
        for name in ("layer", "neuron", "example"):
            number = given.get(name)
            if isinstance(number, int) and not isinstance(number, bool):
                chosen[name] = min(max(0, number), 2**31)
        for name in NUMBERS:
            value: Any = given.get(name)
            is_number = isinstance(value, int | float) and not isinstance(value, bool)
            if is_number and abs(value) <= MAX_BY_HAND:  # false for NaN
                chosen[name] = float(value)
        return cls(**chosen)

    def to_dict(self) -> dict[str, Any]:
        """Returns the attributes by name; `read` is the inverse."""
        return asdict(self)


#: Title of each view by name, in the order of the tabs.
TITLES = {
    "layers": "Layers",
    "drift": "What moved it",
    "inside": "Inside a neuron",
    "gradients": "Gradients",
    "neurons": "Neurons",
    "scale_and_shift": "γ and β",
    "generalisation": "Generalisation",
    "decision": "Boundary",
    "inference": "Training vs inference",
    "landscape": "Landscape",
    "signal": "Signal",
    "effective_rate": "Effective rate",
}

#: The views that have a tab of their own; the others are in a menu beside them.
TABS = ("layers", "drift", "inside", "gradients")
#: Name of the view "layers" in pages that were opened before it was renamed.
_OLD_NAME = "stage"
#: Largest magnitude of gamma and beta set by hand.
MAX_BY_HAND = 10.0
#: Label and help of the numbers that a viewer can set, by attribute of `View`.
NUMBERS: dict[str, dict[str, Any]] = {
    "gamma": {"label": "γ", "help": "the scale"},
    "beta": {"label": "β", "help": "the shift"},
}
#: Label, options with their names, and help of the other choices, by attribute of `View`.
CHOICES: dict[str, dict[str, Any]] = {
    "quantity": {
        "label": "show",
        "options": {"pre_activation": "values", "activation": "outputs"},
        "help": "the values in each layer, which enter its activation, or what comes out of it",
    },
    "value_axis": {
        "label": "axis",
        "options": {"linear": "linear", "symlog": "symmetric log"},
        "help": "an axis that is logarithmic on both sides of 0 shows values up to a million",
    },
    "loss_axis": {
        "label": "loss",
        "options": {"linear": "linear", "log": "log"},
        "help": "a logarithmic axis shows small losses",
    },
    "by_hand": {
        "label": "γ and β",
        "options": {"learnt": "as learnt", "identity": "identity", "hand": "by hand"},
        "help": "identity: gamma = √(variance + ε) and beta = mean restore the input",
    },
    "since": {
        "label": "drift since",
        "options": {"start": "step 0", "last": "last frame"},
        "help": "how far values are from where they began, or how far the last steps moved them",
    },
    "drift_unit": {
        "label": "in",
        "options": {"own": "own unit", "std": "std"},
        "help": "the unit of the values, the same for all networks, or their standard deviation at "
        "the start, each network’s own",
    },
    "gradient_shift": {
        "label": "gradient shift",
        "options": {"relative": "relative", "absolute": "absolute"},
        "help": "divided by the norm of the gradient, or as Santurkar et al. (2018) define it; "
        "a network that hardly learns has small gradients, which cannot shift far",
    },
    "x_axis": {
        "label": "over",
        "options": {"steps": "steps", "examples": "examples", "seconds": "seconds"},
        "help": "BN can win in steps and lose in seconds: each of its steps costs more. "
        "Seconds are steps times what a step costs by itself, in processor time",
    },
    "run_scale": {
        "label": "run axis",
        "options": {"root": "square root", "linear": "linear"},
        "help": "by the square root, the first steps, in which most happens, are drawn wider than "
        "the last ones; in the curves and on the slider",
    },
}
