"""The messages to a player follow the recording."""

from dataclasses import replace
from typing import Any

import pytest

from bnviz.figures.view import View
from bnviz.figures.views.catalogue import VIEWS
from bnviz.player import PLOTLY
from bnviz.player.content import RECORDED, StageContent, recorded_default
from bnviz.player.request import PlayerRequest
from bnviz.recording import Recording
from bnviz.settings import Settings
from tests.support.messages import unpack
from tests.support.recordings import recorded_accuracies


def answer(content: StageContent, request: PlayerRequest) -> tuple[dict[str, Any], bytes]:
    return unpack(content.respond(request))


def header(content: StageContent) -> dict[str, Any]:
    return answer(content, PlayerRequest())[0]


def gathered(content: StageContent, request: PlayerRequest) -> bytes:
    """All frames that a player gets if it asks for as long as it lacks some."""
    frames, size = b"", 1
    while True:
        sent, more = answer(content, request)
        frames += more
        if sent["first"] == 0:
            size = sent["schema"]["size"]
        held = len(frames) // size
        if held == sent["available"]:
            return frames
        request = PlayerRequest(sent["run"], held, sent["detail"], view=request.view)


def test_a_request_that_had_its_response_gets_no_frames_again_but_is_told_of_them():
    content = StageContent("run", recorded_default(), "finished", "")
    request = PlayerRequest("run", first=100)
    first, frames = unpack(content.respond(request))
    again, none = unpack(content.respond(request, repeated=True))
    assert frames
    assert none == b""
    assert again == first
    assert again["available"] > again["first"]


def test_another_recording_is_sent_whatever_was_requested_before():
    content = StageContent("run", recorded_default(), "finished", "")
    _, frames = unpack(content.respond(PlayerRequest("another"), repeated=True))
    assert frames


def test_every_viewer_gets_the_findings_of_the_frames_so_far():
    whole = recorded_default()
    growing = Recording(whole.settings, version=whole.header.version)
    findings = []
    for count in (1, 150, len(whole)):
        for frame in whole.frames[len(growing) : count]:
            growing.append(frame)
        one, other = (header(StageContent("run", growing, "running", "")) for _ in range(2))
        assert one == other
        assert one["available"] == count
        findings.append((one["verdict"], one["events"]))
    assert findings[0] != findings[1] != findings[2]
    growing.other_seeds = whole.other_seeds
    growing.seconds_per_step = whole.seconds_per_step
    one, last = (
        header(StageContent("run", growing, "finished", "")),
        header(StageContent.recorded()),
    )
    findings[2] = (one["verdict"], one["events"])
    assert findings[2] == (last["verdict"], last["events"])


def paired(
    none: list[float], bn: list[float], costs: dict[str, float] | None = None
) -> dict[str, Any]:
    """What the cards say of a run with these validation accuracies in its first frames."""
    recording = recorded_accuracies(none, bn)
    recording.seconds_per_step = costs or {}
    return header(StageContent("run", recording, "running", ""))["pair"]


def test_cards_have_the_steps_to_the_target_and_the_speed_up():
    pair = paired([0.1] * 20 + [0.9], [0.1] * 12 + [0.9] * 9)
    steps = Recording(Settings()).steps
    assert pair["target"] == pytest.approx(0.81)
    assert pair["share"] == "90 % of the best"
    assert pair["reached"] == {"none": steps[20], "bn": steps[12]}
    assert pair["speeds"] == {"bn": f"{steps[20] / steps[12]:.1f} times fewer steps"}


def test_cards_have_the_speed_up_in_seconds_once_the_costs_are_known():
    curves = [0.1] * 20 + [0.9], [0.1] * 12 + [0.9] * 9
    assert paired(*curves)["speeds_in_seconds"] == {}
    steps = Recording(Settings()).steps
    pair = paired(*curves, {"none": 5e-5, "bn": 8e-5})
    assert pair["speeds_in_seconds"] == {
        "bn": f"{steps[20] / steps[12] * 5 / 8:.1f} times less time"
    }
    early = paired([0.1, 0.1, 0.9], [0.1, 0.9, 0.9], {"none": 5e-5, "bn": 8e-5})
    assert early["speeds_in_seconds"] == {"bn": ""}


def test_findings_follow_the_costs_of_a_recording_that_has_ended():
    whole = recorded_default()
    recording = Recording(whole.settings, version=whole.header.version)
    recording.extend(0, whole.slice(0, len(whole)))
    content = StageContent("run", recording, "finished", "")
    assert header(content)["pair"]["speeds_in_seconds"] == {}
    recording.seconds_per_step = {"none": 1e-4, "bn": 2e-4}
    assert set(header(content)["pair"]["speeds_in_seconds"]) == {"bn"}


@pytest.mark.parametrize(("axis", "told"), [("steps", False), ("seconds", True)])
def test_cards_tell_seconds_where_the_curves_run_over_them(axis, told):
    recording = Recording(Settings())
    costs = {"none": 1e-4, "bn": 2e-4}
    for known in ({}, costs):
        recording.seconds_per_step = known
        request = PlayerRequest(view=View("neurons", x_axis=axis))
        sent, _ = answer(StageContent("run", recording, "running", ""), request)
        found = {arm["name"]: arm["cost"] for arm in sent["figure"]["cards"]["arms"]}
        assert found == (costs if told and known else dict.fromkeys(costs))


def test_cards_have_no_speed_up_where_it_says_nothing():
    early = paired([0.1, 0.1, 0.9], [0.1, 0.9, 0.9])
    assert early["speeds"] == {"bn": ""}
    assert early["target"] == pytest.approx(0.81)
    for lucky in (paired([0.1] * 20, [0.1] * 20), paired([0.6] * 20, [0.6] * 19 + [0.7])):
        assert lucky["speeds"] == {"bn": ""}
        assert lucky["target"] is None


def test_frames_come_without_detail_until_a_view_draws_it():
    content, recording = StageContent.recorded(), recorded_default()
    overview = recording.slice(0, len(recording), recording.layout.overview)
    whole = recording.slice(0, len(recording))
    assert gathered(content, PlayerRequest()) == overview
    assert 3 * len(overview) < len(whole)
    neurons = View(name="neurons")
    assert gathered(content, PlayerRequest(view=neurons)) == whole
    # Frames without detail are of no use for a view that draws it.
    assert gathered(content, PlayerRequest("recorded", 100, view=neurons)) == whole
    assert gathered(content, PlayerRequest("recorded", 0, detail=True)) == whole


def test_a_player_that_holds_detail_of_another_run_gets_the_overview_first():
    sent, _ = answer(StageContent.recorded(), PlayerRequest("another", 100, detail=True))
    assert not sent["detail"]
    assert sent["first"] == 0


@pytest.mark.parametrize("axis", ["steps", "seconds"])
def test_the_figure_is_sent_again_once_it_is_known_what_a_step_costs(axis):
    whole = recorded_default()
    recording = Recording(whole.settings, version=whole.header.version)
    recording.extend(0, whole.slice(0, len(whole)))
    content, view = StageContent("run", recording, "finished", "", poll=4_000), View(x_axis=axis)

    def figure(held: str) -> dict[str, Any] | None:
        sent, _ = answer(content, PlayerRequest("run", len(whole), figure=held, view=view))
        return sent.get("figure")

    before = figure("")
    assert before["view"]["x_axis"] == axis
    assert ("seconds" in before["choices"]["x_axis"]["options"]) == (axis == "seconds")
    assert figure(before["id"]) is None
    recording.seconds_per_step = {"none": 1e-4, "bn": 2e-4}
    after = figure(before["id"])
    assert after["view"] == before["view"]
    assert after["choices"]["x_axis"]["options"]["seconds"] == "seconds"
    assert figure(after["id"]) is None


def test_a_run_that_has_ended_begins_at_its_start_however_much_is_still_awaited():
    whole = recorded_default()
    settings = whole.settings.replace(interventions="300:learning_rate=0.1")
    recording = Recording(settings, version=whole.header.version)
    recording.extend(0, whole.slice(0, len(whole) - 1))
    content = StageContent("run", recording, "running", "", poll=120)
    assert header(content)["begin"] == recording.index_of(settings.changes[0])
    recording.extend(0, whole.slice(0, len(whole)))
    assert header(content)["begin"] == 0


def test_what_is_shown_in_one_view_alone_is_sent_in_no_other():
    content = StageContent("begins", recorded_default(), "recorded", "", view=View(), fixed=True)
    wanted = PlayerRequest(run="begins", first=1, view=View("inside"))
    sent, _ = answer(content, wanted)
    assert sent["fixed"]
    assert sent["figure"]["view"]["name"] == View().name
    assert answer(replace(content, fixed=False), wanted)[0]["figure"]["view"]["name"] == "inside"


def test_detail_is_sent_ahead_only_if_the_host_allows_it():
    recording = recorded_default()
    spare = [
        header(StageContent("run", recording, "finished", "", ahead=ahead))["spare"]
        for ahead in (True, False)
    ]
    assert spare == [True, False]


def test_the_players_plotly_js_has_the_version_of_the_python_package():
    import plotly.offline

    script = PLOTLY.read_text()
    assert f"v{plotly.offline.get_plotlyjs_version()}" in script[:200]


def test_the_bundled_recording_has_the_default_settings():
    recording = recorded_default()
    assert recording.complete
    assert recording.settings == Settings()
    assert recording.certificate.holds


def test_the_shown_examples_come_once_with_the_schema():
    content = StageContent.recorded()
    first, data = answer(content, PlayerRequest())
    assert first["shown"]["labels"] == list(range(10))
    assert first["shown"]["shape"] == [8, 8, 1]
    field = first["schema"]["fields"]["bn/answers"]
    assert field["shape"] == [len(first["shown"]["labels"]), first["shown"]["guesses"]]
    held = len(data) // first["schema"]["size"]
    second, _ = answer(content, PlayerRequest(first["run"], held))
    assert second["first"] == held
    assert "shown" not in second


def test_without_examples_to_show_none_are_sent():
    whole = recorded_default()
    recording = Recording(whole.settings)
    recording.extend(0, whole.slice(0, 5))
    assert header(StageContent("run", recording, "running", ""))["shown"] is None
    recording.shown = whole.shown
    assert header(StageContent("run", recording, "running", ""))["shown"]["kind"] == "image"


def test_the_recorded_default_is_small():
    assert RECORDED.stat().st_size < 2_000_000


@pytest.mark.parametrize("name", VIEWS)
def test_an_overview_is_sent_whole_and_says_what_it_lacks(name):
    brief = recorded_default().overview()
    content = StageContent("brief", brief, "finished", "")
    request = PlayerRequest("brief", 0, detail=True, view=View(name=name))
    assert gathered(content, request) == brief.slice(0, len(brief))
    sent, _ = answer(content, request)
    assert not sent["detail"]
    assert not sent["spare"]
    needs = VIEWS[name].detail or VIEWS[name].lacking(recorded_default().layout)
    assert (sent["missing"] is not None) == bool(needs)


def test_a_player_is_offered_the_changes_of_bn_that_its_networks_can_have():
    def offered(**given: str) -> dict[str, Any]:
        recording = Recording(Settings(steps=10, **given))
        return header(StageContent("run", recording, "finished", ""))["changes"]

    assert [*offered(second_arm="layer_norm")["of_bn"].values()] == [
        "insert BN into the network without norm"
    ]
    assert [*offered(second_arm="renorm")["of_bn"]] == ["insert_bn", "freeze_bn"]
    since = offered(second_arm="layer_norm", interventions="5:insert_bn")["since"]
    assert since == {"insert_bn": 1, "remove_bn": 6, "freeze_bn": 6}
