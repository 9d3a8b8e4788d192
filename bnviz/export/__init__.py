"""Export: what leaves the house: Keras scripts, pages that play a recording, numbers."""
