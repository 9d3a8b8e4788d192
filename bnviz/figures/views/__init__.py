"""Figures of one recording, a module for each view of the player."""
