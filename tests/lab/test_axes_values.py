"""AxesValues: the values of the picture of axes are those of the trained networks."""

import numpy as np
import pytest

from bnviz.lab.axes_values import convolution_values, dense_values
from bnviz.lab.experiment import run
from bnviz.recording.frames import PROBE_SIZE
from bnviz.settings import Settings

pytestmark = pytest.mark.slow

SETTINGS = Settings(hidden_layers=2, units=8, steps=3)


def test_values_of_dense_layers_are_those_that_the_run_measures():
    *_, frame = run(SETTINGS)
    values = dense_values(SETTINGS, PROBE_SIZE)
    np.testing.assert_allclose(
        values[..., 0].mean(axis=0), frame["none"]["neuron_mean"][-1], atol=1e-4
    )


def test_values_of_a_convolution_are_maps_and_the_same_every_time():
    first, again = (convolution_values(SETTINGS, 5) for _ in range(2))
    assert first.shape == (5, 8, 16)
    assert np.ptp(first) > 0
    np.testing.assert_array_equal(first, again)
