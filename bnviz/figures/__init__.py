"""Figures: from a recording to Plotly figures, without TensorFlow or Streamlit."""
