"""EventFiles: a recording as TensorBoard reads it, with a run for each network.

The files hold what `tf.summary.scalar`, `histogram` and `text` write. These need TensorBoard, and
count values themselves; here the recorded counts are written, in the recording's own bins.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from bnviz.frame_schema import QUANTITY_MEASURES
from bnviz.frames import ARM_FILE_NAMES
from bnviz.recording import Recording
from bnviz.series import Series, series
from bnviz.settings import KINDS, Settings

#: Name of the file of a run. TensorBoard takes for its own what has "tfevents" in its name; always
#: the same name, so that a second export replaces the first one.
FILE_NAME = "events.out.tfevents.0000000000.bnviz"
#: Group of what belongs to a whole network, and the layer after the hidden ones.
_NETWORK, _OUTPUT = "network", "output"
#: The version of the format, as the first event of a file names it.
_FORMAT = "brain.Event:2"

_Event = tf.compat.v1.Event
_Value = tf.compat.v1.Summary.Value
_Metadata = tf.compat.v1.SummaryMetadata


def event_files(recording: Recording) -> dict[str, bytes]:
    """Returns a file for each network.

    The time of a step is what training took up to it, in seconds of processor; 0 where that is not
    known. The same recording gives the same files.

    Tags are `network/MEASURE` and `MEASURE/layer N`. Series that have no known value are left out.
    A histogram has the bins from the first to the last that is not empty; values beyond all edges
    stand in a bin without width at the outermost one.

    Args:
        recording: A run of the laboratory with at least one frame.

    Returns:
        The contents of the files by path, a folder for each network.
    """
    numbers = list(series(recording))
    return {
        f"{ARM_FILE_NAMES[arm]}/{FILE_NAME}": _file(recording, arm, numbers)
        for arm in recording.layout.arms
    }


def _file(recording: Recording, arm: str, numbers: list[Series]) -> bytes:
    by_step: list[list[Any]] = [[] for _ in recording.frames]
    by_step[0].append(_text("settings", _table(recording.settings)))
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
    events = [_Event(wall_time=0.0, file_version=_FORMAT)]
    events += [
        _Event(wall_time=cost * int(step), step=int(step), summary={"value": found})
        for step, found in zip(recording.frames["step"], by_step, strict=True)
    ]
    return _records(events)


def _layer(number: int, recording: Recording) -> str:
    return f"layer {number}" if number <= recording.layout.hidden_layers else _OUTPUT


def _scalars(each: Series, recording: Recording) -> Iterator[Any]:
    """A value for each step; the first one of a tag says what it is."""
    unit = f", in {each.measure.unit}" if each.measure.unit else ""
    about = _Metadata(
        plugin_data={"plugin_name": "scalars"},
        summary_description=each.measure.meaning + unit,
        data_class="DATA_CLASS_SCALAR",
    )
    layer = _layer(each.layer, recording)
    tag = f"{each.name}/{layer}" if each.layer else f"{_NETWORK}/{each.name}"
    for value in each.values.tolist():
        yield _Value(tag=tag, metadata=about, tensor={"dtype": "DT_FLOAT", "float_val": [value]})
        about = None


def _histograms(tag: str, counts: NDArray[np.integer], edges: NDArray[np.float32]) -> Iterator[Any]:
    """The same of histograms.

    Args:
        tag: The tag.
        counts: Shape (num_frames, num_bins + 2), with those below and above all edges.
        edges: Shape (num_bins + 1,).
    """
    (measure,) = (each for each in QUANTITY_MEASURES if each.name.endswith("_counts"))
    about = _Metadata(
        plugin_data={"plugin_name": "histograms"},
        summary_description=measure.meaning,
        data_class="DATA_CLASS_TENSOR",
    )
    left = np.concatenate([edges[:1], edges])
    right = np.concatenate([edges, edges[-1:]])
    for each in counts:
        filled = np.flatnonzero(each)
        bins = slice(filled[0], filled[-1] + 1) if len(filled) else slice(0)
        rows = np.column_stack([left[bins], right[bins], each[bins]]).astype("<f8")
        shape = {"dim": [{"size": size} for size in rows.shape]}
        tensor = {"dtype": "DT_DOUBLE", "tensor_shape": shape, "tensor_content": rows.tobytes()}
        yield _Value(tag=tag, metadata=about, tensor=tensor)
        about = None


def _text(tag: str, text: str) -> Any:
    about = _Metadata(plugin_data={"plugin_name": "text"}, data_class="DATA_CLASS_TENSOR")
    tensor = {"dtype": "DT_STRING", "string_val": [text.encode()]}
    return _Value(tag=tag, metadata=about, tensor=tensor)


def _table(settings: Settings) -> str:
    """The settings as a table in Markdown."""
    rows = [f"| {kind.label} | {settings.text(name)} |" for name, kind in KINDS.items()]
    return "\n".join(["| setting | value |", "|---|---|", *rows])


def _records(events: list[Any]) -> bytes:
    """Events as a file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / FILE_NAME
        with tf.io.TFRecordWriter(str(path)) as writer:
            for event in events:
                writer.write(event.SerializeToString())
        return path.read_bytes()
