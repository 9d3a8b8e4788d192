"""Notebook: the player in a cell of a notebook, while networks train and afterwards."""
