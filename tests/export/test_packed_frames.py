"""Frames, packed for a file."""

import zlib

import numpy as np
import pytest

from bnviz.export.packed_frames import PackedFrames
from bnviz.settings import Settings
from tests.support.recordings import random_recording

RECORDING = random_recording(Settings(hidden_layers=1, units=4, steps=300), 200)


def unpacked(packed):
    rows = np.frombuffer(zlib.decompress(packed.data), np.uint8).reshape(-1, len(packed.indices))
    return np.cumsum(rows, axis=1, dtype=np.uint8).T.tobytes()


def test_all_frames_come_back_if_there_is_room():
    packed = PackedFrames.of(RECORDING, (), max_bytes=10**9)
    assert unpacked(packed) == RECORDING.slice(0, 200)


def test_frames_are_left_out_until_the_rest_fits():
    whole = len(PackedFrames.of(RECORDING, (), max_bytes=10**9).data)
    packed = PackedFrames.of(RECORDING, [7, 101], max_bytes=whole // 3)
    assert len(packed.data) <= whole // 3
    assert {0, 7, 101, 199} <= set(packed.indices)
    assert unpacked(packed) == RECORDING.frames[packed.indices].tobytes()


def test_needed_frames_are_kept_whatever_they_take():
    assert PackedFrames.of(RECORDING, [7], max_bytes=1).indices.tolist() == [0, 7, 199]


@pytest.mark.parametrize(("index", "place"), [(0, 0), (1, 1), (7, 1), (8, 2), (199, 2)])
def test_the_place_of_a_frame_is_its_own_or_that_of_the_next_one(index, place):
    assert PackedFrames(np.array([0, 7, 199]), b"").place(index) == place


def test_parts_are_the_same_frames_one_after_the_other():
    packed = PackedFrames.of(RECORDING, (), max_bytes=10**9)
    parts = [
        PackedFrames(np.arange(count), part)
        for count, part in zip((3, 97, 100), packed.parts(RECORDING, (3, 97, 100)), strict=True)
    ]
    assert b"".join(map(unpacked, parts)) == RECORDING.slice(0, 200)


def test_a_part_of_the_overview_has_no_detail():
    packed = PackedFrames.of(RECORDING, (), max_bytes=10**9)
    (part,) = packed.parts(RECORDING, [5], RECORDING.layout.overview)
    expected = RECORDING.slice(0, 5, RECORDING.layout.overview)
    assert unpacked(PackedFrames(np.arange(5), part)) == expected
