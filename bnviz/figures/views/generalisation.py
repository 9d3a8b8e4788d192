"""Generalisation: training beside validation, and the gap between them."""

from bnviz.figures.curves import band, cursor, curve, ends, markers
from bnviz.figures.live import LiveFigure
from bnviz.figures.panels import Panels, Place, spread, stacked
from bnviz.figures.style import ARM_COLOURS
from bnviz.figures.view import View
from bnviz.figures.views.layers import first_loss, loss_axis
from bnviz.frames import ARM_LABELS
from bnviz.recording import Recording

READING = (
    "How to read: the dotted line is the loss on the examples trained on, the solid one that on "
    "examples never seen; the area between them is the gap. A gap that widens while training still "
    "gets better is overfitting. The smaller gap is no merit of an arm that has not learnt at all: "
    "look at the heights too."
)
_ACCURACY = (-0.04, 1.08)


def generalisation(recording: Recording, view: View | None = None) -> LiveFigure:
    """Both losses of each arm with the gap between them, and below the accuracies alike.

    Args:
        recording: Complete or growing; may have no frame yet.
        view: Of it the loss axis and what the curves run over matter.
    """
    panels = Panels(recording, view or View("generalisation"))
    columns = len(panels.arms)
    for side, arm in enumerate(panels.arms):
        _losses(panels, side + 1, arm)
        _accuracies(panels, columns + side + 2, arm)
    _loss_gap(panels, columns + 1)
    _accuracy_gap(panels, 2 * columns + 2)
    across = [*spread(columns, 0.04, 0.59, 0.09), [0.72, 1.0]]
    wide: list[Place] = [(x, y) for y in stacked(2, 0, 1, 0.1) for x in across]
    count = len(across) * 2
    narrow: list[Place] = [([0.12, 0.79], y) for y in stacked(count, 0.01, 1, 0.36 / count)]
    return panels.figure(wide, narrow, height=210 * count)


def _pair(panels: Panels, number: int, arm: str, measure: str) -> dict[str, str]:
    band(panels, number, arm, f"train_{measure}", f"validation_{measure}", opacity=0.2)
    curve(panels, number, arm, f"train_{measure}", width=2, dash="dot")
    curve(panels, number, arm, f"validation_{measure}")
    return {f"train_{measure}": "training", f"validation_{measure}": "validation"}


def _losses(panels: Panels, number: int, arm: str) -> None:
    low, high, axis = loss_axis(panels)
    names = _pair(panels, number, arm, "loss")
    log = panels.view.loss_axis == "log"
    ends(panels, number, arm, names, [ARM_COLOURS[arm]] * 2, *axis["range"], log=log)
    cursor(panels, number, low, high)
    panels.panel(
        number,
        f"<b>{ARM_LABELS[arm]}</b> · loss",
        x=panels.run_axis(ticks=False),
        y=axis | ({"matches": "y"} if number > 1 else {}),
    )


def _accuracies(panels: Panels, number: int, arm: str) -> None:
    names = _pair(panels, number, arm, "accuracy")
    ends(panels, number, arm, names, [ARM_COLOURS[arm]] * 2, *_ACCURACY)
    cursor(panels, number, *_ACCURACY)
    panels.panel(
        number,
        f"<b>{ARM_LABELS[arm]}</b> · accuracy",
        x=panels.run_axis(titled=True),
        y={"range": list(_ACCURACY), "tickvals": [0, 0.5, 1], "tickformat": ".0%"},
    )


def _loss_gap(panels: Panels, number: int) -> None:
    first = first_loss(panels)
    low, high = -0.35 * first, 0.7 * first
    _gap(panels, number, "validation_loss - train_loss", (low, high))
    panels.panel(
        number,
        "<b>Gap of the loss</b>",
        "validation − training",
        x=panels.run_axis(ticks=False),
        y={"range": [low, high], "nticks": 5},
    )


def _accuracy_gap(panels: Panels, number: int) -> None:
    low, high = -0.15, 0.3
    _gap(panels, number, "train_accuracy - validation_accuracy", (low, high), unit="%")
    panels.panel(
        number,
        "<b>Gap of the accuracy</b>",
        "training − validation",
        x=panels.run_axis(titled=True),
        y={"range": [low, high], "tickformat": ".0%", "nticks": 5},
    )


def _gap(
    panels: Panels, number: int, path: str, ends_at: tuple[float, float], unit: str = ""
) -> None:
    panels.guide(number, 0, "")
    for arm in panels.arms:
        curve(panels, number, arm, path, width=2, name="gap")
    markers(panels, number, path, *ends_at, unit=unit)
