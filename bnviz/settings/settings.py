"""Settings of a run: every setting with its default and bounds, declared once.

The page's form, the terminal, the URL and the tests all read this module; its
length is that of the one declaration.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from types import MappingProxyType
from typing import Any, ClassVar

from bnviz.settings.architectures import ARCHITECTURES, RESIDUAL
from bnviz.settings.choices import (
    ACTIVATIONS,
    BN_POSITIONS,
    DATASETS,
    DROPOUT_POSITIONS,
    INITIALIZERS,
    LEARNING_RATES,
    OPTIMIZERS,
    PLANE_DATASETS,
    SECOND_ARMS,
    SEEDS,
    STEPS,
    THIRD_ARMS,
    UPLOAD,
)
from bnviz.settings.interventions import Intervention, parse
from bnviz.settings.kinds import (
    Bounds,
    Changes,
    Choice,
    Flag,
    Float,
    Integer,
    Key,
    Kind,
    MoreThan,
    Value,
)
from bnviz.settings.problem import UNKNOWN, Problem, SettingsError, as_text
from bnviz.settings.rules import contradictions_of
from bnviz.settings.scales import LOGARITHMIC, Scale

_UPLOAD_RULE = "a key if and only if the data set is 'upload' (choose a file first)"


def _setting(default: Value, kind: Kind, *, neutral: Value | None = None) -> Any:
    """Declares a setting.

    Args:
        default: Its default.
        kind: What it may be.
        neutral: Only for a setting added later: the value with which a run is what it was before
            there was this setting. With it the setting is left out of the JSON and of the digest,
            so that old recordings and digests keep their meaning.
    """
    return field(default=default, metadata={"kind": kind, "neutral": neutral})


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything that determines a run: on one machine, equal settings give equal runs.

    Raises:
        SettingsError: At construction, naming every value that is not allowed.
    """

    #: Increased when the same settings come to mean another run, so that old recordings are not
    #: mistaken for new ones.
    VERSION: ClassVar[int] = 2

    dataset: str = _setting(
        "digits",
        Choice("data set", "Data", "What the networks learn to classify.", DATASETS, basic=True),
    )
    noise: float = _setting(
        0.2,
        Float(
            "noise",
            "Data",
            "Spread of the points in the two-dimensional data sets.",
            0.0,
            1.0,
            relevant_if=("dataset", PLANE_DATASETS),
        ),
    )
    upload: str = _setting(
        "",
        Key(
            "upload",
            "Data",
            "Key of your own data set, assigned at upload.",
            relevant_if=("dataset", (UPLOAD,)),
        ),
    )
    architecture: str = _setting(
        "dense",
        Choice(
            "architecture",
            "Network",
            "Fully connected hidden layers, or 3×3 convolutions of images with average pooling, "
            "where BN shares mean and variance between all examples and positions of a channel. "
            "Residual, from three layers on: after the first layer, every two are a block, whose "
            "input is added to what they make (He et al. 2015).",
            ARCHITECTURES,
        ),
        neutral="dense",
    )
    hidden_layers: int = _setting(
        5,
        Integer(
            "hidden layers",
            "Network",
            "Layers between input and output.",
            1,
            50,
            basic=True,
            scale=LOGARITHMIC,
        ),
    )
    units: int = _setting(
        32,
        Integer(
            "units",
            "Network",
            "Neurons in each hidden layer, or channels of a convolution.",
            2,
            256,
            scale=LOGARITHMIC,
        ),
    )
    activation: str = _setting(
        "relu",
        Choice(
            "activation", "Network", "Non-linearity of each hidden layer.", ACTIVATIONS, basic=True
        ),
    )
    initializer: str = _setting(
        "glorot_uniform",
        Choice(
            "initial weights",
            "Network",
            "How the initial weights are drawn.",
            INITIALIZERS,
        ),
    )
    init_stddev: float = _setting(
        0.05,
        Float(
            "initial std",
            "Network",
            "Standard deviation used by random_normal.",
            1e-4,
            10.0,
            relevant_if=("initializer", ("random_normal",)),
            scale=LOGARITHMIC,
        ),
    )
    init_scale: float = _setting(
        1.0,
        Float(
            "initial scale",
            "Network",
            "Multiplies every initial weight.",
            1e-3,
            100.0,
            scale=LOGARITHMIC,
        ),
    )
    dropout: float = _setting(
        0.0,
        Float(
            "dropout",
            "Network",
            "Share of a hidden layer's values set to 0 at each training step. Every BN after it "
            "sees more variance in training than in inference (variance shift, Li et al. 2019).",
            0,
            0.9,
        ),
    )
    dropout_position: str = _setting(
        "after",
        Choice(
            "dropout position",
            "Network",
            "Dropout after the activation and any BN, or right before the normalization (in the "
            "network without one, in the same place).",
            DROPOUT_POSITIONS,
            relevant_if=("dropout", MoreThan(0.0)),
        ),
        neutral="after",
    )
    optimizer: str = _setting(
        "sgd", Choice("optimizer", "Training", "The rule that updates the weights.", OPTIMIZERS)
    )
    learning_rate: float = _setting(
        0.2,
        Float(
            "learning rate",
            "Training",
            "Factor applied to the gradient in each update.",
            *LEARNING_RATES,
            basic=True,
            scale=LOGARITHMIC,
        ),
    )
    batch_size: int = _setting(
        32,
        Integer(
            "batch size",
            "Training",
            "Examples in each training step.",
            1,
            1024,
            basic=True,
            scale=LOGARITHMIC,
        ),
    )
    steps: int = _setting(
        800,
        Integer(
            "steps",
            "Training",
            "Number of weight updates.",
            *STEPS,
            basic=True,
            scale=LOGARITHMIC,
        ),
    )
    l2: float = _setting(
        0.0,
        Float(
            "L2 penalty",
            "Training",
            "This times the sum of squared weights is added to the loss. Weights before a BN can "
            "shrink without changing any output: there it raises the effective rate, learning rate "
            "/ norm(weights)² (van Laarhoven 2017).",
            0.0,
            1.0,
            scale=Scale(ratios=True, offset=1e-5),
        ),
    )
    bn_position: str = _setting(
        "before",
        Choice(
            "position",
            "Batch Normalization",
            "BN before the activation (Ioffe & Szegedy 2015) or after it.",
            BN_POSITIONS,
        ),
    )
    bn_momentum: float = _setting(
        0.9,
        Float(
            "momentum",
            "Batch Normalization",
            "Share of the moving statistics kept at each step (as in Keras, where the default is "
            "0.99).",
            0.0,
            0.9999,
            scale=Scale(ratios=True, origin=1.0),
        ),
    )
    bn_epsilon: float = _setting(
        1e-3,
        Float(
            "epsilon",
            "Batch Normalization",
            "Added to the batch variance to avoid division by zero.",
            1e-7,
            1.0,
            scale=LOGARITHMIC,
        ),
    )
    bn_center: bool = _setting(
        True,
        Flag("learn beta", "Batch Normalization", "Learn a shift for each neuron."),
    )
    bn_scale: bool = _setting(
        True,
        Flag("learn gamma", "Batch Normalization", "Learn a scale for each neuron."),
    )
    zero_last_gamma: bool = _setting(
        False,
        Flag(
            "last gamma 0",
            "Batch Normalization",
            "Start at 0 instead of 1 with the gamma of each block's last normalization, so that "
            "blocks begin by passing on their input (Goyal et al. 2017), with BN before the "
            "activation through that. What has no gamma to learn is unchanged.",
            relevant_if=("architecture", RESIDUAL),
        ),
        neutral=False,
    )
    second_arm: str = _setting(
        "bn",
        Choice(
            "second network",
            "Batch Normalization",
            "What the second network has: BN, or one of its relatives in its place, which is then "
            "compared with the network without any.",
            SECOND_ARMS,
        ),
        neutral="bn",
    )
    third_arm: str = _setting(
        "no",
        Choice(
            "third network",
            "Batch Normalization",
            "Train a third network beside the two, another one than the second: with BN, with BN "
            "on the other side of the activation, with layer, group (of 4 neurons or more), RMS "
            "or instance normalization (each channel of an image alone; of a neuron in a dense "
            "layer nothing is left), with batch renorm, with ghost BN (of virtual batches), with "
            "dynamic tanh (no statistics), with weight norm (of the weights alone), or with BN "
            "followed by noise.",
            THIRD_ARMS,
        ),
    )
    interventions: str = _setting(
        "",
        Changes(
            "changes in mid-run",
            "Training",
            "What to change at which step: the learning rate, or BN, which can be inserted, "
            "removed or have its statistics frozen. The list under the picture fills this in.",
            STEPS,
            LEARNING_RATES,
        ),
    )
    deep: bool = _setting(
        False,
        Flag(
            "look deeper",
            "Measures",
            "Also measure the loss landscape, the shift of gradients and inference using other "
            "statistics; slower.",
        ),
    )
    seed: int = _setting(
        0,
        Integer(
            "seed",
            "Randomness",
            "Determines the initial weights, the batch order and the synthetic data.",
            *SEEDS,
            scale=Scale(ratios=True, offset=1.0),
        ),
    )

    def __post_init__(self) -> None:
        for name, kind in KINDS.items():
            object.__setattr__(self, name, kind.read(getattr(self, name)))
        problems = [
            Problem(name, as_text(value), kind.allowed())
            for name, kind in KINDS.items()
            if not kind.allows(value := getattr(self, name))
        ]
        if not problems and (self.dataset == UPLOAD) != bool(self.upload):
            problems.append(Problem("upload", self.upload, _UPLOAD_RULE))
        if not problems:
            problems += [replace(each, used=None) for each in contradictions_of(vars(self))]
        if problems:
            raise SettingsError(problems)

    @classmethod
    def nearest(
        cls, given: Mapping[str, object], *, defaults: Mapping[str, Value] = MappingProxyType({})
    ) -> tuple["Settings", tuple[Problem, ...]]:
        """The valid settings nearest to given values.

        Args:
            given: Values by name, of any type; text is read as in a URL.
            defaults: Defaults by name that take the place of the present ones.

        Returns:
            The settings, with each bad value replaced by the nearest allowed one or else by the
            default, and what was wrong.
        """
        problems: list[Problem] = []
        values: dict[str, Any] = {}
        for name, entry in given.items():
            kind = KINDS.get(name)
            if kind is None:
                problems.append(Problem(as_text(name), as_text(entry), UNKNOWN))
                continue
            value = kind.read(entry)
            if not kind.allows(value):
                problems.append(Problem(name, as_text(entry), kind.allowed()))
            nearest = kind.nearest(value)
            if nearest is not None:
                values[name] = nearest
        if (values.get("dataset") == UPLOAD) != bool(values.get("upload")):
            if all(problem.name != "upload" for problem in problems):
                problems.append(Problem("upload", str(values.get("upload", "")), _UPLOAD_RULE))
            values.pop("upload", None)
            values.pop("dataset", None)
        values = {**defaults, **values}
        whole = {**{name: item.default for name, item in _FIELDS.items()}, **values}
        contradictions = contradictions_of(whole)
        for problem in contradictions:
            values.pop(problem.name)
            if problem.used is not None:
                values[problem.name] = problem.used
        return cls(**values), (*problems, *contradictions)

    @classmethod
    def read(cls, given: Mapping[str, object]) -> "Settings":
        """Settings from values or text by name.

        Args:
            given: Values by name, of any type; text is read as in a URL.

        Raises:
            SettingsError: If any name or value is not allowed.
        """
        settings, problems = cls.nearest(given)
        if problems:
            raise SettingsError(replace(problem, used=None) for problem in problems)
        return settings

    @classmethod
    def from_json(cls, text: str) -> "Settings":
        """The inverse of `to_json`.

        Settings that are missing have their defaults, those added later their neutral values.

        Raises:
            SettingsError: If the text is not a JSON object of valid settings.
        """
        try:
            given = json.loads(text)
        except (ValueError, RecursionError):
            given = None
        if not isinstance(given, dict):
            raise SettingsError([Problem("settings", text, "a JSON object of settings")])
        return cls.read(NEUTRAL | given)

    def to_json(self) -> str:
        """The settings as one JSON object in the order of declaration.

        Settings added later are left out at their neutral values.
        """
        values = {name: getattr(self, name) for name in KINDS}
        kept = {name: value for name, value in values.items() if value != NEUTRAL.get(name)}
        return json.dumps(kept)

    def to_query(self) -> dict[str, str]:
        """The settings that differ from their defaults, as a URL query; `read` is the inverse."""
        default = type(self)()
        names = [name for name in KINDS if getattr(self, name) != getattr(default, name)]
        return {name: self.text(name) for name in names}

    def text(self, name: str) -> str:
        """One setting's value as text, as in a URL."""
        value = getattr(self, name)
        return str(value).lower() if isinstance(value, bool) else str(value)

    def replace(self, **changes: Value) -> "Settings":
        """These settings with some changed.

        Raises:
            SettingsError: If the result is not allowed.
        """
        changed: Settings = replace(self, **changes)  # type: ignore[arg-type]
        return changed

    @property
    def changes(self) -> tuple[Intervention, ...]:
        """The changes in mid-run, in the order of their steps."""
        return parse(self.interventions, steps=STEPS, learning_rates=LEARNING_RATES)

    @property
    def digest(self) -> str:
        """16 hexadecimal characters that identify the run of these settings."""
        text = f"{self.VERSION} {self.to_json()}"
        return hashlib.sha256(text.encode()).hexdigest()[:16]


_FIELDS = {item.name: item for item in fields(Settings)}
#: The kind of each setting by name, in the order of the form.
KINDS: dict[str, Kind] = {name: item.metadata["kind"] for name, item in _FIELDS.items()}
#: The defaults that differed when links named no version: what such a link leaves out.
FORMER_DEFAULTS: dict[str, Value] = {
    "hidden_layers": 3,
    "activation": "sigmoid",
    "learning_rate": 1.0,
    "steps": 1_500,
}
#: The neutral values of the settings that were added later.
NEUTRAL: dict[str, Value] = {
    item.name: item.metadata["neutral"]
    for item in fields(Settings)
    if item.metadata["neutral"] is not None
}


def is_relevant(name: str, values: Mapping[str, object]) -> bool:
    """Whether a setting has an effect, given the values of the others."""
    condition = KINDS[name].relevant_if
    return condition is None or values[condition[0]] in condition[1]


def bounds(name: str) -> Bounds[float]:
    """The lowest and the highest value of a numeric setting.

    Raises:
        TypeError: If the setting is not a number.
    """
    kind = KINDS[name]
    if not isinstance(kind, Integer | Float):
        raise TypeError(f"{name} is not a number; it is {kind.allowed()}")
    return Bounds(kind.low, kind.high)


def groups() -> dict[str, list[str]]:
    """The names of the settings under each heading of the form, in order."""
    grouped: dict[str, list[str]] = {}
    for name, kind in KINDS.items():
        grouped.setdefault(kind.group, []).append(name)
    return grouped
