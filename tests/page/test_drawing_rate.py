"""DrawingRate: who has pages drawn again and again waits, and nobody else does."""

import pytest

from bnviz.engine.origin import Origin
from bnviz.page.shell import drawing_rate
from bnviz.page.shell.drawing_rate import (
    ADDRESS_BURST,
    ADDRESS_RATE,
    BROWSER_BURST,
    BROWSER_RATE,
    DrawingRate,
)

ANN, BOB, EVE = Origin("ann", "here"), Origin("bob", "here"), Origin("eve", "there")


class Host:
    def __init__(self):
        self.now = 0.0
        self.rate = DrawingRate(lambda: self.now)

    def draw(self, origin, number=1):
        """Draws so many pages at once; returns the wait of the last one."""
        return [self.rate.wait(origin) for _ in range(number)][-1]


def test_a_browser_waits_once_it_has_drawn_many_pages_and_others_do_not():
    host = Host()
    assert host.draw(ANN, int(BROWSER_BURST)) == 0
    assert host.draw(ANN, 3) == pytest.approx(3 / BROWSER_RATE)
    assert host.draw(BOB) == host.draw(EVE) == 0


def test_the_browsers_of_an_address_wait_together():
    host = Host()
    for number in range(int(ADDRESS_BURST)):
        assert host.draw(Origin(f"{number}", "here")) == 0
    assert host.draw(ANN) == pytest.approx(1 / ADDRESS_RATE)
    assert host.draw(EVE) == 0


def test_after_a_while_everything_may_be_drawn_again():
    host = Host()
    host.draw(ANN, int(BROWSER_BURST) + 10)
    host.now = 1.0
    assert host.draw(ANN) == pytest.approx((10 + 1) / BROWSER_RATE - 1.0)
    host.now = 1000.0
    assert host.draw(ANN, int(BROWSER_BURST)) == 0


def test_what_is_known_of_users_is_bounded(monkeypatch):
    monkeypatch.setattr(drawing_rate, "_MAX_USERS", 4)
    host = Host()
    host.draw(ANN, int(BROWSER_BURST) + 300)
    for number in range(50):
        host.now += 1.0
        host.draw(Origin("", f"{number}"))
    assert len(host.rate._levels) <= 5
    # Ann still has to wait.
    assert host.draw(ANN) > 0
