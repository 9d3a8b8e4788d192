"""Hook: what is compared in a run and what differs, in one line."""

from bnviz.recording import Recording
from bnviz.recording.frames import ARMS
from bnviz.recording.header import normalization_position
from bnviz.settings import Settings
from bnviz.settings.interventions import BN_CHANGES

#: A part of the line, and the network that it names; empty if none.
Part = tuple[str, str]

_SAME = "Same network, same data, same first weights. "
#: Where the place of BN is that of the skips, too.
_SAME_BUT_FOR_SKIPS, _SKIPS = "Same data, same first weights. ", " (skips with it)"
#: What networks have that is more than what they are called.
_HAVE = {"noisy_bn": "BN followed by noise"}


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
    _, second, *third = recording.layout.arms
    changes = any(each.action in BN_CHANGES for each in recording.header.changes)
    moved = recording.header.moved_skips
    same = _SAME_BUT_FOR_SKIPS if moved else _SAME
    if third:
        middle, right = _both(recording, settings, second, third[0])
        return (
            (same, ""),
            ("The middle one", second),
            (f" {'starts with' if changes else 'has'} {middle}{_SKIPS * (second in moved)}, ", ""),
            ("the one on the right", third[0]),
            (f" {right}{_SKIPS * (third[0] in moved)}.", ""),
        )
    what = f" {'starts with' if changes else 'has'} {_had(recording, second)}."
    if second == ARMS[1] and not changes:
        where = ", after each activation" if settings.bn_position == "after" else ""
        what = f" normalizes{where}."
    if moved:
        what = f"{what.removesuffix('.')}{_SKIPS}."
        return (same, ""), ("The one on the right", second), (what, "")
    return (f"{same}Only ", ""), ("the one on the right", second), (what, "")


def _both(recording: Recording, settings: Settings, second: str, third: str) -> tuple[str, str]:
    """What the second and the third network have."""
    if {second, third} == {"bn", "bn_other"}:
        middle, right = (normalization_position(settings, arm) for arm in (second, third))
        return f"BN {middle} its activations", f"{right} them"
    return _had(recording, second), _had(recording, third)


def _had(recording: Recording, arm: str) -> str:
    """What a network has: "BN", "layer norm"."""
    return _HAVE.get(arm) or recording.header.arm(arm).label.removeprefix("with ")
