"""Right to the pixel: no words on others, cut off or pale, and marks where their values are.

`tests/support/geometry.js` measures a picture as it stands; here it is led through the views, the
schemes, the sizes of the screen and unlike recordings. The ordinary run takes the run with which
the page opens, in every size once; the widest every combination, and every pair on its own.
"""

from contextlib import contextmanager
from itertools import combinations, product

import pytest

from bnviz.figures.view import TABS, TITLES
from tests.support.visitor import MAP, STAGE, Visitor

pytestmark = pytest.mark.browser

#: Trained within seconds, with all that any view draws.
COMMON = "v=2&train=1&dataset=moons&deep=true&units=8&steps=60"
RECORDINGS = {
    "two arms": f"{COMMON}&hidden_layers=3&learning_rate=0.1",
    # Nothing but NaN from the third step on.
    "diverged": f"{COMMON}&hidden_layers=3&learning_rate=10&l2=1",
    "three arms": f"{COMMON}&hidden_layers=3&learning_rate=0.1&third_arm=layer_norm",
    "20 layers": f"{COMMON}&hidden_layers=20&learning_rate=0.1",
}
SIZES = ((1400, 900), (1280, 720), (1920, 1080), (820, 1180), (390, 844), (844, 390))
SCHEMES = ("light", "dark")
#: Where in the run a picture is measured, as shares of it.
PLACES = (0.0, 0.3, 1.0)

STATES = list(product(RECORDINGS, SCHEMES, SIZES, TITLES))


def selection():
    """Few states in which every pair of values occurs, by recording, scheme and size."""
    names = list(RECORDINGS)
    states = [
        (names[(i + j) % 4], SCHEMES[(i // 4 + i + j // 2) % 2], size, view)
        for i, view in enumerate(TITLES)
        for j, size in enumerate(SIZES)
    ]
    return sorted(states, key=STATES.index)


def pairs(states):
    return {pair for state in states for pair in combinations(enumerate(state), 2)}


def test_the_selection_holds_every_pair():
    assert pairs(selection()) == pairs(STATES)


@contextmanager
def measured(browser, address, recording):
    """A tab with a recording, the page's own if it has no name, whose pictures can be measured."""
    visitor = Visitor(browser, address, measured=True)
    try:
        visitor.open(RECORDINGS.get(recording, ""))
        if recording:
            # 20 layers compile for a minute where others train beside them.
            visitor.until("s.state === 'finished' || s.state === 'diverged'", 300)
        yield visitor
        assert visitor.errors == []
    finally:
        visitor.context.close()


def show(visitor, scheme, size, view):
    page = visitor.page
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.set_viewport_size({"width": size[0], "height": size[1]})
    if visitor.data("view") != view:
        tabs = page.locator(f"{STAGE} [data-part=tabs] button")
        # The menu need not be open for it.
        tabs.get_by_text(TITLES[view], exact=True).evaluate("each => each.click()")
        visitor.until(f"s.view === '{view}'")
    page.wait_for_function(f"bnvizGeometry.dressed('{scheme}')")
    page.evaluate("bnvizGeometry.settled()")


def faults(visitor):
    """What is wrong with the picture, at several places of the run."""
    return visitor.page.evaluate(
        """async (places) => {
            const found = new Set();
            for (const place of places) {
                await bnvizGeometry.seek(place);
                for (const fault of bnvizGeometry.faults()) found.add(fault);
            }
            return [...found].sort();
        }""",
        PLACES,
    )


def check(browser, address, states):
    found = {}
    for recording in dict.fromkeys(state[0] for state in states):
        with measured(browser, address, recording) as visitor:
            for state in (each for each in states if each[0] == recording):
                show(visitor, *state[1:])
                wrong = faults(visitor)
                if wrong:
                    found[state] = wrong
    lines = [f"{state}: {fault}" for state, wrong in found.items() for fault in wrong]
    assert not lines, "\n".join(lines)


@pytest.mark.widest
def test_every_pair_of_view_scheme_size_and_recording_is_right_to_the_pixel(browser, page_address):
    check(browser, page_address, selection())


@pytest.mark.widest
def test_the_page_as_it_opens_is_right_to_the_pixel_in_every_size(browser, page_address):
    views = (TABS[number % len(TABS)] for number in range(len(SIZES)))
    places = zip(SCHEMES * (len(SIZES) // 2), SIZES, views, strict=True)
    check(browser, page_address, [("", *place) for place in places])


@pytest.mark.widest
@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("recording", RECORDINGS)
def test_every_picture_is_right_to_the_pixel(browser, page_address, recording, scheme):
    check(browser, page_address, [state for state in STATES if state[:2] == (recording, scheme)])


@pytest.mark.widest
@pytest.mark.parametrize("mode", ["map", "seeds"])
def test_maps_and_seeds_are_right_to_the_pixel(browser, page_address, mode):
    visitor = Visitor(browser, page_address, root=MAP, measured=True)
    found = []
    try:
        visitor.open(f"mode={mode}")
        visitor.until("+s.draws > 0")
        for scheme, (width, height) in product(SCHEMES, SIZES):
            visitor.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            visitor.page.set_viewport_size({"width": width, "height": height})
            visitor.page.wait_for_function(f"bnvizGeometry.dressed('{scheme}')")
            visitor.page.evaluate("bnvizGeometry.settled()")
            wrong = visitor.page.evaluate("bnvizGeometry.faults()")
            found += [f"{scheme}, {width} × {height}: {fault}" for fault in wrong]
    finally:
        visitor.context.close()
    assert not found, "\n".join(found)
