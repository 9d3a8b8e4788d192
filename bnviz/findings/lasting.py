"""Lasting: what counts only because it holds for several frames in a row."""

import numpy as np
from numpy.typing import NDArray

#: Frames for which something must last: about 1.5 % of a run. In single frames it may be noise.
MIN_FRAMES = 5


def lasting(holds: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Returns whether a condition holds for `MIN_FRAMES` frames, starting at each frame.

    Args:
        holds: Whether it holds, shape (num_frames, ...).
    """
    found = np.zeros_like(holds)
    count = len(holds) - MIN_FRAMES + 1
    if count > 0:
        found[:count] = holds[:count]
        for later in range(1, MIN_FRAMES):
            found[:count] &= holds[later : count + later]
    return found
