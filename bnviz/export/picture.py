"""Picture: one frame of a recording as a figure for slides and papers.

The same as *Save* of the player draws (`picture.js`), by Plotly's own export, which needs the
package kaleido and an installed Chrome or Chromium.
"""

from typing import Any, Literal

import plotly.graph_objects as go

from bnviz.figures.style import INK, STILL_COLOURS
from bnviz.figures.view import TITLES, View
from bnviz.figures.views.catalogue import VIEWS, missing
from bnviz.recording import Recording

#: Size in pixels, and dots to a pixel of a PNG file.
WIDTH, HEIGHT = 1280, 720
DOTS = 2
#: Room for the title above and the settings below, and sizes of their letters, in pixels.
_TITLE, _SETTINGS = 34, 26
_TITLE_SIZE, _SETTINGS_SIZE = 18, 12
_GROUND = "#ffffff"
_FONT = "Source Sans, Helvetica, Arial, sans-serif"


class PictureError(ValueError):
    """A picture that cannot be made; the message is one sentence."""


def drawing(recording: Recording, view: str = "layers", step: int | None = None) -> go.Figure:
    """Returns a view of a frame with title, axes and, in small print, the settings.

    Args:
        recording: With at least one frame.
        view: A key of `bnviz.figures.view.TITLES`.
        step: The last frame at or before it is shown; None for the last of all.

    Raises:
        PictureError: If the recording is empty, lacks what the view shows, or the view is not
            known.
    """
    if view not in TITLES:
        raise PictureError(f"the view {view!r} must be one of {', '.join(TITLES)}")
    if len(recording) == 0:
        raise PictureError("a run has to have begun before it can be drawn")
    lacking = missing(recording.layout, view)
    if lacking is not None:
        raise PictureError(lacking["sentence"])
    index = len(recording) - 1 if step is None else recording.index_at_step(step)
    figure = VIEWS[view].figure(recording, View(name=view)).at(recording, index)
    shown = int(recording.frames["step"][index])
    margin = figure.layout.margin
    title = f"<b>{TITLES[view]}, step {shown} of {recording.header.num_steps}</b>"
    figure.add_annotation(_words(title, 1, margin.t, _TITLE_SIZE))
    figure.add_annotation(_words(recording.header.about, 0, -margin.b, _SETTINGS_SIZE))
    return figure.update_layout(
        width=WIDTH,
        height=HEIGHT,
        font={"family": _FONT},
        paper_bgcolor=_GROUND,
        plot_bgcolor=_GROUND,
        margin={"t": margin.t + _TITLE, "b": margin.b + _SETTINGS},
    )


def picture(figure: go.Figure, kind: Literal["png", "svg"]) -> bytes:
    """Returns a figure as a file.

    Args:
        figure: The figure, with its size.
        kind: The kind of file.

    Raises:
        PictureError: If no browser is found, or it fails or takes too long.
    """
    import kaleido
    from choreographer.errors import ChannelClosedError, DevtoolsProtocolError
    from kaleido.errors import (
        BrowserClosedError,
        BrowserFailedError,
        ChromeNotFoundError,
        JavascriptError,
        KaleidoError,
    )

    scale = DOTS if kind == "png" else 1
    options = {"format": kind, "width": WIDTH, "height": HEIGHT, "scale": scale}
    try:
        # It would load MathJax from elsewhere, which no figure uses.
        found: bytes = kaleido.calc_fig_sync(
            figure.to_dict(), opts=options, kopts={"mathjax": False}
        )
    except ChromeNotFoundError as error:
        raise PictureError(
            "pictures are drawn by Chrome or Chromium, which is not found; install one, or name "
            "its program in the environment variable BROWSER_PATH"
        ) from error
    except (BrowserClosedError, BrowserFailedError) as error:
        raise PictureError("the browser that draws pictures could not be started") from error
    except TimeoutError as error:
        raise PictureError("the browser that draws pictures took too long") from error
    except (ChannelClosedError, DevtoolsProtocolError, JavascriptError, KaleidoError) as error:
        reason = type(error).__name__
        raise PictureError(f"the browser could not draw the picture ({reason})") from error
    return found


def _words(text: str, y: int, shift: float, size: int) -> dict[str, Any]:
    """A line at the left, above the figure if `y` is 1, else below it."""
    return {
        "text": text,
        "x": 0,
        "y": y,
        "xref": "paper",
        "yref": "paper",
        "xanchor": "left",
        "yanchor": "bottom" if y else "top",
        "yshift": shift,
        "showarrow": False,
        "font": {"size": size, "color": STILL_COLOURS[INK]},
    }
