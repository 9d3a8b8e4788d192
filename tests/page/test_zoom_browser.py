"""A page zoomed to 200 %: windows of 1400×900 and 1280×720 pixels show half as many each way."""

import pytest

from tests.support.visitor import MAP, STAGE

pytestmark = pytest.mark.browser

SIZES = ((700, 450), (640, 360))


def check(visitor, within="body"):
    page = visitor.page
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        page.evaluate("bnvizGeometry.settled()")
        assert page.evaluate("bnvizGeometry.faults()") == []
        assert page.evaluate("(within) => bnvizGeometry.unreachable(within)", within) == []
        assert visitor.overflow() <= 0


@pytest.mark.slow
@pytest.mark.parametrize(
    "query",
    [
        "",
        pytest.param("chapter=1", marks=pytest.mark.widest),
        pytest.param("mode=map", marks=pytest.mark.widest),
    ],
)
def test_zoomed_to_200_percent_nothing_is_cut_covered_or_out_of_reach(visit, query):
    width, height = SIZES[0]
    root = MAP if "map" in query else STAGE
    options = {"device_scale_factor": 2, "measured": True, "root": root}
    visitor = visit(query, width=width, height=height, **options)
    check(visitor)
    if query == "chapter=1":
        visitor.button("Skip the prediction").click()
        visitor.page.get_by_role("heading", name="Measured").wait_for()
        check(visitor)
    else:
        visitor.page.get_by_role("button", name="Expand sidebar").click()
        sheet = "[data-testid=stSidebar][data-collapsed=false]"
        visitor.page.locator(sheet).wait_for()
        check(visitor, sheet)
