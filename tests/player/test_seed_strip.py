"""Tests of the strip that shows where a run lies among the same run with other seeds."""

from itertools import combinations

from bnviz.player.content import recorded_default
from bnviz.player.seed_strip import APART, seed_strip
from bnviz.recording import Recording
from bnviz.settings import Settings


def test_has_a_dot_for_each_seed_of_which_none_covers_another():
    recording = recorded_default()
    strip = seed_strip(recording, "none")
    dots = strip["dots"]
    assert strip["text"] == f"speed-up in {len(dots)} seeds"
    assert [dot["seed"] for dot in dots if dot["here"]] == [recording.settings.seed]
    assert len({dot["seed"] for dot in dots}) == len(recording.other_seeds) + 1
    for one, other in combinations(dots, 2):
        assert one["level"] != other["level"] or abs(one["at"] - other["at"]) >= APART
    assert max(dot["level"] for dot in dots) > 0


def test_says_what_is_going_on_before_the_seeds_are_known():
    recording = Recording(Settings())
    assert seed_strip(recording, "none") is None
    assert "once it has ended" in seed_strip(recording, "planned")["text"]
    assert "Checking" in seed_strip(recording, "awaited")["text"]
    assert "Check on" in seed_strip(recording, "offered")["offer"]
    refused = seed_strip(recording, "none", "These 8 runs would take about 7 min.")
    assert refused == {"text": "Not checked on 8 other seeds. These 8 runs would take about 7 min."}
