"""A live laboratory for Batch Normalization: the same network without and with it, side by side."""

__version__ = "0.1.0"
