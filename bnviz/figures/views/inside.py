"""Inside: what BN does to single examples in one neuron, step by step."""

from dataclasses import replace

from bnviz.figures.bindings.binding import Binding
from bnviz.figures.bindings.passage import ACTIVATIONS, Lack, Moments, Passage, ScaleAndShift
from bnviz.figures.bindings.series import Note
from bnviz.figures.live import LiveFigure
from bnviz.figures.panels import Panels
from bnviz.figures.style import INK, MUTED, translucent
from bnviz.figures.view import View
from bnviz.figures.views.channel_maps import channel_maps
from bnviz.figures.views.chosen_neuron import of_batch_norm
from bnviz.recording import Recording
from bnviz.recording.frames import BATCH_VALUES, NUM_SINGLE
from bnviz.recording.networks import NormSpec

#: What the view shows, to follow "This view shows".
SHOWS = (
    "single examples on their way through a neuron: centred, divided by the standard deviation, "
    "scaled by gamma and shifted by beta"
)
READING = (
    "How to read: each line is one example on its way through the chosen neuron; the chosen one is "
    "drawn in ink, and its numbers stand in the formula. Point at a column, a part of the formula "
    "or a step: all that belongs to it lights up. Subtracting the batch mean centres the values on "
    "0; dividing by the batch's standard deviation gives them a spread of 1; gamma and beta, which "
    "are learnt, stretch and shift them again. Set gamma and beta by hand, in their fields or by "
    "dragging them in the formula; those of the identity restore the input. Mean and variance are "
    "those of all fixed examples, as one batch."
)
#: Number of the trace of the example in ink.
_INK_TRACE = 1
_QUANTITY = "pre_activation"


def inside(recording: Recording, view: View | None = None) -> LiveFigure:
    """The path of single examples from the input of BN to the output of the neuron.

    Args:
        recording: With single examples; complete or growing, may have no frame yet.
        view: Only the value axis, the layer, the neuron, the example, and gamma and beta matter.
    """
    panels = Panels(recording, view or View("inside"))
    arm, layer, activation = (
        _arm(recording),
        recording.header.layers[panels.layer],
        _activation(panels),
    )
    stages = ["values x", "− mean", "÷ √(var + ε)", "× γ + β"]
    if activation:
        stages.append(activation)
    _examples(panels)
    explanation = f"{_count(recording)} of the fixed examples"
    if _norm(panels) is None:
        explanation = "this layer has no BN: choose another"
    else:
        # Short, because a title that is too long is cut.
        explanation = _sum(panels) or explanation
        _captions(panels)
    _, _, axis = panels.value_axis(_QUANTITY)
    panels.panel(
        1,
        f"<b>{panels.label(arm)}</b> · {layer.name}, "
        f"{panels.recording.header.of_channels('neuron')} {panels.neuron + 1}",
        explanation,
        x={
            "range": [0.6, len(stages) + 0.4],
            "tickvals": list(range(1, len(stages) + 1)),
            "ticktext": stages,
            "color": INK,
        },
        y={"zeroline": True, "zerolinecolor": MUTED, "nticks": 7, **axis},
    )
    figure = panels.figure([([0.05, 1], [0, 1])], [([0.1, 1], [0, 1])], height=480)
    # Room below for the names of the stages and the example's values.
    layout = {**figure.layout, "margin": {**figure.layout["margin"], "b": 58}}
    formula = {"trace": _INK_TRACE, "activation": layer.activation}
    maps = channel_maps(panels, _example(panels))
    return replace(figure, layout=layout, formula=formula, maps=maps)


def note(recording: Recording) -> str:
    """What is otherwise once BN was frozen or removed; "" if it never is."""
    header, arm = recording.header, _arm(recording)
    frozen, removed = (header.changed_after(arm, each) for each in ("freeze_bn", "remove_bn"))
    sentences = []
    if frozen is not None:
        sentences.append(
            f"After step {frozen:,} they are the moving ones, by which the frozen BN normalizes."
        )
    if removed is not None:
        sentences.append(f"BN was removed at step {removed:,}: the way ends there.")
    return " ".join(sentences)


def examples(recording: Recording) -> dict[str, str]:
    """The examples that can be chosen, by index: their numbers, and their classes if known."""
    shown, plan = recording.shown, recording.layout.maps
    labels = () if shown is None else shown.probe_labels
    names = {} if shown is None else dict(enumerate(shown.classes[each] for each in labels))
    count = plan.examples if plan is not None else _count(recording)
    return {
        str(number): f"{number + 1}: {names[number]}" if number in names else str(number + 1)
        for number in range(count)
    }


def _example(panels: Panels) -> int:
    """Index of the chosen example; the last one if there are fewer."""
    return min(panels.view.example, len(examples(panels.recording)) - 1)


def _arm(recording: Recording) -> str:
    """The network whose neurons are shown: the first one with BN."""
    return recording.header.batch_norm_arms[0]


def _norm(panels: Panels) -> NormSpec | None:
    """Its BN at the chosen layer; None if it has none there."""
    norm = panels.recording.header.arm(_arm(panels.recording)).norm(panels.layer)
    return norm if norm is not None and norm.kind == "batch" else None


def _activation(panels: Panels) -> str:
    """The activation that follows BN at the chosen layer.

    "" if BN follows it, if a skip is added in between, or if only its name is known.
    """
    norm, name = _norm(panels), panels.recording.header.layers[panels.layer].activation
    follows = norm is not None and norm.position == "before" and name in ACTIVATIONS
    return name if follows and not _adds(panels) else ""


def _adds(panels: Panels) -> str:
    """Where the chosen layer adds the input of a residual block, as `adds_skip` has it."""
    return panels.recording.header.adds_skip(_arm(panels.recording), panels.layer)


def _sum(panels: Panels) -> str:
    """What becomes of the output of BN at the chosen layer where a skip is added; else empty."""
    adds, activation = _adds(panels), panels.recording.header.layers[panels.layer].activation
    if not adds:
        return ""
    made = "γ x̂ + β + skip"
    return f"then {activation}({made})" if adds == "before" else f"then {made}"


def _count(recording: Recording) -> int:
    """How many examples a frame keeps."""
    return NUM_SINGLE if recording.header.keeps_scores else BATCH_VALUES


def _examples(panels: Panels) -> None:
    """One line per example, the chosen one again in ink on top."""
    arm = _arm(panels.recording)
    coded = panels.recording.header.keeps_scores
    measure = "example_scores" if coded else "batch_values"
    common = of_batch_norm(panels, arm) | {
        "values": f"{arm}/{measure}/{panels.layer}/{panels.neuron}",
        "coded": coded,
        "activation": _activation(panels),
        "transform": panels.transform,
    }
    colour = panels.colour(arm)
    lines = (
        (tuple(range(_count(panels.recording))), translucent(colour, 0.6), colour, 1.2),
        ((_example(panels),), INK, INK, 2.5),
    )
    for drawn, line_colour, dot_colour, width in lines:
        panels.add(
            1,
            Passage(**common, examples=drawn),
            mode="lines+markers",
            line={"color": line_colour, "width": width},
            marker={"color": dot_colour, "size": 6},
        )


def _captions(panels: Panels) -> None:
    """The statistics of each stage, at the upper end of the axis."""
    neuron = of_batch_norm(panels, _arm(panels.recording))
    _, _, axis = panels.value_axis(_QUANTITY)
    low, high = axis["range"]
    captions: list[tuple[Binding, str]] = [
        *((Moments(**neuron, stage=stage, x=1 + stage, y=high), "bottom") for stage in range(3)),
        (ScaleAndShift(**neuron, x=4, y=high), "bottom"),
        (Lack(**neuron, x=2.5, y=high), "bottom"),
    ]
    frozen, removed = neuron["frozen_after"], neuron["removed_after"]
    if frozen is not None:
        text = f"from step {frozen:,} on by the moving mean and variance"
        captions.append((Note(x=2.5, y=low, text=text, after=frozen, until=removed), "top"))
    for caption, position in captions:
        panels.add(
            1,
            caption,
            mode="text",
            textposition=f"{position} center",
            textfont={"color": INK, "size": 13},
        )
