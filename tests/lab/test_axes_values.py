"""AxesValues: the values of the picture of axes are those that the runs measure."""

import numpy as np
import pytest

from bnviz.lab.axes_values import pre_activations
from bnviz.lab.experiment import run
from bnviz.recording.frames import PROBE_SIZE
from bnviz.settings import Settings

SETTINGS = Settings(hidden_layers=2, units=8, steps=3)


@pytest.mark.slow
def test_values_of_dense_layers_are_those_of_the_run():
    *_, frame = run(SETTINGS)
    values = pre_activations(SETTINGS, PROBE_SIZE)
    assert values.shape[1:] == (8, 1)
    np.testing.assert_allclose(
        values.mean(axis=(0, 2)), frame["none"]["neuron_mean"][-1], atol=1e-4
    )


@pytest.mark.slow
def test_values_of_a_convolution_are_maps_of_its_channels():
    settings = SETTINGS.replace(architecture="conv")
    *_, frame = run(settings)
    values = pre_activations(settings, PROBE_SIZE)
    assert values.shape[1:] == (8, 16)
    # The run reads each map at some of its positions.
    of_run = frame["none"]["neuron_mean"][-1]
    assert np.corrcoef(values.mean(axis=(0, 2)), of_run)[0, 1] > 0.9
