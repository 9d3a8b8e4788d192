"""Where a notebook shows a watch, with a shell that only keeps what it is told."""

import warnings

import numpy as np
import pytest
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
    display.update("", 10.0, 1.0, at_end=False)
    assert len(shown) == 1
    shell.end()
    assert "<iframe" in shown[1]["text/html"]
    assert WIDGET not in shown[1]
    shell.end()
    assert len(shown) == 2
    # Another network trains.
    display.update("", 1.0, 1.0, at_end=False)
    assert WIDGET in shown[2]


@pytest.mark.widest
def test_without_the_widget_a_page_comes_at_the_end(shown, monkeypatch):
    monkeypatch.setattr(live_display, "CAN_BE_LIVE", False)
    display, count = growing()
    shell = Shell()
    display.appear(shell)
    assert shown == [{"text/plain": "a run"}]
    count[0] = 3
    display.update("", 10.0, 1.0, at_end=False)
    shell.end()
    assert "<iframe" in shown[1]["text/html"]


@pytest.mark.widest
@pytest.mark.usefixtures("shown")
def test_it_shows_nothing_that_the_budget_does_not_pay_for():
    display, count = growing()
    display.appear(Shell())
    count[0] = 3
    display.update("", 10.0, 0.0, at_end=False)
    assert display._player.header == ""
    display.update("", 10.0, 1.0, at_end=False)
    assert display._player.header


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
