"""AxesValues: what a normalization of a trained network is given, for the picture of axes."""

import keras
import numpy as np
from numpy.typing import NDArray

from bnviz.data import sampling
from bnviz.lab.experiment import Experiment
from bnviz.settings import Settings


def pre_activations(settings: Settings, num_examples: int) -> NDArray[np.float32]:
    """Trains a run and returns the pre-activations of its last hidden layer without BN.

    Args:
        settings: Settings of the run.
        num_examples: The first so many examples of the probe.

    Returns:
        Shape (num_examples, units, positions); Dense layers have a single position.
    """
    experiment = Experiment(settings)
    x, _ = sampling.probe(experiment.data)
    with experiment.turn() as frames:
        for _ in frames:
            pass
        network = experiment.arms["none"].compiled.network
        inner = keras.Model(network.model.input, network.hidden_layers[-1].linear.output)
        values: NDArray[np.float32] = inner(x[:num_examples]).numpy()
    return np.moveaxis(values, -1, 1).reshape(num_examples, settings.units, -1)
