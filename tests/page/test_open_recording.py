"""The page with a recording that was opened from a file."""

import io
import secrets
from dataclasses import replace

import pytest

from bnviz.page.modes import laboratory_mode
from bnviz.page.shell import brought, kept_file, session, visit
from bnviz.page.shell.own_file import Holders
from bnviz.page.shell.session import limits
from bnviz.page.shell.visit_run import VisitRun
from bnviz.recording import BUNDLED, Recording
from bnviz.settings import Settings
from bnviz.settings.settings import KINDS
from tests.support.networks import header_of
from tests.support.recordings import random_recording
from tests.support.streamlit_page import new_page, open_page, player_message

SETTINGS = Settings(hidden_layers=1, units=4, steps=20)
OWN_DATA = SETTINGS.replace(dataset="upload", upload="0" * 32)


def saved(recording: Recording) -> bytes:
    file = io.BytesIO()
    recording.save(file)
    return file.getvalue()


SAVED = saved(random_recording(SETTINGS, 21))
DEFAULT = (BUNDLED / "default.npz").read_bytes()


def allow(monkeypatch, **megabytes: float) -> None:
    """Has the host allow so much."""
    allowed = replace(limits(), **megabytes)
    monkeypatch.setattr(session, "limits", lambda: allowed)


@pytest.fixture
def bring(monkeypatch):
    """Has the page begin with a run of some settings."""
    monkeypatch.setattr(brought, "_brought", [])

    def begin(settings: Settings, frames: int = 21) -> VisitRun:
        run = VisitRun.opened("run.npz", b"", random_recording(settings, frames))
        brought.bring(run)
        return run

    return begin


def shown(page):
    header, _ = player_message(page)
    return header["run"], header["state"], header["available"], header["other"]


def test_the_page_begins_with_it_and_its_settings(bring):
    run = bring(SETTINGS)
    page = open_page()
    assert shown(page) == (run.token, "recorded", 21, "")
    assert page.query_params["units"] == "4"


@pytest.mark.parametrize(
    ("frames", "extent"), [(21, "a recording of 20 steps"), (5, "a recording up to step 4 of 20")]
)
def test_it_is_said_how_far_it_goes(bring, frames, extent):
    bring(SETTINGS, frames)
    assert f"run.npz: {extent}, opened from a file." in player_message(open_page())[0]["message"]


def test_its_link_shows_it_and_another_does_not(bring):
    run = bring(SETTINGS)
    assert shown(open_page(SETTINGS.to_query() | {"v": "2"}))[0] == run.token
    assert shown(open_page({"units": "7", "v": "2"}))[0] != run.token


def test_a_preset_takes_its_place(bring):
    run = bring(SETTINGS)
    page = open_page()
    page.button(key="preset_default").click().run()
    assert shown(page)[0] != run.token


def test_one_of_own_data_is_shown_although_its_data_are_not_here(bring):
    run = bring(OWN_DATA)
    page = open_page()
    assert shown(page) == (run.token, "recorded", 21, "")
    assert not player_message(page)[0]["opens_seeds"]


class TestNetworksTrainedElsewhere:
    """A recording of networks that no settings describe."""

    LABEL = "*mine* [x](y)"

    @pytest.fixture
    def page(self, bring, monkeypatch):
        bring(header_of(2, [4, 8], about=f"2 networks, {self.LABEL}"), frames=5)
        monkeypatch.setattr(session.Viewer, "start", pytest.fail)  # with which every run begins
        page = new_page()
        page.session_state["files"] = True
        page.run()
        assert not page.exception
        return page

    def test_it_is_shown_apart_from_the_form(self, page):
        header, _ = player_message(page)
        assert (header["state"], header["available"], header["other"]) == ("recorded", 5, "")
        said = (
            "a recording of 9 steps of networks that trained outside of bnviz, opened from a file."
        )
        assert header["message"] == f"run.npz: {said}"
        assert [each.value for each in page.caption if "On the stage" in each.value]
        assert page.query_params == {}
        assert not page.button(key="train_wide").disabled

    def test_only_what_it_has_is_offered(self, page):
        header, _ = player_message(page)
        assert not header["opens_seeds"]
        assert not header["linked"]
        labels = [each.proto.label for each in page.get("download_button")]
        assert labels == ["Page that plays it", "Recording", "Numbers", "Curves for TensorBoard"]
        assert "Trained networks (.keras)" not in [each.label for each in page.button]
        assert "These settings as Keras or PyTorch code" not in [
            each.label for each in page.expander
        ]

    @pytest.mark.parametrize(
        ("callback", "request_", "asked"),
        [
            ("_on_seeds", "requested_seed", 3),
            ("_intervene", "requested_change", (2, "learning_rate=1")),
            ("_on_train", "requested_view", "inference"),
        ],
    )
    def test_a_browser_that_asks_for_training_gets_none(
        self, page, monkeypatch, callback, request_, asked
    ):
        before, form = shown(page), laboratory_mode.form
        called = []

        def form_after_callback():
            called.append(getattr(laboratory_mode, callback)())
            return form()

        monkeypatch.setattr(laboratory_mode, request_, lambda: asked)
        monkeypatch.setattr(laboratory_mode, "form", form_after_callback)
        assert shown(page.run()) == before
        assert called
        assert not page.exception

    def test_a_run_of_the_laboratory_beside_it_is_told_apart_in_a_row(self):
        own = random_recording(header_of(1, [4], about=self.LABEL), 5)
        opened = VisitRun.opened("mine.npz", b"", own)
        page = page_of(opened, VisitRun.opened("lab.npz", b"1", random_recording(SETTINGS, 21)))
        page.button(key="visit_1").click().run()  # the older one
        page.session_state["bnviz_compared"] = (visit_token(b"1"),)
        header, _ = player_message(page.run())
        assert (header["run"], header["ghosts"][0]["name"]) == (opened.token, "lab.npz")
        (table,) = tables(page)
        assert f"<th scope='row'>networks</th><td>{self.LABEL}</td>" in table


def visit_token(data: bytes) -> str:
    """Token of a run that was opened from a file with this content."""
    return VisitRun.opened("", data, random_recording(SETTINGS, 21)).token


def page_of(*runs: VisitRun):
    """The page of a visit with these runs."""
    name = secrets.token_bytes(16)
    visit._SHELF.put(name.hex(), runs)
    page = new_page()
    page.session_state["bnviz_session_name"] = name
    page.run()
    assert not page.exception
    return page


@pytest.fixture
def page():
    """The page of a visit with two opened recordings."""
    recordings = [random_recording(SETTINGS.replace(seed=seed), 21) for seed in (1, 2)]
    return page_of(
        *(
            VisitRun.opened(f"{number}.npz", str(number).encode(), recording)
            for number, recording in enumerate(recordings)
        )
    )


def cards(page):
    return [each.label for each in page.button if (each.key or "").startswith("visit_")]


def tables(page):
    return [
        each.proto.body
        for each in page.get("html")
        if "<table class='bnviz-diff" in each.proto.body
    ]


def test_a_click_on_its_card_shows_a_run_of_this_visit_again(page):
    assert cards(page) == ["` 1.npz `", "` 0.npz `"]
    page.button(key="visit_0").click().run()
    assert shown(page)[1:] == ("recorded", 21, "")
    assert page.query_params["seed"] == "2"
    page.button(key="visit_1").click().run()
    assert page.query_params["seed"] == "1"


def test_the_run_on_the_stage_is_given_a_name(page):
    page.button(key="visit_0").click().run()
    (field,) = [each for each in page.text_input if each.label == "Name of this run"]
    assert field.value == "1.npz"
    field.set_value("the *best*").run()
    assert cards(page) == ["` the *best* `", "` 0.npz `"]


def test_a_run_that_stands_in_is_compared_like_the_one_that_it_stands_in_for(page):
    page.button(key="visit_0").click().run()
    shown_first = shown(page)[0]
    page.button(key="visit_1").click().run()
    page.session_state["bnviz_compared"] = (shown_first,)
    beside = player_message(page.run())[0]
    for name in ("hidden_layers", "units", "steps"):
        (field,) = [each for each in page.number_input if each.label == KINDS[name].label]
        field.set_value(getattr(Settings(), name))
    header, _ = player_message(page.run())
    assert header["run"] != beside["run"]
    (part,) = header["ghosts"]
    assert part["run"] == beside["ghosts"][0]["run"] == shown_first
    assert part["name"] == "1.npz"
    (table,) = tables(page)
    assert f"<td>{Settings().units}</td><td>4</td>" in table
    # The field, from which the run on the stage is left out, says that nothing is compared.
    page.session_state["bnviz_compared"] = (beside["run"],)
    assert player_message(page.run())[0]["ghosts"] == []
    assert tables(page) == []


def test_a_run_of_own_data_says_what_it_lacks():
    page = page_of(VisitRun.trained("mine", random_recording(OWN_DATA, 21)))
    page.button(key="visit_0").click().run()
    assert "data of this run are not here: choose their file" in page.warning[0].value
    rows = "".join(f"{i},{i * i / 4},{'ab'[i % 2]}\n" for i in range(20)).encode()
    page.file_uploader[0].set_value(("a.csv", rows, "text/csv")).run()
    page.button(key="visit_0").click().run()
    assert "“Train both” to train these settings on your file" in page.warning[0].value
    assert page.query_params["units"] == "4"
    assert not page.button(key="train_wide").disabled


def test_recordings_that_make_room_for_own_data_are_not_gone_in_silence(monkeypatch):
    monkeypatch.setattr(kept_file, "HOLDERS", Holders())
    allow(monkeypatch, files_mb=1)
    page = page_of(VisitRun.opened("0.npz", b"0", random_recording(SETTINGS, 21)))
    page.sidebar.selectbox(key="setting_dataset").set_value("upload").run()
    page.file_uploader[0].set_value(("a.csv", bytes(600_000), "text/csv")).run()
    assert cards(page) == []
    assert "Recordings made room for your file" in page.warning[0].value


class TestChoosing:
    """A file is chosen in the field that “Open a recording” unfolds."""

    @pytest.fixture
    def choose(self, monkeypatch):
        monkeypatch.setattr(kept_file, "HOLDERS", Holders())
        page = new_page()
        page.session_state["open_recording"] = True
        page.run()

        def choose(data: bytes):
            (field,) = [each for each in page.file_uploader if "NPZ" in each.label]
            field.set_value(("mine.npz", data, "application/octet-stream")).run()
            assert not page.exception
            return page

        return choose

    def test_a_run_is_shown_and_listed_with_its_settings_in_the_form(self, choose):
        page = choose(SAVED)
        assert shown(page)[1:] == ("recorded", 21, "")
        assert cards(page) == ["` mine.npz `"]
        assert page.query_params["units"] == "4"
        assert not [each for each in page.file_uploader if "NPZ" in each.label]

    def test_a_host_takes_a_run_that_is_larger_than_own_data_may_be(self, choose, monkeypatch):
        allow(monkeypatch, upload_mb=1)
        assert len(DEFAULT) > 1e6
        assert cards(choose(DEFAULT)) == ["` mine.npz `"]

    def test_anything_else_is_refused_in_a_sentence(self, choose):
        page = choose(b"a,b\n1,2\n")
        (error,) = page.error
        assert "mine.npz" in error.value
        assert "cannot be opened: the file cannot be read as a recording" in error.value
        assert cards(page) == []

    @pytest.mark.parametrize("megabytes", [1, 5])  # for the file, and for it but not its frames
    def test_one_without_room_is_refused_in_a_sentence(self, choose, monkeypatch, megabytes):
        allow(monkeypatch, files_mb=megabytes)
        page = choose(DEFAULT)
        assert ["as much memory as this host allows" in each.value for each in page.error] == [True]
        assert cards(page) == []
