"""A live laboratory for Batch Normalization: the same network without and with it, side by side."""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

#: What the package offers by its own name, with the module of each.
_OFFERED = {
    "Recording": "bnviz.recording",
    "Settings": "bnviz.settings",
    "Watch": "bnviz.watch.watch",
    "WatchError": "bnviz.watch.taps",
    "run": "bnviz.notebook.run",
}
__all__ = ["Recording", "Settings", "Watch", "WatchError", "run"]


def __getattr__(name: str) -> Any:
    """Loads what is asked for; Keras takes seconds, which nobody else waits for."""
    if name not in _OFFERED:
        raise AttributeError(f"module 'bnviz' has no attribute {name!r}")
    return getattr(import_module(_OFFERED[name]), name)
