"""The command `page`: starts the page."""

import argparse

from bnviz.page.launch import launch
from bnviz.terminal.options import DONE, require


def page(given: argparse.Namespace) -> int:
    """Serves the page until it is interrupted; returns the exit status."""
    require_page()
    launch(given.options)
    return DONE


def require_page() -> None:
    """Checks that what the page needs is installed.

    Raises:
        CommandError: If it is not.
    """
    for package, name in (("streamlit", "Streamlit"), ("distributed", "Dask")):
        require(package, name, task="the page", extra="page")
