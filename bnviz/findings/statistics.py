"""Statistics: by which statistics of BN the numbers of a recording are taken, and where it matters.

Validation is by the moving statistics of BN. The training loss that is minimized is by the
statistics of a batch, so its difference from the validation loss would mix how well a network
generalises with how far its moving statistics lag behind. Distributions and gradients are measured
on the probe, which BN normalizes as one batch.
"""

from collections.abc import Collection

from bnviz.findings.wording import listed
from bnviz.recording import Recording
from bnviz.recording.frames import QUANTITIES
from bnviz.recording.networks import GHOST_SIZE

#: Batches of at most this many examples are far from the probe: their mean and variance follow
#: single examples.
SMALL_BATCH = 4
#: How a network normalizes the probe, by what it normalizes by.
_WAYS = {
    "batch": "BN normalizes as one batch",
    "renorm": "batch renorm normalizes as one batch",
    "ghost": f"ghost BN normalizes {GHOST_SIZE} or more at a time",
}


def alike(recording: Recording) -> bool:
    """Returns whether there are training measures by the statistics of validation.

    Recordings have them since the second version of the measures.
    """
    names = recording.frames.dtype[recording.layout.arms[0]].names or ()
    return "train_loss_in_inference" in names


def training_measure(recording: Recording, measure: str) -> str:
    """Returns the name of the training measure that is compared with that of validation.

    Args:
        recording: A run, complete or growing.
        measure: "loss" or "accuracy".

    Returns:
        The measure in inference; where it is not recorded, the one by the probe's own statistics.
    """
    return f"train_{measure}_in_inference" if alike(recording) else f"train_{measure}"


def of_training(recording: Recording) -> str:
    """Says that training and validation are by different statistics; "" if they are not."""
    if alike(recording):
        return ""
    return (
        "This recording was made by an earlier version: its training measures are by the "
        "statistics of the probe itself, so with BN the gap is by different statistics, and "
        "partly their difference."
    )


def of_probe(recording: Recording) -> str:
    """Says that BN normalizes the probe otherwise than a small batch; "" for larger ones."""
    batch = recording.header.batch_size
    if batch is None or batch > SMALL_BATCH or not len(recording):
        return ""
    last = int(recording.frames["step"][-1])
    ways = of_arms(recording, recording.header.moving_arms_between(0, last))
    if not ways:
        return ""
    return (
        f"Measured on the probe: {probe_size(recording)} examples that {ways}. "
        f"A training step normalizes a batch of {batch}, whose statistics can be far from these."
    )


def of_arms(recording: Recording, arms: Collection[str]) -> str:
    """Says how those of some networks that keep moving statistics normalize the probe."""
    kinds = [recording.header.moving_normalization(arm) for arm in arms]
    return listed(_WAYS[kind] for kind in _WAYS if kind in kinds) if kinds else ""


def probe_size(recording: Recording) -> int:
    """Returns the number of examples of the probe, counted in the first frame.

    Raises:
        IndexError: If there are no frames.
    """
    (quantity, *_), (layer, *_) = QUANTITIES, recording.header.layers
    measured = recording.frames[0][recording.layout.arms[0]]
    values = measured[f"{quantity}_counts"][0].sum() + measured[f"{quantity}_nan"][0]
    return int(values) // (layer.width * layer.positions)
