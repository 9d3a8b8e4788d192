"""Admission: whether a host has capacity for another run of somebody."""

from dataclasses import dataclass

from bnviz.engine.limits import Limits

#: The part of all places, and of the memory of all frames, that may go to one address and to one
#: browser.
ADDRESS_SHARE, BROWSER_SHARE = 0.75, 0.5


@dataclass(frozen=True)
class Holding:
    """What somebody has of a host.

    Attributes:
        jobs: Runs, or studies, that are queued or running.
        frames: Bytes of what known runs hold or will hold; see `RunRegistry.held_bytes`.
    """

    jobs: int = 0
    frames: int = 0


def shortage(
    size: int,
    *,
    everybody: Holding,
    address: Holding,
    browser: Holding,
    limits: Limits,
) -> str:
    """Explains in one sentence why a run cannot be admitted.

    Args:
        size: Bytes of what the new run will hold.
        everybody: What all have.
        address: What the address has from which it is asked for.
        browser: What the browser has from which it is asked for.
        limits: Limits of the host.

    Returns:
        The sentence, or an empty string if there is room.
    """
    crowd = crowded("runs", everybody=everybody, address=address, browser=browser, limits=limits)
    if crowd:
        return crowd
    room = 1e6 * limits.memory_mb
    if size + everybody.frames > room:
        return (
            "The runs being watched take as much memory as this host allows; train again in a "
            "minute, or choose fewer layers."
        )
    for holding, share in ((browser, BROWSER_SHARE), (address, ADDRESS_SHARE)):
        # One run always fits, as far as its own limit goes.
        if holding.frames and size + holding.frames > share * room:
            return (
                "Your runs, in all tabs, take as much memory as this host allows one viewer; close "
                "a tab, or choose fewer layers."
            )
    return ""


def crowded(
    what: str, *, everybody: Holding, address: Holding, browser: Holding, limits: Limits
) -> str:
    """Explains in one sentence why no further job can be queued.

    Args:
        what: "runs" or "studies".
        everybody: What all have.
        address: What the address has from which it is asked for.
        browser: What the browser has from which it is asked for.
        limits: Limits of the host.

    Returns:
        The sentence, or an empty string if there is room.
    """
    if browser.jobs >= limits.viewer_runs:
        return (
            f"{browser.jobs} {what} of yours are queued or running, in all tabs, as many as this "
            "host allows one viewer; stop one, or train again in a minute."
        )
    if everybody.jobs >= limits.runs or address.jobs >= max(1, ADDRESS_SHARE * limits.runs):
        return (
            f"{everybody.jobs} {what} are queued or running, as many as this host allows; train "
            "again in a minute."
        )
    return ""
