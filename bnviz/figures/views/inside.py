"""Inside: what BN does to single examples in one neuron, step by step."""

from typing import Any

from bnviz.figures.bindings.binding import Binding, Words
from bnviz.figures.bindings.passage import Passage, ScaleAndShift
from bnviz.figures.live import LiveFigure
from bnviz.figures.panels import Panels
from bnviz.figures.style import ARM_COLOURS, INK, MUTED, translucent
from bnviz.figures.view import View
from bnviz.frames import ARM_LABELS, BATCH_VALUES
from bnviz.recording import Recording

READING = (
    "How to read: each line is one example on its way through the chosen neuron, one of them in "
    "ink. The batch's mean is taken off, so the values stand around 0; divided by the batch's "
    "standard deviation, they spread by 1; gamma and beta, which are learnt, stretch and move them "
    "again. Set them by hand; those of the identity give back what came in."
)
_ARM = "bn"
_QUANTITY = "pre_activation"


def inside(recording: Recording, view: View | None = None) -> LiveFigure:
    """The way of single examples from what enters BN to what leaves the neuron.

    Args:
        recording: With the deep measures; complete or growing, may have no frame yet.
        view: Of it the value axis, the layer and the neuron matter.
    """
    panels = Panels(recording, view or View("inside"))
    settings = recording.settings
    before = settings.bn_position == "before"
    place = f"{panels.layer}/{panels.neuron}"
    paths: dict[str, Any] = {
        "mean": f"{_ARM}/batch_mean/{place}",
        "variance": f"{_ARM}/batch_variance/{place}",
        "gamma": f"{_ARM}/gamma/{place}",
        "beta": f"{_ARM}/beta/{place}",
    }
    chosen = panels.view
    neuron = paths | {
        "epsilon": settings.bn_epsilon,
        "by_hand": chosen.by_hand,
        "hand": (chosen.gamma, chosen.beta),
    }
    common = neuron | {
        "values": f"{_ARM}/batch_values/{place}",
        "activation": settings.activation if before else "",
        "transform": panels.transform,
    }
    lines = (
        (tuple(range(BATCH_VALUES)), translucent(ARM_COLOURS[_ARM], 0.35), ARM_COLOURS[_ARM], 1.2),
        ((0,), INK, INK, 2.5),
    )
    for examples, colour, dots, width in lines:
        panels.add(
            1,
            Passage(**common, examples=examples),
            mode="lines+markers",
            line={"color": colour, "width": width},
            marker={"color": dots, "size": 6},
        )
    _, _, axis = panels.value_axis(_QUANTITY)
    high = axis["range"][1]
    mean, variance = paths["mean"], paths["variance"]
    stages: list[tuple[str, str, tuple[str, ...]]] = [
        ("values x", "mean {}<br>var {}", (mean, variance)),
        ("− mean", "mean 0<br>var {}", (variance,)),
        ("÷ √(var + ε)", "mean 0<br>var ≈ 1", ()),
        ("× γ + β", "", ()),
    ]
    if before:
        stages.append((settings.activation, "", ()))
    words: list[Binding] = [
        Words(x=number, y=high, text=text, measures=measures)
        for number, (_, text, measures) in enumerate(stages, start=1)
        if text
    ]
    for binding in [*words, ScaleAndShift(**neuron, x=4, y=high)]:
        panels.add(
            1,
            binding,
            mode="text",
            textposition="bottom center",
            textfont={"color": INK, "size": 13},
        )
    panels.panel(
        1,
        f"<b>{ARM_LABELS[_ARM]}</b> · layer {panels.layer + 1}, neuron {panels.neuron + 1}",
        f"{BATCH_VALUES} of the fixed examples",
        x={
            "range": [0.6, len(stages) + 0.4],
            "tickvals": list(range(1, len(stages) + 1)),
            "ticktext": [name for name, *_ in stages],
            "color": INK,
        },
        y={"zeroline": True, "zerolinecolor": MUTED, "nticks": 7, **axis},
    )
    return panels.figure([([0.05, 1], [0, 1])], [([0.1, 1], [0.02, 1])], height=480)
