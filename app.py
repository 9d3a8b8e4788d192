"""The page: `streamlit run app.py`."""

import streamlit as st

from bnviz.page.modes import registry
from bnviz.page.modes.laboratory import STYLE_SHEET
from bnviz.page.shell import clicks, components, notices

st.set_page_config(page_title="bnviz · Batch Normalization, seen", page_icon="〰️", layout="wide")
st.html(STYLE_SHEET)
components.fetch_ahead("player")
registry.follow_link()

with st.sidebar:
    st.markdown("# bnviz\nBatch Normalization, seen")
    registry.switch("wide")
    mode = registry.chosen()
    asked = mode.form()
    with st.container(key="wide_actions"):
        mode.actions(asked, key="wide")
with st.container(key="narrow_actions"):
    registry.switch("narrow")
    mode.actions(asked, key="narrow")

registry.write_address(asked)
with st.container():  # always there, so that the stage keeps its place
    notices.show()
mode.stage(asked)
clicks.forget()
