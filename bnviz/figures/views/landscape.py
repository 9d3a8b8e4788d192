"""Landscape: the loss and its gradient along the direction of the gradient."""

from bnviz.figures.axes import log_axis
from bnviz.figures.curves import band, curve, markers
from bnviz.figures.live import LiveFigure
from bnviz.figures.panels import Domain, Panels, spread, stacked
from bnviz.figures.ranges import decades
from bnviz.figures.view import View
from bnviz.recording import Recording

#: What the view shows, to follow "This view shows".
SHOWS = (
    "how smooth the loss is along each step of training, at half to four times the step’s length"
)
READING = (
    "How to read (after Santurkar et al. 2018, Figure 4): at every step the loss is evaluated "
    "along the gradient, at half to four times the learning rate. Left: the lowest and the highest "
    "loss found there. Middle: how far the gradient there differs from the one followed. Right: "
    "the steepest such change. A narrow, low band is a smooth landscape, in which a step does what "
    "it promises."
)
#: Path of the measure, heading and explanation of each panel.
_PANELS = (
    ("landscape_loss", "<b>Loss</b>", "lowest to highest along the gradient"),
    ("landscape_gradient", "<b>Gradient change</b>", "L2, along the gradient"),
    ("effective_beta", "<b>Effective β</b>", "largest change per step length"),
)
_DECADES = (-1, 1)


def landscape(recording: Recording, view: View | None = None) -> LiveFigure:
    """Bands of the loss and of the gradient's change, and the effective beta-smoothness.

    Args:
        recording: With the deep measures; complete or growing, may have no frame yet.
        view: Only what the curves run over matters.
    """
    panels = Panels(recording, view or View("landscape"))
    for number, (path, heading, explanation) in enumerate(_PANELS, start=1):
        _bands(panels, number, path, heading, explanation)
    wide: list[Domain] = [(x, [0, 1]) for x in spread(3, 0.04, 1, 0.06)]
    narrow: list[Domain] = [([0.12, 1], y) for y in stacked(3, 0.02, 1, 0.09)]
    return panels.figure(wide, narrow, height=860)


def ranges(recording: Recording, _: View) -> object:
    """Returns the ends of the axes that depend on the frames so far."""
    return [decades(recording, [path], *_DECADES) for path, *_ in _PANELS]


def _bands(panels: Panels, number: int, path: str, heading: str, explanation: str) -> None:
    low, high = decades(panels.recording, [path], *_DECADES)
    top = path
    for arm in panels.arms:
        if path == "effective_beta":
            curve(panels, number, arm, path, width=2)
            continue
        top = f"{path}/1"
        band(panels, number, arm, f"{path}/0", top, opacity=0.42)
    markers(panels, number, top, 10.0**low, 10.0**high)
    panels.panel(
        number, heading, explanation, x=panels.run.axis(titled=True), y=log_axis(low, high)
    )
