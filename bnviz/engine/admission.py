"""Room: whether a host has any for a further run."""

from collections.abc import Collection

from bnviz.engine.limits import Limits, recording_bytes
from bnviz.settings import Settings


def shortage(
    settings: Settings, active: Collection[Settings], held: Collection[Settings], limits: Limits
) -> str:
    """Why there is no room for a run, in one sentence; empty if there is.

    Args:
        settings: Of the further run.
        active: Of the runs that wait or go on.
        held: Of these and of those that have ended and are looked at.
        limits: Of the host.
    """
    if len(active) >= limits.runs:
        return (
            f"{len(active)} runs wait or go on, which is as many as this host allows; train again "
            "in a minute."
        )
    if sum(map(recording_bytes, [settings, *held])) > 1e6 * limits.memory_mb:
        return (
            "The runs that are looked at take as much memory as this host allows; train again in "
            "a minute, or choose fewer layers."
        )
    return ""
