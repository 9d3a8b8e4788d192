"""Generalisation: training beside validation, and the gap between them."""

from bnviz.figures.axes import ACCURACY_RANGE, accuracy_axis, matching
from bnviz.figures.curves import NamedCurve, band, curve, markers, named_curves
from bnviz.figures.live import LiveFigure
from bnviz.figures.panels import Domain, Panels, spread, stacked
from bnviz.figures.ranges import first_loss, loss_axis
from bnviz.figures.view import View
from bnviz.findings import statistics
from bnviz.recording import Recording

READING = (
    "How to read: the dotted line is the loss on the training examples, the solid line the loss on "
    "unseen examples, both by the moving statistics of BN; the area between them is the gap. A gap "
    "that widens while the training loss still falls is overfitting. A small gap says little about "
    "an arm that has not learnt at all: compare the heights too."
)


def generalisation(recording: Recording, view: View | None = None) -> LiveFigure:
    """Both losses of each arm with the gap between them, and the accuracies alike below.

    Args:
        recording: Complete or growing; may have no frame yet.
        view: Only the loss axis and what the curves run over matter.
    """
    panels = Panels(recording, view or View("generalisation"))
    columns = len(panels.arms)
    for side, arm in enumerate(panels.arms):
        _losses(panels, side + 1, arm)
        _accuracies(panels, columns + side + 2, arm)
    _loss_gap(panels, columns + 1)
    _accuracy_gap(panels, 2 * columns + 2)
    across = [*spread(columns, 0.04, 0.59, 0.09), [0.72, 1.0]]
    wide: list[Domain] = [(x, y) for y in stacked(2, 0, 1, 0.1) for x in across]
    count = len(across) * 2
    narrow: list[Domain] = [([0.12, 0.79], y) for y in stacked(count, 0.01, 1, 0.36 / count)]
    return panels.figure(wide, narrow, height=210 * count)


def _training_and_validation(
    panels: Panels, number: int, arm: str, measure: str, low: float, high: float, *, log: bool
) -> None:
    train = statistics.training_measure(panels.recording, measure)
    validation = f"validation_{measure}"
    colour = panels.colour(arm)
    curves = [
        NamedCurve(path=train, name="training", colour=colour, width=2, dash="dot"),
        NamedCurve(path=validation, name="validation", colour=colour),
    ]
    band(panels, number, arm, train, validation, opacity=0.2)
    named_curves(panels, number, arm, curves, low, high, log=log)


def _losses(panels: Panels, number: int, arm: str) -> None:
    log = panels.view.loss_axis == "log"
    axis = loss_axis(panels.recording, log=log)
    _training_and_validation(panels, number, arm, "loss", *axis["range"], log=log)
    panels.panel(
        number,
        f"<b>{panels.label(arm)}</b> · loss",
        x=panels.run.axis(ticks=False),
        y=axis | matching("y", number),
    )


def _accuracies(panels: Panels, number: int, arm: str) -> None:
    _training_and_validation(panels, number, arm, "accuracy", *ACCURACY_RANGE, log=False)
    panels.panel(
        number,
        f"<b>{panels.label(arm)}</b> · accuracy",
        x=panels.run.axis(titled=True),
        y=accuracy_axis(*ACCURACY_RANGE),
    )


def _loss_gap(panels: Panels, number: int) -> None:
    first = first_loss(panels.recording)
    low, high = -0.35 * first, 0.7 * first
    train = statistics.training_measure(panels.recording, "loss")
    _gap(panels, number, f"validation_loss - {train}", low, high)
    panels.panel(
        number,
        "<b>Loss gap</b>",
        f"validation − training{_how(panels.recording)}",
        x=panels.run.axis(ticks=False),
        y={"range": [low, high], "nticks": 5},
    )


def _accuracy_gap(panels: Panels, number: int) -> None:
    low, high = -0.15, 0.3
    train = statistics.training_measure(panels.recording, "accuracy")
    _gap(panels, number, f"{train} - validation_accuracy", low, high, unit="%")
    panels.panel(
        number,
        "<b>Accuracy gap</b>",
        f"training − validation{_how(panels.recording)}",
        x=panels.run.axis(titled=True),
        y={"range": [low, high], "tickformat": ".0%", "nticks": 5},
    )


def _how(recording: Recording) -> str:
    """What a panel of gaps adds to its subtitle."""
    return "" if statistics.alike(recording) else ", by different statistics"


def _gap(panels: Panels, number: int, path: str, low: float, high: float, unit: str = "") -> None:
    panels.guide(number, 0, "")
    for arm in panels.arms:
        curve(panels, number, arm, path, width=2, name="gap")
    markers(panels, number, path, low, high, unit=unit)
