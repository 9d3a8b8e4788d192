"""Settings of a run: every choice, default and bound, and how numbers are read and written."""

from bnviz.settings.problem import SettingsError
from bnviz.settings.settings import Settings

__all__ = ["Settings", "SettingsError"]
