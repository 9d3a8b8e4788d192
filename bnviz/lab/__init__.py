"""The laboratory: data, networks, training, measuring. TensorFlow lives here and nowhere else."""

import os

# Before TensorFlow is imported. The matrices are small: sharing one product among threads takes
# longer than it saves, and each arm has a thread of its own anyway.
os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")
