"""The player: its requests, the responses to them, and the scripts that draw a recording.

It knows neither Streamlit nor Dask nor TensorFlow: a page, a notebook or a file can be its host.
"""

from pathlib import Path

#: Scripts and styles, one folder per component; nothing else, because a host serves all of it.
BROWSER = Path(__file__).parent / "browser"
#: The drawing library, made by `tests/browser/plotly/build.js`.
PLOTLY = BROWSER / "player" / "plotly-scatter-heatmap.min.js"
