"""The page as a function: the wiring of form, actions and stage."""

import streamlit as st

from bnviz.page.forms import own_data
from bnviz.page.modes import registry
from bnviz.page.shell import (
    STYLE_SHEET,
    arrivals,
    clicks,
    components,
    notices,
    rerun,
    run_files,
    upload_memory,
)

#: For the keyboard: leads past the form (fields.js), and is seen only where it has the focus.
SKIP = '<a class="bnviz-skip" href="#bnviz-stage">Skip to the picture</a>'


def show() -> None:
    """Draws the page. Each run of a Streamlit script calls this once."""
    st.set_page_config(
        page_title="bnviz · Batch Normalization, seen", page_icon="〰️", layout="wide"
    )
    upload_memory.keep_in_memory()
    st.html(STYLE_SHEET)
    components.fetch_ahead("player")
    with st.container(key="fields_script"):
        components.component("fields")(
            key="fields",
            data={
                "refusals": arrivals.REFUSALS,
                "otherwise": arrivals.UNRECEIVED,
                "downloads": run_files.UNDELIVERED,
            },
        )
    registry.follow_link()
    own_data.draw_tab_key()

    with st.sidebar:
        st.html(SKIP)
        st.markdown("# bnviz\nBatch Normalization, seen")
        registry.switch("wide")
        mode = registry.current()
        selection = mode.form()
        with st.container(key="wide_actions"):
            mode.actions(selection, key="wide")
    with st.container(key="narrow_actions"):
        st.html(SKIP)
        registry.switch("narrow")
        mode.actions(selection, key="narrow")

    registry.write_link(selection)
    with st.container():  # always there, so that the stage keeps its place
        notices.show()
    mode.stage(selection)
    clicks.forget()
    rerun.page_drawn()
