"""Where a notebook shows a watch, with a shell that only keeps what it is told."""

import json
import sys
import threading
import warnings

import numpy as np
import pytest
from IPython.core.displaypub import CapturingDisplayPublisher, DisplayPublisher
from IPython.core.events import EventManager, available_events

from bnviz import Watch
from bnviz.notebook import live_display
from bnviz.notebook.live_display import LiveDisplay
from bnviz.settings import Settings
from tests.support.recordings import random_recording
from tests.watch.models import examples, trained

WIDGET = "application/vnd.jupyter.widget-view+json"


class Shell:
    """A shell with a kernel, in which cells end when `end` is called."""

    kernel = True

    def __init__(self):
        self.events = EventManager(self, dict.fromkeys(available_events, lambda: None))
        self.display_pub = DisplayPublisher()

    def end(self):
        self.events.trigger("post_run_cell", None)


@pytest.fixture
def shown(monkeypatch):
    """The bundles that a front end was given, in their order."""
    bundles = []

    class Handle:
        def display(self, bundle, raw):
            assert raw
            bundles.append(bundle)

        update = display

    monkeypatch.setattr("IPython.display.DisplayHandle", Handle)
    return bundles


def growing():
    """A display of a recording that has as many frames as `count[0]` says."""
    recording, count = random_recording(Settings(dataset="moons", steps=40), 5), [0]

    def so_far():
        return recording.beginning(int(recording.steps[count[0] - 1])) if count[0] else None

    def whole():
        return recording if count[0] else None

    return LiveDisplay(lambda: "a run", so_far, whole), count


@pytest.mark.widest
def test_it_is_live_while_networks_train_and_a_page_once_the_cell_has_ended(shown):
    display, count = growing()
    shell = Shell()
    display.appear(shell)
    assert WIDGET in shown[0]
    assert "text/html" not in shown[0]
    count[0] = 3
    display.update("one", "", 10.0, 1.0, at_end=False)
    assert len(shown) == 1
    shell.end()
    assert "<iframe" in shown[1]["text/html"]
    assert WIDGET not in shown[1]
    shell.end()
    assert len(shown) == 2
    # Another network trains.
    display.update("one", "", 1.0, 1.0, at_end=False)
    assert WIDGET in shown[2]


@pytest.mark.widest
def test_without_the_widget_a_page_comes_at_the_end(shown, monkeypatch):
    monkeypatch.setattr(live_display, "CAN_BE_LIVE", False)
    monkeypatch.setitem(sys.modules, "bnviz.notebook.live_player", None)
    display, count = growing()
    assert not display.is_shown_live
    shell = Shell()
    display.appear(shell)
    assert shown == [{"text/plain": "a run"}]
    assert not display.is_shown_live
    count[0] = 3
    display.update("one", "", 10.0, 1.0, at_end=False)
    shell.end()
    assert "<iframe" in shown[1]["text/html"]


@pytest.mark.widest
@pytest.mark.usefixtures("shown")
def test_it_shows_nothing_that_the_budget_does_not_pay_for():
    display, count = growing()
    display.appear(Shell())
    count[0] = 3
    display.update("one", "", 10.0, 0.0, at_end=False)
    assert display._player.header == ""
    display.update("one", "", 10.0, 1.0, at_end=False)
    assert display._player.header


@pytest.mark.widest
@pytest.mark.usefixtures("shown")
def test_each_training_pays_for_what_was_shown_of_it():
    display, count = growing()
    display.appear(Shell())
    count[0] = 3
    display.update("one", "first", 10.0, 1.0, at_end=False)
    display._accounts["one"].spent = 11.0
    display.update("two", "second", 1.0, 1.0, at_end=False)
    display.update("one", "third", 10.5, 1.0, at_end=False)
    assert json.loads(display._player.header)["message"] == "second"
    display.update("one", "fourth", 12.0, 1.0, at_end=False)
    assert json.loads(display._player.header)["message"] == "fourth"


@pytest.mark.widest
def test_where_nothing_takes_its_place_only_the_first_end_of_a_training_draws_all_views():
    recordings = [random_recording(Settings(dataset="moons", steps=40), n) for n in (5, 3)]
    trained: list = []
    display = LiveDisplay(lambda: "", lambda: None, lambda: trained[-1] if trained else None)
    player = display.widget()
    drawn = []
    for recording in recordings:
        trained.append(recording)
        display.update("one", "", 1.0, 0.0, at_end=True)
        assert json.loads(player.header)["poll"] == 0
        drawn.append(len(player._figures._drawn))
    assert drawn[0] > 1 == drawn[1]
    # Who runs its cell again sees them.
    assert display.widget() is player
    assert len(player._figures._drawn) == drawn[0]


def test_a_widget_whose_connection_is_closed_is_made_anew():
    display, _ = growing()
    player = display.widget()
    assert display.widget() is player
    player.comm.close()
    assert display.widget() is not player


@pytest.mark.widest
def test_a_cell_that_is_captured_swallows_no_page(shown):
    display, count = growing()
    shell = Shell()
    display.appear(shell)
    count[0] = 3
    display.update("one", "", 10.0, 1.0, at_end=True)
    publisher, shell.display_pub = shell.display_pub, CapturingDisplayPublisher()
    shell.end()
    assert len(shown) == 1
    shell.display_pub = publisher
    shell.end()
    assert "<iframe" in shown[1]["text/html"]


@pytest.mark.widest
def test_a_training_beside_the_cells_stays_live_until_its_own_end(shown):
    display, count = growing()
    shell = Shell()
    display.appear(shell)
    count[0] = 3
    for at_end in (False, True):
        thread = threading.Thread(
            target=display.update, args=("one", "", 10.0, 1.0), kwargs={"at_end": at_end}
        )
        thread.start()
        thread.join()
        shell.end()
        assert len(shown) == 1
        assert (json.loads(display._player.header)["poll"] == 0) == at_end


@pytest.mark.parametrize("count", [0, pytest.param(3, marks=pytest.mark.widest)])
def test_what_ends_early_leaves_no_widget(shown, count):
    display, frames = growing()
    display.appear(Shell())
    frames[0] = count
    display.end()
    assert WIDGET in shown[0]
    assert WIDGET not in shown[1]
    assert ("text/html" in shown[1]) == bool(count)


@pytest.mark.widest
@pytest.mark.usefixtures("shown")
def test_a_front_end_that_fails_ends_no_training_and_is_warned_of_once(monkeypatch):
    x, y = examples((6,))
    watch = Watch(x, y, budget=1e9)
    watch._in_notebook().appear(Shell())

    def fail(*_, **__):
        raise OSError("the connection is gone")

    monkeypatch.setattr(watch._display._player, "show", fail)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        trained("MLP", [watch.arm("one")])
    assert [str(each.message) for each in caught] == [
        "the notebook shows this no longer: the connection is gone"
    ]
    assert len(watch.recording) > 1


@pytest.mark.slow
@pytest.mark.usefixtures("shown")
def test_a_watch_that_is_shown_changes_nothing_of_the_model():
    x, y = examples((6,))
    watch = Watch(x, y, validation=(x[:40], y[:40]), budget=1e9)
    watch._in_notebook().appear(Shell())
    model, plain = trained("MLP", [watch.arm("one")]), trained("MLP", [])
    assert watch._display._player.header
    for one, other in zip(
        [*model.weights, *model.optimizer.variables],
        [*plain.weights, *plain.optimizer.variables],
        strict=True,
    ):
        np.testing.assert_array_equal(one.numpy(), other.numpy())


def test_outside_of_a_kernel_it_is_words():
    x, y = examples((6,))
    watch = Watch(x, y)
    watch.arm("with BN")
    with pytest.raises(NotImplementedError):
        watch._ipython_display_()
    assert repr(watch) == "<bnviz.Watch of “with BN”>"


def test_its_words_name_the_extra_where_the_widget_is_missing(monkeypatch):
    x, y = examples((6,))
    monkeypatch.setattr("bnviz.watch.watch.find_spec", lambda _: None)
    assert "pip install '.[notebook]'" in repr(Watch(x, y))
