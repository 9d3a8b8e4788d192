"""The phase map and the seeds in a real browser, with real training behind them."""

import json

import pytest
from playwright.sync_api import TimeoutError as TooLate
from playwright.sync_api import expect

from bnviz.figures.studies import map_lines
from bnviz.studies.map_numbers import MapNumbers
from bnviz.studies.sweep import Cell
from tests.support.maps import SWEEP, built_map

pytestmark = pytest.mark.browser

MAP, STAGE = "#bnviz-map", "#bnviz-stage"
#: Sixteen cells of one program, trained in a moment.
SMALL = (
    "mode=map&dataset=moons&hidden_layers=1&units=4&steps=20"
    "&x=learning_rate%3D0.1%3A1%3Alog%3A4&y=init_scale%3D0.5%3A2%3Alog%3A4"
)


class Visitor:
    """A tab, with what a test asks of it."""

    def __init__(self, browser, address, **options):
        self.context = browser.new_context(**options)
        self.address = address
        self.errors = []
        self.page = self.context.new_page()
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))

    def open(self, query):
        self.page.goto(f"{self.address}/?{query}")
        self.until(MAP, "+s.draws > 0")
        return self

    def until(self, root, condition, seconds=120):
        """Waits until a condition on an element's data set `s` holds."""
        data = f"document.querySelector('{root}')?.dataset"
        try:
            self.page.wait_for_function(
                f"(() => {{ const s = {data}; return s && ({condition}); }})()",
                timeout=1000 * seconds,
            )
        except TooLate as error:
            found = self.page.evaluate(f"JSON.stringify({data})")
            raise AssertionError(f"not within {seconds} s: {condition}; found {found}") from error

    def data(self, name):
        return self.page.locator(MAP).get_attribute(f"data-{name}")

    def button(self, name):
        return self.page.get_by_role("button", name=name).locator("visible=true").first

    def words(self):
        return self.page.locator(f"{MAP} [data-part=words]").inner_text()

    def middle(self, row, column, number=0):
        """The middle of a cell on one of the maps, on the screen."""
        return self.page.evaluate(
            """([row, column, number]) => {
                const plot = document.querySelector('#bnviz-map [data-part=plot]');
                const suffix = number ? String(number + 1) : '';
                const layout = plot._fullLayout, box = plot.getBoundingClientRect();
                const x = layout[`xaxis${suffix}`], y = layout[`yaxis${suffix}`];
                return [
                    box.left + x._offset + x._length * (column + 0.5) / 4,
                    box.top + y._offset + y._length * (1 - (row + 0.5) / 4),
                ];
            }""",
            [row, column, number],
        )


@pytest.fixture
def visit(browser, page_address):
    """Opens tabs that are closed afterwards and must have seen no script error."""
    visitors = []

    def opened(query, width=1400, height=900, **options):
        size = {"width": width, "height": height}
        visitors.append(Visitor(browser, page_address, viewport=size, **options))
        return visitors[-1].open(query)

    yield opened
    errors = [error for visitor in visitors for error in visitor.errors]
    for visitor in visitors:
        visitor.context.close()
    assert errors == []


def test_a_map_is_filled_in_place_shared_and_its_cells_open_as_runs(visit):
    visitor = visit(SMALL)
    assert visitor.data("state") == "recorded"
    visitor.page.eval_on_selector(f"{MAP} .main-svg", "node => { node.dataset.mark = 'kept'; }")
    visitor.button("Fill the map").click()
    visitor.until(MAP, "s.state === 'finished' && +s.filled === 16")
    assert visitor.page.locator(f"{MAP} .main-svg[data-mark=kept]").count() == 1
    assert visitor.page.url.endswith("&train=1")

    second = visit(visitor.page.url.split("?")[1])
    second.until(MAP, "s.state === 'finished' && +s.filled === 16")

    visitor.page.mouse.move(*visitor.middle(3, 0, number=2))
    visitor.page.wait_for_function(
        f"document.querySelector('{MAP} [data-part=words]').innerText.includes('scale 2:')"
    )
    assert visitor.words().startswith("Learning rate 0.1, initial scale 2: final")
    assert visitor.words() == _words_of(second, 3, 0)
    visitor.page.mouse.click(*visitor.middle(0, 3, number=1))
    visitor.until(STAGE, "s.state !== 'loading' && s.state !== 'recorded'")
    visitor.page.wait_for_url(lambda url: "init_scale=0.5" in url)
    assert "mode" not in visitor.page.url
    visitor.page.go_back()
    visitor.until(MAP, "s.state === 'finished' && +s.filled === 16")
    assert "mode=map" in visitor.page.url


def _words_of(visitor, row, column):
    """The words of a cell that the keyboard goes to from the lower left corner."""
    cell = visitor.page.locator(f"{MAP} [data-part=cell]")
    cell.focus()
    keys = ["ArrowDown"] * 4 + ["ArrowLeft"] * 4 + ["ArrowUp"] * row + ["ArrowRight"] * column
    for key in keys:
        cell.press(key)
    assert visitor.words() in cell.get_attribute("aria-label")
    return visitor.words()


def test_the_keyboard_opens_a_cell_and_the_way_back_leads_to_the_map(visit):
    visitor = visit("mode=map")
    cell = visitor.page.locator(f"{MAP} [data-part=cell]")
    cell.focus()
    before = visitor.words()
    cell.press("ArrowUp")
    assert visitor.words() != before
    cell.press("Enter")
    visitor.until(STAGE, "s.state !== 'loading' && s.state !== 'recorded'")
    visitor.button("Back to the phase map").click()
    visitor.until(MAP, "s.state === 'recorded'")
    visitor.until(MAP, "s.version.startsWith('recorded')")


def test_a_phone_shows_the_maps_one_below_the_other(visit):
    visitor = visit("mode=map", 390, 844, color_scheme="dark", has_touch=True)
    overflow = visitor.page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert overflow <= 0
    expect(visitor.button("Fill the map")).to_be_visible()
    lefts = [visitor.middle(0, 0, number)[0] for number in range(3)]
    assert max(lefts) - min(lefts) < 1
    before = visitor.words()
    visitor.page.touchscreen.tap(*visitor.middle(2, 0))
    assert visitor.words() != before  # the first touch chooses, it does not open
    assert visitor.page.locator(STAGE).count() == 0
    visitor.button("Show this run").click()
    visitor.until(STAGE, "s.state !== 'loading' && s.state !== 'recorded'")


def test_many_seeds_are_trained_and_said_in_a_sentence(visit):
    visitor = visit("mode=seeds&dataset=moons&hidden_layers=1&units=4&steps=20&seeds=5")
    visitor.button("Train 5 seeds").click()
    visitor.until(MAP, "s.state === 'finished' && +s.filled === 5")
    assert "5 seeds" in visitor.page.locator(f"{MAP} [data-part=headline]").inner_text()
    assert visitor.page.locator(f"{MAP} [data-part=words]").is_hidden()


def test_the_browser_slices_the_map_as_python_does(visit):
    sheet = map_lines.sheet(MapNumbers.of(built_map()))
    figure = map_lines.to_json(MapNumbers.of(built_map()))
    _, slices = map_lines.map_lines(MapNumbers.of(built_map()))
    rows, columns, _ = SWEEP.shape
    cells = [Cell(row, column) for row in (0, rows - 1) for column in (0, 2, columns - 1)]
    drawn = visit("mode=map").page.evaluate(
        """async (given) => {
            const [slices, sheet, cells] = JSON.parse(given);
            const { slicePoints } = await import("/_stcore/bidi-components/bnviz.map/slices.js");
            return cells.map((cell) => slices.map((slice) => slicePoints(slice, sheet, cell)));
        }""",
        json.dumps([figure["slices"], sheet, [vars(cell) for cell in cells]]),
    )
    assert drawn == [[each.points(sheet, cell) for each in slices] for cell in cells]
