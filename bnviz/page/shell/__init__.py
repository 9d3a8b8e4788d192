"""What all modes share: session state, links, navigation, notices, buttons and components."""

from pathlib import Path

#: Style sheet of the page around the components, for `st.html`.
STYLE_SHEET = Path(__file__).parent / "page.css"
