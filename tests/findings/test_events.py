"""Events: symptoms of layers, milestones of networks and changes, found in frames."""

import math

import numpy as np
import pytest

import bnviz.findings.events
from bnviz.findings.events import (
    DEAD_SHARE,
    GRADIENT_RATIO,
    HUGE_NORM,
    LOST_SHARE,
    MAX_LAYERS,
    SATURATED_SHARE,
    events,
)
from bnviz.findings.lasting import MIN_FRAMES
from bnviz.findings.speed import MIN_GAIN
from bnviz.findings.standstill import MIN_SHARE, standstill
from bnviz.recording import Recording
from bnviz.recording.frames import ARMS
from bnviz.settings import Settings

FRAMES = 20
#: The frame at which symptoms start, unless a test says otherwise.
START = 7


def recorded(measures=(), *, layers=3, frames=FRAMES) -> Recording:
    """A healthy run changed by `measures`: (arm, measure, layer or ..., values by frame)."""
    third = next((arm for arm, *_ in measures if arm not in ARMS), "no")
    settings = Settings(hidden_layers=layers, units=2, steps=1_000, third_arm=third)
    recording = Recording(settings)
    built = np.zeros(frames, recording.layout.dtype)
    built["step"] = recording.steps[:frames]
    for arm in recording.layout.arms:
        built[arm]["diverged_at"] = -1
        built[arm]["train_loss"] = 1.0
        built[arm]["gradient_norm"] = 1.0
        built[arm]["gradient_norm"][:1] = math.nan
    for arm, measure, layer, values in measures:
        built[arm][measure][(..., layer) if layer is not ... else ...] = values
    for frame in built:
        recording.append(frame)
    return recording


def since(value, before=0.0, start=START, stop=FRAMES):
    """`value` from one frame to another, `before` elsewhere; shape (FRAMES,)."""
    values = np.full(FRAMES, before)
    values[start:stop] = value
    return values


def found_in(recording):
    return [(event.index, event.arm, event.layer, event.kind) for event in events(recording)]


#: Values of a measure just beyond the bound of a symptom, and just within it.
BOUNDS = [
    ("saturated", "saturated", 1.01 * SATURATED_SHARE, 0.99 * SATURATED_SHARE),
    ("dead", "dead", 1.01 * DEAD_SHARE, 0.99 * DEAD_SHARE),
    ("vanishing", "gradient_norm", 0.99 / GRADIENT_RATIO, 1.01 / GRADIENT_RATIO),
    ("exploding", "gradient_norm", 1.01 * GRADIENT_RATIO, 0.99 * GRADIENT_RATIO),
]


class TestSymptoms:
    @pytest.mark.parametrize(("kind", "measure", "beyond", "_"), BOUNDS)
    def test_beyond_the_bound_is_an_event_of_its_layer_and_frame(self, kind, measure, beyond, _):
        recording = recorded([("bn", measure, 1, since(beyond, before=0.1))])
        (event,) = events(recording)
        assert (event.index, event.arm, event.layer, event.kind) == (START, "bn", 2, kind)
        assert event.step == recording.steps[START]
        assert "layer 2 with BN" in event.sentence
        assert f"Step {event.step}" in event.sentence

    @pytest.mark.parametrize(
        ("measure", "within"), [(measure, within) for _, measure, _, within in BOUNDS]
    )
    def test_within_the_bound_is_none(self, measure, within):
        assert found_in(recorded([("bn", measure, 1, since(within, before=0.1))])) == []

    @pytest.mark.parametrize("measure", ["saturated", "dead", "gradient_norm", "train_loss"])
    def test_a_missing_value_is_none(self, measure):
        recording = recorded([("none", measure, ..., math.nan)])
        assert found_in(recording) == []

    @pytest.mark.parametrize(("kind", "measure", "beyond", "_"), BOUNDS)
    def test_what_does_not_last_is_none(self, kind, measure, beyond, _):
        short = since(beyond, before=0.1, stop=START + MIN_FRAMES - 1)
        assert found_in(recorded([("none", measure, 0, short)])) == []
        long = since(beyond, before=0.1, stop=START + MIN_FRAMES)
        assert found_in(recorded([("none", measure, 0, long)])) == [(START, "none", 1, kind)]

    def test_a_symptom_that_returns_makes_no_second_event(self):
        twice = since(1.0, stop=START + MIN_FRAMES) + since(1.0, start=START + MIN_FRAMES + 1)
        assert found_in(recorded([("none", "saturated", 2, twice)])) == [
            (START, "none", 3, "saturated")
        ]

    def test_from_the_first_frame_on(self):
        recording = recorded([("none", "dead", 0, since(0.5, start=0))])
        assert found_in(recording) == [(0, "none", 1, "dead")]

    def test_a_gradient_of_all_layers_that_is_lost_beside_the_loss_vanishes(self):
        recording = recorded([("bn", "gradient_norm", ..., 0.5 * LOST_SHARE)])
        assert found_in(recording) == [(0, "bn", layer, "vanishing") for layer in (1, 2, 3)]

    def test_a_small_gradient_of_a_network_that_has_learnt_does_not(self):
        for loss in (1e-3, 0.0):
            small = ("bn", "gradient_norm", ..., 0.5 * LOST_SHARE * loss)
            assert found_in(recorded([small, ("bn", "train_loss", ..., 0.1 * loss)])) == []

    @pytest.mark.parametrize("norm", [1.01 * HUGE_NORM, math.inf])
    def test_a_huge_gradient_of_all_layers_explodes(self, norm):
        recording = recorded([("none", "gradient_norm", ..., norm)])
        assert {kind for *_, kind in found_in(recording)} == {"exploding"}

    def test_the_sentence_has_the_number_that_shows_it(self):
        sentences = [
            events(recorded([("none", measure, 0, since(value, before=0.1))]))[0].sentence
            for measure, value in [
                ("saturated", 0.75),
                ("dead", 0.4),
                ("gradient_norm", 1 / 400),
                ("gradient_norm", 400),
            ]
        ]
        for sentence, number in zip(sentences, ["75 %", "40 %", "400", "400"], strict=True):
            assert number in sentence
        assert "smaller" in sentences[2]
        assert "smaller" not in sentences[3]


class TestStart:
    def exploding(self, frames):
        """A run whose gradients of layer 1 and 2 explode for a number of frames from step 0 on."""
        ratios = ((0, 4_092.0), (1, 2_000.0), (-1, 1.0))
        return recorded(
            [("bn", "gradient_norm", layer, since(r, 1.0, 0, frames)) for layer, r in ratios]
        )

    def test_a_gradient_that_explodes_at_step_0_alone_is_an_event_of_the_worst_layer(self):
        (event,) = events(self.exploding(1))
        assert (event.step, event.arm, event.layer, event.kind) == (0, "bn", 1, "exploding")
        assert "layer 1 with BN" in event.sentence
        assert "4,092 times the output layer's" in event.sentence

    def test_it_is_found_at_once_and_stays_the_only_one_of_its_layer(self):
        whole = self.exploding(FRAMES)
        growing = Recording(whole.settings)
        growing.append(whole.frames[0])
        assert found_in(growing) == [(0, "bn", 1, "exploding")]
        assert found_in(whole) == [(0, "bn", layer, "exploding") for layer in (1, 2)]

    def test_one_in_later_frames_that_does_not_last_is_none(self):
        short = since(1e9, before=0.1, start=1, stop=MIN_FRAMES)
        assert found_in(recorded([("bn", "gradient_norm", 0, short)])) == []


class TestKernels:
    def test_that_do_not_move_are_events(self):
        still = ("bn", "update_ratio", 1, since(math.nan))
        (event,) = events(recorded([still]))
        assert (event.index, event.layer, event.kind) == (START, 2, "motionless")
        assert "kernel of layer 2 with BN does not move" in event.sentence

    def test_step_0_counts_for_nothing(self):
        start = ("bn", "update_ratio", 1, since(math.nan, start=0, stop=MIN_FRAMES))
        assert found_in(recorded([start])) == []

    @pytest.mark.parametrize(
        "unknown", [("gradient_norm", math.nan), ("gradient_norm", math.inf), ("diverged_at", 0)]
    )
    def test_of_which_nothing_is_known_are_none(self, unknown):
        still = ("bn", "update_ratio", ..., math.nan)
        found = found_in(recorded([still, ("bn", unknown[0], ..., unknown[1])]))
        assert "motionless" not in {kind for *_, kind in found}

    def test_of_many_layers_share_one_event(self):
        (event,) = events(recorded([("none", "update_ratio", ..., math.nan)], layers=50))
        assert "kernels do not move without BN" in event.sentence
        assert "50 of 50 layers" in event.sentence


class TestChance:
    #: Validation accuracies that leave chance at once, and at `START`.
    EARLY = since(0.8, before=0.1, start=1)
    LATE = since(0.8, before=0.1)

    def run(self, none, bn, majority=0.0, diverged_at=-1):
        """A run with these validation accuracies, recorded at every step."""
        recording = Recording(Settings(hidden_layers=3, units=2, steps=FRAMES - 1))
        built = np.zeros(FRAMES, recording.layout.dtype)
        built["step"], built["majority_share"] = recording.steps, majority
        for arm, accuracy in {"none": none, "bn": bn}.items():
            built[arm]["diverged_at"] = -1
            built[arm]["gradient_norm"] = 1.0
            built[arm]["validation_accuracy"] = accuracy
        built["none"]["diverged_at"] = diverged_at
        for frame in built:
            recording.append(frame)
        return recording

    def chance(self, *arguments, **options):
        found = events(self.run(*arguments, **options))
        return [event for event in found if event.kind == "chance"]

    def test_left_late_is_an_event_with_its_range_of_steps(self):
        (event,) = self.chance(self.LATE, self.EARLY)
        assert (event.step, event.index, event.arm) == (START, START, "none")
        assert f"at chance from step 0 to {START - 1} (validation accuracy 10 %; " in event.sentence
        assert "with BN it had left chance by step 1)" in event.sentence

    def test_left_late_by_both_is_none(self):
        assert self.chance(self.LATE, self.LATE) == []

    def test_left_soon_after_the_other_is_none(self):
        assert self.chance(since(0.8, before=0.1, start=2), self.EARLY) == []
        assert MIN_SHARE * (FRAMES - 1) > 1

    def test_is_left_for_good(self):
        flicker = self.LATE.copy()
        flicker[2 : 2 + MIN_FRAMES - 1] = 0.9
        (event,) = self.chance(flicker, self.EARLY)
        assert event.index == START

    @pytest.mark.parametrize("gain", [-0.01, 0.01])
    def test_ends_with_a_clear_gain(self, gain):
        small = since(0.1 + MIN_GAIN + gain, before=0.1)
        assert bool(self.chance(small, self.EARLY)) == (gain > 0)

    def test_is_not_left_by_one_that_is_back_at_it(self):
        still, lucky = np.full(FRAMES, 0.1), since(0.1, before=0.8, start=FRAMES - MIN_FRAMES)
        lucky[0] = 0.1
        assert standstill(self.run(still, lucky), "none") is None
        assert standstill(self.run(still, self.EARLY), "none") is not None

    def test_includes_naming_the_largest_class(self):
        level = since(0.62, before=0.1, start=1, stop=12) + since(0.9, start=12)
        (event,) = self.chance(level, self.EARLY, majority=0.62)
        assert event.index == 12
        assert self.chance(level, self.EARLY) == []

    def test_of_a_network_that_diverges_is_none(self):
        still = np.full(FRAMES, 0.1)
        assert standstill(self.run(still, self.EARLY), "none").left_at is None
        diverged_at = since(5, before=-1, start=5)
        recording = self.run(still, self.EARLY, diverged_at=diverged_at)
        assert standstill(recording, "none") is None


class TestNetworks:
    def test_a_high_accuracy_is_an_event_when_it_is_first_reached(self):
        recording = recorded([("bn", "validation_accuracy", ..., since(0.9, stop=START + 1))])
        assert found_in(recording) == [(START, "bn", None, "accuracy")]
        assert "90 %" in events(recording)[0].sentence

    @pytest.mark.parametrize("accuracy", [0.899, math.nan])
    def test_a_lower_accuracy_is_none(self, accuracy):
        assert found_in(recorded([("bn", "validation_accuracy", ..., since(accuracy))])) == []

    def test_a_divergence_has_its_own_step_and_the_first_frame_that_shows_it(self):
        recording = recorded([("none", "diverged_at", ..., since(9, before=-1, start=10))])
        (event,) = events(recording)
        assert (event.step, event.index, event.kind) == (9, 10, "diverged")

    def test_what_follows_a_divergence_is_none(self):
        diverged = ("none", "diverged_at", ..., since(5, before=-1, start=5))
        after = [("none", measure, 0, since(1e9, before=0.1)) for _, measure, *_ in BOUNDS]
        assert [kind for *_, kind in found_in(recorded([diverged, *after]))] == ["diverged"]

    def test_what_lasts_until_a_divergence_counts(self):
        diverged = ("none", "diverged_at", ..., since(7, before=-1))
        before = ("none", "gradient_norm", 0, since(1e9, before=1.0, start=5, stop=START))
        assert found_in(recorded([diverged, before])) == [
            (5, "none", 1, "exploding"),
            (START, "none", None, "diverged"),
        ]


class TestAll:
    def test_a_healthy_run_has_none(self):
        assert found_in(recorded()) == []

    @pytest.mark.parametrize("frames", [0, 1, MIN_FRAMES - 1])
    def test_a_run_that_has_just_begun_has_none(self, frames):
        assert found_in(recorded(frames=frames)) == []

    def test_they_are_sorted_by_step(self):
        recording = recorded(
            [
                ("bn", "saturated", 0, since(1, start=3)),
                ("none", "saturated", 2, since(1, start=2)),
                ("none", "validation_accuracy", ..., since(1, start=9)),
                ("bn", "validation_accuracy", ..., since(1, start=1)),
            ]
        )
        assert [index for index, *_ in found_in(recording)] == [1, 2, 3, 9]

    def test_events_of_a_growing_run_stay(self):
        whole = recorded(
            [
                ("bn", "saturated", 0, since(1, start=3)),
                ("none", "dead", 1, since(1, start=2)),
                ("none", "diverged_at", ..., since(10, before=-1, start=10)),
                ("bn", "validation_accuracy", ..., since(1, start=1)),
            ]
        )
        growing, before = Recording(whole.settings), set()
        for frame in whole.frames:
            growing.append(frame)
            now = set(events(growing))
            assert before <= now
            before = now
        assert before == set(events(whole))

    def test_a_run_may_grow_while_events_are_searched(self, monkeypatch):
        whole = recorded([("none", "saturated", 0, since(1, start=1))])
        growing = Recording(whole.settings)
        growing.extend(0, whole.slice(0, 10))
        symptoms = bnviz.findings.events.symptoms

        def symptoms_of_a_growing_run(*arguments):
            found = symptoms(*arguments)
            growing.append(whole.frames[len(growing)])
            return found

        monkeypatch.setattr(bnviz.findings.events, "symptoms", symptoms_of_a_growing_run)
        assert found_in(growing) == [(1, "none", 1, "saturated")]
        assert len(growing) > 10

    @pytest.mark.parametrize("many", [MAX_LAYERS, MAX_LAYERS + 1])
    def test_many_layers_share_one_event(self, many):
        starts = [START - layer % 2 for layer in range(many)]
        recording = recorded(
            [("none", "saturated", layer, since(1, start=s)) for layer, s in enumerate(starts)],
            layers=50,
        )
        if many == MAX_LAYERS:
            assert len(events(recording)) == many
            return
        (event,) = events(recording)
        assert (event.index, event.layer) == (START - 1, None)
        assert f"{many} of 50 layers" in event.sentence
        assert "first in layer 2" in event.sentence

    def test_a_third_arm_has_its_own_events(self):
        recording = recorded([("layer_norm", "saturated", 0, since(1))])
        assert found_in(recording) == [(START, "layer_norm", 1, "saturated")]
        assert "with layer norm" in events(recording)[0].sentence


class TestChanges:
    def changed(self, text, losses=(0.5, 0.5), whose="none", **settings):
        settings = {"hidden_layers": 1} | settings
        recording = Recording(Settings(units=2, steps=300, interventions=text, **settings))
        built = np.zeros(40, recording.layout.dtype)
        built["step"] = recording.steps[:40]
        for arm in recording.layout.arms:
            built[arm]["diverged_at"] = -1
            built[arm]["gradient_norm"] = built[arm]["train_loss"] = 1.0
            built[arm]["change_losses"] = math.nan
        built[whose]["change_losses"][13] = losses
        for frame in built:
            recording.append(frame)
        return recording

    def test_a_change_of_learning_rate_names_both_rates(self):
        found = events(self.changed("5:learning_rate=0.1,30:learning_rate=2", (math.nan, 1)))
        assert [(event.index, event.kind) for event in found] == [(5, "change"), (30, "change")]
        assert "from 0.2 to 0.1" in found[0].sentence
        assert "from 0.1 to 2" in found[1].sentence

    @pytest.mark.parametrize(("after", "word"), [(0.501, "does not jump"), (0.9, "jumps")])
    def test_a_change_of_bn_says_whether_the_loss_jumps(self, after, word):
        [found] = events(self.changed("12:insert_bn", (0.5, after)))
        assert (found.index, found.arm, found.kind) == (12, "none", "change")
        assert f"The loss {word}: 0.5 before, {after:g} after" in found.sentence

    @pytest.mark.parametrize(
        ("position", "layers", "after", "said"),
        [
            ("after", 2, 0.9, True),
            ("after", 2, 0.5, False),
            ("after", 2, math.nan, False),
            ("after", 1, 0.9, False),
            ("before", 2, 0.9, False),
        ],
    )
    def test_a_jump_at_the_removal_of_bn_is_put_down_to_the_border_of_images(
        self, position, layers, after, said
    ):
        [found] = events(
            self.changed(
                "12:remove_bn",
                (0.5, after),
                "bn",
                architecture="conv",
                dataset="digits",
                bn_position=position,
                hidden_layers=layers,
            )
        )
        assert ("border of images" in found.sentence) == said

    def test_changes_still_to_come_are_no_events(self):
        assert events(self.changed("290:learning_rate=0.1,12:remove_bn", (math.nan, 1))) == ()
