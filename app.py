"""The page: `streamlit run app.py`."""

import streamlit as st

from bnviz.page import complaints, components, modes, orders
from bnviz.page.laboratory import STYLE_SHEET

st.set_page_config(page_title="bnviz · Batch Normalization, seen", page_icon="〰️", layout="wide")
st.html(STYLE_SHEET)
components.fetch_ahead("player")
modes.follow_link()

with st.sidebar:
    st.markdown("# bnviz\nBatch Normalization, seen")
    modes.switch("wide")
    mode = modes.chosen()
    asked = mode.form()
    with st.container(key="wide_actions"):
        mode.actions(asked, key="wide")
with st.container(key="narrow_actions"):
    modes.switch("narrow")
    mode.actions(asked, key="narrow")

modes.write_address(asked)
with st.container():  # always there, so that the stage keeps its place
    complaints.show()
mode.stage(asked)
orders.forget()
