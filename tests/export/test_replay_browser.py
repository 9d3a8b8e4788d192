"""A recording in one file, opened from the disk in a browser without a network."""

import struct

import numpy as np
import pytest

from bnviz.export.replay import replay
from bnviz.export.study_page import map_page, seeds_page
from bnviz.figures.view import TITLES, View
from bnviz.figures.views.catalogue import VIEWS
from bnviz.player.content import RECORDED
from bnviz.player.map_content import RECORDED as MAP
from bnviz.player.seeds_content import RECORDED as SEEDS
from bnviz.recording import Recording
from bnviz.settings import Settings
from bnviz.studies import seeds_file
from bnviz.studies.phase_map import PhaseMap
from tests.support.everyday import everyday
from tests.support.recordings import random_recording

pytestmark = pytest.mark.browser

STAGE = "#bnviz-stage"
NOTE = '<img src=x onerror="window.hit = 1"> & mine'
DEEP = Settings(dataset="moons", hidden_layers=2, units=5, steps=40, deep=True)
#: Points that Plotly lays out for the mouse, by the number of the trace.
DRAWN = """() => {
  const plot = document.querySelector("[data-part=plot]");
  return plot.data.filter((trace) => trace.x.length > 1).map(({ x, y, yaxis, line }) =>
    [yaxis, line.color, [...x], [...y]]);
}"""


class Replay:
    """A file, opened in a browser that has no network."""

    def __init__(self, browser, path):
        self.context = browser.new_context(
            viewport={"width": 1400, "height": 900}, offline=True, accept_downloads=True
        )
        self.page = self.context.new_page()
        self.address = path.as_uri()
        self.errors, self.asked = [], []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on(
            "console", lambda said: self.errors.append(said.text) if said.type == "error" else None
        )
        self.page.on("request", lambda request: self.asked.append(request.url))

    def open(self, place=""):
        self.page.goto("about:blank")
        self.page.goto(self.address + place)
        self.until("+s.framesDrawn > 0")

    def until(self, condition):
        self.page.wait_for_function(
            f"() => {{ const s = document.querySelector('{STAGE}')?.dataset;"
            f" return s && {condition} }}",
            timeout=30_000,
        )

    def choose(self, name):
        title = TITLES[name]
        button = self.page.get_by_role("button", name=title, exact=True)
        if not button.is_visible():
            self.page.locator(f"{STAGE} .bnviz-menu > button").click()
        button.click()
        self.until(f"s.view === '{name}'")

    def step(self):
        return int(self.page.locator(STAGE).get_attribute("data-step"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("replays")


@pytest.fixture(scope="module")
def opened(browser, folder):
    """Opens files, and checks in the end that they asked nobody and raised no error."""
    replays = []

    def make(name, recording, **options):
        path = folder / f"{name}.html"
        path.write_text(replay(recording, **options))
        replays.append(Replay(browser, path))
        return replays[-1]

    yield make
    for each in replays:
        each.context.close()
        assert each.errors == []
        assert {address.split(":")[0] for address in each.asked} <= {
            "file",
            "blob",
            "data",
            "about",
        }


@pytest.fixture(scope="module")
def recording():
    return Recording.load(RECORDED)


@pytest.fixture(scope="module")
def run(opened, recording):
    return opened("run", recording, note=NOTE)


@pytest.fixture(scope="module")
def deep(opened):
    return opened("deep", random_recording(DEEP.replace(third_arm="layer_norm"), 41))


def test_it_is_smaller_than_3_megabytes(recording):
    assert len(replay(recording).encode()) <= 3_000_000


def test_it_begins_at_once_and_moves(run):
    run.open()
    assert run.page.get_by_role("button", name="Pause").is_visible()
    run.until("+s.step > 3")
    assert run.page.locator("h1").inner_text() == "The same network without BN and with BN"


def test_the_note_of_its_owner_is_text(run):
    run.open()
    assert run.page.locator(".note").inner_text() == NOTE
    assert run.page.evaluate("window.hit") is None


@pytest.mark.slow
def test_nothing_that_comes_in_later_runs(run):
    run.open()
    run.page.evaluate(
        "document.body.insertAdjacentHTML('beforeend', `<img src=x onerror='window.hit = 1'>`)"
    )
    run.page.wait_for_function(
        "() => document.images.length > 0 && [...document.images].at(-1).complete"
    )
    assert run.page.evaluate("window.hit") is None
    run.errors.clear()  # the browser says that it has refused it


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.slow if number % 2 else pytest.mark.widest)
        for number, name in enumerate(TITLES)
    ],
)
def test_each_view_is_drawn(deep, name):
    deep.open("#step=20")
    deep.choose(name)
    blank = "(c) => !c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some(Boolean)"
    deep.page.wait_for_function(f"() => !({blank})(document.querySelector('[data-part=canvas]'))")
    assert deep.page.locator("[data-part=missing]").is_hidden()


@pytest.mark.slow
def test_a_view_that_was_not_measured_says_so_and_trains_nothing(run):
    run.open("#view=landscape")
    run.until("s.missing !== undefined")
    assert "This view shows" in run.page.locator("[data-part=lacking]").inner_text()
    assert run.page.locator("[data-part=offer]").is_hidden()


@pytest.mark.parametrize(
    "view",
    everyday(
        [
            View(),
            View(value_axis="symlog", loss_axis="log", x_axis="examples", layer=2),
            View("gradients"),
        ],
        (1,),
    ),
    ids=str,
)
def test_the_points_drawn_are_those_of_the_recording(run, recording, view):
    chosen = "&".join(f"{name}={value}" for name, value in view.to_dict().items() if name != "name")
    step = int(recording.frames["step"][recording.index_at_step(300)])
    run.open(f"#view={view.name}&{chosen}&step={step}")
    run.page.wait_for_function(f"() => ({DRAWN})().length > 2")
    at = recording.index_at_step(run.step())
    figure = VIEWS[view.name].figure(recording, view)
    curves = {}
    for trace, binding in figure.bindings.items():
        points = binding.points(recording.frames, at)
        spec = figure.traces[trace]
        if spec.get("hoverinfo") != "skip" and len(points["x"]) > 1:
            curves.setdefault((spec["yaxis"], spec["line"]["color"]), []).append(points)
    found = run.page.evaluate(DRAWN)
    assert len(found) == sum(map(len, curves.values()))
    for axis, colour, x, y in found:
        assert any(_lies_on(x, y, points) for points in curves[axis, colour]), (axis, colour)


def _lies_on(x, y, points):
    """Whether all points of a thinned curve are among those of the whole one."""
    whole = dict(
        zip(np.round(np.array(points["x"], float), 4), np.array(points["y"], float), strict=True)
    )
    found = np.array([whole.get(round(each, 4), np.inf) for each in x])
    return np.allclose(found, np.array(y, float), rtol=1e-4, equal_nan=True)


@pytest.mark.slow
def test_an_address_leads_to_a_step_of_a_view(run):
    run.open("#view=drift&step=120&layer=2")
    assert run.page.locator(STAGE).get_attribute("data-view") == "drift"
    # A file holds fewer frames than the run.
    assert abs(run.step() - 120) <= 10
    assert run.page.get_by_role("button", name="Play", exact=True).is_visible()
    run.page.keyboard.press("End")
    run.page.wait_for_function("() => location.hash.includes('step=800')")
    assert "view=drift" in run.page.evaluate("location.hash")


def test_a_neuron_and_its_gamma_are_chosen_without_a_server(run):
    run.open("#view=inside&step=400")
    neuron = run.page.get_by_label("neuron", exact=True)
    neuron.select_option(label="7")
    headings = "document.querySelector('[data-part=plot]').layout.annotations"
    run.page.wait_for_function(f"() => JSON.stringify({headings}).includes('layer 5, neuron 7')")
    run.page.get_by_role("button", name="by hand").click()
    gamma = run.page.get_by_label("γ", exact=True)
    gamma.fill("3")
    gamma.press("Enter")
    run.page.wait_for_function("() => location.hash.includes('gamma=3')")


@pytest.mark.slow
def test_it_is_played_and_presented_by_keys(run):
    run.open("#step=100")
    before = run.step()
    run.page.keyboard.press("ArrowRight")
    run.until(f"+s.step > {before}")
    run.page.keyboard.press("p")
    run.until("s.presented !== undefined")
    run.page.keyboard.press("Escape")
    run.until("s.presented === undefined")


@pytest.mark.slow
def test_light_and_dark_are_the_viewers_choice(run):
    run.open()
    ground = "getComputedStyle(document.documentElement).backgroundColor"
    before = run.page.evaluate(ground)
    run.page.get_by_title("Light or dark").click()
    assert run.page.evaluate(ground) != before


@pytest.mark.widest
def test_embedded_it_is_the_picture_alone(opened, recording):
    embedded = opened("embedded", recording, embed=True)
    embedded.open()
    embedded.until("+s.step > 3")
    for hidden in ("h1", "footer", f"{STAGE} [data-part=tabs]", f"{STAGE} [data-part=headline]"):
        assert embedded.page.locator(hidden).is_hidden(), hidden


def save(replay, name):
    replay.page.locator("[data-part=save]").click()
    with replay.page.expect_download() as download:
        replay.page.get_by_role("button", name=name).click()
    replay.page.get_by_role("button", name="Close").last.click()
    return download.value.suggested_filename, download.value.path().read_bytes()


def test_a_picture_is_saved_with_its_axes_and_settings(run):
    run.open("#step=800")
    name, picture = save(run, "PNG, white")
    assert name == "bnviz-layers-step-800.png"
    assert struct.unpack(">II", picture[16:24]) == (2560, 1440)
    _, drawn = save(run, "SVG")
    words = drawn.decode()
    for text in ("Layers, step 800 of 800", "training step", "seed 0", "without BN"):
        assert text in words
    # A place for films would be there at once, before what makes them is loaded.
    assert run.page.locator("[data-part=saves] > div").count() == 1


@pytest.mark.widest
def test_a_map_shows_each_of_its_measures(browser, folder):
    path = folder / "map.html"
    path.write_text(map_page(PhaseMap.load(MAP), note=NOTE))
    page = browser.new_page(viewport={"width": 1400, "height": 900})
    page.goto(path.as_uri())
    page.wait_for_function("() => document.querySelector('#bnviz-map')?.dataset.draws > 0")
    before = page.locator("[data-part=plot]").get_attribute("aria-label")
    page.get_by_label("Cells show").select_option("final validation loss")
    page.wait_for_function("() => document.querySelector('#bnviz-map').dataset.draws > 1")
    assert page.locator("[data-part=plot]").get_attribute("aria-label") != before
    page.locator("[data-part=cell]").press("ArrowRight")
    assert page.locator("[data-part=words]").inner_text()
    assert page.locator("[data-part=open]").is_hidden()
    page.close()


@pytest.mark.slow
def test_the_curves_over_many_seeds_are_drawn(browser, folder):
    path = folder / "seeds.html"
    path.write_text(seeds_page(seeds_file.read(SEEDS)))
    page = browser.new_page()
    page.goto(path.as_uri())
    page.wait_for_function("() => document.querySelector('#bnviz-map')?.dataset.draws > 0")
    assert "seeds" in page.locator("[data-part=headline]").inner_text()
    page.close()
