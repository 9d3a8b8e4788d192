"""HeaderText: the header of networks that no settings describe as text, in a recording's file.

What a stranger's file says is checked here: its names are drawn and stand in sentences, and its
sizes say how much memory the frames take.
"""

import json
import re
from collections.abc import Callable
from dataclasses import asdict
from itertools import pairwise
from typing import Any

from bnviz.recording.arm_colours import FURTHER_COLOURS, WITH_BN, WITHOUT_BN
from bnviz.recording.frame_schema import DRIFT_PARTS, FRAME_MEASURES, IN_STD
from bnviz.recording.frames import PROBE_SIZE
from bnviz.recording.header import RecordingHeader, quantities
from bnviz.recording.networks import NORMALIZATIONS, ArmSpec, LayerSpec, NormSpec

#: Maximum number of networks, layers and frames of a recording.
MAX_ARMS, MAX_LAYERS, MAX_FRAMES = 3, 100, 600
#: Longest name of a network or a layer, and longest line about all, in characters.
MAX_NAME, MAX_LINE = 40, 300
#: Maximum number of neurons of a layer, and of its values on the whole probe.
MAX_WIDTH, MAX_VALUES = 65_536, 2**31 - 1
_MAX_STEP = 2**31 - 1
#: The first version of the measures with recordings of such networks.
NETWORKS_SINCE = 6
_FIELD = re.compile(r"[a-z][a-z0-9_]{0,39}")
#: What names may not hold: what a figure would read as markup or as a place for a number.
_MARKUP = frozenset("<>&{}")
#: What a spreadsheet would read as the beginning of a formula.
FORMULA = ("=", "+", "-", "@")
#: The measures that networks may lack: those which are asked for before they are read.
MAY_LACK = frozenset(
    (
        "drift_step",
        *(f"drift_{part}{unit}" for part, *_ in DRIFT_PARTS for unit in ("", IN_STD)),
        "gradient_norm",
        "update_ratio",
        "effective_rate",
        "data_digest",
        "kernels_digest",
        "batches_digest",
    )
)
_FIELDS_OF_A_FRAME = frozenset(measure.name for measure in FRAME_MEASURES)
_PARTS = ("arms", "layers", "steps", "title", "about", "batch_size", "learning_rate", "unknown")


class HeaderError(ValueError):
    """A header that no recording can have; the message is one sentence."""


def to_text(header: RecordingHeader) -> str:
    """A header as text; `read` is the inverse.

    Args:
        header: Of networks that no settings describe.

    Raises:
        HeaderError: If it is not one that can be recorded, drawn and put into words.
    """
    check(header)
    return json.dumps({name: _json(getattr(header, name)) for name in _PARTS})


def read(text: str, version: int) -> RecordingHeader:
    """Reads what `to_text` wrote; safe on texts from strangers.

    Args:
        text: The text.
        version: The version of the measures.

    Raises:
        HeaderError: If it is anything else.
    """
    try:
        given = json.loads(text)
        if not isinstance(given, dict) or set(given) != set(_PARTS):
            raise HeaderError("the recording does not say which networks it is of")
        layers = tuple(LayerSpec(**each) for each in given["layers"])
        header = RecordingHeader(
            arms=tuple(_arm(each) for each in given["arms"]),
            layers=layers,
            quantities=quantities(layers),
            steps=tuple(given["steps"]),
            version=version,
            title=given["title"],
            about=given["about"],
            batch_size=given["batch_size"],
            learning_rate=given["learning_rate"],
            unknown=tuple(given["unknown"]),
        )
        check(header)
    except HeaderError:
        raise
    except (TypeError, ValueError, AttributeError, KeyError, RecursionError) as error:
        raise HeaderError("the recording does not say which networks it is of") from error
    return header


def check(header: RecordingHeader) -> None:
    """Checks a header of networks that no settings describe.

    Raises:
        HeaderError: If it is not one that can be recorded, drawn and put into words.
    """
    for right, wrong in _conditions(header):
        if not right():
            raise HeaderError(wrong)


def _conditions(header: RecordingHeader) -> list[tuple[Callable[[], bool], str]]:
    """What must be so, in an order in which each may rely on those before it, and else is said."""
    arms, layers, steps = header.arms, header.layers, header.steps
    return [
        (lambda: 1 <= len(arms) <= MAX_ARMS, f"a recording is of 1 to {MAX_ARMS} networks"),
        (lambda: 1 <= len(layers) <= MAX_LAYERS, f"a recording is of 1 to {MAX_LAYERS} layers"),
        (
            lambda: all(map(is_name, [*(a.label for a in arms), *(la.name for la in layers)])),
            f"names of networks and layers have 1 to {MAX_NAME} printable characters, "
            f"none of {' '.join(sorted(_MARKUP))}, and none of {' '.join(FORMULA)} first",
        ),
        (
            lambda: len({layer.name for layer in layers}) == len(layers),
            "two layers have the same name",
        ),
        (
            lambda: all(
                isinstance(line, str) and _is_text(line) and len(line) <= MAX_LINE
                for line in (header.title, header.about)
            ),
            f"what a recording says of itself has lines of at most {MAX_LINE} such characters",
        ),
        (lambda: _are_fields([arm.name for arm in arms]), "the networks have no proper names"),
        (
            lambda: len({arm.label for arm in arms}) == len(arms),
            "two networks have the same name",
        ),
        (lambda: all(map(_is_layer, layers)), "a layer has a size or a kind that is not possible"),
        (
            lambda: all(_is_normalized(arm, len(layers)) for arm in arms),
            "what a network normalizes by is not possible",
        ),
        (
            lambda: len({arm.colour for arm in arms}) == len(arms),
            "two networks have the same colour",
        ),
        (
            lambda: (
                2 <= len(steps) <= MAX_FRAMES
                and all(_is_whole(step, 0, _MAX_STEP) for step in steps)
                and steps[0] == 0
                and all(one < other for one, other in pairwise(steps))
            ),
            f"a recording is of 2 to {MAX_FRAMES} steps that increase from 0",
        ),
        (
            lambda: header.batch_size is None or _is_whole(header.batch_size, 1, _MAX_STEP),
            "the size of a batch is not possible",
        ),
        (
            lambda: (
                header.learning_rate is None
                or (isinstance(header.learning_rate, float) and 0 < header.learning_rate < 1e9)
            ),
            "the learning rate is not possible",
        ),
        (lambda: set(header.unknown) <= MAY_LACK, "a measure is named that no network may lack"),
        (
            lambda: (
                not (header.plane or header.deep or header.changes)
                and header.version >= NETWORKS_SINCE
                and header.quantities == quantities(layers)
            ),
            "what only the laboratory measures is not measured of other networks",
        ),
    ]


def _arm(given: dict[str, Any]) -> ArmSpec:
    norms = tuple(None if each is None else NormSpec(**each) for each in given.pop("norms"))
    return ArmSpec(**given, norms=norms)


def _json(part: Any) -> Any:
    if isinstance(part, tuple):
        return [_json(each) for each in part]
    return asdict(part) if isinstance(part, ArmSpec | LayerSpec) else part


def is_name(text: object) -> bool:
    """Whether a network or a layer can be called so."""
    return (
        isinstance(text, str)
        and 1 <= len(text) <= MAX_NAME
        and text == text.strip()
        and not text.startswith(FORMULA)
        and _is_text(text)
    )


def _is_text(text: str) -> bool:
    return text.isprintable() and not _MARKUP & set(text)


def _are_fields(names: list[str]) -> bool:
    """Whether networks have names that fields of a frame can have beside all others."""
    return (
        all(isinstance(name, str) and _FIELD.fullmatch(name) for name in names)
        and len(set(names)) == len(names)
        and not _FIELDS_OF_A_FRAME & set(names)
    )


def _is_layer(layer: LayerSpec) -> bool:
    return (
        _is_whole(layer.width, 1, MAX_WIDTH)
        and _is_whole(layer.positions, 1, MAX_WIDTH)
        and layer.width * layer.positions * PROBE_SIZE <= MAX_VALUES
        and layer.kind in ("dense", "convolution")
        and (layer.activation == "" or is_name(layer.activation))
    )


def _is_normalized(arm: ArmSpec, layers: int) -> bool:
    kinds = [norm.kind for norm in arm.norms if norm is not None]
    whole = "batch" if "batch" in kinds else kinds[0] if kinds else "none"
    return (
        len(arm.norms) == layers
        and set(kinds) <= set(NORMALIZATIONS)
        and arm.normalization == whole
        and all(
            norm.position in ("before", "after")
            and isinstance(norm.epsilon, float)
            and 0 <= norm.epsilon < 1
            for norm in arm.norms
            if norm is not None
        )
        and arm.addition == ""
        and arm.colour in _colours(whole)
    )


def _colours(normalization: str) -> tuple[str, ...]:
    """The colours that a network may have: orange and blue have a meaning."""
    own = {"none": (WITHOUT_BN,), "batch": (WITH_BN,)}
    return (*own.get(normalization, ()), *FURTHER_COLOURS)


def _is_whole(number: object, low: int, high: int) -> bool:
    return isinstance(number, int) and not isinstance(number, bool) and low <= number <= high
