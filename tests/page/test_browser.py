"""The page in a real browser, with real training behind it."""

import urllib.error
import urllib.request
from urllib.parse import urlencode, urlsplit

import numpy as np
import pytest
from playwright.sync_api import expect

from bnviz.findings.events import events
from bnviz.player import BROWSER, PLOTLY
from bnviz.player.content import RECORDED
from bnviz.recording import Recording
from bnviz.recording.frames import frame_steps
from bnviz.settings import Settings
from tests.support.everyday import everyday
from tests.support.proxy import Proxy
from tests.support.visitor import STAGE

pytestmark = pytest.mark.browser

#: The scripts that the player needs.
PLAYER = BROWSER / "player"
#: The label under which the scripts are folded away.
CODE = "These settings as Keras or PyTorch code"
#: The last step of the default run.
LAST = Settings().steps
#: Trained within a second or two; with another seed, new to the server's cache.
SHORT = "dataset=moons&hidden_layers=2&units=8&steps=60&learning_rate=0.1"


def test_the_page_opens_with_a_recorded_run_in_motion(visit):
    visitor = visit(moving=True)
    assert visitor.data("state") == "recorded"
    first = visitor.data("step")
    visitor.until(f"s.step !== '{first}'")
    assert "recorded run" in visitor.page.locator(STAGE).inner_text()


@pytest.mark.slow
def test_the_players_scripts_are_fetched_once_and_ahead_and_no_other_large_ones(visit):
    visitor = visit(moving=True)
    fetched = visitor.page.evaluate(
        """() => performance.getEntriesByType("resource")
            .filter((each) => new URL(each.name).pathname.endsWith(".js"))
            .map((each) => [each.name.split("/").slice(-2).join("/"), each.initiatorType])"""
    )
    own = sorted(name for name, _ in fetched if name.startswith("bnviz.player/"))
    assert own == sorted(f"bnviz.player/{each.name}" for each in PLAYER.glob("*.js"))
    assert dict(fetched)[f"bnviz.player/{PLOTLY.name}"] == "link"
    assert not [name for name, _ in fetched if "SyntaxHighlighter" in name]
    visitor.unfold(CODE)
    expect(visitor.page.locator("[data-testid=stCode]").first).to_contain_text(
        "model.fit(", timeout=60_000
    )


@pytest.mark.slow
def test_a_click_below_the_player_counts_at_the_moment_of_a_request_of_the_players(visit):
    visitor = visit()
    # Streamlit sends both as one message, in the name of the player's fragment.
    visitor.page.evaluate(
        f"""(label) => {{
            const folded = [...document.querySelectorAll("summary")];
            document.querySelectorAll("{STAGE} [data-part=tabs] button")[1].click();
            folded.find((each) => each.innerText.includes(label)).click();
        }}""",
        CODE,
    )
    expect(visitor.page.locator("[data-testid=stCode]").first).to_contain_text(
        "model.fit(", timeout=60_000
    )


@pytest.mark.slow
def test_a_number_is_taken_as_it_is_typed_or_refused_at_its_field(visit):
    visitor = visit("open=settings")
    for label, text, shown, said in (
        ("learning rate", "0,5", "0.5", ""),
        ("learning rate", "99", "99", "between 0.00001 and 10"),
        ("learning rate", "1,000", "1.000", "1,000 could be read in two ways"),
        ("learning rate", "1.000,5", "1.0005", "one decimal sign"),
        ("learning rate", "1e-3", "0.001", ""),
        ("units", "64,0", "64", ""),
        ("units", "64.5", "64.5", "64.5 is not a whole number"),
        ("units", "1e2", "100", ""),
        ("units", "--5", "", "not a number"),
        ("units", "9999", "9999", "between 2 and 256"),
    ):
        field = visitor.page.get_by_role("spinbutton", name=label)
        field.click()
        field.press("Control+a")
        field.press("Delete")
        field.press_sequentially(text)
        field.press("Enter")
        expect(field).to_have_value(shown)
        complaint = visitor.page.locator("[data-testid=stNumberInput]").filter(has=field)
        expect(complaint.get_by_role("alert")).to_have_count(1 if said else 0)
        if said:
            expect(complaint.get_by_role("alert")).to_contain_text(said)
            box = complaint.get_by_role("alert").bounding_box()
            assert min(box["width"], box["height"]) > 10
        else:
            name = label.replace(" ", "_")
            visitor.page.wait_for_url(lambda url, name=name, value=shown: f"{name}={value}" in url)
    assert "units=100" in visitor.page.url


@pytest.mark.slow
def test_training_streams_every_frame_into_the_same_chart(visit):
    visitor = visit(f"{SHORT}&seed=1", moving=True)
    visitor.page.eval_on_selector(f"{STAGE} .main-svg", "node => { node.dataset.mark = 'kept'; }")
    visitor.train()
    visitor.until("s.state === 'finished' || s.state === 'diverged'")
    visitor.until("+s.framesHeld === 61")
    visitor.until("+s.step === 60")
    assert visitor.page.locator(f"{STAGE} .main-svg[data-mark=kept]").count() == 1
    assert "train=1" in visitor.page.url


@pytest.mark.slow
def test_single_steps_show_every_recorded_step_in_order(visit):
    visitor = visit(f"{SHORT}&seed=1&train=1")
    visitor.until("+s.framesHeld === 61")
    visitor.key("ArrowLeft")  # pauses
    visitor.key("Home")
    visitor.until("+s.step === 0")
    seen = [0]
    for _ in range(12):
        visitor.key("ArrowRight")
        visitor.until(f"+s.step > {seen[-1]}")
        seen.append(int(visitor.data("step")))
    assert seen == frame_steps(60)[:13].tolist()


@pytest.mark.slow
def test_the_keyboard_and_the_slider_move_the_cursor(visit):
    visitor = visit(moving=True)
    visitor.until("+s.framesHeld === 301")
    visitor.key(" ")
    expect(visitor.button("Play")).to_be_visible()
    visitor.key("End")
    visitor.until(f"+s.step === {LAST}")
    visitor.key("Shift+ArrowLeft")
    visitor.until(f"+s.step === {frame_steps(LAST)[-11]}")
    visitor.key("Home")
    visitor.until("+s.step === 0")
    visitor.key("+")
    assert visitor.page.get_by_label("Speed").input_value() == "2"
    visitor.key(" ")
    visitor.until("+s.step > 0")
    expect(visitor.button("Pause")).to_be_visible()
    visitor.page.get_by_role("slider", name="Time").fill("100")  # the slider
    visitor.until(f"+s.step >= {frame_steps(LAST)[100]}")


@pytest.mark.slow
def test_the_mark_of_an_event_moves_the_cursor_there(visit):
    event = next(e for e in events(Recording.load(RECORDED)) if e.arm == "none")
    visitor = visit()
    visitor.until("+s.framesHeld === 301")
    visitor.key("ArrowLeft")  # pauses
    mark = visitor.button(event.sentence)
    line = visitor.page.locator(f"{STAGE} [data-part=event]")
    for act in (mark.click, lambda: mark.press("Enter")):
        visitor.key("Home")
        visitor.until("+s.step === 0")
        assert event.sentence not in line.inner_text()
        act()
        visitor.until(f"+s.step === {event.step}")
        assert event.sentence in line.inner_text()
        expect(visitor.button("Play")).to_be_visible()
    visitor.key("End")
    visitor.until(f"+s.step === {LAST}")
    assert event.sentence not in line.inner_text()


@pytest.mark.slow
def test_a_copied_link_shows_the_same_run_in_a_second_tab(visit):
    first = visit("dataset=spiral&hidden_layers=3&units=32&steps=3000&learning_rate=0.1&seed=3")
    first.train()
    first.until("s.state === 'finished'")
    second = visit(first.page.url.split("?")[1])
    second.until("s.state === 'finished' && +s.framesHeld === 301")
    # The first one's cursor stands still, and its cards are those of the whole run all the same.
    first.until("+s.framesHeld === 301 && +s.step === 0")
    second.key("Home")
    second.until("+s.step === 0")
    first_cards, cards = (v.page.locator(f"{STAGE} [data-part=cards]") for v in (first, second))
    expect(first_cards).to_have_text(cards.text_content())
    proof = "✓ Same data"
    for visitor in (first, second):
        visitor.key("End")
        visitor.until("+s.step === 3000")
    texts = [v.page.locator(f"{STAGE} [data-part=proof]").inner_text() for v in (first, second)]
    assert texts[0].startswith(proof)
    assert texts[0] == texts[1]


@pytest.mark.slow
def test_a_reload_during_a_run_returns_to_it_and_stop_stops_it(visit):
    visitor = visit("dataset=spiral&hidden_layers=4&units=64&steps=50000&learning_rate=0.1")
    visitor.train()
    # Until its first frame the page shows the recorded run, which has fewer steps.
    readout = visitor.page.locator(f"{STAGE} [data-part=readout]")
    readout.filter(has_text="/ 50000").wait_for(timeout=60_000)
    visitor.until("s.state === 'running' && +s.framesHeld > 10")
    held = int(visitor.data("frames-held"))
    visitor.page.reload()
    visitor.until(f"s.state === 'running' && +s.framesHeld >= {held}")
    visitor.button("Stop").click()
    visitor.until("s.state === 'stopped'", seconds=3)
    expect(visitor.button("Train both")).to_be_visible()


@pytest.mark.slow
def test_a_restored_connection_continues_where_it_was_cut(visit, page_address):
    proxy = Proxy(urlsplit(page_address).port)
    link = "dataset=spiral&hidden_layers=4&units=64&steps=50000&learning_rate=0.2&train=1"
    visitor = visit(link, address=f"http://127.0.0.1:{proxy.port}", moving=True)
    readout = visitor.page.locator(f"{STAGE} [data-part=readout]")
    readout.filter(has_text="/ 50000").wait_for(timeout=60_000)
    visitor.until("s.state === 'running' && +s.framesHeld > 5 && +s.step > 0")
    visitor.page.eval_on_selector(f"{STAGE} .main-svg", "node => { node.dataset.mark = 'kept'; }")
    proxy.cut()
    # Meanwhile the player plays the frames it holds; its requests for more fail.
    visitor.page.wait_for_timeout(1_000)
    held, drawn, step = (
        int(visitor.data(name)) for name in ("frames-held", "frames-drawn", "step")
    )
    proxy.restore()
    visitor.until(f"+s.framesHeld > {held} && +s.framesDrawn > {drawn} && +s.step > {step}")
    assert visitor.page.locator(f"{STAGE} .main-svg[data-mark=kept]").count() == 1
    visitor.button("Stop").click()
    visitor.until("s.state === 'stopped'")
    proxy.close()


@pytest.mark.widest
def test_an_intervention_at_the_cursor_is_trained_and_marked_and_in_the_link(visit):
    visitor = visit(f"{SHORT}&seed=5&train=1")
    visitor.until("s.state === 'finished' && +s.framesHeld === 61")
    visitor.key("ArrowLeft")  # pauses
    visitor.key("Home")
    for _ in range(20):
        visitor.key("ArrowRight")
    visitor.until("+s.step === 20")
    visitor.page.get_by_label("Change at the cursor").focus()
    visitor.page.get_by_label("Change at the cursor").select_option("insert_bn")
    mark = visitor.page.locator(f"{STAGE} [data-part=events] [data-shape=change]")
    mark.wait_for()
    visitor.until("s.state === 'finished' && +s.framesHeld === 61")
    assert "BN is inserted" in mark.get_attribute("title")
    assert "interventions=20%3Ainsert_bn" in visitor.page.url


@pytest.mark.slow
def test_zoom_survives_new_frames(visit):
    visitor = visit(moving=True)
    visitor.until("+s.framesDrawn > 3")
    plot = f"document.querySelector('{STAGE} [data-part=plot]')"
    before = visitor.page.evaluate(f"{plot}._fullLayout.xaxis.range")
    box = visitor.page.locator(f"{STAGE} .nsewdrag").first.bounding_box()
    mouse, middle = visitor.page.mouse, box["y"] + box["height"] / 2
    mouse.move(box["x"] + 0.3 * box["width"], middle)
    mouse.down()
    mouse.move(box["x"] + 0.5 * box["width"], middle + 2, steps=4)
    mouse.move(box["x"] + 0.7 * box["width"], middle + 3, steps=4)
    mouse.up()
    zoomed = visitor.page.evaluate(f"{plot}._fullLayout.xaxis.range")
    assert zoomed[0] > before[0]
    assert zoomed[1] < before[1]
    drawn = int(visitor.data("frames-drawn"))
    visitor.until(f"+s.framesDrawn > {drawn + 20}")
    visitor.key(" ")  # pausing lays the figure out again
    visitor.page.wait_for_timeout(600)
    assert visitor.page.evaluate(f"{plot}._fullLayout.xaxis.range") == zoomed


@pytest.mark.widest
def test_every_choice_in_the_toolbar_redraws_the_figure(visit):
    visitor = visit(moving=True)
    visitor.page.locator(f"{STAGE} [data-part=more]").click()
    toolbar = visitor.page.locator(f"{STAGE} [data-part=toolbar]")
    for choice in ("outputs", "symmetric log", "log", "examples"):
        toolbar.get_by_role("button", name=choice, exact=True).click()
        toolbar.get_by_role("button", name=choice, exact=True, pressed=True).wait_for()
        drawn = int(visitor.data("frames-drawn"))
        visitor.until(f"+s.framesDrawn > {drawn}")


@pytest.mark.parametrize("scheme", everyday(["light", "dark"], (1,)))
def test_a_phone_shows_everything_without_horizontal_scrolling(visit, scheme):
    visitor = visit(width=390, height=844, scheme=scheme, moving=True)
    assert visitor.overflow() <= 0
    box = visitor.page.locator(f"{STAGE} .bnviz-figure").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    expect(visitor.button("Train both")).to_be_visible()
    expect(visitor.button("Pause")).to_be_visible()
    for name in ("Speed", "Change at the cursor"):
        box = visitor.page.get_by_role("combobox", name=name).bounding_box()
        assert box["y"] + box["height"] <= 844
    background = visitor.page.evaluate(
        "getComputedStyle(document.querySelector('.stApp')).backgroundColor"
    )
    dark = sum(int(part) for part in background[4:-1].split(",")[:3]) < 200
    assert dark == (scheme == "dark")


def test_a_bad_link_gets_one_message_and_the_page_works(visit):
    visitor = visit("units=9999&nonsense=<img src=x onerror=alert(1)>&seed=a&learning_rate=nan")
    message = visitor.page.get_by_role("alert").first.inner_text()
    for name in ("units", "nonsense", "seed", "learning_rate"):
        assert name in message
    assert visitor.page.locator("img[src=x]").count() == 0
    assert visitor.data("state") == "recorded"


def test_text_of_a_link_never_becomes_a_link_an_icon_or_a_formula(visit):
    words = ["https://x.example/a", "www.x.example", "a@x.example", ":material/home:"]
    values = ["[a](//b.example)", ":streamlit:", "``` $a$ <b>c</b>", "\n\n# head", "=1+1 -> 2"]
    names = ("units", "steps", "seed", "noise", "dropout")
    visitor = visit(urlencode(dict.fromkeys(words, "1") | dict(zip(names, values, strict=True))))
    alert = visitor.page.get_by_role("alert").first
    assert alert.locator("a, img, b, h1, pre, [role=img], .katex").count() == 0
    text = " ".join(alert.inner_text().split())
    assert all(word in text for word in (*words[:3], *values[:3], "# head", "=1+1 -> 2"))


def test_a_file_sent_from_outside_the_page_is_refused(page_address):
    address = f"{page_address}/_stcore/upload_file/session/file"
    request = urllib.request.Request(address, data=b"1,2,a", method="PUT")
    with pytest.raises(urllib.error.HTTPError) as raised:
        urllib.request.urlopen(request, timeout=30)
    raised.value.close()
    assert raised.value.code == 403


def test_the_page_requests_nothing_from_other_hosts(browser, page_address):
    page = browser.new_page()
    hosts = set()
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    page.goto(page_address)
    page.wait_for_function(
        "+document.querySelector('#bnviz-stage')?.dataset.framesDrawn > 0", timeout=60_000
    )
    page.close()
    # Pictures and fonts embedded in the page have no host.
    assert hosts - {""} == {urlsplit(page_address).netloc}


@pytest.mark.slow
def test_an_uploaded_table_is_trained_on_and_its_text_stays_text(visit, tmp_path):
    generator = np.random.default_rng(0)
    rows = [
        f"{a:.3f},{b:.3f},{'big' if a + b > 0 else 'small'}"
        for a, b in generator.normal(size=(80, 2))
    ]
    file = tmp_path / "own.csv"
    file.write_text("\n".join(["<img src=x onerror=alert(1)>,*b*,$c$", *rows]))
    visitor = visit("dataset=upload&steps=20&hidden_layers=1&units=4")
    visitor.page.get_by_role("combobox", name="data set").click()
    visitor.page.get_by_role("option", name="your own file").click()
    visitor.page.locator("input[type=file]").set_input_files(file)
    visitor.page.get_by_text("Correct the reading").click()
    visitor.page.get_by_role("combobox", name="class column").wait_for()
    assert visitor.page.locator("img[src=x]").count() == 0
    visitor.train()
    visitor.until("s.state === 'finished'")


@pytest.mark.slow
def test_a_broken_file_gets_a_message(visit, tmp_path):
    file = tmp_path / "broken.npz"
    file.write_bytes(b"PK\x03\x04 nothing")
    visitor = visit()
    visitor.page.get_by_role("combobox", name="data set").click()
    visitor.page.get_by_role("option", name="your own file").click()
    visitor.page.locator("input[type=file]").set_input_files(file)
    visitor.page.locator("[data-testid=stSidebar]").get_by_role("alert").wait_for()
    assert visitor.button("Train both").is_disabled()
    assert visitor.data("state") == "recorded"
