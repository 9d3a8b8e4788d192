"""The chart without the player: precomputed figures sent by `st.plotly_chart` in a fragment.

The link sets how many are sent per second: `?rate=5`.
"""

import machine  # noqa: F401  (puts the repository on the path)
import plotly.graph_objects as go
import streamlit as st

from bnviz.figures.views.layers import layers
from bnviz.player.content import recorded_default

#: Only every fifth frame becomes a figure: building them is slow and is not measured.
EVERY = 5


@st.cache_resource
def figures() -> list[go.Figure]:
    """Figures of the recorded run, each titled with its frame index."""
    recording = recorded_default()
    live_figure = layers(recording)
    return [
        live_figure.at(recording, at).update_layout(title={"text": f"frame {at}"})
        for at in range(0, len(recording), EVERY)
    ]


@st.fragment(run_every=1 / float(st.query_params.get("rate", 10)))
def chart() -> None:
    """Shows the next figure."""
    at = st.session_state["at"] = (st.session_state.get("at", -1) + 1) % len(figures())
    st.plotly_chart(figures()[at], key="chart")


st.set_page_config(layout="wide")
figures()
chart()
