"""Neurons: those of a layer one by one, beside all of them in one histogram."""

from typing import Any

from bnviz.figures.bindings.binding import Words
from bnviz.figures.bindings.rows import Medians, Spans, Violins
from bnviz.figures.bindings.shapes import Ridges
from bnviz.figures.live import LiveFigure
from bnviz.figures.panels import Panels, Place, stacked
from bnviz.figures.style import ARM_COLOURS, INK, MUTED, translucent
from bnviz.figures.view import View
from bnviz.figures.views.layers import SMOOTHING
from bnviz.frames import ARM_LABELS, PERCENTILES
from bnviz.recording import Recording

READING = (
    "How to read: each upright shape is what one neuron of the layer gets over the fixed examples; "
    "the thick line holds half of its values, the thin one nine tenths, the dot is the median. At "
    "the right all neurons in one histogram: short dashes at different heights make a "
    "healthy-looking one there, and yet each neuron says nearly the same for every example."
)
#: Of more neurons the lines alone are drawn, without their density.
MAX_SHAPES = 40
_QUANTITY = "pre_activation"


def neurons(recording: Recording, view: View | None = None) -> LiveFigure:
    """A row an arm: the chosen layer's neurons one by one, and its histogram, on one axis.

    Args:
        recording: Complete or growing; may have no frame yet.
        view: Of it the value axis, the layer and the neuron matter.
    """
    panels = Panels(recording, view or View("neurons"))
    for place, arm in enumerate(panels.arms):
        _strip(panels, 2 * place + 1, arm)
        _pooled(panels, 2 * place + 2, arm)
    count = len(panels.arms)
    heights = stacked(count, 0, 1, 0.1)
    wide: list[Place] = [(x, y) for y in heights for x in ([0.04, 0.83], [0.86, 1.0])]
    narrow: list[Place] = [
        (x, y) for y in stacked(count, 0.02, 1, 0.08) for x in ([0.1, 0.74], [0.78, 1.0])
    ]
    return panels.figure(wide, narrow, height=360 * count)


def _strip(panels: Panels, number: int, arm: str) -> None:
    _, _, axis = panels.value_axis(_QUANTITY)
    every = tuple(range(panels.recording.layout.neurons))
    colour = ARM_COLOURS[arm]
    common: dict[str, Any] = {
        "percentiles": f"{arm}/neuron_percentiles/{panels.layer}",
        "transform": panels.transform,
    }
    lines = ((5, 95, 1.2, colour), (25, 75, 3.0, colour))
    if len(every) <= MAX_SHAPES:
        panels.add(
            number,
            Violins(**common, neurons=every, scale=0.4, cap=0.46),
            mode="lines",
            fill="toself",
            fillcolor=translucent(colour, 0.3),
            line={"color": translucent(colour, 0.6), "width": 1},
        )
    # The chosen neuron again, in ink, over all of them.
    for drawn, ink in ((every, ""), ((panels.neuron,), INK)):
        for low, high, width, of_arm in lines:
            ends = (PERCENTILES.index(low), PERCENTILES.index(high))
            panels.add(
                number,
                Spans(**common, neurons=drawn, low=ends[0], high=ends[1]),
                mode="lines",
                line={"color": ink or of_arm, "width": width},
            )
        panels.add(
            number,
            Medians(**common, neurons=drawn),
            mode="markers",
            marker={
                "color": ink or colour,
                "size": 7 if len(every) <= MAX_SHAPES else 4,
                "line": {"color": "#ffffff", "width": 1},
            },
        )
    layer = panels.layer
    low, high = axis["range"]
    std, mean = f"{arm}/neuron_std/{layer}", f"{arm}/neuron_mean/{layer}"
    own = (f"{mean}/{panels.neuron}", f"{std}/{panels.neuron}")
    every_std = (f"{std}@50", f"{arm}/{_QUANTITY}_std/{layer}")
    chosen = f"neuron {panels.neuron + 1}: mean {{}}, std {{}}"
    _words(panels, number, high, "bottom right", "std: typical neuron {}, pooled {}", every_std)
    _words(panels, number, low, "top right", chosen, own)
    title = _only_below(panels, arm, "neuron")
    panels.panel(
        number,
        f"<b>{ARM_LABELS[arm]}</b> · layer {panels.layer + 1}",
        "what enters each neuron's activation",
        x={"range": [0.3, len(every) + 0.7], "showgrid": False, "nticks": 12, **title},
        y=_value_axis(axis, number),
    )


def _words(
    panels: Panels, number: int, y: float, position: str, text: str, measures: tuple[str, ...]
) -> None:
    panels.add(
        number,
        Words(x=0.3, y=y, text=text, measures=measures),
        mode="text",
        textposition=position,
        textfont={"color": INK, "size": 12},
    )


def _pooled(panels: Panels, number: int, arm: str) -> None:
    positions, first, axis = panels.value_axis(_QUANTITY)
    panels.add(
        number,
        Ridges(
            counts=f"{arm}/{_QUANTITY}_counts",
            rows=(panels.layer,),
            baselines=(0.0,),
            positions=tuple(positions),
            first=first,
            smoothing=SMOOTHING,
            upright=True,
        ),
        mode="lines",
        fill="toself",
        fillcolor=translucent(ARM_COLOURS[arm], 0.32),
        line={"color": ARM_COLOURS[arm], "width": 2},
    )
    title = _only_below(panels, arm, "√ density")
    panels.panel(
        number,
        "<b>pooled</b>",
        x={"range": [0, 2.05], "showgrid": False, "nticks": 4, **title},
        y=_value_axis(axis, number),
    )


def _only_below(panels: Panels, arm: str, text: str) -> dict[str, Any]:
    """Numbers and name of an axis below, where no other row is under it."""
    if arm != panels.arms[-1]:
        return {"showticklabels": False}
    return {"title": {"text": text, "standoff": 4}}


def _value_axis(axis: dict[str, Any], number: int) -> dict[str, Any]:
    own = {"zeroline": True, "zerolinecolor": MUTED, "zerolinewidth": 1, "nticks": 5}
    matching = {"matches": "y"} if number > 1 else {}
    return {**own, **axis, **matching, "showticklabels": number % 2 == 1}
