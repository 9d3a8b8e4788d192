"""Admission: whether a host has capacity for another run."""

from collections.abc import Collection

from bnviz.engine.limits import Limits, recording_bytes
from bnviz.settings import Settings


def shortage(
    settings: Settings, active: Collection[Settings], held: Collection[Settings], limits: Limits
) -> str:
    """Explains in one sentence why a run cannot be admitted.

    Args:
        settings: Settings of the new run.
        active: Settings of the runs that are queued or running.
        held: Settings of the runs that take up memory: the active ones, and ended ones that are
            still being watched.
        limits: Limits of the host.

    Returns:
        The sentence, or an empty string if there is room.
    """
    if len(active) >= limits.runs:
        return (
            f"{len(active)} runs are queued or running, as many as this host allows; train again "
            "in a minute."
        )
    if sum(map(recording_bytes, [settings, *held])) > 1e6 * limits.memory_mb:
        return (
            "The runs being watched take as much memory as this host allows; train again in a "
            "minute, or choose fewer layers."
        )
    return ""
