"""Figures of studies: phase maps with their cuts, and bands over many seeds."""
