"""Gradient growth: how much larger the gradient is with each layer towards the input, in theory."""

import math

from bnviz.recording.header import RecordingHeader
from bnviz.recording.networks import ArmSpec

#: Growth of the gradient's norm with each layer of BN and ReLU at step 0, in networks and batches
#: without limit: of its square it is pi / (pi - 1), whatever the size of the initial weights (Yang
#: et al. 2019, "A mean field theory of batch normalization").
RELU_GROWTH = math.sqrt(math.pi / (math.pi - 1))


def growing_arm(header: RecordingHeader) -> str | None:
    """Returns the first arm whose gradient grows by `RELU_GROWTH` in theory; None without one.

    All layers are dense, of ReLU, and have BN, and no skips lead around them.
    """
    if header.closing_layers:
        return None
    if any(layer.activation != "relu" or layer.kind != "dense" for layer in header.layers):
        return None
    return next((arm.name for arm in header.arms if _is_batch_norm(arm)), None)


def _is_batch_norm(arm: ArmSpec) -> bool:
    """Whether BN stands in every layer of a network."""
    return bool(arm.norms) and all(norm and norm.kind == "batch" for norm in arm.norms)
