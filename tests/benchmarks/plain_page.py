"""A minimal Streamlit page with a button: the baseline of `page.py`."""

import streamlit as st

clicked = st.button("Click")
st.html(f'<p id="answer">{"clicked" if clicked else "open"}</p>')
