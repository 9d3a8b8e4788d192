"""Brought: the recording that `bnviz show` starts the page with, for all its viewers."""

from bnviz.page.shell.visit_run import VisitRun

_brought: list[VisitRun] = []


def bring(run: VisitRun) -> None:
    """Has the page begin with a run."""
    _brought[:] = [run]


def run() -> VisitRun | None:
    """The run that the page begins with; None for the one that comes with the package."""
    return next(iter(_brought), None)
