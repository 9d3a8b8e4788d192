"""Launch: starts the page of an installed package, in any folder.

Streamlit reads the options of a server from `.streamlit/config.toml` beside the script that it
runs. The ones here equal those of the checkout, which apply to `streamlit run app.py`.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from bnviz.page.launch import open_files

SCRIPT = Path(__file__).with_name("app.py")


def launch(options: Sequence[str]) -> None:
    """Serves the page in this process until it is interrupted, as `streamlit run` does.

    Args:
        options: Options of `streamlit run`, such as `["--server.port", "8600"]`. They take
            precedence over the packaged ones.

    Raises:
        ModuleNotFoundError: If Streamlit is not installed.
        SystemExit: When the server ends or an option is wrong.
    """
    open_files.prepare()
    # Imported here, so that the other commands do not load Streamlit.
    from streamlit.web import cli

    # Streamlit records the command line in sys.argv and passes the rest to the script.
    sys.argv = ["streamlit", "run", str(SCRIPT), *options]
    cli.main(prog_name="streamlit")


def show() -> None:
    """Draws the page; what a script for Streamlit calls."""
    # Before anything else is imported: the first viewers may be many, and each module is a file.
    open_files.prepare()
    from bnviz.page.shell import message_gate, upload_gate, widget_states

    message_gate.install()
    upload_gate.install()
    widget_states.iterate_over_copies()
    from bnviz.page import app

    app.show()
