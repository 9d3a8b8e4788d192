"""ShownExamples: what is drawn of the validation examples whose answers a frame keeps."""

import base64
import binascii
import json
import math
from dataclasses import dataclass
from typing import Any, Literal

from bnviz.recording.frames import NUM_SHOWN, NUM_SINGLE

#: Maximum number of features drawn of an example that is neither image nor point.
MAX_FEATURES = 3
#: Longest name of a class or a feature, in characters.
MAX_TEXT = 60
#: Maximum number of classes; a file that is read has fewer.
_MAX_CLASSES = 1_000
#: Maximum number of numbers in an image.
_MAX_PIXELS = 4_096
_KINDS = ("image", "point", "values")
#: What files of the first six versions of the measures do not hold.
_LATER = frozenset(("probe_labels", "probe_pixels"))


@dataclass(frozen=True)
class ShownExamples:
    """What is drawn of some examples; none of it depends on a network.

    Names may come from a stranger's file: show them as text, never as markup.

    Attributes:
        kind: Whether they are images, points in the plane, or rows of a table.
        labels: Class number of each, at most `NUM_SHOWN`.
        classes: Names of all classes, indexed by class number.
        shape: Height, width and channels of an image; else empty.
        pixels: The images, a byte for each channel of a pixel, example by example; else empty.
        names: Names of the features that are drawn, at most `MAX_FEATURES`; none of an image.
        values: These features of each example, as in its file.
        places: The same from -1 to 1: a place in the plane, or the length of a bar.
        probe_labels: Class numbers of the first examples of the probe, whose values a frame keeps
            one by one, at most `NUM_SINGLE`, if they are images; else empty.
        probe_pixels: These images, as `pixels`.

    Raises:
        ValueError: If these contradict each other or are out of bounds.
    """

    kind: Literal["image", "point", "values"]
    labels: tuple[int, ...]
    classes: tuple[str, ...]
    shape: tuple[int, ...] = ()
    pixels: bytes = b""
    names: tuple[str, ...] = ()
    values: tuple[tuple[float, ...], ...] = ()
    places: tuple[tuple[float, ...], ...] = ()
    probe_labels: tuple[int, ...] = ()
    probe_pixels: bytes = b""

    def __post_init__(self) -> None:
        count = len(self.labels)
        texts = (*self.classes, *self.names)
        numbers = [number for row in (*self.values, *self.places) for number in row]
        image = self.kind == "image"
        features = {"image": (0,), "point": (2,)}.get(self.kind, range(1, MAX_FEATURES + 1))
        rows = 0 if image else count
        right = (
            self.kind in _KINDS
            and 1 <= count <= NUM_SHOWN
            and len(self.classes) <= _MAX_CLASSES
            and all(0 <= label < len(self.classes) for label in self.labels)
            and all(len(text) <= MAX_TEXT for text in texts)
            and len(self.shape) == 3 * image
            and all(size > 0 for size in self.shape)
            and (not image or (self.shape[2] in (1, 3) and math.prod(self.shape) <= _MAX_PIXELS))
            and len(self.pixels) == image * count * math.prod(self.shape)
            and len(self.probe_labels) <= image * NUM_SINGLE
            and all(0 <= label < len(self.classes) for label in self.probe_labels)
            and len(self.probe_pixels) == len(self.probe_labels) * math.prod(self.shape)
            and len(self.names) in features
            and len(self.values) == len(self.places) == rows
            and all(len(row) == len(self.names) for row in (*self.values, *self.places))
            and all(math.isfinite(number) for number in numbers)
            and all(-1 <= number <= 1 for row in self.places for number in row)
        )
        if not right:
            raise ValueError("the examples to be shown contradict each other or are out of bounds")

    def to_dict(self) -> dict[str, Any]:
        """As the browser, a recording's file and the wire have it; pixels in base64."""
        return {
            "kind": self.kind,
            "labels": self.labels,
            "classes": self.classes,
            "shape": self.shape,
            "pixels": base64.b64encode(self.pixels).decode(),
            "names": self.names,
            "values": self.values,
            "places": self.places,
            "probe_labels": self.probe_labels,
            "probe_pixels": base64.b64encode(self.probe_pixels).decode(),
        }

    def to_json(self) -> str:
        """`to_dict` as text, as earlier versions wrote it if there are no examples of the probe."""
        given = self.to_dict()
        if not self.probe_labels:
            given = {name: part for name, part in given.items() if name not in _LATER}
        return json.dumps(given, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> "ShownExamples":
        """Reads what `to_json` wrote; safe on texts from strangers.

        Raises:
            ValueError: If it is anything else.
        """
        try:
            given = json.loads(text)
            names = cls.__dataclass_fields__.keys()
            if not isinstance(given, dict) or not names - _LATER <= given.keys() <= names:
                raise ValueError("not the fields of shown examples")
            return cls(
                kind=_text(given["kind"]),  # type: ignore[arg-type]
                labels=tuple(map(_whole, given["labels"])),
                classes=tuple(map(_text, given["classes"])),
                shape=tuple(map(_whole, given["shape"])),
                pixels=base64.b64decode(_text(given["pixels"]), validate=True),
                names=tuple(map(_text, given["names"])),
                values=tuple(tuple(map(_number, row)) for row in given["values"]),
                places=tuple(tuple(map(_number, row)) for row in given["places"]),
                probe_labels=tuple(map(_whole, given.get("probe_labels", ()))),
                probe_pixels=base64.b64decode(_text(given.get("probe_pixels", "")), validate=True),
            )
        except (TypeError, RecursionError, OverflowError, binascii.Error) as error:
            raise ValueError("these are no examples to be shown") from error


def _text(given: object) -> str:
    if not isinstance(given, str):
        raise TypeError
    return given


def _whole(given: object) -> int:
    if not isinstance(given, int) or isinstance(given, bool):
        raise TypeError
    return given


def _number(given: object) -> float:
    if not isinstance(given, int | float) or isinstance(given, bool):
        raise TypeError
    return float(given)
