"""Studies of other second networks than BN: what is said, drawn and saved of them."""

import io
import json
import re
from dataclasses import replace

import numpy as np
import pytest

from bnviz.export.study_page import map_messages, map_page, seeds_page
from bnviz.findings import over_seeds
from bnviz.findings.report import as_text, other_seeds_text
from bnviz.player.map_content import MapContent
from bnviz.player.request import MapRequest
from bnviz.player.seed_strip import seed_strip
from bnviz.player.seeds_content import SeedsContent
from bnviz.recording import Recording
from bnviz.recording.arm_colours import ARM_COLOURS
from bnviz.recording.header import arm_addition, arm_label
from bnviz.settings import Settings, SettingsError
from bnviz.settings.choices import STUDY_ARMS
from bnviz.studies import seeds_file
from bnviz.studies.axis import DEFAULT_AXES
from bnviz.studies.map_numbers import MapNumbers
from bnviz.studies.map_words import describe_cell
from bnviz.studies.phase_map import PhaseMap, PhaseMapError
from bnviz.studies.seed_check import seed_check
from bnviz.studies.seeds import SeedBands
from bnviz.studies.seeds_report import seeds_json, seeds_text
from bnviz.studies.stable_rates import StableRates
from bnviz.studies.study import Outcome
from bnviz.studies.study_report import map_json, map_text, stable_text
from bnviz.studies.sweep import BY_OTHER_STATISTICS, MEASURES, Cell, Sweep, measures_of
from tests.support.archives import npy, zipped
from tests.support.maps import SWEEP, built_map, outcome
from tests.support.recordings import random_recording

ARM = "layer_norm"
BASE = Settings(steps=40, second_arm=ARM)
MAP = Sweep(SWEEP.base.replace(second_arm=ARM), SWEEP.x, SWEEP.y, SWEEP.seeds)


def known_seeds(settings: Settings) -> SeedBands:
    """Seeds with made-up curves, those of the second network twice as fast."""
    study = SeedBands(settings, 6)
    for block in study.blocks():
        runs, steps = len(block.settings), np.array(block.evaluation_steps)
        for_arms = {}
        for arm, half_life in zip(study.arms, (20, 8), strict=True):
            accuracy = np.tile(0.1 + 0.8 * (1 - 2.0 ** (-steps / half_life)), (runs, 1))
            accuracy = accuracy.astype(np.float32)
            diverged = np.full(runs, -1, np.int32)
            for_arms[arm] = Outcome(2 - accuracy, 2 - accuracy, accuracy, diverged)
        study.put(block, for_arms)
    return study


def says_bn(text: str) -> bool:
    """Whether a text names BN, apart from the settings that are named after it."""
    return bool(re.search(r"\bBN\b(?! (momentum|epsilon|position))", text))


def test_other_statistics_are_those_of_networks_that_keep_moving_ones():
    of_none = measures_of(ARM)
    assert MEASURES.keys() - of_none == BY_OTHER_STATISTICS.keys()
    assert measures_of("ghost_bn") == MEASURES
    with pytest.raises(SettingsError, match="accuracy_by_batch"):
        replace(MAP, measure="accuracy_by_batch")
    assert list(map_messages(built_map(MAP))) == [*of_none.values()]
    content = MapContent("study", 0, built_map(MAP), "recorded", "")
    said = content.respond(MapRequest(), "accuracy_by_exact_statistics")
    asked_for = said.pop("version")
    assert "accuracy_by_exact_statistics" in asked_for
    assert "statistics" not in json.dumps(said)


@pytest.mark.parametrize(
    ("second", "unread"),
    [
        ("bn", set()),
        ("renorm", set()),
        (ARM, {"bn_momentum"}),
        ("rms_norm", {"bn_momentum"}),
        ("dyt", {"bn_momentum", "bn_epsilon"}),
        ("weight_norm", {"bn_momentum", "bn_epsilon"}),
    ],
)
def test_an_axis_that_no_network_reads_is_refused(second, unread):
    base = Settings(steps=300, second_arm=second)
    for name, axis in DEFAULT_AXES.items():
        for side, other in (("x", "y"), ("y", "x")):
            left = DEFAULT_AXES["units" if name != "units" else "init_scale"]
            given = {side: axis, other: left}
            if name not in unread:
                assert getattr(Sweep(base, **given), side) == axis
                continue
            with pytest.raises(SettingsError, match=f"{side} is '{name}'.* does not read others"):
                Sweep(base, **given)
            sweep, (problem,) = Sweep.nearest(base, {side: str(axis)})
            assert problem.name == side
            assert getattr(sweep, side) == getattr(Sweep(), side)


@pytest.mark.parametrize(
    ("second", "label"),
    [
        ("bn", "BN epsilon"),
        ("bn_other", "BN epsilon"),
        (ARM, "layer norm epsilon"),
        ("rms_norm", "RMS norm epsilon"),
        ("ghost_bn", "ghost BN epsilon"),
    ],
)
def test_an_axis_is_named_after_the_network_that_reads_it(second, label):
    base = Settings(steps=300, second_arm=second)
    known = built_map(Sweep(base, DEFAULT_AXES["bn_epsilon"], SWEEP.y))
    content = MapContent("study", 0, known, "recorded", "")
    message = json.dumps(content.respond(MapRequest(), "validation_accuracy"), ensure_ascii=False)
    assert label in message
    assert describe_cell(MapNumbers.of(known), Cell(0, 0)).startswith(label[0].upper() + label[1:])
    # Exported and printed maps have the same words.
    assert f"; {label} to the right, " in map_text(known, 1.0)
    title = re.search("<title>(.*?)</title>", map_page(known)).group(1)
    assert f" over {label} and " in title
    assert title.count("epsilon") == 1
    assert f" {label} " in known.sentence()


@pytest.mark.parametrize("measure", measures_of(ARM))
def test_what_is_said_of_a_map_is_said_of_its_second_network(measure):
    message = MapContent("study", 0, built_map(MAP), "recorded", "").respond(MapRequest(), measure)
    text = json.dumps(message, ensure_ascii=False)
    assert not says_bn(text)
    assert "layer norm" in text
    assert "without norm" in text
    assert ARM_COLOURS[ARM] in text
    assert ARM_COLOURS["bn"] not in text


def test_the_words_of_bn_stay_as_they_were():
    text = json.dumps(
        MapContent("study", 0, built_map(), "recorded", "").respond(MapRequest(), "speed_up")
    )
    assert "With BN versus without" in text
    assert "times as fast with BN, in steps" in text


def test_reports_and_pages_name_the_second_network():
    known, bands = built_map(MAP), known_seeds(BASE)
    texts = [map_text(known, 1), map_json(known, 1), seeds_text(bands, 1), seeds_json(bands, 1)]
    texts += [bands.sentence(), known.sentence()]
    assert not any(map(says_bn, texts))
    assert all("layer norm" in text or ARM in text for text in texts)
    assert bands.sentence().startswith("Layer norm learns faster in all 6 seeds")
    assert "Without norm and with layer norm over" in map_page(known)
    assert "The same networks without norm and with layer norm, 6 seeds" in seeds_page(bands)
    message = SeedsContent("study", 0, bands, "recorded", "").respond(MapRequest())
    assert not says_bn(json.dumps(message))


def test_stable_rates_are_those_of_the_second_network():
    study = StableRates(BASE, 1)
    while blocks := study.blocks():
        for block in blocks:
            study.put(block, {arm: outcome(block, arm) for arm in study.arms})
    said = stable_text(study, 1)
    assert "with layer norm, up to" in said
    assert not says_bn(said)


@pytest.mark.parametrize("arm", STUDY_ARMS)
def test_files_hold_the_second_network(arm, tmp_path):
    sweep = Sweep(MAP.base.replace(second_arm=arm), MAP.x, MAP.y, MAP.seeds)
    known = built_map(sweep)
    known.save(path := tmp_path / "map.npz")
    loaded = PhaseMap.load(path)
    assert loaded.sweep == sweep
    assert map_text(loaded, 1) == map_text(known, 1)
    seeds_file.write(file := io.BytesIO(), bands := known_seeds(BASE.replace(second_arm=arm)))
    file.seek(0)
    assert seeds_file.read(file).records().tobytes() == bands.records().tobytes()


def test_a_map_whose_numbers_are_of_another_network_is_refused(tmp_path):
    built_map(MAP).save(path := tmp_path / "map.npz")
    with np.load(path) as held:
        members = {f"{name.replace(ARM, 'bn')}.npy": npy(held[name]) for name in held.files}
    with pytest.raises(PhaseMapError, match="not a phase map"):
        PhaseMap.load(io.BytesIO(zipped(members)))


def test_a_second_network_with_noise_is_trained_as_bn():
    assert Sweep(Settings(second_arm="noisy_bn")).base.second_arm == "bn"
    assert SeedBands(Settings(second_arm="noisy_bn")).arms == ("none", "bn")


def test_other_seeds_of_a_run_are_those_of_its_second_network(tmp_path):
    recording = random_recording(BASE, len(Recording(BASE).steps))
    study = seed_check(BASE)
    for block in study.blocks():
        runs, steps = len(block.settings), len(block.evaluation_steps)
        curves = np.linspace(0.1, 0.9, steps, dtype=np.float32) * np.ones((runs, 1), np.float32)
        diverged = np.full(runs, -1, np.int32)
        study.put(
            block, dict.fromkeys(study.arms, Outcome(2 - curves, 2 - curves, curves, diverged))
        )
    recording.other_seeds = study.records()
    recording.save(path := tmp_path / "run.npz")
    loaded = Recording.load(path)
    assert loaded.other_seeds.tobytes() == recording.other_seeds.tobytes()
    assert len(over_seeds.speeds(loaded)) == 1 + study.seeds
    assert f"{ARM}_faster" in over_seeds.as_json(loaded)
    assert not says_bn(json.dumps(seed_strip(loaded, "known")))
    assert not says_bn(as_text(loaded, 1.0) + other_seeds_text(loaded))


@pytest.mark.parametrize("arm", STUDY_ARMS)
def test_both_networks_of_a_study_have_different_names_and_colours(arm):
    settings = BASE.replace(second_arm=arm)
    for name in (arm_label, arm_addition):
        assert name(settings, "none") != name(settings, arm)
    assert ARM_COLOURS["none"] != ARM_COLOURS[arm]
