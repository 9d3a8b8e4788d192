"""The page in a checkout: `streamlit run app.py`."""

from bnviz.page.app import show

show()
