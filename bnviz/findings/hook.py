"""Hook: what is compared in a run and what differs, in one line."""

from bnviz.interventions import BN_CHANGES
from bnviz.recording import Recording

#: A part of the line, and the network that it names; empty if none.
Part = tuple[str, str]

_SAME = "Same network, same data, same first weights. "
#: What two normalized networks have, by the second one's name, or its name and the place of BN.
_BOTH = {
    "bn_other before": ("has BN before its activations", "after them"),
    "bn_other after": ("has BN after its activations", "before them"),
    "layer_norm": ("has BN", "layer norm"),
    "group_norm": ("has BN", "group norm"),
    "rms_norm": ("has BN", "RMS norm"),
    "renorm": ("has BN", "batch renorm"),
    "ghost_bn": ("has BN", "ghost BN"),
    "dyt": ("has BN", "dynamic tanh"),
    "weight_norm": ("has BN", "weight norm"),
    "noisy_bn": ("has BN", "BN followed by noise"),
}


def hook(recording: Recording) -> tuple[Part, ...]:
    """Returns what the networks of a run share and what differs, as the columns show them.

    Returns:
        Parts of one line; nothing if the digests say that the networks do not share it, or they
        are not the laboratory's.
    """
    recording = recording.snapshot()
    if len(recording) and not recording.certificate.holds:
        return ()
    settings = recording.header.settings
    if settings is None:
        return ()
    _, bn, *third = recording.layout.arms
    changes = any(each.action in BN_CHANGES for each in recording.header.changes)
    if third:
        position = f"{third[0]} {settings.bn_position}"
        middle, right = _BOTH[position if position in _BOTH else third[0]]
        middle = middle.replace("has", "starts with") if changes else middle
        return (
            (_SAME, ""),
            ("The middle one", bn),
            (f" {middle}, ", ""),
            ("the one on the right", third[0]),
            (f" {right}.", ""),
        )
    if changes:
        return (f"{_SAME}Only ", ""), ("the one on the right", bn), (" starts with BN.", "")
    where = ", after each activation" if settings.bn_position == "after" else ""
    return (f"{_SAME}Only ", ""), ("the one on the right", bn), (f" normalizes{where}.", "")
