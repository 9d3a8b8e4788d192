"""AxesPicture: what the picture of axes shows: values of two networks, and how to normalize them.

The browser takes the means and variances (`bnviz/player/browser/axes/`), so that it can answer to
every value that is touched.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bnviz.lesson.claims.experiments import RECORDED
from bnviz.recording import BUNDLED
from bnviz.recording.networks import num_groups
from bnviz.settings import Settings

#: The values, as `python -m bnviz claims --axes` writes them.
FILE = BUNDLED / "axes.json"
#: The experiment whose network the values of dense layers come from.
SETTINGS = RECORDED["inside"].replace(deep=False)
#: The batch sizes offered. The largest is also the number of examples kept.
SIZES = (1, 2, 32)
#: Values are kept in this unit, as they are written.
_UNIT = 0.01


@dataclass(frozen=True)
class Layer:
    """A layer whose values are shown, before any normalization.

    Attributes:
        label: What its button says.
        unit: What its columns are.
        settings: The run that it was trained in: the last hidden layer of the network without BN.
        about: Where its values come from, in sentences.
    """

    label: str
    unit: str
    settings: Settings
    about: str


_MAPS = SETTINGS.replace(architecture="conv", steps=240)
#: The layers of the picture, by name.
LAYERS = {
    "dense": Layer(
        "Dense",
        "neuron",
        SETTINGS,
        "Real values: the second hidden layer of chapter 2’s network without BN, after "
        f"{SETTINGS.steps} steps.",
    ),
    "convolution": Layer(
        "Convolution",
        "channel",
        _MAPS,
        "Real values: the second convolution of such a network, without BN, after "
        f"{_MAPS.steps} steps. Each channel has 4 × 4 positions.",
    ),
}


@dataclass(frozen=True)
class Normalization:
    """A normalization as the picture explains it.

    Attributes:
        label: Its name, before "normalization".
        examples: Whether all examples of the batch share a mean and a variance.
        units: How many neighbouring neurons or channels share them.
        statistics: What is said of moving statistics, in a sentence.
        used: Where it is used, in a sentence.
        mean: Whether the mean is subtracted.
        positions: Whether all positions of an image share them.
    """

    label: str
    examples: bool
    units: int
    statistics: str
    used: str
    mean: bool = True
    positions: bool = True


_MOVING = "Needs moving statistics: in inference an example may come alone."
_NONE = "Needs no moving statistics: other examples never matter, in training or in inference."
#: All normalizations of the picture, by name.
NORMALIZATIONS = {
    "batch": Normalization(
        "Batch",
        True,
        1,
        _MOVING,
        "Used in convolutional networks for images, with batches that are not small.",
    ),
    "layer": Normalization(
        "Layer",
        False,
        SETTINGS.units,
        _NONE,
        "Used in transformers and recurrent networks. In a convolution all positions are taken "
        "together here, as Wu & He (2018) do.",
    ),
    "group": Normalization(
        "Group",
        False,
        SETTINGS.units // num_groups(SETTINGS.units),
        _NONE,
        "Used for large images, of which memory holds only a few in a batch, as in detection.",
    ),
    "instance": Normalization(
        "Instance",
        False,
        1,
        _NONE,
        "Used where the style of an image is to be changed.",
    ),
    "rms": Normalization(
        "RMS",
        False,
        SETTINGS.units,
        _NONE,
        "Used in large language models, such as LLaMA. In a convolution each position is taken by "
        "itself, as in Keras.",
        mean=False,
        positions=False,
    ),
}


def as_json(values: Mapping[str, NDArray[np.floating]]) -> str:
    """Returns values as they are kept; inverse of `recorded`.

    Args:
        values: For each of `LAYERS`, shape (examples, units, positions).
    """
    kept = {
        name: {
            "shape": list(each.shape),
            "hundredths": np.round(each / _UNIT).astype(int).ravel().tolist(),
        }
        for name, each in values.items()
    }
    return json.dumps(kept, separators=(",", ":")) + "\n"


@cache
def recorded() -> dict[str, NDArray[np.float64]]:
    """The values that come with the package: for each layer (examples, units, positions)."""
    kept = json.loads(FILE.read_text(encoding="utf-8"))
    return {
        name: np.reshape(each["hundredths"], each["shape"]) * _UNIT for name, each in kept.items()
    }


@cache
def message() -> dict[str, Any]:
    """All that the browser needs; `AxesMessage` in `tests/browser/types/axes.d.ts`."""
    kept = json.loads(FILE.read_text(encoding="utf-8"))
    layers = [
        {"name": name, "label": each.label, "unit": each.unit, "about": each.about, **kept[name]}
        for name, each in LAYERS.items()
    ]
    norms = [
        {
            "name": name,
            "label": each.label,
            "examples": each.examples,
            "units": each.units,
            "mean": each.mean,
            "positions": each.positions,
            "statistics": each.statistics,
            "used": each.used,
        }
        for name, each in NORMALIZATIONS.items()
    ]
    return {"layers": layers, "norms": norms, "sizes": SIZES, "epsilon": SETTINGS.bn_epsilon}
