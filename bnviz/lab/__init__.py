"""The laboratory: data, networks, training, measuring. TensorFlow lives here and nowhere else."""
