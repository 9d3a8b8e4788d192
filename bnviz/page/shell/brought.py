"""Brought: the recording that `bnviz show` starts the page with, for all its viewers."""

import dataclasses

from bnviz.page.shell.followed_file import FollowedFile
from bnviz.page.shell.visit_run import VisitRun
from bnviz.recording import Recording

_brought: list[VisitRun | FollowedFile] = []


def bring(run: VisitRun | FollowedFile) -> None:
    """Has the page begin with a run, or with whatever a file holds that is being written."""
    _brought[:] = [run]


def run() -> VisitRun | None:
    """The run that the page begins with; None for the one that comes with the package."""
    found = next(iter(_brought), None)
    return found.now().run if isinstance(found, FollowedFile) else found


def recording() -> Recording | None:
    """What that run has recorded by now."""
    now = run()
    return None if now is None else now.recording


def followed() -> FollowedFile | None:
    """The file that is followed; None if none is."""
    found = next(iter(_brought), None)
    return found if isinstance(found, FollowedFile) else None


def current(held: VisitRun) -> VisitRun:
    """A run of a visit as it is now: one that is followed has grown since it was taken in."""
    now = run()
    if now is None or now.token != held.token:
        return held
    return dataclasses.replace(now, name=held.name)
