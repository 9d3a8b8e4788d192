"""Described: the settings of a run that matter most, in one line."""

from bnviz.settings import UPLOAD, Settings
from bnviz.written_numbers import written


def described(settings: Settings) -> str:
    """Returns data, networks and training of a run, as small print of a picture."""
    data = "own examples" if settings.dataset == UPLOAD else settings.dataset
    layers = f"{settings.hidden_layers} × {settings.units}"
    if settings.architecture == "conv":
        layers = f"{settings.hidden_layers} convolutions × {settings.units} channels"
    return (
        f"{data}, {layers} {settings.activation}, "
        f"{settings.initializer} weights, {settings.optimizer} at "
        f"{written(settings.learning_rate)}, batches of {settings.batch_size}, seed {settings.seed}"
    )
