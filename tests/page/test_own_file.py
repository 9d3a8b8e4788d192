"""A viewer's own file: its two names, the shelf of ended sessions, and links that need it."""

import gc
import hashlib
import threading

import pytest
from streamlit.testing.v1 import AppTest

from bnviz.data.choices import Choices
from bnviz.engine.admission import ADDRESS_SHARE, BROWSER_SHARE
from bnviz.engine.origin import Origin
from bnviz.page.shell import kept_file
from bnviz.page.shell.kept_file import KeptFile
from bnviz.page.shell.own_file import Holders, NoRoomError, OwnFile, Shelf
from bnviz.page.shell.session import limits
from bnviz.settings.choices import UPLOAD
from tests.support.engine import until
from tests.support.streamlit_page import new_page, open_page, player_message

ROWS = "".join(f"{i},{i * i / 4},{'ab'[i % 2]}\n" for i in range(20)).encode()
OTHER = ROWS.replace(b"19,", b"20,")
DIGEST = hashlib.sha256(ROWS).hexdigest()[:32]
LINK = {"dataset": UPLOAD, "upload": DIGEST, "steps": "30", "v": "2"}


def own_file(size: int = 1) -> OwnFile:
    return OwnFile("a.csv", bytes(size), b"secret")


class TestNames:
    def test_the_digest_depends_on_the_content_alone(self):
        files = [OwnFile(name, ROWS, name.encode()) for name in ("a.csv", "b.csv")]
        assert [file.digest for file in files] == [DIGEST, DIGEST]
        assert OwnFile("a.csv", ROWS + b"\n", b"").digest != DIGEST

    def test_the_key_depends_on_secret_content_and_choices(self):
        files = [
            OwnFile("a.csv", data, secret, Choices(class_column=column))
            for data in (ROWS, ROWS[:-1])
            for secret in (b"1", b"2")
            for column in (None, "a", "None")
        ]
        assert len({file.key for file in files}) == len(files)
        assert all(len(file.key) == 32 for file in files)

    def test_what_is_printed_of_a_file_gives_neither_data_nor_secret_away(self):
        shown = repr(OwnFile("a.csv", b"data", b"secret"))
        assert "a.csv" in shown
        assert "data" not in shown
        assert "secret" not in shown

    @pytest.mark.parametrize(
        ("size", "text"), [(999, "999 bytes"), (13_254, "13 kB"), (2_460_000, "2.5 MB")]
    )
    def test_its_size_in_words(self, size, text):
        assert own_file(size).size == text


class TestShelf:
    def test_a_file_is_claimed_once_and_only_with_its_key(self):
        shelf, file = Shelf(), own_file()
        shelf.put("key", file)
        assert shelf.claim("") is None
        assert shelf.claim("ke") is None
        assert shelf.claim("key") is file
        assert shelf.claim("key") is None
        assert shelf.waiting_bytes == 0

    def test_a_file_waits_for_its_time_and_no_longer(self):
        now = [0.0]
        shelf = Shelf(60, clock=lambda: now[0])
        shelf.put("first", own_file())
        shelf.put("second", own_file())
        now[0] = 59.9
        assert shelf.claim("first") is not None
        now[0] = 60.0
        assert shelf.claim("second") is None

    def test_files_are_forgotten_although_nobody_claims_them(self):
        shelf = Shelf(0.05)
        for number in range(3):
            shelf.put(str(number), own_file())
        assert shelf.waiting_bytes == 3
        until(lambda: shelf.waiting_bytes == 0)

    def test_many_files_wait_with_one_timer(self):
        before = threading.active_count()
        shelf = Shelf(0.5)
        for number in range(50):
            shelf.put(str(number), own_file())
        assert threading.active_count() <= before + 1

    def test_the_oldest_files_make_room(self):
        shelf = Shelf(max_bytes=100)
        for number in range(5):
            shelf.put(str(number), own_file(40))
        assert shelf.waiting_bytes == 80
        assert [shelf.claim(str(number)) is not None for number in range(5)] == [False] * 3 + [
            True
        ] * 2

    def test_a_file_larger_than_the_shelf_does_not_wait(self):
        shelf = Shelf(max_bytes=100)
        shelf.put("key", own_file(101))
        assert shelf.waiting_bytes == 0


class Holder:
    """Someone who holds a file."""


#: Two browsers at one address, and one at another.
ONE, NEXT, AWAY = Origin("one", "here"), Origin("next", "here"), Origin("away", "away")


class TestHolders:
    def test_files_of_all_together_are_bounded(self):
        holders, first, second = Holders(), Holder(), Holder()
        holders.hold(first, ONE, 60, max_bytes=100)
        with pytest.raises(NoRoomError, match="all viewers"):
            holders.hold(second, AWAY, 41, max_bytes=100)
        assert holders.held_bytes == 60
        holders.hold(second, AWAY, 40, max_bytes=100)
        holders.hold(first, ONE, 50, max_bytes=100)  # in place of its other file
        assert holders.held_bytes == 90
        holders.hold(first, ONE, 0)
        assert holders.held_bytes == 40

    @pytest.mark.parametrize(
        ("origin", "share", "words"),
        [(ONE, BROWSER_SHARE, "Your files"), (NEXT, ADDRESS_SHARE, "all viewers")],
    )
    def test_a_browser_and_an_address_have_a_share(self, origin, share, words):
        holders, first, second, third = Holders(), Holder(), Holder(), Holder()
        holders.hold(first, ONE, 10, max_bytes=100)
        rest = int(100 * share) - 10
        with pytest.raises(NoRoomError, match=words):
            holders.hold(second, origin, rest + 1, max_bytes=100)
        holders.hold(second, origin, rest, max_bytes=100)
        holders.hold(third, AWAY, 90 - rest, max_bytes=100)

    def test_each_may_hold_one_file_beyond_their_share(self):
        holders, holder = Holders(), Holder()
        for size in (100, 90):  # also in place of another
            holders.hold(holder, ONE, size, max_bytes=100)
        assert holders.held_bytes == 90

    def test_a_class_behind_one_address_holds_its_files(self):
        holders, viewers = Holders(), [Holder() for _ in range(30)]
        for number, viewer in enumerate(viewers):
            holders.hold(viewer, Origin(f"browser{number}", "here"), 2, max_bytes=100)
        assert holders.held_bytes == 60

    def test_a_holder_that_is_gone_holds_nothing(self):
        holders, holder = Holders(), Holder()
        holders.hold(holder, ONE, 60)
        del holder
        gc.collect()
        assert holders.held_bytes == 0


class TestSessions:
    @pytest.fixture(autouse=True)
    def _own_shelf(self, monkeypatch):
        monkeypatch.setattr(kept_file, "_SHELF", Shelf())
        monkeypatch.setattr(kept_file, "HOLDERS", Holders())

    def test_the_next_session_of_the_tab_gets_the_same_file_under_the_same_key(self):
        first, second, third = KeptFile(ONE), KeptFile(ONE), KeptFile(ONE)
        file = first.choose("a.csv", ROWS)
        tab_key = first.tab_key
        assert len(tab_key) == 32
        assert second.reclaim(tab_key) is None  # a duplicate: the first session goes on
        first.leave()
        assert first.file is None
        assert second.reclaim(tab_key) is file
        assert third.reclaim(tab_key) is None
        assert second.choose("a.csv", ROWS).key == file.key
        assert second.tab_key == tab_key

    def test_a_file_that_is_held_is_not_replaced_by_one_that_waits(self):
        first, second = KeptFile(ONE), KeptFile(ONE)
        first.choose("a.csv", ROWS)
        first.leave()
        file = second.choose("b.csv", ROWS)
        assert second.reclaim(first._tab_key) is None
        assert second.file is file

    def test_the_files_of_all_sessions_are_bounded(self):
        largest = int(1e6 * limits().upload_mb)
        sessions = [
            KeptFile(Origin(address=str(number)))
            for number in range(int(limits().files_mb / limits().upload_mb) + 1)
        ]
        for held in sessions[:-1]:
            held.choose("a.csv", bytes(largest))
        with pytest.raises(NoRoomError, match="choose a smaller file, or try again"):
            sessions[-1].choose("b.csv", b"1")
        assert sessions[-1].file is None
        sessions[0].leave()
        assert sessions[-1].choose("b.csv", b"1").data == b"1"
        sessions[1].remove()
        assert len(sessions[-1].choose("b.csv", bytes(largest)).data) == largest

    def test_a_removed_file_does_not_wait(self):
        held = KeptFile(ONE)
        held.choose("a.csv", ROWS)
        held.remove()
        held.leave()
        assert held.tab_key == ""
        assert kept_file._SHELF.waiting_bytes == 0

    def test_sessions_have_different_keys(self):
        sessions = [KeptFile(ONE) for _ in range(2)]
        files = [held.choose("a.csv", ROWS) for held in sessions]
        assert len({file.key for file in files}) == 2
        assert len({held.tab_key for held in sessions}) == 2


def answered(link: dict[str, str]) -> AppTest:
    """The page at a link, in a tab that has said that it knows no file."""
    page = new_page(link)
    page.session_state["bnviz_tab_answered"] = True
    page.run()
    assert not page.exception
    return page


def choose(page: AppTest, data: bytes, name: str = "a.csv") -> None:
    page.file_uploader[0].set_value((name, data, "text/csv")).run()
    assert not page.exception


class TestLinks:
    def test_a_link_without_its_file_says_so_and_stays_as_it_is(self):
        page = answered(LINK | {"train": "1"})
        (said,) = page.info
        assert "needs a file" in said.value
        assert "then trains as the link asks" in said.value
        assert page.query_params == LINK | {"train": "1"}
        assert page.button(key="train_wide").disabled

    def test_before_the_tab_has_answered_nothing_is_missing(self):
        assert not open_page(LINK).info

    def test_its_file_is_taken_and_nothing_is_said(self):
        page = answered(LINK)
        choose(page, ROWS)
        assert not page.info
        assert page.query_params == LINK
        assert not page.button(key="train_wide").disabled
        assert player_message(page)[0]["state"] == "recorded"

    def test_another_file_is_used_but_not_taken_for_it(self):
        page = answered(LINK | {"train": "1"})
        choose(page, OTHER, "b.csv")
        (said,) = page.info
        assert "b.csv is not the file of the link" in said.value
        assert not page.button(key="train_wide").disabled
        assert "train" not in page.query_params
        assert page.query_params["upload"] == hashlib.sha256(OTHER).hexdigest()[:32]

    def test_other_data_are_chosen_instead(self):
        page = answered(LINK)
        page.sidebar.selectbox(key="setting_dataset").set_value("wine").run()
        assert not page.info
        assert page.query_params["dataset"] == "wine"

    @pytest.mark.parametrize("mode", ["", "map", "seeds"])
    def test_every_mode_with_data_asks_for_the_file(self, mode):
        page = answered(LINK | ({"mode": mode} if mode else {}))
        assert page.info
        assert page.sidebar.selectbox(key="setting_dataset").value == UPLOAD
        assert page.file_uploader


class TestForm:
    def page(self) -> AppTest:
        page = open_page()
        page.sidebar.selectbox(key="setting_dataset").set_value(UPLOAD).run()
        choose(page, ROWS)
        return page

    def test_another_mode_and_the_way_back_keep_the_file(self):
        page = self.page()
        for mode in ("lesson", "map", "seeds", ""):
            page.segmented_control[0].set_value(mode).run()
            assert not page.exception
        assert page.query_params["upload"] == DIGEST
        assert not page.button(key="train_wide").disabled

    def test_a_removed_file_leaves_the_field_to_choose_another(self):
        page = self.page()
        page.button(key="remove_file").click().run()
        assert page.button(key="train_wide").disabled
        choose(page, OTHER, "b.csv")
        assert "b.csv" in " ".join(text.value for text in page.sidebar.markdown)

    def test_a_file_that_cannot_be_read_stays_with_the_reason(self):
        page = self.page()
        page.button(key="remove_file").click().run()
        choose(page, b"nothing")
        for _ in range(2):
            assert len(page.sidebar.error) == 1
            assert page.button(key="train_wide").disabled
            page.sidebar.number_input(key="setting_units").set_value(7).run()
