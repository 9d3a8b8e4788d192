"""The Streamlit page: forms, modes, the lesson, and the components that run in the browser."""
