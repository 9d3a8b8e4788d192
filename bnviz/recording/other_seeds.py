"""Other seeds: what is known of the runs of a pair that differ from a run in their seed alone.

They have other initial weights, another order of batches and, in the plane, other points; the
validation examples of all other data are the same.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bnviz.recording.frame_schema import DRIFT_PARTS, IN_STD
from bnviz.recording.frames import ARMS
from bnviz.settings.choices import SEEDS

#: Number of other seeds that a run is checked on, and how many there may be at most.
OTHER_SEEDS, MAX_OTHER_SEEDS = 8, 32
#: Measures after the last step, as in a frame; drift is that of the last hidden layer.
END = (
    "train_loss_in_inference",
    *(f"drift_{part}{unit}" for part, *_ in DRIFT_PARTS[1:] for unit in ("", IN_STD)),
)
#: One record for each seed.
OtherSeeds = NDArray[np.void]


def dtype(num_frames: int, arms: Sequence[str] = ARMS) -> np.dtype[np.void]:
    """Dtype of the record of a seed.

    Its `seed`, the share of the largest class among its validation examples, and for each arm the
    validation accuracy at each recorded step, the step of divergence or -1, the validation loss
    after the last step, and the measures of `END`.

    Args:
        num_frames: Number of steps that a run records.
        arms: The pair, as from `bnviz.recording.frames.pair`.
    """
    arm = [
        ("validation_accuracy", "<f4", (num_frames,)),
        ("diverged_at", "<i4"),
        *((name, "<f4") for name in ("validation_loss", *END)),
    ]
    fields: list[Any] = [("seed", "<i8"), ("majority_share", "<f4")]
    return np.dtype([*fields, *((name, arm) for name in arms)])


def seeds_beside(seed: int, count: int = OTHER_SEEDS) -> Sequence[int]:
    """So many seeds on which a run of a seed is checked, those after it if there are enough."""
    first = seed + 1 if seed + count <= SEEDS.high else seed - count
    return range(first, first + count)


def check(records: OtherSeeds, num_frames: int, seed: int, arms: Sequence[str] = ARMS) -> None:
    """Checks what may come from a stranger's file.

    Args:
        records: The records.
        num_frames: Number of steps that the run records.
        seed: Seed of the run.
        arms: As for `dtype`.

    Raises:
        ValueError: If they cannot be those of other seeds of the run.
    """
    seeds = records["seed"].tolist()
    if (
        records.dtype != dtype(num_frames, arms)
        or records.ndim != 1
        or len(seeds) > MAX_OTHER_SEEDS
    ):
        raise ValueError("the other seeds are not those of the run")
    allowed = all(SEEDS.low <= each <= SEEDS.high for each in seeds)
    if not allowed or len({*seeds, seed}) != len(seeds) + 1:
        raise ValueError("the numbers of the other seeds are not valid")
