"""Admission: whether a host has capacity for another run."""

from bnviz.engine.limits import Limits, recording_bytes
from bnviz.settings import Settings


def shortage(settings: Settings, *, num_active: int, held_bytes: int, limits: Limits) -> str:
    """Explains in one sentence why a run cannot be admitted.

    Args:
        settings: Settings of the new run.
        num_active: Number of runs that are queued or running.
        held_bytes: Bytes of frames that known runs hold or will hold; see `RunRegistry.held_bytes`.
        limits: Limits of the host.

    Returns:
        The sentence, or an empty string if there is room.
    """
    if num_active >= limits.runs:
        return (
            f"{num_active} runs are queued or running, as many as this host allows; train again "
            "in a minute."
        )
    if recording_bytes(settings) + held_bytes > 1e6 * limits.memory_mb:
        return (
            "The runs being watched take as much memory as this host allows; train again in a "
            "minute, or choose fewer layers."
        )
    return ""
