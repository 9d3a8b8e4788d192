"""Inference: a network with BN evaluated by other statistics than those it was trained with."""

from bnviz.figures.curves import cursor, curve, ends, log_axis
from bnviz.figures.live import LiveFigure
from bnviz.figures.panels import Panels, Place, spread, stacked
from bnviz.figures.ranges import decades
from bnviz.figures.style import ARM_COLOURS, shaded
from bnviz.figures.view import View
from bnviz.frames import ARM_LABELS, BN_ARMS, INFERENCE_STATISTICS
from bnviz.recording import Recording

READING = (
    "How to read: the same weights, four ways to normalize the validation examples. In training a "
    "batch gives its own mean and variance; in use there may be no batch, and the moving averages "
    "take their place. Early they lag behind; PreciseBN takes the statistics of all training "
    "examples instead. An example that is normalized alone is only its own mean: nothing is left."
)
_NAMES = {"batch": "as one batch", "moving": "moving", "precise": "PreciseBN", "alone": "alone"}
_DASHES = {"batch": "solid", "moving": "dash", "precise": "dot", "alone": "solid"}
_SHADES = {"batch": 1.0, "moving": 0.5, "precise": 0.5, "alone": 0.0}
_ACCURACY = (-0.04, 1.08)


def inference(recording: Recording, view: View | None = None) -> LiveFigure:
    """Loss above and accuracy below by each of `INFERENCE_STATISTICS`; a column an arm with BN.

    Args:
        recording: With the deep measures; complete or growing, may have no frame yet.
        view: Of it what the curves run over matters.
    """
    panels = Panels(recording, view or View("inference"))
    arms = _arms(recording)
    for side, arm in enumerate(arms):
        _losses(panels, side + 1, arm)
        _accuracies(panels, len(arms) + side + 1, arm)
    across = spread(len(arms), 0.05, 0.91, 0.13)
    wide: list[Place] = [(x, y) for y in stacked(2, 0, 1, 0.1) for x in across]
    below = spread(len(arms), 0.11, 0.78, 0.3)
    narrow: list[Place] = [(x, y) for y in stacked(2, 0.02, 1, 0.08) for x in below]
    return panels.figure(wide, narrow, height=680)


def ranges(recording: Recording, _: View) -> object:
    """What the axes follow from beside the layout."""
    return _decades(recording)


def _arms(recording: Recording) -> list[str]:
    return [arm for arm in recording.layout.arms if arm in BN_ARMS]


def _decades(recording: Recording) -> tuple[int, int]:
    return decades(recording, [f"{arm}/inference_loss" for arm in _arms(recording)], -1, 1)


def _lines(panels: Panels, number: int, arm: str, measure: str) -> tuple[dict[str, str], list[str]]:
    """Draws a line for each of `INFERENCE_STATISTICS`; their names by path, and their colours."""
    names = {f"{measure}/{place}": _NAMES[name] for place, name in enumerate(INFERENCE_STATISTICS)}
    colours = [shaded(ARM_COLOURS[arm], _SHADES[name]) for name in INFERENCE_STATISTICS]
    for path, name, colour in zip(names, INFERENCE_STATISTICS, colours, strict=True):
        options = {"dash": _DASHES[name], "colour": colour}
        curve(panels, number, arm, path, name=_NAMES[name], **options)
    return names, colours


def _losses(panels: Panels, number: int, arm: str) -> None:
    low, high = _decades(panels.recording)
    lines = _lines(panels, number, arm, "inference_loss")
    ends(panels, number, arm, *lines, low, high, log=True)
    cursor(panels, number, 10.0**low, 10.0**high)
    panels.panel(
        number,
        f"<b>{ARM_LABELS[arm]}</b>",
        "validation loss by the statistics that normalize",
        x=panels.run_axis(ticks=False),
        y=log_axis(low, high) | ({"matches": "y"} if number > 1 else {}),
    )


def _accuracies(panels: Panels, number: int, arm: str) -> None:
    lines = _lines(panels, number, arm, "inference_accuracy")
    ends(panels, number, arm, *lines, *_ACCURACY)
    cursor(panels, number, *_ACCURACY)
    panels.panel(
        number,
        f"<b>{ARM_LABELS[arm]}</b>",
        "validation accuracy",
        x=panels.run_axis(titled=True),
        y={"range": list(_ACCURACY), "tickvals": [0, 0.5, 1], "tickformat": ".0%"},
    )
