"""Links, recordings and phase maps of earlier versions are still read as what they were.

Most files in `data_files` were written by the first version (commit cacb90a) in its terminal:

    train --set dataset=wine --set hidden_layers=1 --set units=3 --set steps=5
        --set batch_size=16 --set learning_rate=0.3 --set activation=tanh --set seed=7
        --set interventions=2:learning_rate=0.1,3:insert_bn --set deep=true
        --set third_arm=layer_norm --out recording.npz
    sweep --set dataset=wine --set hidden_layers=1 --set units=3 --set steps=5
        --set batch_size=16 --x learning_rate=0.1:1:log:2 --y init_scale=0.5:2:log:3
        --seeds 2 --target 0.6 --out phase_map.npz

and one by the second version of the measures (commit a7c80a4):

    train --set dataset=wine --set hidden_layers=3 --set units=3 --set steps=5
        --set batch_size=16 --set learning_rate=0.3 --set activation=tanh --set seed=7
        --set interventions=2:learning_rate=0.1 --out recording_2.npz

and one by the fifth (commit 7b8a4c6), of the same settings:

    train --set dataset=wine ... --set interventions=2:learning_rate=0.1 --out recording_5.npz

All expected values are what the version that wrote a file read from it, and the first one from the
links.
"""

import hashlib
import io
from pathlib import Path
from urllib.parse import parse_qs

import numpy as np
import pytest

from bnviz.figures.view import View
from bnviz.figures.views.catalogue import VIEWS, available_view, choices, missing, tabs
from bnviz.page.modes.registry import MODES
from bnviz.page.shell.links import understood
from bnviz.player.content import StageContent
from bnviz.player.request import PlayerRequest
from bnviz.recording import BUNDLED, Recording
from bnviz.recording.archive import Archive
from bnviz.settings import Settings
from bnviz.settings.settings import FORMER_DEFAULTS
from bnviz.studies.phase_map import PhaseMap
from bnviz.studies.seeds import SeedBands
from bnviz.studies.stable_rates import StableRates
from bnviz.studies.sweep import Axis, Sweep
from tests.support.messages import unpack

FILES = Path(__file__).parent / "data_files"
PARAMETERS = {name: mode.PARAMETERS for name, mode in MODES.items()}

#: By query: mode, digest of the settings, further parameters, whether to train, bad names.
LINKS = {
    "activation=sigmoid": ("", "d80983c2efda9e5f", {}, False, []),
    "steps=1500&train=1": ("", "d80983c2efda9e5f", {}, True, []),
    "activation=none": ("", "d80983c2efda9e5f", {}, False, ["activation"]),
    "seed=0&v=1": ("", "d80983c2efda9e5f", {}, False, []),
    "dataset=moons&noise=0.35&hidden_layers=2&units=8&activation=tanh&steps=60&train=1": (
        "",
        "ee67f5582fe5bb34",
        {},
        True,
        [],
    ),
    "third_arm=noisy_bn&deep=true&optimizer=adam&learning_rate=0.01&seed=2147483647&train=1": (
        "",
        "fe366a2128f1ab80",
        {},
        True,
        [],
    ),
    "interventions=20%3Alearning_rate%3D0.5%2C20%3Aremove_bn%2C300%3Afreeze_bn&train=1": (
        "",
        "219c167106299289",
        {},
        True,
        [],
    ),
    "bn_center=false&bn_scale=0&bn_position=after&bn_momentum=0.99&bn_epsilon=1e-05"
    "&dropout=0.25&l2=0.0001": ("", "b01d2e669263d4d9", {}, False, []),
    "mode=map&steps=300": ("map", "7c89493d69a7a7ac", {}, False, []),
    "mode=seeds&dataset=wine&seeds=20&seed=4&train=1": (
        "seeds",
        "6def62e077f6ea33",
        {"seeds": "20"},
        True,
        [],
    ),
    "mode=lesson&chapter=statistics&present=1&learning_rate=0.3": (
        "lesson",
        "16050cbc11492d8f",
        {"chapter": "statistics", "present": "1"},
        False,
        [],
    ),
    "steps=0&units=many&dataset=upload&colour=red&steps=7": (
        "",
        "271cf90b178fdb2c",
        {},
        False,
        ["steps", "units", "colour", "upload"],
    ),
    "mode=nothing&activation=relu": ("", "1e78f9ab4472f05f", {}, False, ["mode"]),
}
#: Links to a map, and the digests of the sweeps they name.
SWEEPS = {
    "mode=map&steps=300": "5f071fae8c46c3aa",
    "x=units%3D2%3A64%3Alog%3A6": "d717273314f79c29",
    "mode=map&dataset=wine&steps=40&x=learning_rate%3D0.01%3A10%3Alog%3A4"
    "&y=hidden_layers%3D1%3A3%3Alinear%3A3&seeds=2&measure=speed_up&target=0.8&train=1": (
        "27d0fbc67e8f4d22"
    ),
}


def opened(query: str):
    return understood(parse_qs(query, keep_blank_values=True), PARAMETERS)


class TestLinks:
    @pytest.mark.parametrize("query", LINKS)
    def test_name_the_same_settings(self, query):
        link = opened(query)
        bad = [problem.name for problem in link.problems]
        found = (link.mode, link.settings.digest, link.parameters, link.train, bad)
        assert found == LINKS[query]

    @pytest.mark.parametrize(
        "query", ["", "train=1", "mode=map", "mode=seeds", "chapter=3", "mode=lesson&present=1"]
    )
    def test_that_name_no_part_of_an_experiment_show_the_default_of_now(self, query):
        assert opened(query).settings == Settings()

    @pytest.mark.parametrize(
        "query", ["mode=seeds&seeds=7", "mode=map&x=units%3D2%3A64%3Alog%3A6", "noise=0.2"]
    )
    def test_made_without_a_version_leave_out_what_was_the_default_then(self, query):
        assert opened(query).settings == FORMER
        assert opened(f"{query}&v=1").settings == FORMER
        assert opened(f"{query}&v=2").settings == Settings()

    @pytest.mark.parametrize("version", ["3", "", "x", "2.0"])
    def test_of_no_version_are_read_by_one_sentence(self, version):
        link = opened(f"noise=0.2&v={version}")
        assert link.settings == (Settings() if version else FORMER)
        assert [problem.name for problem in link.problems] == ["v"] * bool(version)

    @pytest.mark.parametrize("query", SWEEPS)
    def test_name_the_same_sweep(self, query):
        link = opened(query)
        sweep, problems = Sweep.nearest(link.settings, link.parameters)
        assert (link.mode, sweep.digest, problems) == ("map", SWEEPS[query], [])


#: The default settings of the first version.
FORMER = Settings(**FORMER_DEFAULTS)
SMALL_SWEEP = Sweep(
    FORMER.replace(dataset="moons", steps=40),
    x=Axis("learning_rate", 0.01, 10, "log", 4),
    y=Axis("hidden_layers", 1, 3, "linear", 3),
    seeds=2,
    target=0.8,
)


@pytest.mark.parametrize(
    ("study", "digest"),
    [
        (Sweep(FORMER.replace(steps=300)), "5f071fae8c46c3aa"),
        (SMALL_SWEEP, "07cee1f47deb4f9a"),
        (SeedBands(FORMER), "7ed7b1e7d19d619a"),
        (SeedBands(FORMER.replace(dataset="wine", seed=4), 20), "fb20cdf0ebf442fd"),
        (StableRates(FORMER), "197769e59362a3ba"),
    ],
    ids=["sweep", "small sweep", "seeds", "more seeds", "stable rates"],
)
def test_studies_keep_their_digests(study, digest):
    assert study.digest == digest


def members(file: io.BytesIO | Path) -> dict[str, bytes]:
    data = file.read_bytes() if isinstance(file, Path) else file.getvalue()
    archive = Archive(data)
    return {name: archive.array(name).tobytes() for name in archive.names}


#: Losses of the recording by arm at its first and at its last step.
LOSSES = {
    "none": {
        "train_loss": (1.4268274307250977, 1.0969997644424438),
        "validation_loss": (1.4647488594055176, 1.096109390258789),
    },
    "bn": {
        "train_loss": (1.3988503217697144, 1.1154403686523438),
        "validation_loss": (1.4646611213684082, 1.1192307472229004),
    },
    "layer_norm": {
        "train_loss": (1.2274980545043945, 0.9406430721282959),
        "validation_loss": (1.2051726579666138, 0.9875487089157104),
    },
}


@pytest.fixture(scope="module")
def recording():
    return Recording.load(FILES / "recording.npz")


class TestRecording:
    def test_has_its_settings(self, recording):
        assert recording.settings == Settings(
            dataset="wine",
            hidden_layers=1,
            units=3,
            steps=5,
            batch_size=16,
            learning_rate=0.3,
            activation="tanh",
            seed=7,
            interventions="2:learning_rate=0.1,3:insert_bn",
            deep=True,
            third_arm="layer_norm",
        )
        assert recording.settings.digest == "87dc8af143eceb5f"

    def test_has_every_byte_of_its_frames(self, recording):
        assert recording.complete
        assert hashlib.sha256(recording.frames.tobytes()).hexdigest()[:16] == "d79bb6cb6199cc63"

    @pytest.mark.parametrize("arm", LOSSES)
    def test_has_its_losses(self, recording, arm):
        for name, ends in LOSSES[arm].items():
            assert tuple(recording.frames[arm][name][[0, -1]].tolist()) == ends

    def test_has_its_other_measures(self, recording):
        none, bn = recording.frames["none"], recording.frames["bn"]
        np.testing.assert_allclose(none["gradient_norm"][0], [0.54682708, 0.52609962])
        np.testing.assert_allclose(none["change_losses"][4], 1.153737068)
        assert np.flatnonzero(np.isfinite(none["change_losses"][:, 0])).tolist() == [4]
        assert (bn["pre_activation_counts"].sum(axis=2) == 3 * 142).all()
        np.testing.assert_allclose(bn["inference_accuracy"][-1] * 36, [20, 17, 17, 14], rtol=1e-6)

    def test_has_its_certificate(self, recording):
        assert recording.certificate.holds
        assert recording.certificate.kernels["bn"] == "3c37a044de47f52a"

    def test_is_saved_again_with_the_same_arrays(self, recording):
        file = io.BytesIO()
        recording.save(file)
        assert members(file) == members(FILES / "recording.npz")


@pytest.fixture(scope="module")
def second():
    return Recording.load(FILES / "recording_2.npz")


class TestRecordingOfTheSecondVersion:
    def test_has_every_byte_of_its_frames(self, second):
        assert second.complete
        assert second.settings.digest == "5ce9b482eaa40837"
        assert hashlib.sha256(second.frames.tobytes()).hexdigest()[:16] == "c614a43bf2eceec5"

    def test_has_its_measures(self, second):
        none, bn = second.frames["none"], second.frames["bn"]
        assert none["train_loss"][[0, -1]].tolist() == [1.0295286178588867, 0.8645960092544556]
        assert bn["drift_previous_layers"][-1, 1:].tolist() == [
            0.06914281845092773,
            0.05989721044898033,
        ]

    def test_is_saved_again_with_the_same_arrays(self, second):
        file = io.BytesIO()
        second.save(file)
        assert members(file) == members(FILES / "recording_2.npz")


@pytest.fixture(scope="module")
def fifth():
    return Recording.load(FILES / "recording_5.npz")


class TestRecordingOfTheFifthVersion:
    def test_has_every_byte_of_its_frames(self, fifth):
        assert fifth.complete
        assert hashlib.sha256(fifth.frames.tobytes()).hexdigest()[:16] == "7cd8d54762e5c040"

    def test_is_saved_again_with_the_same_arrays(self, fifth):
        file = io.BytesIO()
        fifth.save(file)
        assert members(file) == members(FILES / "recording_5.npz")

    def test_without_single_examples_says_what_the_view_of_them_would_show(self, fifth):
        said = missing(fifth.layout, "inside")
        assert "an earlier version" in said["sentence"]
        assert available_view(fifth.layout, View("inside")).name == "layers"

    def test_with_single_examples_shows_their_values(self):
        recording = Recording.load(BUNDLED / "lesson" / "inside.npz")
        assert recording.header.version == 5
        assert missing(recording.layout, "inside") is None
        drawn = VIEWS["inside"].figure(recording, View("inside", layer=1)).at(recording)
        expected = recording.frames["bn"]["batch_values"][-1, 0, 0]
        np.testing.assert_allclose(drawn.data[0].y[::6], expected)


@pytest.mark.parametrize("file", ["recording.npz", "recording_2.npz"])
def test_a_recording_without_answers_shows_no_examples(file):
    recording = Recording.load(FILES / file)
    assert recording.shown is None
    header, _ = unpack(StageContent("run", recording, "recorded", "").respond(PlayerRequest()))
    assert header["shown"] is None
    assert "bn/answers" not in header["schema"]["fields"]


@pytest.mark.parametrize("file", ["recording.npz", "recording_2.npz"])
def test_the_clock_of_a_recording_is_not_taken_for_what_a_step_costs(file):
    recording = Recording.load(FILES / file)
    assert (recording.frames["bn"]["seconds"][1:] > 0).all()
    assert recording.seconds_per_step == {}
    assert "seconds" not in choices(recording, View())["x_axis"]["options"]


@pytest.mark.parametrize("file", ["recording.npz", "recording_2.npz"])
def test_a_recording_without_the_propagation_says_what_it_lacks_and_draws_the_rest(file):
    recording = Recording.load(FILES / file)
    lacking = {tab["name"]: tab["lacks"] for tab in tabs(recording.layout)}
    for name, spec in VIEWS.items():
        if name in ("signal", "effective_rate"):
            assert lacking[name]
            assert "an earlier version" in missing(recording.layout, name)["sentence"]
            assert available_view(recording.layout, View(name)).name == "layers"
        elif not lacking[name]:
            assert spec.figure(recording, View(name)).at(recording).data


@pytest.fixture(scope="module")
def phase_map():
    return PhaseMap.load(FILES / "phase_map.npz")


class TestPhaseMap:
    def test_has_its_sweep(self, phase_map):
        assert phase_map.complete
        assert phase_map.sweep.digest == "17a187e54c4b2d04"
        assert phase_map.sweep.base == FORMER.replace(
            dataset="wine", hidden_layers=1, units=3, batch_size=16, steps=5
        )

    def test_has_its_accuracies(self, phase_map):
        # In validation examples, of which there are 36, as the median of two seeds.
        correct = {"none": [[12, 22], [11.5, 29.5], [10, 28.5]]}
        correct["bn"] = [[12, 25.5], [11.5, 28], [10.5, 22]]
        for arm, expected in correct.items():
            np.testing.assert_allclose(36 * phase_map.values(arm), expected, rtol=1e-6)

    def test_has_its_steps_to_the_target(self, phase_map):
        steps = phase_map.values("none", "steps_to_target").tolist()
        assert steps == [[np.inf, np.inf], [np.inf, 4.0], [np.inf, 3.5]]
        assert np.isinf(phase_map.values("bn", "steps_to_target")).all()

    def test_is_saved_again_with_the_same_arrays(self, phase_map):
        file = io.BytesIO()
        phase_map.save(file)
        assert members(file) == members(FILES / "phase_map.npz")
