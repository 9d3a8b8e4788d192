"""Signal: what becomes of the examples, and of the gradient, on their way through the layers."""

from bnviz.figures.axes import log_axis
from bnviz.figures.bindings.profiles import Growth
from bnviz.figures.curves import curve, markers
from bnviz.figures.live import LiveFigure
from bnviz.figures.panels import Domain, Panels, spread, stacked
from bnviz.figures.profiles import layer_axis, profile
from bnviz.figures.ranges import bounds, decades
from bnviz.figures.style import INK, MUTED
from bnviz.figures.view import View
from bnviz.findings import statistics
from bnviz.findings.gradient_growth import RELU_GROWTH, growing_arm
from bnviz.recording import Recording
from bnviz.recording.frames import MIN_GROWING_LAYERS

#: What the view shows, to follow "This view shows".
SHOWS = "how the examples, their spread and the gradient change from layer to layer"
READING = (
    "How to read: above, every layer at the cursor; below, the layer with the dot over the run. "
    "Similarity is the mean cosine between a layer’s outputs for different examples: near 1, the "
    "layers after it can hardly tell them apart. Outputs that are never negative are similar even "
    "for unrelated examples, about 0.32 with ReLU. Spread is a standard deviation, solid of a "
    "neuron’s values, dotted of all values of the layer: where dotted is far above solid, the "
    "histogram looks healthy while each of its neurons is nearly constant (D. Page 2019). The "
    "gradient: in wide networks BN makes it grow towards the input at step 0, with ReLU by "
    "√(π / (π − 1)) ≈ 1.21 a layer (dashed; Yang et al. 2019), so it explodes in very deep plain "
    "ones. Its growth over the run is the mean factor from the last hidden layer to the second."
)
_SIMILARITY, _NORM, _GROWTH = "example_similarity", "gradient_norm", "gradient_growth"
#: The spread of a neuron's values, and of all values of a layer.
_SPREADS = ("neuron_spread", "pre_activation_std")
_NAMES = {_SIMILARITY: "similarity", _SPREADS[0]: "a neuron’s std", _SPREADS[1]: "std of all"}
#: Range of the similarities, with room for labels above and below.
_SIMILARITY_RANGE = (-0.14, 1.18)
#: Ends of the axis of growth before the gradient has grown by less or more.
_GROWTH_RANGE = (0.5, 1.5)


def signal(recording: Recording, view: View | None = None) -> LiveFigure:
    """Similarity of examples, spread of values and gradient: by layer above, over the run below.

    Args:
        recording: Complete or growing; may have no frame yet.
        view: What the curves run over, and the layer.
    """
    panels = Panels(recording, view or View("signal"))
    _similarity(panels, 1)
    _spread(panels, 2)
    _gradient(panels, 3)
    _similarity_over_run(panels, 4)
    _spread_over_run(panels, 5)
    _growth_over_run(panels, 6)
    across = spread(3, 0.04, 1, 0.07)
    wide: list[Domain] = [(x, y) for y in stacked(2, 0, 1, 0.2) for x in across]
    # Each measure over the run below its layers.
    places = stacked(6, 0.01, 1, 0.062)
    narrow: list[Domain] = [([0.14, 1], places[n]) for n in (0, 2, 4, 1, 3, 5)]
    return panels.figure(wide, narrow, height=1320)


def note(recording: Recording) -> str:
    """Says what is different in residual networks, and of what the measures are."""
    header, skips = recording.header, ""
    if header.closing_layers:
        skips = "Layers are also reached by what skips lead around the layers before them. "
        if any(
            header.adds_skip(arm.name, header.closing_layers[0] - 1) == "after"
            for arm in header.arms
        ):
            skips += "Where a skip is added after the activation, outputs are those before that. "
    return f"{skips}{statistics.of_probe(recording)}".strip()


def ranges(recording: Recording, _: View) -> object:
    """Returns the ends of the axes that depend on the frames so far."""
    return _spread_decades(recording), _norm_decades(recording), _growth_bounds(recording)


def _spread_decades(recording: Recording) -> tuple[int, int]:
    return decades(recording, _SPREADS, -1, 1)


def _norm_decades(recording: Recording) -> tuple[int, int]:
    return decades(recording, [_NORM], -2, 1)


def _growth_bounds(recording: Recording) -> tuple[float, float]:
    return bounds(recording, [_GROWTH], *_GROWTH_RANGE)


def _similarity(panels: Panels, number: int) -> None:
    for arm in panels.arms:
        profile(panels, number, arm, _SIMILARITY, name=_NAMES[_SIMILARITY])
    panels.panel(
        number,
        "<b>Similarity of examples</b>",
        "mean cosine, 1: all alike",
        x=layer_axis(panels),
        y={"range": _SIMILARITY_RANGE, "tickvals": [0, 0.5, 1]},
    )


def _spread(panels: Panels, number: int) -> None:
    own, pooled = _SPREADS
    for arm in panels.arms:
        profile(panels, number, arm, pooled, name=_NAMES[pooled], width=1.5, dash="dot", dot=False)
        profile(panels, number, arm, own, name=panels.recording.header.of_channels(_NAMES[own]))
    panels.panel(
        number,
        "<b>Spread of values</b>",
        "std of a neuron; dotted: of all",
        x=layer_axis(panels),
        y=log_axis(*_spread_decades(panels.recording)),
    )


def _gradient(panels: Panels, number: int) -> None:
    for arm in panels.arms:
        profile(panels, number, arm, _NORM, start=True)
    growing = growing_arm(panels.recording.header)
    if growing and panels.layers >= MIN_GROWING_LAYERS:
        panels.add(
            number,
            # From the last hidden layer to the second: the first one's kernel has another shape.
            Growth(
                row=f"{growing}/{_NORM}",
                first=1,
                last=panels.layers - 1,
                factor=RELU_GROWTH,
                text=f"theory, step 0: {RELU_GROWTH:.2f} a layer",
            ),
            mode="lines+text",
            line={"color": MUTED, "width": 1.5, "dash": "dash"},
            textposition="top right",
            textfont={"color": INK, "size": 12},
        )
    panels.panel(
        number,
        "<b>Gradient norm</b>",
        "L2; thin: at step 0",
        x=layer_axis(panels),
        y=log_axis(*_norm_decades(panels.recording)),
    )


def _similarity_over_run(panels: Panels, number: int) -> None:
    path = f"{_SIMILARITY}/{panels.layer}"
    for arm in panels.arms:
        curve(panels, number, arm, path, name=_NAMES[_SIMILARITY])
    markers(panels, number, path, *_SIMILARITY_RANGE)
    panels.panel(
        number,
        f"<b>{panels.name(panels.layer)}: similarity</b>",
        x=panels.run.axis(titled=True),
        y={"range": _SIMILARITY_RANGE, "tickvals": [0, 0.5, 1]},
    )


def _spread_over_run(panels: Panels, number: int) -> None:
    own, pooled = (f"{path}/{panels.layer}" for path in _SPREADS)
    low, high = _spread_decades(panels.recording)
    for arm in panels.arms:
        curve(panels, number, arm, pooled, name=_NAMES[_SPREADS[1]], width=1.5, dash="dot")
        curve(
            panels, number, arm, own, name=panels.recording.header.of_channels(_NAMES[_SPREADS[0]])
        )
    markers(panels, number, own, 10.0**low, 10.0**high)
    panels.panel(
        number,
        f"<b>{panels.name(panels.layer)}: spread</b>",
        "std of a neuron; dotted: of all",
        x=panels.run.axis(titled=True),
        y=log_axis(low, high),
    )


def _growth_over_run(panels: Panels, number: int) -> None:
    low, high = _growth_bounds(panels.recording)
    explanation = "a layer, 1: none"
    if growing_arm(panels.recording.header):
        panels.guide(number, RELU_GROWTH, "")
        explanation = "a layer; dashed: theory, step 0"
    for arm in panels.arms:
        curve(panels, number, arm, _GROWTH)
    if panels.layers >= MIN_GROWING_LAYERS:
        markers(panels, number, _GROWTH, low, high)
    else:
        explanation = f"needs {MIN_GROWING_LAYERS} hidden layers"
    panels.panel(
        number,
        "<b>Gradient growth</b>",
        explanation,
        x=panels.run.axis(titled=True),
        y={"range": [low, high], "nticks": 5},
    )
