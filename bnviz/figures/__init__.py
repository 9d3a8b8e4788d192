"""Figures: from a recording to Plotly figures; neither TensorFlow nor Streamlit is needed."""
