"""Presets: what their cards say and draw is what their recordings hold."""

import pytest

from bnviz.lesson import presets
from bnviz.lesson.presets import FIRST, MAX_BYTES, PRESETS
from bnviz.recording.other_seeds import OTHER_SEEDS
from bnviz.settings import Settings


@pytest.mark.parametrize("name", PRESETS)
def test_every_seed_shows_what_a_preset_says(name):
    preset, recording = PRESETS[name], presets.recording_of(name)
    assert recording.complete
    assert recording.settings == preset.settings
    assert len(presets.seeds_of(recording)) == 1 + OTHER_SEEDS
    assert presets.is_shown(preset, recording)


@pytest.mark.parametrize("name", PRESETS)
def test_a_seed_that_does_not_show_it_is_noticed(name):
    """One in which the network that should be the better one has learnt nothing."""
    better = "none" if name == "pairs" else "bn"
    for seed in presets.seeds_of(presets.recording_of(name)):
        assert not PRESETS[name].shows(seed._replace(**{better: 0 * seed.none}))


def test_the_page_starts_with_the_first_which_has_the_default_settings():
    assert next(iter(PRESETS.values())).settings == Settings()
    assert len({preset.settings.digest for preset in PRESETS.values()}) == len(PRESETS)
    for name, preset in PRESETS.items():
        assert presets.name_of(preset.settings) == name
        assert presets.name_of(preset.settings.replace(seed=1)) == ""


def test_cards_draw_the_curves_of_their_recordings():
    recordings = {name: presets.recording_of(name) for name in PRESETS}
    assert presets.recorded_curves() == presets.curves_of(recordings)


@pytest.mark.parametrize("arm", ["none", "bn"])
def test_a_curve_of_a_card_runs_by_the_root_of_the_step(arm):
    recording = presets.recording_of(FIRST)
    seed, *_ = presets.seeds_of(recording)
    curve = presets.curves_of({FIRST: recording})[FIRST][arm]
    # Half of the way lies at a quarter of the steps; the frames are at equal distances in neither.
    middle = len(curve) // 2
    step = recording.settings.steps * (middle / (len(curve) - 1)) ** 2
    known = getattr(seed, arm)[seed.steps <= step + 0.5]
    assert curve[middle] == pytest.approx(known[-1], abs=0.0006)
    assert len(known) != pytest.approx(len(seed.steps) / 2, abs=3)


def test_the_recordings_are_small_together():
    files = {path.name: path.stat().st_size for path in presets.FOLDER.iterdir()}
    recorded = {presets.path_of(name) for name in PRESETS}
    recorded = {path.name for path in recorded if path.parent == presets.FOLDER}
    assert set(files) == {presets.CURVES, *recorded}
    assert sum(files.values()) <= MAX_BYTES
