"""EventFiles: a recording as TensorBoard reads it, with a run for each network.

The files hold what `tf.summary.scalar`, `histogram` and `text` write. These need TensorFlow and
TensorBoard, and count values themselves; here the recorded counts are written, in the recording's
own bins, as messages of Protocol Buffers. Fields are numbered as in `event.proto`, `summary.proto`,
`tensor.proto` and `tensor_shape.proto` of TensorFlow.
"""

import struct
from collections.abc import Iterator
from dataclasses import asdict

import numpy as np
from numpy.typing import NDArray

from bnviz.export.record_file import record_file
from bnviz.recording import Recording
from bnviz.recording.frame_schema import QUANTITY_MEASURES
from bnviz.recording.header import arm_file_name
from bnviz.recording.series import Series, series
from bnviz.settings import Settings
from bnviz.settings.settings import KINDS, is_relevant

#: Name of the file of a run. TensorBoard takes for its own what has "tfevents" in its name; always
#: the same name, so that a second export replaces the first one.
FILE_NAME = "events.out.tfevents.0000000000.bnviz"
#: Group of what belongs to a whole network, and the layer after the hidden ones.
_NETWORK, _OUTPUT = "network", "output"
#: The version of the format, as the first event of a file names it.
_FORMAT = "brain.Event:2"

#: Numbers of `DataType`: float32, float64 and text.
_FLOAT, _DOUBLE, _STRING = 1, 2, 7
#: Numbers of `DataClass`.
_SCALAR, _TENSOR = 1, 2
#: The numbers that take one byte.
_ONE_BYTE = [bytes([number]) for number in range(0x80)]


def event_files(recording: Recording) -> dict[str, bytes]:
    """Returns a file for each network.

    The time of a step is what training took up to it, in seconds of processor; 0 where that is not
    known. The same recording gives the same files.

    Tags are `network/MEASURE` and `MEASURE/LAYER`. Series that have no known value are left out.
    A histogram has the bins from the first to the last that is not empty; values beyond all edges
    stand in a bin without width at the outermost one.

    Args:
        recording: With at least one frame.

    Returns:
        The contents of the files by path, a folder for each network.
    """
    numbers = list(series(recording))
    return {
        f"{folder}/{FILE_NAME}": _file(recording, arm, numbers)
        for arm, folder in folders(recording).items()
    }


def folders(recording: Recording) -> dict[str, str]:
    """The folder of each network, by its name.

    TensorBoard colours runs in the order of their names, the first orange and the second blue, as
    the networks without and with BN are here.
    """
    settings = recording.header.settings
    return {
        arm: f"{place}_{arm if settings is None else arm_file_name(settings, arm)}"
        for place, arm in enumerate(recording.layout.arms, start=1)
    }


def _file(recording: Recording, arm: str, numbers: list[Series]) -> bytes:
    by_step: list[list[bytes]] = [[] for _ in recording.frames]
    by_step[0].append(_words(recording))
    for each in numbers:
        if each.arm == arm and not np.isnan(each.values).all():
            for step, value in zip(by_step, _scalars(each, recording), strict=True):
                step.append(value)
    for quantity in recording.header.quantities:
        counts = recording.frames[arm][f"{quantity.name}_counts"]
        edges = recording.header.edges(quantity.name)
        for layer in range(counts.shape[1]):
            tag = f"{quantity.name}/{_layer(layer + 1, recording)}"
            for step, value in zip(by_step, _histograms(tag, counts[:, layer], edges), strict=True):
                step.append(value)
    cost = recording.seconds_per_step.get(arm, 0.0)
    steps = recording.frames["step"].tolist()
    events = [
        _double(1, cost * step) + _integer(2, step) + _text(5, b"".join(values))
        for step, values in zip(steps, by_step, strict=True)
    ]
    return record_file([_double(1, 0.0) + _text(3, _FORMAT.encode()), *events])


def _layer(number: int, recording: Recording) -> str:
    layers = recording.header.layers
    names = [layer.name for layer in layers]
    if number <= len(names):
        return names[number - 1]
    return _OUTPUT if _OUTPUT not in names else f"after “{names[-1]}”"


def _scalars(each: Series, recording: Recording) -> Iterator[bytes]:
    """A value for each step; the first one of a tag says what it is."""
    unit = f", in {each.measure.unit}" if each.measure.unit else ""
    about = _about("scalars", _SCALAR, each.measure.meaning + unit)
    layer = _layer(each.layer, recording)
    tag = f"{each.name}/{layer}" if each.layer else f"{_NETWORK}/{each.name}"
    first, *others = (struct.pack("<f", value) for value in each.values.tolist())
    yield _value(tag, _scalar(first), about)
    # Without more about them they are alike up to the number at their ends.
    head = _value(tag, _scalar(first), b"")[: -len(first)]
    yield from (head + other for other in others)


def _scalar(number: bytes) -> bytes:
    """A `TensorProto` of one float32."""
    return _integer(1, _FLOAT) + _text(5, number)


def _histograms(
    tag: str, counts: NDArray[np.integer], edges: NDArray[np.float32]
) -> Iterator[bytes]:
    """The same of histograms.

    Args:
        tag: The tag.
        counts: Shape (num_frames, num_bins + 2), with those below and above all edges.
        edges: Shape (num_bins + 1,).
    """
    (measure,) = (each for each in QUANTITY_MEASURES if each.name.endswith("_counts"))
    about = _about("histograms", _TENSOR, measure.meaning)
    left = np.concatenate([edges[:1], edges])
    right = np.concatenate([edges, edges[-1:]])
    for each in counts:
        filled = np.flatnonzero(each)
        bins = slice(filled[0], filled[-1] + 1) if len(filled) else slice(0)
        rows = np.column_stack([left[bins], right[bins], each[bins]]).astype("<f8")
        shape = b"".join(_text(2, _integer(1, size)) for size in rows.shape)
        tensor = _integer(1, _DOUBLE) + _text(2, shape) + _text(4, rows.tobytes())
        yield _value(tag, tensor, about)
        about = b""


def _words(recording: Recording) -> bytes:
    """The settings as a table in Markdown; of networks without any, the line about them."""
    header = recording.header
    # As code, since TensorBoard would take it for Markdown, and a picture in it for one to load.
    tag, text = "about", f"    {header.about}"
    if header.settings is not None:
        tag, text = "settings", _table(header.settings)
    tensor = _integer(1, _STRING) + _text(8, text.encode())
    return _value(tag, tensor, _about("text", _TENSOR))


def _table(settings: Settings) -> str:
    """The settings that have an effect as a table in Markdown."""
    values = asdict(settings)
    rows = [
        f"| {kind.label} | {settings.text(name)} |"
        for name, kind in KINDS.items()
        if is_relevant(name, values)
    ]
    return "\n".join(["| setting | value |", "|---|---|", *rows])


def _value(tag: str, tensor: bytes, about: bytes) -> bytes:
    """A value of a `Summary`.

    Args:
        tag: Its tag.
        tensor: Its `TensorProto`.
        about: Its `SummaryMetadata`; empty to leave them out.
    """
    parts = _text(1, tag.encode()) + _text(8, tensor)
    return _text(1, parts + _text(9, about) if about else parts)


def _about(plugin: str, kind: int, description: str = "") -> bytes:
    """A `SummaryMetadata`.

    Args:
        plugin: Name of the part of TensorBoard that shows the value.
        kind: Its `DataClass`.
        description: What it is; empty to leave it out.
    """
    words = _text(3, description.encode()) if description else b""
    return _text(1, _text(1, plugin.encode())) + words + _integer(4, kind)


def _text(field: int, content: bytes) -> bytes:
    """A field of bytes, a text, packed numbers or a message."""
    return _varint(field << 3 | 2) + _varint(len(content)) + content


def _integer(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _double(field: int, value: float) -> bytes:
    return _varint(field << 3 | 1) + struct.pack("<d", value)


def _varint(value: int) -> bytes:
    """A number from 0 on, seven bits a byte, the lowest first; all bytes but the last have 0x80."""
    if value < 0x80:
        return _ONE_BYTE[value]
    return bytes([value & 0x7F | 0x80]) + _varint(value >> 7)
