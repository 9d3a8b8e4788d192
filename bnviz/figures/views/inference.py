"""Inference: a network with BN evaluated with other statistics than it was trained with."""

from bnviz.figures.axes import ACCURACY_RANGE, accuracy_axis, log_axis, matching
from bnviz.figures.curves import NamedCurve, named_curves
from bnviz.figures.live import LiveFigure
from bnviz.figures.panels import Domain, Panels, spread, stacked
from bnviz.figures.ranges import decades
from bnviz.figures.style import shaded
from bnviz.figures.view import View
from bnviz.recording import Recording
from bnviz.recording.frames import INFERENCE_STATISTICS

#: What the view shows, to follow "This view shows".
SHOWS = (
    "how well the same weights do when BN, or a variant of it, takes its mean and variance from "
    "elsewhere than the batch"
)
READING = (
    "How to read: the same weights, with four ways to normalize the validation examples. In "
    "training, a batch supplies its own mean and variance; in use there may be no batch, and the "
    "moving averages take their place. Early in training they lag behind; PreciseBN uses the "
    "statistics of the whole training set instead. An example normalized alone has one value for "
    "each neuron, its own mean: nothing is left of it. In a convolution it has one for each "
    "position."
)
#: Name, dash and shade (from pale to dark) of the curve of each way to normalize.
_CURVES = {
    "batch": ("validation set", "solid", 1.0),
    "moving": ("moving averages", "dash", 0.5),
    "precise": ("whole training set", "dot", 0.5),
    "alone": ("single example", "solid", 0.0),
}


def inference(recording: Recording, view: View | None = None) -> LiveFigure:
    """Loss above and accuracy below, by each of `INFERENCE_STATISTICS`; one column per BN arm.

    Args:
        recording: With the deep measures; complete or growing, may have no frame yet.
        view: Only what the curves run over matters.
    """
    panels = Panels(recording, view or View("inference"))
    arms = recording.header.moving_arms
    for side, arm in enumerate(arms):
        _losses(panels, side + 1, arm)
        _accuracies(panels, len(arms) + side + 1, arm)
    across = spread(len(arms), 0.05, 0.91, 0.13)
    wide: list[Domain] = [(x, y) for y in stacked(2, 0, 1, 0.1) for x in across]
    below = spread(len(arms), 0.11, 0.78, 0.3)
    narrow: list[Domain] = [(x, y) for y in stacked(2, 0.02, 1, 0.08) for x in below]
    return panels.figure(wide, narrow, height=680)


def ranges(recording: Recording, _: View) -> object:
    """Returns the ends of the axes that depend on the frames so far."""
    return _loss_decades(recording)


def _loss_decades(recording: Recording) -> tuple[int, int]:
    return decades(recording, ["inference_loss"], -1, 1, recording.header.moving_arms)


def _curves(panels: Panels, arm: str, measure: str) -> list[NamedCurve]:
    """One curve for each of `INFERENCE_STATISTICS`."""
    curves = []
    for place, statistics in enumerate(INFERENCE_STATISTICS):
        name, dash, shade = _CURVES[statistics]
        colour = shaded(panels.colour(arm), shade)
        curves.append(NamedCurve(path=f"{measure}/{place}", name=name, colour=colour, dash=dash))
    return curves


def _losses(panels: Panels, number: int, arm: str) -> None:
    low, high = _loss_decades(panels.recording)
    named_curves(panels, number, arm, _curves(panels, arm, "inference_loss"), low, high, log=True)
    panels.panel(
        number,
        f"<b>{panels.label(arm)}</b>",
        "validation loss by the statistics used",
        x=panels.run.axis(ticks=False),
        y=log_axis(low, high) | matching("y", number),
    )


def _accuracies(panels: Panels, number: int, arm: str) -> None:
    named_curves(panels, number, arm, _curves(panels, arm, "inference_accuracy"), *ACCURACY_RANGE)
    panels.panel(
        number,
        f"<b>{panels.label(arm)}</b>",
        "validation accuracy",
        x=panels.run.axis(titled=True),
        y=accuracy_axis(*ACCURACY_RANGE),
    )
