import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bnviz.frames import (
    ARMS,
    NUM_FRAMES,
    PERCENTILES,
    PROBE_SIZE,
    QUANTITIES,
    VALUE_EDGES,
    FrameLayout,
    edges,
    frame_steps,
)
from bnviz.settings import ACTIVATIONS, STEPS, Settings, bounds

fuzzed = settings(database=None)
steps_allowed = st.integers(*STEPS)
layouts = st.builds(
    FrameLayout,
    st.sampled_from([ARMS, ("none",), ("none", "bn", "layer_norm"), ("none", "bn", "noisy_bn")]),
    st.integers(*bounds("hidden_layers")),
    st.integers(*bounds("units")),
    st.sampled_from(ACTIVATIONS),
    plane=st.booleans(),
    deep=st.booleans(),
)


class TestFrameSteps:
    @fuzzed
    @given(steps_allowed)
    def test_begin_at_0_and_end_at_the_last(self, steps):
        recorded = frame_steps(steps)
        assert (recorded[0], recorded[-1]) == (0, steps)

    @fuzzed
    @given(steps_allowed)
    def test_increase_strictly(self, steps):
        assert (np.diff(frame_steps(steps)) > 0).all()

    @fuzzed
    @given(steps_allowed)
    def test_are_301_at_the_most(self, steps):
        assert len(frame_steps(steps)) <= NUM_FRAMES + 1

    @fuzzed
    @given(steps_allowed)
    def test_stand_denser_at_the_start(self, steps):
        recorded = frame_steps(steps)
        middle = np.searchsorted(recorded, steps / 2)
        assert middle >= (len(recorded) - 1) // 2

    @pytest.mark.parametrize("steps", [600, 5_000, 50_000])
    def test_of_a_long_run_are_about_300(self, steps):
        assert len(frame_steps(steps)) > 0.9 * NUM_FRAMES


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("quantity", QUANTITIES)
class TestEdges:
    def test_increase_strictly(self, quantity, activation):
        assert (np.diff(edges(quantity, activation)) > 0).all()

    def test_are_single_precision_as_the_values_are(self, quantity, activation):
        assert edges(quantity, activation).dtype == np.float32


def test_edges_of_values_without_bounds_reach_a_million_on_both_sides():
    assert (VALUE_EDGES[0], VALUE_EDGES[-1]) == (-1e6, 1e6)
    np.testing.assert_array_equal(VALUE_EDGES, -VALUE_EDGES[::-1])


@pytest.mark.parametrize(("activation", "ends"), [("sigmoid", (0, 1)), ("tanh", (-1, 1))])
def test_edges_of_bounded_activations_end_at_the_bounds(activation, ends):
    bounded = edges("activation", activation)
    assert (bounded[0], bounded[-1]) == ends


def filled(layout: FrameLayout, seed: int) -> np.void:
    """A frame with a random pattern in every byte."""
    pattern = np.random.default_rng(seed).bytes(layout.dtype.itemsize)
    return np.frombuffer(pattern, layout.dtype)[0]


class TestLayout:
    @fuzzed
    @given(layouts, st.integers(0, 100))
    def test_schema_reads_the_same_values_by_offset(self, layout, seed):
        frame = filled(layout, seed)
        data = frame.tobytes()
        for path, entry in layout.schema()["fields"].items():
            expected = frame
            for name in path.split("/"):
                expected = expected[name]
            count = int(np.prod(entry["shape"]))
            read = np.frombuffer(data, "<" + entry["type"], count, entry["offset"])
            assert read.reshape(entry["shape"]).tobytes() == np.asarray(expected).tobytes(), path

    @fuzzed
    @given(layouts)
    def test_schema_names_every_field_of_every_arm(self, layout):
        paths = set(layout.schema()["fields"])
        expected = {f"{arm}/{name}" for arm in layout.arms for name in layout.dtype[arm].names}
        expected |= {name for name in layout.dtype.names if name not in layout.arms}
        assert paths == expected

    @fuzzed
    @given(layouts, st.integers(0, 100))
    def test_the_overview_has_the_same_values_in_less_room(self, layout, seed):
        frames = np.array([filled(layout, seed), filled(layout, seed + 1)])
        part = layout.overview.select(frames)
        for path in layout.overview.schema()["fields"]:
            expected, found = frames, part
            for name in path.split("/"):
                expected, found = expected[name], found[name]
            assert found.tobytes() == np.ascontiguousarray(expected).tobytes(), path
        assert part.dtype.itemsize < layout.dtype.itemsize

    @fuzzed
    @given(layouts)
    def test_fields_neither_overlap_nor_leave_the_frame(self, layout):
        schema, end = layout.schema(), 0
        for entry in sorted(schema["fields"].values(), key=lambda entry: entry["offset"]):
            assert entry["offset"] >= end
            end = entry["offset"] + int(np.prod(entry["shape"])) * np.dtype(entry["type"]).itemsize
        assert end <= schema["size"] == layout.dtype.itemsize

    @fuzzed
    @given(layouts)
    def test_fields_can_be_read_as_typed_arrays_which_must_be_aligned(self, layout):
        schema = layout.schema()
        sizes = [np.dtype(entry["type"]).itemsize for entry in schema["fields"].values()]
        offsets = [entry["offset"] for entry in schema["fields"].values()]
        assert all(offset % size == 0 for offset, size in zip(offsets, sizes, strict=True))
        assert schema["size"] % max(sizes) == 0

    @fuzzed
    @given(layouts)
    def test_counts_can_hold_the_whole_probe_in_one_bin(self, layout):
        for quantity in QUANTITIES:
            base, _ = layout.dtype["none"][f"{quantity}_counts"].subdtype
            assert np.iinfo(base).max >= PROBE_SIZE * layout.units

    @fuzzed
    @given(layouts)
    def test_shapes_follow_from_layers_bins_and_percentiles(self, layout):
        arm = layout.dtype["none"]
        for quantity in QUANTITIES:
            bins = len(edges(quantity, layout.activation)) - 1
            assert arm[f"{quantity}_counts"].shape == (layout.hidden_layers, bins + 2)
            assert arm[f"{quantity}_percentiles"].shape == (layout.hidden_layers, len(PERCENTILES))

    def test_follows_from_the_settings(self):
        layout = FrameLayout.of(Settings(hidden_layers=3, units=7, activation="tanh"))
        assert layout == FrameLayout(ARMS, 3, 7, "tanh")
