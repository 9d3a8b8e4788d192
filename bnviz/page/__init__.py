"""The page: form, stage and player. Streamlit lives here and in app.py."""
