"""The page in a checkout: `streamlit run app.py`."""

from bnviz.page.launch import show

show()
