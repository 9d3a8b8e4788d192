"""Figures of studies: phase maps with their slices, and bands over many seeds."""
