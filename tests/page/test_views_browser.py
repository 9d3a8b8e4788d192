"""The views in a real browser: their tabs, and that they are drawn as Python computes them."""

import base64
import json
import struct
from dataclasses import replace

import numpy as np
import pytest

from bnviz.figures.view import TABS, TITLES, View
from bnviz.figures.views.catalogue import VIEWS
from bnviz.player.content import RECORDED, StageContent
from bnviz.player.request import PlayerRequest
from bnviz.recording import Recording
from bnviz.settings import Settings
from tests.support.recordings import random_recording
from tests.support.visitor import STAGE

pytestmark = pytest.mark.browser

#: Trained within a second or two.
SHORT = "dataset=moons&hidden_layers=2&units=8&steps=60&learning_rate=0.1"
#: How each frame of a GIF begins.
FRAME = b"\x21\xf9\x04"
#: The button of the further choices.
MORE = f"{STAGE} [data-part=more]"
#: Every view, with every choice that changes its bindings.
DRAWN = [
    *map(View, TITLES),
    View(quantity="activation", layer=1),
    View(value_axis="symlog", loss_axis="log", x_axis="seconds"),
    View(x_axis="examples", layer=2),
    View("drift", value_axis="symlog", x_axis="seconds"),
    View("inside", by_hand="identity", layer=1, neuron=2),
    View("inside", by_hand="hand", gamma=-2.5, beta=0.3),
    View("neurons", value_axis="symlog", layer=1, neuron=3),
    View("generalisation", loss_axis="log", x_axis="examples"),
    View("signal", layer=1, x_axis="examples"),
    View("effective_rate", layer=2),
    View(run_scale="linear"),
    View("drift", run_scale="linear", x_axis="examples"),
]
DEEP = Settings(dataset="moons", hidden_layers=3, units=6, steps=40, deep=True)
RECORDINGS = {
    "the recorded run": lambda: start_of(Recording.load(RECORDED), 40),
    "every measure": lambda: random_recording(DEEP.replace(third_arm="layer_norm"), 12),
    "BN frozen": lambda: random_recording(DEEP.replace(interventions="15:freeze_bn"), 30),
    "BN removed": lambda: random_recording(
        DEEP.replace(interventions="2:freeze_bn,20:remove_bn"), 30
    ),
    "many layers": lambda: random_recording(DEEP.replace(hidden_layers=12, units=8), 5),
    "broken numbers": lambda: random_recording(DEEP, 10, broken=0.1),
    "one frame": lambda: random_recording(DEEP, 1),
}


def start_of(recording, frames):
    """The first frames of a recording."""
    start = Recording(recording.settings, version=recording.header.version)
    start.extend(0, recording.slice(0, frames))
    start.seconds_per_step = {"none": 0.01, "bn": 0.02}
    return start


@pytest.mark.widest
def test_the_browser_draws_the_points_that_python_computes(visit, subtests):
    page = visit().page
    for name, make in RECORDINGS.items():
        with subtests.test(name):
            _assert_drawn_alike(page, make())


@pytest.mark.widest
def test_a_figure_that_was_requested_before_a_choice_does_not_undo_it(visit):
    content = StageContent("run", random_recording(DEEP, 41), "finished", "")
    held = PlayerRequest("run", len(content.recording))
    # The second one is on its way when the viewer chooses.
    messages = [
        content.respond(PlayerRequest()),
        content.respond(replace(held, view=View(layer=1))),
        content.respond(replace(held, view=View("gradients"), ask=2)),
    ]
    asked, shown = visit().page.evaluate(
        """async (messages) => {
            const folder = "/_stcore/bidi-components/bnviz.player/";
            const { Player } = await import(folder + "player.js");
            const { buildSkeleton } = await import(folder + "skeleton.js");
            const [root, asked, shown] = [buildSkeleton(), [], []];
            document.body.append(root);
            const player = new Player(root, { notes: false });
            const send = (name, value) => name === "want" && asked.push(value.view.name);
            const receive = (text) => {
                player.receive(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)), send, () => {});
                shown.push(root.dataset.view);
            };
            receive(messages[0]);
            player.choose({ name: "gradients" });
            receive(messages[1]);
            player.ask();
            receive(messages[2]);
            player.close();
            return [asked, shown];
        }""",
        [base64.b64encode(message).decode() for message in messages],
    )
    assert set(asked) == {"gradients"}
    assert shown == ["layers", "layers", "gradients"]


def _assert_drawn_alike(page, recording):
    views = [view for view in DRAWN if not VIEWS[view.name].lacking(recording.layout)]
    detailed = [view for view in views if VIEWS[view.name].detail]
    _assert_views_drawn_alike(page, recording, detailed, recording.layout)
    rest = [view for view in views if view not in detailed]
    _assert_views_drawn_alike(page, recording, rest, recording.layout.overview)


def _assert_views_drawn_alike(page, recording, views, layout):
    figures = [VIEWS[view.name].figure(recording, view) for view in views]
    places = sorted({share * (len(recording) - 1) // 8 for share in (0, 5, 8)})
    drawn = page.evaluate(
        """async (given) => {
            const [schema, capacity, encoded, figures, places] = JSON.parse(given);
            const folder = "/_stcore/bidi-components/bnviz.player/";
            const { Frames } = await import(folder + "frames.js");
            const { points } = await import(folder + "bindings.js");
            const frames = new Frames(schema, capacity);
            frames.extend(0, Uint8Array.from(atob(encoded), (c) => c.charCodeAt(0)));
            const plain = ({ z, ...rest }) => ({ ...rest, ...(z && { z: z.map((r) => [...r]) }) });
            const finite = (_, v) => (typeof v === "number" && !isFinite(v) ? String(v) : v);
            return JSON.stringify(figures.map(({ bindings, constants }) => places.map((at) =>
                Object.entries(bindings).map(([k, binding]) =>
                    [k, plain(points(binding, frames, at, constants))]))), finite);
        }""",
        json.dumps(
            [
                layout.schema(),
                len(recording.steps),
                base64.b64encode(recording.slice(0, len(recording), layout)).decode(),
                [figure.to_json() for figure in figures],
                places,
            ]
        ),
    )
    for figure, of_figure in zip(figures, json.loads(drawn), strict=True):
        for at, of_frame in zip(places, of_figure, strict=True):
            assert len(of_frame) == len(figure.bindings)
            for trace, points in of_frame:
                expected = figure.bindings[int(trace)].points(recording.frames, at)
                _assert_same_points(expected, points)


def _assert_same_points(expected, points):
    assert points.keys() == expected.keys()
    for letter in {"x", "y", "z", "customdata"} & points.keys():
        ours = np.array(expected[letter], float)
        theirs = np.array(points[letter], float)  # None, where a line breaks, becomes NaN
        np.testing.assert_allclose(theirs, ours, rtol=1e-5, atol=1e-6)
    for name in {"text", "textposition"} & points.keys():
        found = expected[name]
        assert (found if isinstance(found, str) else list(found)) == points[name]


@pytest.mark.widest
@pytest.mark.parametrize("width", [1400, 390])
def test_each_tab_shows_its_view_at_the_same_step(visit, width):
    visitor = visit(f"{SHORT}&deep=true&seed=1&train=1", width=width)
    visitor.until("s.state === 'finished' && +s.framesHeld === 61")
    visitor.key("End")  # which also pauses
    visitor.page.get_by_label("Time: recorded frame").fill(f"{0.5**0.5}")  # by the square root
    visitor.until("+s.step === 30")
    tabs = visitor.page.get_by_role("group", name="Views").locator("button")
    titles = [TITLES[name] for name in TABS]
    # On a phone all are in one line.
    on_phone = width < 700
    rest = [title for name, title in TITLES.items() if name not in TABS]
    shown = [*titles, *(rest if on_phone else ["More views"])]
    assert tabs.filter(visible=True).all_inner_texts() == shown
    boxes = [tab.bounding_box() for tab in tabs.filter(visible=True).all()]
    if on_phone:
        assert len({box["y"] for box in boxes}) == 1
    else:
        assert min(box["x"] for box in boxes) >= 0
        assert max(box["x"] + box["width"] for box in boxes) <= width
    menu = tabs.filter(has_text="More views")
    for name, title in list(TITLES.items())[::-1]:
        if name not in TABS and not on_phone:
            menu.click()
        tabs.get_by_text(title, exact=True).click()
        visitor.until(f"s.view === '{name}' && +s.step === 30")
        assert tabs.get_by_text(title, exact=True).get_attribute("aria-pressed") == "true"
        named = "More views" if name in TABS else f"More views: {title}"
        assert on_phone or menu.inner_text() == named
        reading = visitor.page.locator(f"{STAGE} [data-part=reading]").inner_text()
        assert reading.startswith(VIEWS[name].reading)


@pytest.mark.widest
def test_what_is_opened_stays_open_in_every_mode_and_in_the_link(visit):
    first = visit("units=48&v=2")
    sidebar = first.page.get_by_test_id("stSidebar")
    assert "units 48" in sidebar.inner_text()
    assert not sidebar.get_by_label("units", exact=True).is_visible()
    assert not first.button("symmetric log").is_visible()
    first.page.locator(MORE).click()
    first.button("symmetric log").click()
    first.page.wait_for_url(lambda url: "open=view" in url)
    first.unfold("More settings")
    first.page.wait_for_url(lambda url: "open=settings%2Cview" in url)
    second = visit(first.page.url.split("?")[1])
    assert second.page.get_by_label("units", exact=True).is_visible()
    examples = second.page.get_by_role("button", name="examples", exact=True)
    examples.click()
    # The link may hold the first tab's axis, too.
    second.page.locator(MORE).filter(has_text="over examples").click()
    second.page.wait_for_url(lambda url: "open=settings&" in f"{url}&")
    assert not examples.is_visible()
    assert second.page.get_by_label("units", exact=True).is_visible()
    second.page.get_by_role("radio", name="Seeds").locator("visible=true").click()
    second.page.wait_for_url(lambda url: "mode=seeds" in url)
    assert second.page.get_by_label("units", exact=True).is_visible()
    assert "open=settings" in second.page.url


@pytest.mark.parametrize("size", [pytest.param((1400, 900), marks=pytest.mark.widest), (1280, 720)])
def test_picture_transport_and_the_line_of_the_verdict_are_on_one_screen(visit, size):
    visitor = visit(width=size[0], height=size[1])
    line = visitor.page.locator(f"{STAGE} [data-part=headline]")
    assert "times as fast" in line.inner_text()
    assert line.bounding_box()["y"] + line.bounding_box()["height"] <= size[1]
    figure = visitor.page.locator(f"{STAGE} .bnviz-figure").bounding_box()
    assert figure["height"] > 0.4 * size[1]
    says = visitor.page.locator(f"{STAGE} [data-part=says]")
    assert not says.is_visible()
    line.click()
    says.wait_for()
    assert "BN learns" in says.inner_text()
    visitor.page.wait_for_url(lambda url: "open=verdict" in url)
    # Unfolding covers nothing and moves nothing.
    unmoved = visitor.page.locator(f"{STAGE} .bnviz-figure")
    unmoved.wait_for()
    assert unmoved.bounding_box() == figure


@pytest.mark.slow
def test_a_link_leads_to_its_view_and_step(visit):
    permissions = ["clipboard-read", "clipboard-write"]
    # Streamlit drops what stands behind the # when the page corrects what stands before it.
    visitor = visit("v=2&steps=800#view=drift&step=339", permissions=permissions)
    visitor.until("s.view === 'drift' && s.step === '339'")
    visitor.key("ArrowRight")
    visitor.until("+s.step > 339")
    step = visitor.data("step")
    visitor.page.wait_for_function("step => location.hash === `#view=drift&step=${step}`", arg=step)
    visitor.page.get_by_role("button", name="Save", exact=True).click()
    visitor.button("Copy link to this step").click()
    visitor.page.get_by_text(
        "Copied: a link to these settings, this view and this step."
    ).wait_for()
    copied = visitor.page.evaluate("navigator.clipboard.readText()")
    assert copied.endswith(f"#view=drift&step={step}")
    visitor.page.get_by_label("to step").fill("4")
    with visitor.page.expect_download() as download:
        visitor.button("GIF").click()
    assert download.value.suggested_filename == "bnviz-drift-steps-0-to-4.gif"
    film = download.value.path().read_bytes()
    assert film.startswith(b"GIF89a")
    assert struct.unpack("<HH", film[6:10]) == (1280, 720)
    assert film.count(FRAME) == int(np.sum(Recording.load(RECORDED).steps <= 4)) > 1


@pytest.mark.widest
def test_view_and_step_are_kept_on_the_way_to_the_lesson_and_back(visit):
    visitor = visit("v=2&steps=800#view=drift&step=339")
    visitor.until("s.view === 'drift' && s.step === '339'")
    visitor.page.get_by_role("radio", name="Lesson").locator("visible=true").click()
    visitor.page.get_by_text("Predict first").wait_for()
    visitor.until("s.view === 'layers'")
    visitor.page.go_back()
    visitor.until("s.view === 'drift' && s.step === '339'")
