"""The page: `streamlit run app.py`."""

import streamlit as st

from bnviz.page import address, laboratory, sidebar

st.set_page_config(page_title="bnviz · Batch Normalization, seen", page_icon="〰️", layout="wide")
st.html(laboratory.STYLE_SHEET)

if not laboratory.opened():
    linked, train, problems = address.read()
    sidebar.fill_in(linked)
    laboratory.open_at(linked, problems, train=train)

with st.sidebar:
    st.markdown("## bnviz\nBatch Normalization, seen")
    settings = sidebar.form()
    laboratory.actions(settings, key="wide")
    laboratory.allowance(settings)
with st.container(key="narrow_actions"):
    laboratory.actions(settings, key="narrow")

if settings is not None:
    address.write(settings, train=laboratory.shows(settings))
with st.container():  # always there, so that the stage keeps its place
    laboratory.complaints(settings)
laboratory.stage()
