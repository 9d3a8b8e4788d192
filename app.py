"""The page: `streamlit run app.py`."""

import streamlit as st

from bnviz.page import address, sidebar
from bnviz.page.laboratory import PAGE_CSS, shown_run, stage, start, stop

st.set_page_config(page_title="bnviz · Batch Normalization, seen", page_icon="〰", layout="wide")
st.html(PAGE_CSS)

if "opened" not in st.session_state:
    settings, train, problems = address.read()
    sidebar.fill_in(settings)
    st.session_state.opened = True
    st.session_state.problems = problems
    if train:
        start(settings)

with st.sidebar:
    st.markdown("## bnviz\nBatch Normalization, seen")
    settings = sidebar.form()
    run = shown_run()
    if run is not None and run.active:
        st.button("Stop", on_click=stop, width="stretch")
    else:
        st.button(
            "Train both",
            type="primary",
            on_click=start,
            args=(settings,),
            shortcut="Ctrl+Enter",
            width="stretch",
        )

address.write(settings, train=run is not None and run.settings == settings)
if st.session_state.problems:
    st.warning(
        "The link had settings that cannot be run; the nearest ones are used instead: "
        + "; ".join(str(problem) for problem in st.session_state.problems)
        + "."
    )
stage()
