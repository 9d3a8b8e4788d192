"""Honest viewers: each watches a run of its own to the end, and then starts the next one."""

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field
from itertools import count
from urllib.parse import urlencode

from profiles import Profile
from serving import in_link
from viewers import Viewer

from bnviz.settings import Settings

#: The run that honest viewers watch, each with seeds of their own.
RUN = Settings(steps=100)
#: Frames of a run that a browser draws in a second: a viewer looks on until it has drawn all.
PACE = 25.0
#: Seconds after which a viewer who was refused, or has lost the connection, opens the page again.
RETURN = 1.0
#: Seconds between two looks at a viewer who still waits for a frame.
_LOOK = 0.1


@dataclass
class Service:
    """What honest viewers got.

    Attributes:
        seconds: How long they came.
        viewers: How many they were.
        waits: Seconds from opening the page to the first frame of the run, and whether one came.
        told: Of each visit, the first wait that the page told over that which followed.
        frames: Frames received.
        completed: Number of runs watched to the last frame.
        refusals: Messages with which runs were refused or failed, and how often.
        lost: How connections were lost or not made, and how often.
    """

    seconds: float
    viewers: int
    waits: list[tuple[float, bool]] = field(default_factory=list)
    told: list[float] = field(default_factory=list)
    frames: int = 0
    completed: int = 0
    refusals: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)

    @property
    def first_frame(self) -> str:
        """The median and the longest wait; those that were still waiting are marked."""
        waits = sorted(self.waits)
        ends = [waits[len(waits) // 2], waits[-1]] if waits else []
        return "; ".join(f"{'' if came else 'over '}{seconds:.1f}" for seconds, came in ends)

    @property
    def told_right(self) -> str:
        """Told over true waits: how many, the median, and the lowest and highest."""
        told = sorted(self.told)
        if not told:
            return "none told"
        ends = f"{told[0]:.1f}–{told[-1]:.1f}"
        return f"{len(told)}: {told[len(told) // 2]:.1f} ({ends})"

    @property
    def frame_rate(self) -> float:
        """Frames a second that each viewer received."""
        return self.frames / self.seconds / self.viewers


async def come(
    server: str, *, viewers: int, first_seed: int, seconds: float, grace: float
) -> Service:
    """Has viewers come to the page, one run after the other, each in a new session.

    Args:
        server: Its host and port.
        viewers: Their number. Each has a browser, and seeds, of its own.
        first_seed: Where the seeds begin.
        seconds: How long they come.
        grace: Seconds that they wait for a first frame after that.
    """
    service, until = Service(seconds, viewers), time.monotonic() + seconds

    async def visits(number: int) -> None:
        profile, seeds = Profile(server), count(first_seed + 10_000 * number)
        while time.monotonic() < until:
            viewer = Viewer(server, link(next(seeds)), profile=profile)
            await _visit(viewer, service, until, grace)

    await asyncio.gather(*map(visits, range(viewers)))
    return service


def link(seed: int) -> str:
    """The query string of a link that trains `RUN` with a seed."""
    return urlencode(in_link(RUN.replace(seed=seed), train="1"))


async def _visit(viewer: Viewer, service: Service, until: float, grace: float) -> None:
    """One visit, cut short at the end of the time, but not before the first frame."""
    opened = time.monotonic()
    watching = asyncio.ensure_future(viewer.watch())
    await asyncio.wait({watching}, timeout=max(0, until - opened))
    in_time = watching.done()
    service.frames += viewer.own_frames
    while not (watching.done() or viewer.first or time.monotonic() > until + grace):
        await asyncio.wait({watching}, timeout=_LOOK)
    if watching.done():
        error = watching.exception()
        if error is not None:
            service.lost[f"{type(error).__name__}: {error}".rstrip(": ")] += 1
        elif viewer.states[-1] in ("failed", "stopped"):
            service.refusals[viewer.message] += 1
        else:
            service.completed += in_time
    watching.cancel()
    if viewer.first:
        service.waits.append((viewer.first, True))
        at, wait = viewer.told[0] if viewer.told else (viewer.first, 0)
        # The page tells no wait below a second.
        service.told += [wait / max(1.0, viewer.first - at)] * (wait > 0)
    elif not watching.done():
        service.waits.append((time.monotonic() - opened, False))
    if watching.done() and not viewer.first:
        await asyncio.sleep(RETURN)
    elif in_time and viewer.first:
        drawn = opened + viewer.first + viewer.own_frames / PACE
        await asyncio.sleep(max(0.0, min(drawn, until) - time.monotonic()))
