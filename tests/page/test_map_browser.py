"""The phase map and the seeds in a real browser, with real training behind them."""

import json
from functools import partial

import pytest
from playwright.sync_api import expect

from bnviz.figures.studies import map_lines
from bnviz.studies.map_numbers import MapNumbers
from bnviz.studies.sweep import Cell
from tests.support.maps import SWEEP, built_map
from tests.support.visitor import MAP, STAGE

pytestmark = pytest.mark.browser

#: Sixteen cells of one program, trained within seconds.
SMALL = (
    "mode=map&dataset=moons&hidden_layers=1&units=4&steps=20"
    "&x=learning_rate%3D0.1%3A1%3Alog%3A4&y=init_scale%3D0.5%3A2%3Alog%3A4"
)


def middle(visitor, row, column, number=0):
    """The middle of a cell of one of the maps, on the screen."""
    return visitor.page.evaluate(
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


def words(visitor):
    return visitor.page.locator(f"{MAP} [data-part=words]").inner_text()


@pytest.fixture
def visit_map(visit):
    return partial(visit, root=MAP)


@pytest.mark.widest
def test_a_map_is_filled_in_place_and_shared_and_its_cells_open_as_runs(visit_map):
    visitor = visit_map(SMALL)
    assert visitor.data("state") == "recorded"
    visitor.page.eval_on_selector(f"{MAP} .main-svg", "node => { node.dataset.mark = 'kept'; }")
    visitor.button("Fill the map").click()
    visitor.until("s.state === 'finished' && +s.filled === 16")
    assert visitor.page.locator(f"{MAP} .main-svg[data-mark=kept]").count() == 1
    assert visitor.page.url.endswith("&v=2&train=1")

    second = visit_map(visitor.page.url.split("?")[1])
    second.until("s.state === 'finished' && +s.filled === 16")

    visitor.page.mouse.move(*middle(visitor, 3, 0, number=2))
    visitor.page.wait_for_function(
        f"document.querySelector('{MAP} [data-part=words]').innerText.includes('scale 2:')"
    )
    assert words(visitor).startswith("Learning rate 0.1, initial scale 2: final")
    assert words(visitor) == _words_of(second, 3, 0)
    visitor.page.mouse.click(*middle(visitor, 0, 3, number=1))
    visitor.until("s.state !== 'loading' && s.state !== 'recorded'", root=STAGE)
    visitor.page.wait_for_url(lambda url: "init_scale=0.5" in url)
    assert "mode" not in visitor.page.url
    visitor.page.go_back()
    visitor.until("s.state === 'finished' && +s.filled === 16")
    assert "mode=map" in visitor.page.url


def _words_of(visitor, row, column):
    """The words of a cell that is reached by keyboard, from the lower left corner."""
    cell = visitor.page.locator(f"{MAP} [data-part=cell]")
    cell.focus()
    keys = ["ArrowDown"] * 4 + ["ArrowLeft"] * 4 + ["ArrowUp"] * row + ["ArrowRight"] * column
    for key in keys:
        cell.press(key)
    assert words(visitor) in cell.get_attribute("aria-label")
    return words(visitor)


@pytest.mark.widest
def test_the_keyboard_opens_a_cell_and_a_button_leads_back_to_the_map(visit_map):
    visitor = visit_map("mode=map")
    cell = visitor.page.locator(f"{MAP} [data-part=cell]")
    cell.focus()
    before = words(visitor)
    cell.press("ArrowUp")
    assert words(visitor) != before
    cell.press("Enter")
    visitor.until("s.state !== 'loading' && s.state !== 'recorded'", root=STAGE)
    visitor.button("Back to the phase map").click()
    visitor.until("s.state === 'recorded'")
    visitor.until("s.version.startsWith('recorded')")


@pytest.mark.widest
def test_a_phone_stacks_the_maps(visit_map):
    visitor = visit_map("mode=map", width=390, height=844, scheme="dark", has_touch=True)
    assert visitor.overflow() <= 0
    expect(visitor.button("Fill the map")).to_be_visible()
    lefts = [middle(visitor, 0, 0, number)[0] for number in range(3)]
    assert max(lefts) - min(lefts) < 1
    before = words(visitor)
    visitor.page.touchscreen.tap(*middle(visitor, 2, 0))
    assert words(visitor) != before  # the first touch only chooses the cell
    assert visitor.page.locator(STAGE).count() == 0
    visitor.button("Show this run").click()
    visitor.until("s.state !== 'loading' && s.state !== 'recorded'", root=STAGE)


@pytest.mark.widest
def test_many_seeds_are_trained_and_summarized_in_a_sentence(visit_map):
    visitor = visit_map("mode=seeds&dataset=moons&hidden_layers=1&units=4&steps=20&seeds=5")
    visitor.button("Train 5 seeds").click()
    visitor.until("s.state === 'finished' && +s.filled === 5")
    assert "5 seeds" in visitor.page.locator(f"{MAP} [data-part=headline]").inner_text()
    assert visitor.page.locator(f"{MAP} [data-part=words]").is_hidden()


@pytest.mark.widest
def test_the_browser_slices_the_map_as_python_does(visit_map):
    sheet = map_lines.sheet(MapNumbers.of(built_map()))
    figure = map_lines.to_json(MapNumbers.of(built_map()))
    _, slices = map_lines.map_lines(MapNumbers.of(built_map()))
    rows, columns, _ = SWEEP.shape
    cells = [Cell(row, column) for row in (0, rows - 1) for column in (0, 2, columns - 1)]
    drawn = visit_map("mode=map").page.evaluate(
        """async (given) => {
            const [slices, sheet, cells] = JSON.parse(given);
            const { slicePoints } = await import("/_stcore/bidi-components/bnviz.map/slices.js");
            return cells.map((cell) => slices.map((slice) => slicePoints(slice, sheet, cell)));
        }""",
        json.dumps([figure["slices"], sheet, [vars(cell) for cell in cells]]),
    )
    assert drawn == [[each.points(sheet, cell) for each in slices] for cell in cells]
