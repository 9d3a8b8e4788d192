import io
import json
import lzma
import pickle
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bnviz.recording import BUNDLED, Recording, other_seeds
from bnviz.recording.archive import packed
from bnviz.recording.file import RecordingError
from bnviz.recording.frame_schema import VERSION
from bnviz.recording.shown_examples import ShownExamples
from bnviz.settings import Settings
from tests.support.archives import npy, zipped

fuzzed = settings(database=None)

SETTINGS = Settings(hidden_layers=1, units=2, steps=12, activation="tanh", learning_rate=0.1)


def frames_of(recording: Recording) -> np.ndarray:
    """Every frame of a complete run, with random bytes except for the step."""
    size = recording.layout.dtype.itemsize * len(recording.steps)
    pattern = np.random.default_rng(0).bytes(size)
    frames = np.frombuffer(bytearray(pattern), recording.layout.dtype)
    frames["step"] = recording.steps
    return frames


def recorded(count: int | None = None) -> Recording:
    recording = Recording(SETTINGS)
    for frame in frames_of(recording)[:count]:
        recording.append(frame)
    return recording


CAPACITY = len(Recording(SETTINGS).steps)
counts = st.integers(0, CAPACITY)


def saved(recording: Recording) -> bytes:
    file = io.BytesIO()
    recording.save(file)
    return file.getvalue()


def hostile(settings=None, frames=None, **extra: bytes) -> bytes:
    """A recording file with some members replaced."""
    text = npy(np.array(SETTINGS.to_json())) if settings is None else settings
    body = np.frombuffer(recorded().slice(0, CAPACITY), np.uint8)
    members = {
        "settings.npy": text,
        "version.npy": npy(np.array(VERSION)),
        "frames.npy": npy(body) if frames is None else frames,
    }
    return zipped(members | extra)


def load(data: bytes) -> Recording:
    return Recording.load(io.BytesIO(data))


class TestAppending:
    def test_a_run_is_complete_with_its_last_frame(self):
        assert not recorded(CAPACITY - 1).complete
        assert recorded(CAPACITY).complete

    def test_frames_come_out_as_they_went_in(self):
        recording = recorded()
        assert recording.frames.tobytes() == frames_of(recording).tobytes()

    @pytest.mark.parametrize("next_frame", [0, 2, CAPACITY - 1])
    def test_only_the_next_frame_is_accepted(self, next_frame):
        recording = recorded(1)
        with pytest.raises(ValueError, match="cannot be that of step"):
            recording.append(frames_of(recording)[next_frame])
        assert len(recording) == 1

    def test_no_frame_is_accepted_after_the_last(self):
        recording = recorded()
        with pytest.raises(ValueError, match="cannot be that of step"):
            recording.append(frames_of(recording)[-1])

    def test_frames_cannot_be_written_to(self):
        with pytest.raises(ValueError, match="read-only"):
            recorded().frames["step"] = 0

    def test_a_slice_held_by_a_reader_does_not_change(self):
        recording = recorded(2)
        held = recording.frames
        before = held.tobytes()
        recording.append(frames_of(recording)[2])
        assert held.tobytes() == before


class TestSlices:
    @fuzzed
    @given(counts, counts)
    def test_carry_frames_to_another_recording(self, here, there):
        source, target = recorded(here), recorded(min(there, here))
        target.extend(len(target), source.slice(len(target), here))
        assert target.frames.tobytes() == source.frames.tobytes()

    @fuzzed
    @given(counts, counts, counts)
    def test_that_overlap_are_appended_once(self, here, first, stop):
        target = recorded(here)
        if first <= here:
            target.extend(first, recorded().slice(first, stop))
            assert len(target) == max(here, stop)
        assert target.frames.tobytes() == recorded(len(target)).frames.tobytes()

    @fuzzed
    @given(counts, st.integers(1, 5))
    def test_that_leave_a_gap_are_refused(self, here, gap):
        target = recorded(here)
        with pytest.raises(ValueError, match=f"frames {here} to {here + gap - 1} are missing"):
            target.extend(here + gap, b"")

    def test_that_are_not_whole_frames_are_refused(self):
        with pytest.raises(ValueError, match="multiple"):
            recorded(0).extend(0, recorded().slice(0, 2)[:-1])

    def test_are_whole_frames(self):
        recording = recorded()
        assert len(recording.slice(1, 3)) == 2 * recording.layout.dtype.itemsize

    @fuzzed
    @given(st.integers(1, CAPACITY), st.integers(0, 20))
    def test_index_at_step_is_that_of_the_last_frame_not_after_it(self, count, step):
        recording = recorded(count)
        index = recording.index_at_step(step)
        assert recording.steps[index] <= step
        assert index == count - 1 or recording.steps[index + 1] > step


class TestCertificate:
    def test_is_that_of_the_last_frame(self):
        recording = recorded(3)
        last = recording.frames[-1]
        assert recording.certificate.kernels["bn"] == last["bn"]["kernels_digest"].tobytes().hex()

    @pytest.mark.parametrize("changed", [None, "data", "kernels", "batches"])
    def test_holds_if_and_only_if_all_digests_agree(self, changed):
        recording = Recording(SETTINGS)
        frame = np.zeros((), recording.layout.dtype)
        if changed:
            frame["bn"][f"{changed}_digest"] = 1
        recording.append(frame[()])
        assert recording.certificate.holds == (changed is None)

    def test_without_frames_is_an_error(self):
        with pytest.raises(IndexError):
            _ = recorded(0).certificate


#: Seconds of a step by arm.
COSTS = {"none": 6.7e-5, "bn": 9.3e-5}


class TestStepCosts:
    def test_are_unknown_until_they_are_set_and_may_be_unknown_again(self):
        recording = recorded()
        assert recording.seconds_per_step == {}
        for costs in (COSTS, {}):
            recording.seconds_per_step = costs
            assert recording.seconds_per_step == costs

    def test_are_in_the_order_of_the_arms_and_those_of_then_in_a_snapshot(self):
        recording = recorded()
        before = recording.snapshot()
        recording.seconds_per_step = dict(reversed(COSTS.items()))
        assert list(recording.snapshot().seconds_per_step) == list(recording.layout.arms)
        assert before.seconds_per_step == {}

    @pytest.mark.parametrize(
        ("costs", "message"),
        [
            ({"bn": 1e-5}, "those of none, bn"),
            (COSTS | {"layer_norm": 1e-5}, "those of none, bn"),
            (COSTS | {"bn": 0.0}, "positive"),
            (COSTS | {"bn": -1e-5}, "positive"),
            (COSTS | {"bn": float("nan")}, "positive"),
            (COSTS | {"bn": float("inf")}, "positive"),
        ],
    )
    def test_that_are_none_are_refused(self, costs, message):
        recording = recorded()
        with pytest.raises(ValueError, match=message):
            recording.seconds_per_step = costs
        assert recording.seconds_per_step == {}


class TestFiles:
    def test_hold_what_a_step_costs_if_it_is_known(self):
        recording = recorded()
        assert load(saved(recording)).seconds_per_step == {}
        recording.seconds_per_step = COSTS
        loaded = load(saved(recording))
        assert loaded.seconds_per_step == COSTS
        assert loaded.frames.tobytes() == recording.frames.tobytes()

    @pytest.mark.parametrize("count", range(CAPACITY + 1))
    def test_hold_what_was_saved(self, count):
        loaded = load(saved(recorded(count)))
        assert loaded.settings == SETTINGS
        assert loaded.frames.tobytes() == recorded(count).frames.tobytes()

    def test_can_be_opened_by_path(self, tmp_path):
        recorded().save(tmp_path / "run.npz")
        assert len(Recording.load(tmp_path / "run.npz")) == CAPACITY

    @pytest.mark.widest
    def test_of_the_largest_run_can_be_loaded(self):
        recording = Recording(Settings(hidden_layers=20, units=256, steps=50_000))
        recording.extend(0, frames_of(recording).tobytes())
        assert load(saved(recording)).complete

    def test_that_are_missing_are_an_error(self, tmp_path):
        with pytest.raises(RecordingError, match="cannot be read"):
            Recording.load(tmp_path / "none.npz")


class Bomb:
    exploded = False

    def __reduce__(self):
        return setattr, (Bomb, "exploded", True)


def settings_member(text: str) -> bytes:
    return npy(np.array(text))


def frames_member(*steps: int) -> bytes:
    frames = np.zeros(len(steps), Recording(SETTINGS).layout.dtype)
    frames["step"] = steps
    return npy(np.frombuffer(frames.tobytes(), np.uint8).reshape(len(steps), -1).T.copy())


def claimed(shape: str, body: bytes = b"") -> bytes:
    header = f"{{'descr': '|u1', 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00\x76\x00" + header.encode() + body


class TestHostileFiles:
    @pytest.mark.parametrize("keep", [0, 1, 4, 100, -100, -22, -1])
    def test_cut_off(self, keep):
        with pytest.raises(RecordingError, match="cannot be read"):
            load(saved(recorded())[:keep])

    @pytest.mark.parametrize("data", [b"", b"text", pickle.dumps(Bomb()), npy(np.zeros(3))])
    def test_of_another_kind(self, data):
        with pytest.raises(RecordingError, match="cannot be read"):
            load(data)

    @pytest.mark.parametrize("member", ["settings", "frames"])
    def test_with_pickles(self, member):
        pickled = npy(np.array([Bomb()], dtype=object), allow_pickle=True)
        with pytest.raises(RecordingError, match="cannot be read"):
            load(hostile(**{member: pickled}))
        assert not Bomb.exploded

    @pytest.mark.parametrize(
        "text",
        ["", "[]", "{", '{"steps": 0}', '{"colour": "red"}', '{"steps": ' + "9" * 5000 + "}"],
    )
    def test_with_invalid_settings(self, text):
        with pytest.raises(RecordingError, match="settings are not valid"):
            load(hostile(settings=settings_member(text)))

    @pytest.mark.parametrize(
        "settings", [npy(np.zeros(3)), npy(np.array(["{}"])), npy(np.array("x" * 30_000))]
    )
    def test_with_settings_that_are_not_a_short_text(self, settings):
        with pytest.raises(RecordingError, match="not a recording"):
            load(hostile(settings=settings))

    def test_with_frames_of_other_settings(self):
        other = settings_member(SETTINGS.replace(hidden_layers=2).to_json())
        with pytest.raises(RecordingError, match=r"another version|do not fit what it says"):
            load(hostile(settings=other))

    @pytest.mark.parametrize(
        "steps", [(1,), (0, 2), (0, 0), (1, 0), (0, 1, 1), (0, 2**32 - 1), (12, 0)]
    )
    def test_with_steps_out_of_order(self, steps):
        with pytest.raises(RecordingError, match="do not fit what it says"):
            load(hostile(frames=frames_member(*steps)))

    @pytest.mark.parametrize("version", [0, 1, VERSION + 1, -1, 2**62])
    def test_of_a_version_that_there_is_not(self, version):
        with pytest.raises(RecordingError, match="another version"):
            load(hostile(**{"version.npy": npy(np.array(version))}))

    @pytest.mark.parametrize("version", [np.array(2.0), np.array([2]), np.array("2")])
    def test_with_a_version_that_is_no_number(self, version):
        with pytest.raises(RecordingError, match="not a recording"):
            load(hostile(**{"version.npy": npy(version)}))

    @pytest.mark.parametrize(
        "costs",
        [np.array(1e-5), np.ones(3), np.ones(2, np.float32), np.ones((2, 1)), np.array("x")],
    )
    def test_with_costs_of_a_step_that_are_not_a_number_for_each_arm(self, costs):
        with pytest.raises(RecordingError, match="not a recording"):
            load(hostile(**{"seconds_per_step.npy": npy(costs)}))

    @pytest.mark.parametrize("cost", [0.0, -1e-5, np.nan, np.inf])
    def test_with_costs_of_a_step_that_are_not_positive(self, cost):
        frames = frames_member(*Recording(SETTINGS).steps)
        with pytest.raises(RecordingError, match="positive"):
            load(hostile(frames=frames, **{"seconds_per_step.npy": npy(np.array([1e-5, cost]))}))

    def test_with_more_frames_than_the_run_has(self):
        steps = [*Recording(SETTINGS).steps, 13]
        with pytest.raises(RecordingError, match="more than what it says"):
            load(hostile(frames=frames_member(*steps)))

    @pytest.mark.parametrize(
        "frames",
        [npy(np.zeros(5, np.uint8)), npy(np.zeros(4, np.float32)), settings_member("a")],
    )
    def test_with_frames_of_another_layout(self, frames):
        with pytest.raises(RecordingError, match="another version"):
            load(hostile(frames=frames))

    def test_with_a_bomb(self):
        with pytest.raises(RecordingError, match="more than what it says"):
            load(hostile(frames=npy(np.zeros(10_000_000, np.uint8))))

    @pytest.mark.parametrize("shape", ["(999999999999,)", "(-1,)", "(99999, 999999999)"])
    def test_with_shapes_that_claim_more_than_there_is(self, shape):
        with pytest.raises(RecordingError, match="cannot be read"):
            load(hostile(frames=claimed(shape, bytes(100))))

    def test_with_foreign_members(self):
        with pytest.raises(RecordingError, match="not a recording"):
            load(hostile(**{"virus.exe": b"MZ"}))

    def test_with_a_member_missing(self):
        with pytest.raises(RecordingError, match="not a recording"):
            load(zipped({"settings.npy": settings_member(SETTINGS.to_json())}))

    def test_with_an_archive_in_place_of_an_array(self):
        with pytest.raises(RecordingError, match="cannot be read"):
            load(hostile(frames=saved(recorded())))

    def test_that_are_too_large(self):
        with pytest.raises(RecordingError, match="more than 50 MB"):
            load(bytes(50_000_001))

    @fuzzed
    @given(st.data())
    def test_with_changed_bytes_give_a_recording_or_a_recording_error(self, data):
        changed = bytearray(data.draw(st.sampled_from([saved(recorded(4)), STORED, PRICED])))
        for _ in range(data.draw(st.integers(1, 4))):
            start = data.draw(st.integers(0, len(changed)))
            changed[start : start + data.draw(st.integers(0, 8))] = data.draw(st.binary(max_size=8))
        try:
            loaded = load(bytes(changed))
        except RecordingError:
            return
        np.testing.assert_array_equal(loaded.frames["step"], loaded.steps[: len(loaded)])

    @fuzzed
    @given(st.binary(max_size=200))
    def test_of_arbitrary_bytes_are_refused(self, data):
        with pytest.raises(RecordingError):
            load(data)


STORED = zipped(
    {
        "settings.npy": settings_member(SETTINGS.to_json()),
        "frames.npy": frames_member(*Recording(SETTINGS).steps),
    },
    zipfile.ZIP_STORED,
)
PRICED = zipped(
    {
        "settings.npy": settings_member(SETTINGS.to_json()),
        "frames.npy": frames_member(*Recording(SETTINGS).steps),
        "seconds_per_step.npy": npy(np.array(list(COSTS.values()))),
    },
    zipfile.ZIP_STORED,
)


class TestOtherSeeds:
    """What a recording says of the same run with other seeds."""

    def recording(self):
        recording = Recording(SETTINGS.replace(seed=4))
        recording.extend(0, frames_of(recording).tobytes())
        records = np.zeros(3, other_seeds.dtype(len(recording.steps)))
        records["seed"] = (5, 6, 7)
        records["bn"]["validation_accuracy"] = 0.25
        return recording, records

    def test_are_saved_and_loaded(self):
        recording, records = self.recording()
        assert recording.other_seeds is None
        recording.other_seeds = records
        file = io.BytesIO()
        recording.save(file)
        file.seek(0)
        np.testing.assert_array_equal(Recording.load(file).other_seeds, records)

    def test_are_those_of_a_complete_run(self):
        recording, records = self.recording()
        growing = Recording(recording.settings)
        with pytest.raises(ValueError, match="complete"):
            growing.other_seeds = records

    def test_of_a_file_without_frames_are_refused(self):
        recording, records = self.recording()
        recording.other_seeds = records
        file = io.BytesIO()
        recording.save(file)
        file.seek(0)
        arrays = dict(np.load(file))
        arrays["packed"] = np.frombuffer(packed(b""), np.uint8)
        changed = io.BytesIO()
        np.savez(changed, **arrays)
        changed.seek(0)
        with pytest.raises(RecordingError, match="complete"):
            Recording.load(changed)

    @pytest.mark.parametrize("seeds", [(4, 5, 6), (5, 5, 6), (-1, 5, 6), (2**31, 5, 6)])
    def test_have_seeds_of_their_own(self, seeds):
        recording, records = self.recording()
        records["seed"] = seeds
        with pytest.raises(ValueError, match="seeds"):
            recording.other_seeds = records

    @pytest.mark.parametrize("size", [1, 10**6])
    def test_of_a_strangers_file_have_the_right_size(self, size):
        recording, _ = self.recording()
        file = io.BytesIO()
        recording.save(file)
        file.seek(0)
        arrays = dict(np.load(file))
        changed = io.BytesIO()
        np.savez(changed, **arrays, other_seeds=np.zeros(size, np.uint8))
        changed.seek(0)
        with pytest.raises(RecordingError):
            Recording.load(changed)


IMAGE = ShownExamples("image", (0, 1), ("0", "1"), shape=(2, 3, 1), pixels=bytes(range(12)))
TABLE = ShownExamples(
    "values",
    (1, 0),
    ("<b>yes</b>", "no\u2028"),
    names=("<img src=x>", "b"),
    values=((1.5, -2.0), (1e30, 0.0)),
    places=((1.0, -1.0), (0.25, 0.0)),
)


class TestShownExamples:
    """What a recording says of the examples whose answers its frames keep."""

    @pytest.mark.parametrize("shown", [IMAGE, TABLE])
    def test_are_saved_and_loaded(self, shown):
        recording = recorded()
        assert load(saved(recording)).shown is None
        recording.shown = shown
        assert load(saved(recording)).shown == shown

    def test_of_an_upload_are_not_saved(self):
        recording = Recording(SETTINGS.replace(dataset="upload", upload="a" * 32))
        recording.extend(0, frames_of(recording).tobytes())
        without = saved(recording)
        recording.shown = TABLE
        assert load(saved(recording)).shown is None
        with zipfile.ZipFile(io.BytesIO(saved(recording))) as file:
            known = file.namelist()
        with zipfile.ZipFile(io.BytesIO(without)) as file:
            assert file.namelist() == known

    @pytest.mark.parametrize(
        "change",
        [
            {"kind": "html"},
            {"kind": "point"},
            {"kind": ["image"]},
            {"labels": [0, 2]},
            {"labels": [0, -1]},
            {"labels": [0, 1.5]},
            {"labels": []},
            {"labels": [0] * 11},
            {"labels": 3},
            {"classes": ["a"] * 1_001},
            {"classes": ["a", "b" * 61]},
            {"classes": ["a", 1]},
            {"shape": [2, 3]},
            {"shape": [2, 3, 2]},
            {"shape": [-2, -3, 1]},
            {"shape": [10**9, 10**9, 1]},
            {"pixels": "AAAA"},
            {"pixels": "<svg>"},
            {"names": ["a"]},
            {"values": [[1.0]]},
            {"more": 1},
        ],
    )
    def test_of_a_strangers_file_must_agree(self, change):
        text = json.dumps(IMAGE.to_dict() | change)
        with pytest.raises(ValueError, match="shown"):
            ShownExamples.from_json(text)
        body = np.frombuffer(text.encode(), np.uint8)
        frames = np.frombuffer(recorded().slice(0, CAPACITY), np.uint8).reshape(CAPACITY, -1)
        with pytest.raises(RecordingError, match="examples"):
            load(hostile(frames=npy(np.ascontiguousarray(frames.T)), **{"shown.npy": npy(body)}))

    @pytest.mark.parametrize("text", ["", "[]", "nan", "{}", "[" * 10**5, '{"kind": 1e999}'])
    def test_are_json(self, text):
        with pytest.raises(ValueError):  # noqa: PT011
            ShownExamples.from_json(text)

    @pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999", "9" * 400, "2"])
    def test_have_places_in_their_bounds(self, number):
        text = TABLE.to_json().replace("0.25", number)
        with pytest.raises(ValueError, match="shown"):
            ShownExamples.from_json(text)

    @pytest.mark.parametrize("array", [np.zeros(500_000, np.uint8), np.zeros(3), np.array("{}")])
    def test_of_a_strangers_file_are_bytes_of_a_text(self, array):
        frames = np.frombuffer(recorded().slice(0, CAPACITY), np.uint8).reshape(CAPACITY, -1)
        with pytest.raises(RecordingError):
            load(hostile(frames=npy(np.ascontiguousarray(frames.T)), **{"shown.npy": npy(array)}))


def test_a_file_with_its_frames_twice_is_refused():
    frames = np.frombuffer(recorded().slice(0, CAPACITY), np.uint8).reshape(CAPACITY, -1)
    body = npy(np.ascontiguousarray(frames.T))
    assert load(hostile(frames=body)).complete
    with pytest.raises(RecordingError, match="not a recording"):
        load(hostile(frames=body, **{"gains.npy": body}))


STREAM = packed(bytes(100))


class TestPackedFrames:
    def file(self, stream: bytes) -> bytes:
        members = {
            "settings": np.array(SETTINGS.to_json()),
            "version": np.array(VERSION),
            "packed": np.frombuffer(stream, np.uint8),
        }
        return zipped({f"{name}.npy": npy(array) for name, array in members.items()})

    @pytest.mark.parametrize(
        "stream", [b"", STREAM[:-1], STREAM + b"x", STREAM * 2, b"x" * 60, STREAM[:30] + STREAM]
    )
    def test_that_are_no_whole_stream_are_refused(self, stream):
        with pytest.raises(RecordingError, match="cannot be read"):
            load(self.file(stream))

    def test_that_are_no_whole_frames_are_refused(self):
        with pytest.raises(RecordingError, match="another version"):
            load(self.file(STREAM))

    def test_are_not_unpacked_beyond_what_the_settings_can_have_produced(self):
        with pytest.raises(RecordingError, match="more than what it says"):
            load(self.file(packed(bytes(10**8))))

    def test_that_ask_for_much_memory_are_refused(self):
        filters = [{"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": 2**28}]
        with pytest.raises(RecordingError, match="cannot be read"):
            load(self.file(lzma.compress(bytes(100), lzma.FORMAT_XZ, filters=filters)))


def test_a_beginning_holds_no_later_frame_and_no_other_seed():
    recording = Recording.load(BUNDLED / "default.npz")
    assert recording.other_seeds is not None
    begun = recording.beginning(100)
    assert len(begun) == recording.index_at_step(100) + 1
    assert begun.frames["step"][-1] <= 100 < recording.frames["step"][len(begun)]
    assert begun.other_seeds is None
    assert not begun.complete
    assert len(recording.beginning(recording.settings.steps)) == len(recording)
    assert recording.other_seeds is not None


class TestOverviews:
    def test_are_saved_and_loaded_without_detail_and_with_all_else(self):
        whole = Recording.load(BUNDLED / "default.npz")
        brief = load(saved(whole.overview()))
        assert not brief.layout.detail
        assert brief.complete
        assert brief.slice(0, len(brief)) == whole.slice(0, len(whole), whole.layout.overview)
        assert brief.seconds_per_step == whole.seconds_per_step
        np.testing.assert_array_equal(brief.other_seeds, whole.other_seeds)
        assert brief.shown == whole.shown
        assert brief.settings == whole.settings
