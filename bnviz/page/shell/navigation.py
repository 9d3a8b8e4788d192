"""Navigation: following links, and going from one mode to another."""

from streamlit.runtime.scriptrunner import get_script_run_ctx

from bnviz.page.shell.state import state


def link_arrived() -> bool:
    """Whether the URL is to be followed: in a session's first run, and after Back or Forward."""
    context = get_script_run_ctx()
    moved = context is not None and context.is_history_navigation
    first = not state.link_followed
    state.link_followed = True
    return first or moved


def go(mode: str, *, opened_from: str = "") -> None:
    """Opens a mode.

    Args:
        mode: Name of the mode.
        opened_from: Name of the mode in which the viewer clicked what this one now shows.
    """
    state.mode = mode
    state.opened_from = opened_from
