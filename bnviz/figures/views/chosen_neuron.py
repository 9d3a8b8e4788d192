"""ChosenNeuron: what bindings share that draw BN of the chosen neuron, in picture and maps."""

from typing import Any

from bnviz.figures.panels import Panels


def of_batch_norm(panels: Panels, arm: str) -> dict[str, Any]:
    """The attributes of `bnviz.figures.bindings.passage.Neuron` for a network with BN.

    Args:
        panels: Of the view; layer, neuron, and gamma and beta set by hand are read.
        arm: Name of the network.
    """
    header, place = panels.recording.header, f"{panels.layer}/{panels.neuron}"
    norm = header.arm(arm).norm(panels.layer)
    paths = {
        "mean": "batch_mean",
        "variance": "batch_variance",
        **{name: name for name in ("moving_mean", "moving_variance", "gamma", "beta")},
    }
    return {
        **{name: f"{arm}/{measure}/{place}" for name, measure in paths.items()},
        "epsilon": 0.0 if norm is None else norm.epsilon,
        "frozen_after": header.changed_after(arm, "freeze_bn"),
        "removed_after": header.changed_after(arm, "remove_bn"),
        "by_hand": panels.view.by_hand,
        "hand": (panels.view.gamma, panels.view.beta),
    }
