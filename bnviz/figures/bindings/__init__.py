"""Bindings: how the traces of a figure take their points from the frames of a recording."""
