"""What a recording's file says of networks that no settings describe."""

import io
import json

import numpy as np
import pytest

from bnviz.recording import Recording, header_text
from bnviz.recording.arm_colours import FURTHER_COLOURS
from bnviz.recording.file import RecordingError
from bnviz.recording.frame_schema import VERSION
from bnviz.recording.header_text import HeaderError
from bnviz.settings import Settings
from tests.support.archives import npy, zipped
from tests.support.networks import header_of
from tests.support.recordings import random_recording

HEADER = header_of(3, [8, 64, 512], batch_size=32, learning_rate=0.1)


def saved(recording: Recording) -> bytes:
    file = io.BytesIO()
    recording.save(file)
    return file.getvalue()


@pytest.mark.parametrize("header", [HEADER, header_of(1, [1]), header_of(2, [7] * 100)])
def test_is_read_as_it_was_written(header):
    assert header_text.read(header_text.to_text(header), VERSION) == header


@pytest.mark.parametrize("frames", [0, 3, 5])
def test_a_recording_of_other_networks_comes_back_from_its_file(frames):
    recording = random_recording(HEADER, frames)
    found = Recording.load(io.BytesIO(saved(recording)))
    assert found.header == HEADER
    assert found.frames.tobytes() == recording.frames.tobytes()


def test_its_file_is_read_without_this_package_as_that_of_a_run():
    recording = random_recording(HEADER, 5)
    held = np.load(io.BytesIO(saved(recording)))
    assert {"packed", "schema", "version", "networks"} <= set(held.files)
    assert "settings" not in held.files
    assert json.loads(bytes(held["schema"])) == recording.layout.schema()


def changed(*path: str | int, to: object) -> str:
    """The text of a header with another value at a path."""
    given = json.loads(header_text.to_text(HEADER))
    place = given
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] = to
    return json.dumps(given)


HOSTILE = {
    "markup in a label": (("arms", 0, "label"), "<b>x</b>"),
    "a line break in a label": (("arms", 0, "label"), "a\nb"),
    "a place for a number": (("layers", 0, "name"), "conv {}"),
    "no name": (("layers", 0, "name"), ""),
    "a long name": (("layers", 0, "name"), "x" * 41),
    "a name that is a number": (("layers", 0, "name"), 7),
    "markup in the line about it": (("about",), "<a href=x>"),
    "a field of a frame": (("arms", 0, "name"), "step"),
    "a path": (("arms", 0, "name"), "a/b"),
    "the same field twice": (("arms", 0, "name"), "arm_2"),
    "the same label twice": (("arms", 0, "label"), "with BN"),
    "the same layer twice": (("layers", 0, "name"), "block_1/conv_relu"),
    "the same colour twice": (("arms", 1, "colour"), FURTHER_COLOURS[0]),
    "the beginning of a formula": (("arms", 0, "label"), "=1+2"),
    "a measure that is read unasked": (("unknown",), ["diverged_at"]),
    "no network": (("arms",), []),
    "no layer": (("layers",), []),
    "too many networks": (("arms",), json.loads(header_text.to_text(HEADER))["arms"] * 2),
    "a width of 0": (("layers", 0, "width"), 0),
    "a huge width": (("layers", 0, "width"), 10**12),
    "a truth value as a width": (("layers", 0, "width"), True),
    "more values than memory holds": (("layers", 2, "positions"), 65_536),
    "an unknown kind": (("layers", 0, "kind"), "recurrent"),
    "an activation that is a list": (("layers", 0, "activation"), []),
    "steps that fall": (("steps",), [0, 2, 1]),
    "steps from 1": (("steps",), [1, 2]),
    "one step": (("steps",), [0]),
    "half a step": (("steps",), [0, 0.5]),
    "too many steps": (("steps",), list(range(1_000))),
    "orange for a network with BN": (("arms", 1, "colour"), "#D55E00"),
    "blue for a network without BN": (("arms", 0, "colour"), "#0072B2"),
    "a colour that is markup": (("arms", 0, "colour"), "red;}"),
    "BN that no layer has": (("arms", 0, "normalization"), "batch"),
    "an unknown position": (("arms", 1, "norms", 0, "position"), "beside"),
    "an endless epsilon": (("arms", 1, "norms", 0, "epsilon"), float("inf")),
    "too few norms": (("arms", 1, "norms"), [None]),
    "words of its own": (("arms", 0, "addition"), "with nothing"),
    "a batch of -1": (("batch_size",), -1),
    "a rate that is no number": (("learning_rate",), float("nan")),
    "an unknown measure": (("unknown",), ["x"]),
    "settings": (("settings",), {}),
}


@pytest.mark.parametrize(("path", "value"), HOSTILE.values(), ids=HOSTILE)
def test_what_no_recording_can_have_is_refused_in_a_sentence(path, value):
    with pytest.raises(HeaderError, match=r"^[^\n]{10,200}$"):
        header_text.read(changed(*path, to=value), VERSION)


@pytest.mark.parametrize("text", ["", "[]", "{}", "[" * 10_000, '{"arms": 1}', "null"])
def test_other_text_is_refused(text):
    with pytest.raises(HeaderError):
        header_text.read(text, VERSION)


def members(**others: bytes) -> dict[str, bytes]:
    held = np.load(io.BytesIO(saved(random_recording(HEADER, 5))))
    return {f"{name}.npy": npy(held[name]) for name in held.files} | {
        f"{name}.npy": data for name, data in others.items()
    }


@pytest.mark.parametrize(
    "others",
    [
        {"settings": npy(np.array(Settings().to_json()))},
        {"version": npy(np.array(5))},
        {"other_seeds": npy(np.zeros(0, np.uint8))},
        {"networks": npy(np.array("x" * 200_000))},
        {"networks": npy(np.zeros(3))},
    ],
    ids=["with settings", "earlier version", "other seeds", "long text", "no text"],
)
def test_a_file_that_contradicts_itself_is_refused(others):
    with pytest.raises(RecordingError):
        Recording.load(io.BytesIO(zipped(members(**others))))
