"""Pages: the whole page, opened at a hostile link and given a hostile file."""

import logging
from random import Random
from urllib.parse import parse_qs

from streamlit.testing.v1 import AppTest

from tests.hostile import files, tables, words
from tests.hostile.entry_points import OWN_PARAMETERS, link
from tests.hostile.outcomes import ACCEPTED, REFUSED, strict_json
from tests.support.messages import unpack
from tests.support.streamlit_page import new_page

#: The query of a link, and the name and bytes of a file to choose, if any.
Visit = tuple[str, tuple[str, bytes] | None]


def visit(random: Random) -> Visit:
    """A link, and usually a file to choose on the page that it opens.

    No link trains: training is tried with an engine, in `runs`.
    """
    query = link(random).replace("train=1", "train=2")
    if random.random() < 0.3:
        return query, None
    suffix, make = random.choice(((".csv", tables.table), (".npz", files.archive)))
    # Streamlit itself refuses names with other suffixes.
    return query, (words.word(random).replace("\0", "")[:99] + suffix, make(random))


def check_visit(case: Visit) -> str:
    query, file = case
    logging.getLogger("streamlit").setLevel(logging.CRITICAL)
    parameters = parse_qs(query, keep_blank_values=True)
    if file is not None:  # not all modes have the field in which a file is chosen
        parameters = {
            name: values for name, values in parameters.items() if name not in OWN_PARAMETERS
        }
    page = new_page(parameters).run()
    _assert_works(page)
    if file is not None:
        page.sidebar.selectbox(key="setting_dataset").set_value("upload")
        _assert_works(page.run())
        page.file_uploader[0].set_value((*file, "text/csv"))
        _assert_works(page.run())
    return REFUSED if page.warning or page.error else ACCEPTED


def _assert_works(page: AppTest) -> None:
    assert not page.exception, page.exception[0].value
    assert len(page.warning) <= 2  # about the link, and about the limits of the host
    assert len(page.error) <= 1
    shown = [component.proto for component in page.get("bidi_component")]
    assert shown or page.markdown
    for each in shown:
        if each.bytes:
            is_map = each.component_name == "bnviz.map"
            header = strict_json(each.bytes) if is_map else unpack(each.bytes)[0]
            assert header["state"] == "recorded"
