"""View: what a viewer chooses to see of a recording."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class View:
    """What is shown of a recording; choices with names stand in `CHOICES`.

    Attributes:
        name: Which of the views in `TITLES`.
        quantity: Distributions of the inputs or the outputs of the activations.
        value_axis: Linear, or logarithmic to both sides of 0.
        loss_axis: Linear or logarithmic.
        x_axis: What the curves run over.
        layer: The hidden layer that is drawn large, from 1; 0 is the last one.
        neuron: The neuron of it that stands out, from 0.
        by_hand: Whether gamma and beta are those learnt, those of the identity, or these two:
        gamma: Scale by hand.
        beta: Shift by hand.
    """

    name: str = "layers"
    quantity: str = "pre_activation"
    value_axis: str = "linear"
    loss_axis: str = "linear"
    x_axis: str = "steps"
    layer: int = 0
    neuron: int = 0
    by_hand: str = "learnt"
    gamma: float = 1.0
    beta: float = 0.0

    @classmethod
    def read(cls, given: object) -> "View":
        """The view that a browser asks for; what is not among the choices stays the default."""
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
        for name in ("layer", "neuron"):
            number = given.get(name)
            if isinstance(number, int) and not isinstance(number, bool):
                chosen[name] = min(max(0, number), 2**31)
        for name in NUMBERS:
            size: Any = given.get(name)
            number = isinstance(size, int | float) and not isinstance(size, bool)
            if number and abs(size) <= MAX_BY_HAND:  # which NaN is not
                chosen[name] = float(size)
        return cls(**chosen)

    def to_dict(self) -> dict[str, Any]:
        """The view by the names of its attributes; `read` is the inverse."""
        return asdict(self)


#: The views by name, in the order of their tabs.
TITLES = {
    "layers": "Layers",
    "drift": "Drift",
    "neurons": "Neurons",
    "inside": "Inside a neuron",
    "gradients": "Gradients",
    "scale_and_shift": "γ and β",
    "generalisation": "Generalisation",
    "decision": "Boundary",
    "inference": "Training vs inference",
    "landscape": "Landscape",
}

#: What a page that was opened before the view "layers" got its name calls it.
_OLD_NAME = "stage"
#: Largest gamma and beta by hand.
MAX_BY_HAND = 10.0
#: Label and help of the numbers that a viewer may set.
NUMBERS: dict[str, dict[str, Any]] = {
    "gamma": {"label": "γ", "help": "the scale"},
    "beta": {"label": "β", "help": "the shift"},
}
#: Label, and options with their names, by the attribute of `View`.
CHOICES: dict[str, dict[str, Any]] = {
    "quantity": {
        "label": "show",
        "options": {"pre_activation": "inputs", "activation": "outputs"},
        "help": "the values that enter each activation, or those that leave it",
    },
    "value_axis": {
        "label": "values",
        "options": {"linear": "linear", "symlog": "log ±"},
        "help": "a logarithmic axis to both sides of 0 shows values up to a million",
    },
    "loss_axis": {
        "label": "loss",
        "options": {"linear": "linear", "log": "log"},
        "help": "a logarithmic axis shows small losses",
    },
    "by_hand": {
        "label": "γ and β",
        "options": {"learnt": "as learnt", "identity": "identity", "hand": "by hand"},
        "help": "gamma = √(variance + ε) and beta = mean give back what came in",
    },
    "x_axis": {
        "label": "over",
        "options": {"steps": "steps", "examples": "examples", "seconds": "seconds"},
        "help": "BN can win in steps and lose in seconds: each of its steps costs more",
    },
}
