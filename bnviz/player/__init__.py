"""The player: what it may ask of a recording, the answers, and the scripts that draw them.

It knows neither Streamlit nor Dask nor TensorFlow: a page, a notebook or a file can be its host.
"""

from pathlib import Path

#: Scripts and styles, a folder for each component; nothing else, since a host serves all of it.
BROWSER = Path(__file__).parent / "browser"
