"""Export: what leaves the house: scripts for Keras and PyTorch, pages that play, numbers."""
