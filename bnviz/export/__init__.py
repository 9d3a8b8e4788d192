"""Export: an experiment as a Keras script or notebook."""
