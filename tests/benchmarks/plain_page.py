"""The least that a Streamlit page with a button can be; `page.py` takes it for comparison."""

import streamlit as st

clicked = st.button("Click")
st.html(f'<p id="answer">{"clicked" if clicked else "open"}</p>')
