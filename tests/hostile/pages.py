"""Pages: the whole page opened by a hostile link, and given a hostile file."""

import logging
from pathlib import Path
from random import Random
from urllib.parse import parse_qs

from streamlit.testing.v1 import AppTest

from tests.hostile import files, words
from tests.hostile.kinds import PLACES, REFUSED, TAKEN, header, link, strict

APP = str(Path(__file__).parents[2] / "app.py")
#: What is chosen in the file's place, if any.
Visit = tuple[str, tuple[str, bytes] | None]


def visit(random: Random) -> Visit:
    """A link, and as a rule a file that is chosen on the page which it opens.

    None of them trains: what comes of that is tried with the engine.
    """
    query = link(random).replace("train=1", "train=2")
    if random.random() < 0.3:
        return query, None
    suffix, make = random.choice(((".csv", files.table), (".npz", files.archive)))
    # Streamlit itself refuses names that end otherwise.
    return query, (words.word(random).replace("\0", "")[:99] + suffix, make(random))


def take_visit(came: Visit) -> str:
    query, file = came
    logging.getLogger("streamlit").setLevel(logging.CRITICAL)
    page = AppTest.from_file(APP, default_timeout=60)
    for name, values in parse_qs(query, keep_blank_values=True).items():
        if file is None or name not in PLACES:  # the form in which a file is chosen is one place's
            page.query_params[name] = values
    _stands(page.run())
    if file is not None:
        page.sidebar.selectbox(key="setting_dataset").set_value("upload")
        _stands(page.run())
        page.file_uploader[0].set_value((*file, "text/csv"))
        _stands(page.run())
    return REFUSED if page.warning or page.error else TAKEN


def _stands(page: AppTest) -> None:
    assert not page.exception, page.exception[0].value
    assert len(page.warning) <= 2  # on the link, and on what the host does not allow
    assert len(page.error) <= 1
    shown = [component.proto for component in page.get("bidi_component")]
    assert shown or page.markdown
    for each in shown:
        if each.bytes:
            read = strict if each.component_name == "bnviz.map" else header
            assert read(each.bytes)["state"] == "recorded"
