"""What leaves the house: an experiment as a Keras script or notebook."""
