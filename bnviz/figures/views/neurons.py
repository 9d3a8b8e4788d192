"""Neurons: the neurons of a layer one by one, beside all of them in one histogram."""

from typing import Any

from bnviz.figures.axes import matching
from bnviz.figures.bindings.rows import Medians, Spans, Violins
from bnviz.figures.bindings.series import Caption
from bnviz.figures.bindings.shapes import SMOOTHING, Ridges
from bnviz.figures.live import LiveFigure
from bnviz.figures.panels import Domain, Panels, stacked
from bnviz.figures.style import INK, MUTED, translucent
from bnviz.figures.view import View
from bnviz.recording import Recording
from bnviz.recording.frames import PERCENTILES

READING = (
    "How to read: each upright shape shows the values of one neuron over the fixed examples, "
    "before its activation. The thick line spans half of them, the thin line nine tenths; the dot "
    "is the median. At the right, all neurons share one histogram. Short dashes at different "
    "heights add up to a healthy-looking histogram, although each neuron says nearly the same for "
    "every example."
)
SHOWS = "the values of each neuron of a layer by itself"
#: Maximum number of neurons drawn with their density; beyond that only the lines are drawn.
MAX_SHAPES = 40
_QUANTITY = "pre_activation"


def neurons(recording: Recording, view: View | None = None) -> LiveFigure:
    """One row per arm: the chosen layer's neurons one by one, and its histogram, on one axis.

    Args:
        recording: Complete or growing; may have no frame yet.
        view: Only the value axis, the layer and the neuron matter.
    """
    panels = Panels(recording, view or View("neurons"))
    for place, arm in enumerate(panels.arms):
        _strip(panels, 2 * place + 1, arm)
        _pooled(panels, 2 * place + 2, arm)
    count = len(panels.arms)
    heights = stacked(count, 0, 1, 0.1)
    wide: list[Domain] = [(x, y) for y in heights for x in ([0.04, 0.83], [0.86, 1.0])]
    narrow: list[Domain] = [
        (x, y) for y in stacked(count, 0.02, 1, 0.08) for x in ([0.1, 0.74], [0.78, 1.0])
    ]
    return panels.figure(wide, narrow, height=360 * count)


def _strip(panels: Panels, number: int, arm: str) -> None:
    """The neurons of a layer one by one, the chosen one again in ink on top."""
    every = tuple(range(panels.neurons))
    colour = panels.colour(arm)
    if len(every) <= MAX_SHAPES:
        panels.add(
            number,
            Violins(
                percentiles=f"{arm}/neuron_percentiles/{panels.layer}",
                transform=panels.transform,
                neurons=every,
                scale=0.4,
                cap=0.46,
            ),
            mode="lines",
            fill="toself",
            fillcolor=translucent(colour, 0.3),
            line={"color": translucent(colour, 0.6), "width": 1},
        )
    size = 7 if len(every) <= MAX_SHAPES else 4
    _spans(panels, number, arm, every, colour, size)
    _spans(panels, number, arm, (panels.neuron,), INK, size)
    _captions(panels, number, arm)
    _, _, axis = panels.value_axis(_QUANTITY)
    panels.panel(
        number,
        f"<b>{panels.label(arm)}</b> · {panels.recording.header.layers[panels.layer].name}",
        "values of each neuron",
        x={
            "range": [0.3, len(every) + 0.7],
            "showgrid": False,
            "nticks": 12,
            **_lowest_title(panels, arm, panels.recording.header.of_channels("neuron")),
        },
        y=_value_axis(axis, number),
    )


def _spans(
    panels: Panels, number: int, arm: str, neurons: tuple[int, ...], colour: str, size: int
) -> None:
    """Nine tenths and half of some neurons' values as lines, and their medians as dots."""
    common: dict[str, Any] = {
        "percentiles": f"{arm}/neuron_percentiles/{panels.layer}",
        "transform": panels.transform,
        "neurons": neurons,
    }
    for low, high, width in ((5, 95, 1.2), (25, 75, 3.0)):
        panels.add(
            number,
            Spans(**common, low=PERCENTILES.index(low), high=PERCENTILES.index(high)),
            mode="lines",
            line={"color": colour, "width": width},
        )
    panels.add(
        number,
        Medians(**common),
        mode="markers",
        marker={"color": colour, "size": size, "line": {"color": "#ffffff", "width": 1}},
    )


def _captions(panels: Panels, number: int, arm: str) -> None:
    """The standard deviations of the layer above, mean and std of the chosen neuron below."""
    _, _, axis = panels.value_axis(_QUANTITY)
    low, high = axis["range"]
    std, mean = f"{arm}/neuron_std/{panels.layer}", f"{arm}/neuron_mean/{panels.layer}"
    typical = panels.percentile(f"{arm}/neuron_std", panels.layer, 50)
    layer = (typical, f"{arm}/{_QUANTITY}_std/{panels.layer}")
    neuron = (f"{mean}/{panels.neuron}", f"{std}/{panels.neuron}")
    captions = (
        (high, "bottom right", "std: typical neuron {}, pooled {}", layer),
        (low, "top right", f"neuron {panels.neuron + 1}: mean {{}}, std {{}}", neuron),
    )
    for y, position, words, measures in captions:
        text = panels.recording.header.of_channels(words)
        panels.add(
            number,
            Caption(x=0.3, y=y, text=text, measures=measures),
            mode="text",
            textposition=position,
            textfont={"color": INK, "size": 12},
        )


def _pooled(panels: Panels, number: int, arm: str) -> None:
    """The histogram of all neurons of a layer."""
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
        fillcolor=translucent(panels.colour(arm), 0.32),
        line={"color": panels.colour(arm), "width": 2},
    )
    panels.panel(
        number,
        "<b>pooled</b>",
        x={
            "range": [0, 2.05],
            "showgrid": False,
            "nticks": 4,
            **_lowest_title(panels, arm, "√ density"),
        },
        y=_value_axis(axis, number),
    )


def _lowest_title(panels: Panels, arm: str, text: str) -> dict[str, Any]:
    """The title of an axis of the lowest row; the other rows have neither title nor numbers."""
    if arm != panels.arms[-1]:
        return {"showticklabels": False}
    return {"title": {"text": text, "standoff": 4}}


def _value_axis(axis: dict[str, Any], number: int) -> dict[str, Any]:
    own = {"zeroline": True, "zerolinecolor": MUTED, "zerolinewidth": 1, "nticks": 5}
    return {**own, **axis, **matching("y", number), "showticklabels": number % 2 == 1}
