"""Bindings: how a trace takes its points out of the frames of a recording."""
