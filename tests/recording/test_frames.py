import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bnviz.recording.frames import NUM_FRAMES, QUANTITIES, VALUE_EDGES, edges, frame_steps
from bnviz.settings.choices import ACTIVATIONS, STEPS

fuzzed = settings(database=None)
steps_allowed = st.integers(*STEPS)


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
    def test_are_at_most_301(self, steps):
        assert len(frame_steps(steps)) <= NUM_FRAMES + 1

    @fuzzed
    @given(steps_allowed)
    def test_are_denser_at_the_start(self, steps):
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
