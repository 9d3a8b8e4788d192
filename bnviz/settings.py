"""Settings of a run: every choice, default and bound, declared once.

The page's form, the terminal, the URL, the README's table and the tests all read this module.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, ClassVar

from bnviz.interventions import Intervention, parse
from bnviz.kinds import (
    Bounds,
    Changes,
    Choice,
    Flag,
    Float,
    Integer,
    Key,
    Kind,
    Value,
    finite_number,
)

#: Data sets with two input features, which can be drawn as points in a plane.
PLANE_DATASETS = ("moons", "circles", "spiral", "xor", "gaussians")
#: Name under which a viewer's own file takes the place of a built-in data set.
UPLOAD = "upload"
DATASETS = (
    "digits",
    *PLANE_DATASETS,
    "breast_cancer",
    "wine",
    "mnist",
    "fashion_mnist",
    UPLOAD,
)
ACTIVATIONS = (
    "sigmoid",
    "tanh",
    "relu",
    "leaky_relu",
    "elu",
    "selu",
    "gelu",
    "silu",
    "linear",
)
INITIALIZERS = (
    "glorot_uniform",
    "glorot_normal",
    "he_uniform",
    "he_normal",
    "lecun_normal",
    "random_normal",
)
OPTIMIZERS = ("sgd", "momentum", "adam", "rmsprop")
BN_POSITIONS = ("before", "after")
#: Networks that can be trained beside the one without BN and the one with it.
THIRD_ARMS = ("no", "bn_other", "layer_norm", "noisy_bn")
#: Momentum of the optimizer "momentum", which is SGD with it.
SGD_MOMENTUM = 0.9
STEPS = Bounds(1, 50_000)
LEARNING_RATES = Bounds(1e-5, 10.0)
SEEDS = Bounds(0, 2**31 - 1)
#: Names that belong to no setting and are still listed one by one; a link may hold a thousand.
MAX_UNKNOWN = 5
_NO_SETTING = "nothing, since no setting has this name"
_UPLOAD_RULE = "a key exactly when the data set is 'upload' (choose a file first)"


def _setting(default: Value, kind: Kind) -> Any:
    return field(default=default, metadata={"kind": kind})


@dataclass(frozen=True)
class Problem:
    """One bad field: its name, what came, what is allowed."""

    name: str
    given: str
    allowed: str

    def __str__(self) -> str:
        return f"{_short(self.name)} is {_short(self.given)!r}; allowed is {self.allowed}"


def describe_problems(problems: Iterable[Problem]) -> str:
    """Problems as text: every bad setting, and the first names that belong to no setting."""
    found = tuple(problems)
    strange = [problem for problem in found if problem.name not in KINDS]
    shown = [problem for problem in found if problem.name in KINDS] + strange[:MAX_UNKNOWN]
    rest = len(strange) - MAX_UNKNOWN
    more = [f"{rest} further names belong to no setting"] if rest > 0 else []
    return "; ".join([*map(str, shown), *more])


class SettingsError(ValueError):
    """Settings that cannot be run.

    Attributes:
        problems: Every bad field, not the first alone.
    """

    def __init__(self, problems: Iterable[Problem]):
        self.problems = tuple(problems)
        super().__init__(describe_problems(self.problems))

    def __reduce__(self) -> tuple[type, tuple[tuple[Problem, ...]]]:
        return type(self), (self.problems,)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything that decides a run; the same settings on the same machine give the same run.

    Raises:
        SettingsError: At construction, naming each field that is out of its bounds.
    """

    #: Raised when a change makes the same settings mean another run, so that no old recording
    #: is taken for a new one.
    VERSION: ClassVar[int] = 2

    dataset: str = _setting(
        "digits",
        Choice("data set", "Data", "What the networks learn to tell apart.", DATASETS),
    )
    noise: float = _setting(
        0.2,
        Float(
            "noise",
            "Data",
            "Spread of the points of the two-dimensional data sets.",
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
            "Key of your own data set, given when it is uploaded.",
            relevant_if=("dataset", (UPLOAD,)),
        ),
    )
    hidden_layers: int = _setting(
        3, Integer("hidden layers", "Network", "Layers between input and output.", 1, 50)
    )
    units: int = _setting(32, Integer("units", "Network", "Neurons in each hidden layer.", 2, 256))
    activation: str = _setting(
        "sigmoid",
        Choice("activation", "Network", "The non-linearity after each hidden layer.", ACTIVATIONS),
    )
    initializer: str = _setting(
        "glorot_uniform",
        Choice("initial weights", "Network", "How the weights are drawn at step 0.", INITIALIZERS),
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
        ),
    )
    init_scale: float = _setting(
        1.0,
        Float("initial scale", "Network", "Multiplies every initial weight.", 1e-3, 100.0),
    )
    dropout: float = _setting(
        0.0,
        Float(
            "dropout",
            "Network",
            "Share of activations set to 0 at each training step.",
            0,
            0.9,
            advanced=True,
        ),
    )
    optimizer: str = _setting(
        "sgd", Choice("optimizer", "Training", "The rule that updates the weights.", OPTIMIZERS)
    )
    learning_rate: float = _setting(
        1.0,
        Float("learning rate", "Training", "Length of each update's step.", *LEARNING_RATES),
    )
    batch_size: int = _setting(
        32, Integer("batch size", "Training", "Examples in each training step.", 1, 1024)
    )
    steps: int = _setting(1_500, Integer("steps", "Training", "Updates of the weights.", *STEPS))
    l2: float = _setting(
        0.0,
        Float(
            "L2 penalty",
            "Training",
            "Weight of the squared weights in the loss.",
            0.0,
            1.0,
            advanced=True,
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
            "Share of the moving statistics kept at each step (Keras's meaning; default there "
            "0.99).",
            0.0,
            0.9999,
        ),
    )
    bn_epsilon: float = _setting(
        1e-3,
        Float(
            "epsilon",
            "Batch Normalization",
            "Added to the batch variance so that the root is never 0.",
            1e-7,
            1.0,
            advanced=True,
        ),
    )
    bn_center: bool = _setting(
        True,
        Flag("learn beta", "Batch Normalization", "Learn a shift for each neuron.", advanced=True),
    )
    bn_scale: bool = _setting(
        True,
        Flag("learn gamma", "Batch Normalization", "Learn a scale for each neuron.", advanced=True),
    )
    third_arm: str = _setting(
        "no",
        Choice(
            "third network",
            "Batch Normalization",
            "Train a third one beside the two: BN on the other side of the activation, layer "
            "normalization, or BN followed by noise.",
            THIRD_ARMS,
        ),
    )
    interventions: str = _setting(
        "",
        Changes(
            "changes in mid-run",
            "Training",
            "Steps and what is changed there: another learning rate, BN inserted, removed or its "
            "statistics frozen. The button under the picture writes them for you.",
            STEPS,
            LEARNING_RATES,
            advanced=True,
        ),
    )
    deep: bool = _setting(
        False,
        Flag(
            "look deeper",
            "Measures",
            "Also measure the loss landscape, the gradients' shift, single examples and inference "
            "by other statistics; slower.",
            advanced=True,
        ),
    )
    seed: int = _setting(
        0,
        Integer(
            "seed",
            "Chance",
            "Number from which the initial weights, the batch order and the made-up data follow.",
            *SEEDS,
        ),
    )

    def __post_init__(self) -> None:
        for name, kind in KINDS.items():
            object.__setattr__(self, name, _read(kind, getattr(self, name)))
        problems = [
            Problem(name, _shown(value), kind.allowed())
            for name, kind in KINDS.items()
            if not _same(kind.nearest(value := getattr(self, name)), value)
        ]
        if not problems and (self.dataset == UPLOAD) != bool(self.upload):
            problems.append(Problem("upload", self.upload, _UPLOAD_RULE))
        if problems:
            raise SettingsError(problems)

    @classmethod
    def nearest(cls, given: Mapping[str, object]) -> tuple["Settings", tuple[Problem, ...]]:
        """The nearest valid settings to what was given.

        Args:
            given: Values by name, of any type; text is read as in a URL.

        Returns:
            The settings, bad values replaced by the nearest allowed or else the default, and
            what was wrong with each.
        """
        problems: list[Problem] = []
        values: dict[str, Any] = {}
        for name, came in given.items():
            kind = KINDS.get(name)
            if kind is None:
                problems.append(Problem(_shown(name), _shown(came), _NO_SETTING))
                continue
            value = _read(kind, came)
            near = kind.nearest(value)
            if not _same(near, value):
                problems.append(Problem(name, _shown(came), kind.allowed()))
            if near is not None:
                values[name] = near
        if (values.get("dataset") == UPLOAD) != bool(values.get("upload")):
            if all(problem.name != "upload" for problem in problems):
                problems.append(Problem("upload", str(values.get("upload", "")), _UPLOAD_RULE))
            values.pop("upload", None)
            values.pop("dataset", None)
        return cls(**values), tuple(problems)

    @classmethod
    def read(cls, given: Mapping[str, object]) -> "Settings":
        """Settings from values or text by name.

        Raises:
            SettingsError: If anything is not as allowed.
        """
        settings, problems = cls.nearest(given)
        if problems:
            raise SettingsError(problems)
        return settings

    @classmethod
    def from_json(cls, text: str) -> "Settings":
        """The inverse of `to_json`.

        Raises:
            SettingsError: If the text is no JSON object of settings.
        """
        try:
            given = json.loads(text)
        except (ValueError, RecursionError):
            given = None
        if not isinstance(given, dict):
            raise SettingsError([Problem("settings", text, "a JSON object of settings")])
        return cls.read(given)

    def to_json(self) -> str:
        """All settings as one JSON object, names in the order of declaration."""
        return json.dumps({name: getattr(self, name) for name in KINDS})

    def to_query(self) -> dict[str, str]:
        """The settings that differ from their defaults, as a URL query; `read` is the inverse."""
        default = Settings()
        return {
            name: str(value).lower() if isinstance(value, bool) else str(value)
            for name in KINDS
            if (value := getattr(self, name)) != getattr(default, name)
        }

    def replace(self, **changes: Value) -> "Settings":
        """These settings with some changed; SettingsError if the outcome is not allowed."""
        changed: Settings = replace(self, **changes)  # type: ignore[arg-type]
        return changed

    @property
    def changes(self) -> tuple[Intervention, ...]:
        """The changes in mid-run, in the order of their steps."""
        return parse(self.interventions, steps=STEPS, learning_rates=LEARNING_RATES)

    @property
    def digest(self) -> str:
        """16 hexadecimal characters that name the run these settings describe."""
        text = f"{self.VERSION} {self.to_json()}"
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def _read(kind: Kind, came: object) -> object:
    """A value as its kind reads it; what cannot be read stays as it came."""
    if isinstance(came, str):
        try:
            came = kind.parse(came)
        except ValueError:
            return came
    if isinstance(kind, Float) and finite_number(came) is not None:
        number: Any = came
        return came if abs(number) > 2**53 else float(number) + 0.0
    return came


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."


def _shown(value: object) -> str:
    """Any value as text; some, such as whole numbers of 5,000 digits, have none."""
    try:
        return str(value)
    except Exception:
        return f"a value of type {type(value).__name__} that cannot be shown"


def _same(near: Value | None, value: object) -> bool:
    return near is not None and near == value and type(near) is type(value)


#: Every setting's kind by name, in the order of the form.
KINDS: dict[str, Kind] = {item.name: item.metadata["kind"] for item in fields(Settings)}


def is_relevant(name: str, values: Mapping[str, object]) -> bool:
    """Whether a setting makes a difference beside the values of the others."""
    condition = KINDS[name].relevant_if
    return condition is None or values[condition[0]] in condition[1]


def bounds(name: str) -> Bounds[float]:
    """The lowest and the highest value of a setting that is a number.

    Raises:
        TypeError: If it is of another kind.
    """
    kind = KINDS[name]
    if not isinstance(kind, Integer | Float):
        raise TypeError(f"{name} is not a number; it is {kind.allowed()}")
    return Bounds(kind.low, kind.high)


def groups() -> dict[str, list[str]]:
    """Names of the settings under each heading of the form, in order."""
    grouped: dict[str, list[str]] = {}
    for name, kind in KINDS.items():
        grouped.setdefault(kind.group, []).append(name)
    return grouped
