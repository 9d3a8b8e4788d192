"""Described: the settings of a run that matter most, in one line."""

from bnviz.settings import Settings
from bnviz.settings.architectures import closing_layers, convolves
from bnviz.settings.choices import UPLOAD
from bnviz.settings.written_numbers import written


def described(settings: Settings) -> str:
    """Returns data, networks and training of a run, as small print of a picture."""
    data = "own examples" if settings.dataset == UPLOAD else settings.dataset
    return (
        f"{data}, {layers_of(settings, '×')} {settings.activation}, "
        f"{settings.initializer} weights, {settings.optimizer} at "
        f"{written(settings.learning_rate)}, batches of {settings.batch_size}, seed {settings.seed}"
    )


def layers_of(settings: Settings, times: str) -> str:
    """Returns the hidden layers and their width: "5 × 32", "3 residual convolutions × 8 channels".

    Args:
        settings: Settings of a run.
        times: The sign between them.
    """
    kinds = ["residual"] * bool(closing_layers(settings.architecture, settings.hidden_layers))
    unit = ""
    if convolves(settings.architecture):
        kinds, unit = [*kinds, "convolutions"], " channels"
    elif kinds:
        kinds.append("layers")
    return f"{' '.join([str(settings.hidden_layers), *kinds])} {times} {settings.units}{unit}"
