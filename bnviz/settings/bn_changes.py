"""BnChanges: which networks a change of BN in mid-run concerns, and what it makes of them."""

from collections.abc import Collection

from bnviz.settings.architectures import closing_layers
from bnviz.settings.interventions import BN_CHANGES, Intervention

#: Arms with Batch Normalization; and all that train by the statistics of batches and keep moving
#: ones for inference.
BN_ARMS = ("bn", "bn_other", "noisy_bn")
MOVING_ARMS = (*BN_ARMS, "renorm", "ghost_bn")
#: The changes that need a network of these to begin with, or one into which BN was inserted.
NEEDS = {"remove_bn": ("bn",), "freeze_bn": MOVING_ARMS}


def built_after(kind: str, action: str) -> tuple[str, bool] | None:
    """What a change of BN has a network go on with.

    Args:
        kind: What the network is before: one of `bnviz.recording.frames.ARM_LABELS`.
        action: One of `bnviz.settings.interventions.ACTIONS`.

    Returns:
        What it is afterwards, and whether its statistics are frozen by it; None if the change does
        not concern it.
    """
    if action == "insert_bn" and kind == "none":
        return "bn", False
    if action == "remove_bn" and kind == "bn":
        return "none", False
    if action == "freeze_bn" and kind in MOVING_ARMS:
        return kind, True
    return None


def is_removable(architecture: str, hidden_layers: int, position: str) -> bool:
    """Whether BN can be removed without changing what the network computes in inference.

    Before the activation it goes into the layer before it; after the activation into the next one,
    which in a residual network takes in a skip as well, that BN did not act on.

    Args:
        architecture: One of `bnviz.settings.architectures.ARCHITECTURES`.
        hidden_layers: Number of hidden layers.
        position: Where BN is, "before" or "after" the activation.
    """
    return position == "before" or not closing_layers(architecture, hidden_layers)


def split(
    changes: Collection[Intervention], arms: Collection[str], *, removable: bool
) -> tuple[tuple[Intervention, ...], tuple[Intervention, ...]]:
    """Tells the changes that can concern a network from those that cannot.

    A change of BN counts as possible after BN was inserted or if one of the networks begins with
    what it needs, even where another change has removed that by then.

    Args:
        changes: In the order in which they are made.
        arms: The networks of the run, each one of `bnviz.recording.frames.ARM_LABELS`.
        removable: As from `is_removable`.

    Returns:
        The possible ones and the impossible ones.
    """
    inserted = False
    possible: list[Intervention] = []
    impossible: list[Intervention] = []
    for change in changes:
        needed = NEEDS.get(change.action)
        fits = needed is None or inserted or not set(needed).isdisjoint(arms)
        fits = fits and (removable or change.action != "remove_bn")
        (possible if fits else impossible).append(change)
        inserted = inserted or change.action == "insert_bn"
    return tuple(possible), tuple(impossible)


def offered(
    arms: Collection[str], changes: Collection[Intervention], *, removable: bool
) -> dict[str, int]:
    """The changes of BN that networks offer, and the step from which on each is possible.

    Args:
        arms: The networks of the run.
        changes: Those that are made already.
        removable: As from `is_removable`.
    """
    inserted = [change.step for change in changes if change.action == "insert_bn"]
    found = {}
    for action in BN_CHANGES:
        if action == "remove_bn" and not removable:
            continue
        needed = NEEDS.get(action)
        if needed is None or not set(needed).isdisjoint(arms):
            found[action] = 1
        elif inserted:
            # Of the changes at one step, freezing comes before inserting.
            found[action] = inserted[0] + 1
    return found
