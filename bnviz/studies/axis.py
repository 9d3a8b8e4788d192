"""Axis: a setting and the values that it takes along one side of a phase map."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from bnviz.recording.frames import ARM_LABELS, NORMALIZED_ARMS
from bnviz.settings import SettingsError, typed_numbers
from bnviz.settings.bn_changes import BN_ARMS, MOVING_ARMS
from bnviz.settings.kinds import Float, Integer, Kind
from bnviz.settings.problem import Problem
from bnviz.settings.settings import KINDS
from bnviz.settings.written_numbers import written

#: Settings that an axis can have.
AXES = (
    "learning_rate",
    "init_scale",
    "hidden_layers",
    "units",
    "batch_size",
    "bn_momentum",
    "bn_epsilon",
)
#: The second networks that read those of them which not every one reads.
_READERS = {
    "bn_momentum": MOVING_ARMS,
    "bn_epsilon": tuple(arm for arm in NORMALIZED_ARMS if arm != "dyt"),
}
SCALES = ("linear", "log")
#: Maximum number of values along an axis.
MAX_VALUES = 24
_RULE = (
    "NAME=LOW:HIGH:SCALE:COUNT such as learning_rate=0.001:10:log:16, with NAME one of "
    f"{', '.join(AXES)}, LOW below HIGH, SCALE one of {', '.join(SCALES)} (log needs LOW above 0) "
    f"and a COUNT from 2 to {MAX_VALUES}"
)


def axes_of(second_arm: str) -> tuple[str, ...]:
    """Returns the `AXES` that make a difference to a map.

    Args:
        second_arm: Its second network, one of `bnviz.settings.choices.STUDY_ARMS`.
    """
    return tuple(name for name in AXES if second_arm in _READERS.get(name, (second_arm,)))


def setting_label(setting: str, second_arm: str) -> str:
    """Returns the label of a setting of a map, clear without its heading: "BN momentum".

    Args:
        setting: Its name.
        second_arm: The map's second network, which reads it; "layer norm epsilon".
    """
    kind: Kind = KINDS[setting]
    if not setting.startswith("bn_"):
        return kind.label
    reader = "BN" if second_arm in BN_ARMS else ARM_LABELS[second_arm]
    return f"{reader} {kind.label}"


@dataclass(frozen=True)
class Axis:
    """A setting and the values that it takes along one side of a map.

    Attributes:
        name: The setting, one of `AXES`.
        low: The lowest value.
        high: The highest value.
        scale: One of `SCALES`.
        count: Number of values, 2 to `MAX_VALUES`. Fewer are left if whole numbers coincide.

    Raises:
        SettingsError: If an attribute is not as allowed.
    """

    name: str
    low: float
    high: float
    scale: str
    count: int

    def __post_init__(self) -> None:
        allowed = self._violated_rule()
        if allowed:
            raise SettingsError([Problem("axis", str(self), allowed)])

    def _violated_rule(self) -> str:
        """Returns the rule that the axis breaks; empty if there is none."""
        kind = KINDS.get(self.name)
        if self.name not in AXES or not isinstance(kind, Integer | Float):
            return _RULE
        if self.scale not in SCALES or not 2 <= self.count <= MAX_VALUES:
            return _RULE
        if not self.low < self.high:
            return "a range whose low end is below its high end"
        if self.scale == "log" and self.low <= 0:
            return "a range above 0, or the scale linear"
        if self.low < kind.low or self.high > kind.high:
            return f"a range within that of {self.name}, which is {kind.allowed()}"
        return ""

    @classmethod
    def parse(cls, text: str) -> "Axis":
        """Reads an axis from text such as "learning_rate=0.001:10:log:16"; the inverse of `str`.

        Raises:
            SettingsError: If the text is not an axis.
        """
        name, _, rest = text.partition("=")
        parts = rest.split(":")
        try:
            if len(text) > 100 or len(parts) != 4:
                raise ValueError(text)
            low, high = map(typed_numbers.real, parts[:2])
            count = typed_numbers.whole(parts[3])
        except ValueError:
            raise SettingsError([Problem("axis", text, _RULE)]) from None
        return cls(name.strip(), low, high, parts[2], count)

    @classmethod
    def typed(cls, text: str) -> "Axis":
        """Reads an axis that somebody typed: that of a whole number has whole ends.

        Raises:
            SettingsError: If the text is not an axis, or its ends would be rounded.
        """
        axis = cls.parse(text)
        whole = isinstance(KINDS[axis.name], Integer)
        if whole and not (axis.low.is_integer() and axis.high.is_integer()):
            allowed = f"a range with whole ends, since {axis.name} is a whole number"
            raise SettingsError([Problem("axis", text, allowed)])
        return axis

    def label(self, index: int) -> str:
        """Returns a value as it is written beside the map: whole, or to three digits."""
        value = self.values[index]
        return written(value, "," if isinstance(value, int) else ".3g")

    def nearest(self, value: float) -> int:
        """Returns the index of the value nearest to another one, as the axis is drawn."""
        if self.scale == "log" and value <= 0:
            return 0
        place = math.log if self.scale == "log" else float
        places = np.array([place(each) for each in self.values])
        return int(np.abs(places - place(value)).argmin())

    def __str__(self) -> str:
        low, high = (repr(float(end)).removesuffix(".0") for end in (self.low, self.high))
        return f"{self.name}={low}:{high}:{self.scale}:{self.count}"

    @cached_property
    def values(self) -> tuple[float, ...] | tuple[int, ...]:
        """The values, increasing: whole numbers if the setting is whole, else to four digits."""
        spread = np.geomspace if self.scale == "log" else np.linspace
        values = spread(self.low, self.high, self.count).tolist()
        if isinstance(KINDS[self.name], Integer):
            return tuple(sorted({round(value) for value in values}))
        return tuple(sorted({float(f"{value:.4g}") for value in values}))


#: The axis of each setting unless another one is asked for.
DEFAULT_AXES = {
    axis.name: axis
    for axis in (
        Axis("learning_rate", 0.01, 10.0, "log", 16),
        Axis("init_scale", 0.1, 10.0, "log", 16),
        Axis("hidden_layers", 1, 12, "linear", 12),
        Axis("units", 4, 128, "log", 6),
        Axis("batch_size", 2, 256, "log", 8),
        Axis("bn_momentum", 0.0, 0.99, "linear", 12),
        Axis("bn_epsilon", 1e-5, 1.0, "log", 11),
    )
}
