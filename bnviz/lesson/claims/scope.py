"""Scope: on which network, data and training a claim was tested, in words."""

from collections.abc import Sequence

from bnviz.settings import Settings
from bnviz.settings.architectures import closing_layers, convolves
from bnviz.settings.choices import PLANE_DATASETS
from bnviz.settings.settings import KINDS
from bnviz.settings.written_numbers import written

#: What layers consist of, by their architecture.
_UNITS = {
    "dense": "units",
    "conv": "channels, convolutions of 3×3",
    "residual_dense": "units in residual blocks",
    "residual_conv": "channels, convolutions of 3×3 in residual blocks",
}
#: Values with which the other settings go without saying.
_PLAIN = {
    "init_stddev": 0.05,
    "init_scale": 1.0,
    "dropout": 0.0,
    "l2": 0.0,
    "bn_position": "before",
    "bn_momentum": 0.9,
    "bn_epsilon": 1e-3,
    "bn_center": True,
    "bn_scale": True,
    "zero_last_gamma": False,
    "interventions": "",
}


def scope(runs: Sequence[Settings]) -> str:
    """Returns what the runs of a claim have in common, and where they differ, in words.

    Who is compared and what is measured goes without saying, and so does the seed.

    Args:
        runs: Settings of the runs, at least one. A value in which they differ is written as a list.

    Returns:
        A phrase without its full stop, such as "digits, 3 hidden layers of 16 relu units
        (he_normal), sgd at 0.3, batches of 32, 160 steps".
    """

    def of(name: str) -> str:
        values = list(dict.fromkeys(getattr(settings, name) for settings in runs))
        return " / ".join(_written(value) for value in values)

    layers = of("hidden_layers")
    architectures = [_architecture(settings) for settings in runs]
    parts = [
        of("dataset"),
        f"{layers} hidden layer{'s' * (layers != '1')} of {of('units')} {of('activation')} "
        f"{' / '.join(_UNITS[name] for name in dict.fromkeys(architectures))} "
        f"({of('initializer')})",
        f"{of('optimizer')} at {of('learning_rate')}",
        f"batches of {of('batch_size')}",
        f"{of('steps')} step{'s' * (of('steps') != '1')}",
    ]
    if any(settings.dataset in PLANE_DATASETS for settings in runs):
        parts[0] += f" (noise {of('noise')})"
    for name, plain in _PLAIN.items():
        if any(getattr(settings, name) != plain for settings in runs):
            parts.append(f"{KINDS[name].label} {of(name)}")
    if any(settings.dropout for settings in runs):
        parts.append(f"{KINDS['dropout_position'].label} {of('dropout_position')}")
    return ", ".join(parts)


def _written(value: object) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case int():
            return f"{value:,}"
        case float():
            return written(value)
    return str(value)


def _architecture(settings: Settings) -> str:
    """What a network is: residual only if it has a block."""
    name = settings.architecture
    if closing_layers(name, settings.hidden_layers):
        return name
    return "conv" if convolves(name) else "dense"
