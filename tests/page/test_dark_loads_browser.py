"""Fresh loads of the page in the dark: no picture keeps the ink of the light."""

import pytest

from tests.support import ROOT
from tests.support.visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.widest]

MEASURE = (ROOT / "tests/support/geometry.js").read_text()
LOADS = 48


def test_no_fresh_load_in_the_dark_has_black_ink(browser, page_address, subtests):
    for number in range(LOADS):
        with subtests.test(number):
            visitor = Visitor(browser, page_address, scheme="dark")
            visitor.page.add_init_script(MEASURE)
            try:
                visitor.open()
                visitor.page.wait_for_function("bnvizGeometry.dressed('dark')")
                visitor.page.evaluate("bnvizGeometry.settled()")
                found = visitor.page.evaluate("bnvizGeometry.faults()")
                assert [fault for fault in found if fault.startswith("too pale")] == []
            finally:
                visitor.context.close()
