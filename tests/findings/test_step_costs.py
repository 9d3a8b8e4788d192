"""Step costs: in words, and what they make of a speed-up."""

import pytest

from bnviz.findings import step_costs
from bnviz.findings.speed import SpeedUp
from bnviz.recording import Recording
from bnviz.recording.header import RecordingHeader
from bnviz.settings import Settings

COSTS = {"none": 5e-5, "bn": 8e-5}


def recorded(interventions: str = "", costs: dict[str, float] = COSTS) -> Recording:
    recording = Recording(Settings(steps=40, interventions=interventions))
    recording.seconds_per_step = costs
    return recording


@pytest.mark.parametrize(
    ("interventions", "costs", "reason"),
    [
        ("", COSTS, ""),
        ("5:learning_rate=0.1", COSTS, ""),
        ("", {}, "not known yet"),
        ("5:insert_bn", COSTS, "not with changes of BN"),
        ("5:learning_rate=0.1,6:freeze_bn", {}, "not with changes of BN"),
    ],
)
def test_are_those_of_the_recording_or_there_is_a_reason(interventions, costs, reason):
    recording = recorded(interventions, costs)
    assert step_costs.unknown(recording) == reason
    assert step_costs.of_recording(recording) == ({} if reason else costs)


@pytest.mark.parametrize("bound", ["", "more than", "less than"])
def test_a_speed_up_is_that_in_steps_times_the_costs(bound):
    found = step_costs.speed_up(SpeedUp(4.0, bound), COSTS, "bn")
    assert found.ratio == pytest.approx(4.0 * 5 / 8)
    assert found.bound == bound
    assert step_costs.speed_up(SpeedUp(1.2, ""), COSTS, "bn").ratio < 1


def test_are_told_for_each_arm_with_the_ratio_to_the_first():
    header = RecordingHeader.of(Settings(third_arm="bn_other"))
    assert step_costs.sentence({"none": 6.7e-5, "bn": 9.3e-5}, header) == (
        "a step costs 67 µs without BN and 93 µs with BN (1.4 times), in processor time"
    )
    assert step_costs.sentence({"none": 2e-3, "bn": 1e-3, "bn_other": 3e-3}, header) == (
        "a step costs 2 ms without BN, 1 ms with BN (0.5 times) and 3 ms with BN after the "
        "activation (1.5 times), in processor time"
    )


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (6.71e-5, "67 µs"),
        (9.994e-4, "999 µs"),
        (9.996e-4, "1 ms"),
        (1.23e-3, "1.2 ms"),
        (0.1234, "123 ms"),
        (2.5, "2.5 s"),
        (1234, "1,234 s"),
    ],
)
def test_a_time_is_in_its_unit(seconds, words):
    assert step_costs.in_words(seconds) == words
