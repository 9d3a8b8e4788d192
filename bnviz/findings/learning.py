"""Learning: what a run says about speed and accuracy, in one sentence for each of its parts.

A change in mid-run ends a part. Each sentence follows from the frames of its own part alone, and
only the first part, in which the networks start alike, has a speed.
"""

import math
from collections.abc import Iterable

from bnviz.findings import over_seeds, speed
from bnviz.findings.speed import Speed, SpeedUp
from bnviz.findings.wording import capitalized, listed, percent, with_arm
from bnviz.recording import Recording
from bnviz.settings.bn_changes import built_after
from bnviz.settings.interventions import LEARNING_RATE, Intervention
from bnviz.settings.written_numbers import written

#: A change of BN in words, before the networks that it concerns.
_CHANGES = {
    "insert_bn": "BN is inserted into",
    "remove_bn": "BN is removed from",
    "freeze_bn": "the moving statistics are frozen in",
}
#: How an arm learns whose speed-up is above 1, or below.
_SPEEDS = {1: "faster", -1: "more slowly"}


def learning(recording: Recording) -> tuple[str, ...]:
    """Returns a sentence on speed and accuracy for each part of a run.

    Args:
        recording: A run with at least one frame, complete or growing.

    Returns:
        One sentence, and a further one for each step at which changes were made.
    """
    made = _changes_made(recording)
    if not made:
        return (f"{capitalized(_start(recording))}.",)
    ends = [*list(made)[1:], len(recording) - 1]
    first = f"Up to step {recording.frames['step'][next(iter(made))]:,}: {_start(recording)}."
    return first, *(
        _after(recording, start, end, made) for start, end in zip(made, ends, strict=True)
    )


def name_at(recording: Recording, arm: str, index: int) -> str:
    """Returns an arm as an addition to a noun, after the changes of BN before a frame.

    Args:
        recording: A run.
        arm: One of `recording.layout.arms`.
        index: Index of the frame.
    """
    changes = recording.header.changes
    made = [change.action for change in changes if recording.index_of(change) < index]
    return _name_after(recording, arm, made)[0]


def name_before(recording: Recording, arm: str, change: Intervention) -> str:
    """Returns an arm as an addition to a noun, before one of the run's changes is made."""
    return _name_after(recording, arm, _actions_before(recording, change))[0]


def _actions_before(recording: Recording, change: Intervention) -> list[str]:
    changes = recording.header.changes
    return [each.action for each in changes[: changes.index(change)]]


def _name_after(recording: Recording, arm: str, actions: Iterable[str]) -> tuple[str, str]:
    """Returns what an arm is called after changes, and what kind of network it then is."""
    name, kind = with_arm(recording, arm), arm
    for action in actions:
        built = built_after(kind, action)
        if built is None:
            continue
        changed = kind != arm
        kind = built[0]
        if action == "freeze_bn":
            name = f"{name} and frozen" if changed else f"with frozen {name.removeprefix('with ')}"
        elif action == "insert_bn":
            name = "with BN inserted again" if changed else "with BN inserted"
        else:
            name = f"{name} and removed" if changed else "with BN removed"
    return name, kind


def _change_of_bn(recording: Recording, change: Intervention) -> str:
    """Says which networks a change of BN concerns, as they were called before it."""
    before = _actions_before(recording, change)
    found = [_name_after(recording, arm, before) for arm in recording.layout.arms]
    names = [name for name, kind in found if built_after(kind, change.action)]
    if not names:
        return f"{_CHANGES[change.action]} no network, since none has any"
    return f"{_CHANGES[change.action]} {listed(f'the network {name}' for name in names)}"


def _changes_made(recording: Recording) -> dict[int, list[Intervention]]:
    """Returns the changes that frames have followed, by the index of the frame before them."""
    made: dict[int, list[Intervention]] = {}
    for change in recording.header.changes:
        index = recording.index_of(change)
        if index + 1 < len(recording):
            made.setdefault(index, []).append(change)
    return made


def _start(recording: Recording) -> str:
    """Says which arm learns faster, up to the first change in mid-run."""
    found = speed.of_recording(recording)
    end = speed.num_unchanged(recording) - 1
    accuracies = f"validation accuracy is {_accuracies(recording, end)}"
    if not found:
        return accuracies
    known = {arm: each for arm, each in found.items() if each.speed_up is not None}
    if not known:
        reasons = list(dict.fromkeys(each.reason for each in found.values()))
        if reasons == [speed.NOT_LEARNT]:
            return f"no network has learnt much: {accuracies}"
        return f"the speed cannot be compared ({'; '.join(reasons)}): {accuracies}"
    compared = "; ".join(_compared(recording, arm, each) for arm, each in known.items())
    timed = next(iter(known.values()))
    first, *others = speed.arrivals(recording, found).items()
    when = ", ".join(f"{arrival} {with_arm(recording, arm)}" for arm, arrival in (*others, first))
    by = "by then" if end + 1 < len(recording) else "at the end" if recording.complete else "so far"
    share = f"{percent(speed.TARGET_SHARE)} of the best {by}"
    return f"{compared} (to {percent(timed.target or 0.0)} accuracy, {share}: {when})"


def _compared(recording: Recording, arm: str, found: Speed) -> str:
    """Says how fast an arm learns compared with the first one."""
    name, speed_up = _subject(recording, arm), found.speed_up
    if speed_up is None:
        return ""
    if arm == recording.layout.arms[1] and over_seeds.count(recording) > 1:
        return _over_seeds(recording, name, speed_up)
    match speed_up.order():
        case 1:
            return f"in this run {name} learns {speed_up} as fast in steps"
        case -1:
            return f"in this run {name} learns more slowly: {_slower(speed_up)}"
        case None:
            return f"{name} is {'ahead' if speed_up.bound == 'more than' else 'behind'}"
    return (
        f"{name} makes no clear difference in speed ({speed_up} as fast in steps; one run cannot "
        f"tell less than {speed.CLEAR_SPEED:g} times from chance)"
    )


def _subject(recording: Recording, arm: str) -> str:
    """Returns who learns: of the laboratory's networks what alone they differ in."""
    spec = recording.header.arm(arm)
    return spec.network if recording.header.settings is None else spec.label.removeprefix("with ")


def _over_seeds(recording: Recording, name: str, speed_up: SpeedUp) -> str:
    """Says how fast the second network learns in a run and in all seeds together."""
    found = over_seeds.speeds(recording)
    tally, range_ = over_seeds.speed_tally(found), over_seeds.range_of(found)
    if range_ is None:
        return ""
    seeds = f"over {len(found)} seeds"
    here = f"in this run {speed_up} as fast in steps, {range_} {seeds}"
    if not tally.decided:
        who = f"{name} " if any(tally.votes) else ""
        return f"no clear difference in speed: {who}{tally.words(_SPEEDS)} ({here})"
    if not tally.agrees:
        return f"{name} learns {tally.words(_SPEEDS)}, but not in this one ({here})"
    if tally.decided == 1:
        return f"{name} learns {speed_up} as fast in steps, {range_} {seeds}"
    return f"{name} learns more slowly: {_slower(speed_up)}, {range_.inverse} {seeds}"


def _slower(speed_up: SpeedUp) -> str:
    return f"it needs {speed_up.inverse} as many steps"


def _after(recording: Recording, start: int, end: int, made: dict[int, list[Intervention]]) -> str:
    """Says how far the accuracies go from one frame, after which a change is made, to another."""
    steps = recording.frames["step"]
    changes = listed(
        f"the learning rate becomes {written(change.value)}"
        if change.action == LEARNING_RATE
        else _change_of_bn(recording, change)
        for change in made[start]
    )
    before, after = (_by_arm(recording, index) for index in (start, end))
    goes = listed(
        f"from {before[arm]} to {after[arm]} {name_at(recording, arm, end)}"
        for arm in recording.layout.arms
    )
    return (
        f"From step {steps[start]:,} ({changes}) to step {steps[end]:,}: validation accuracy goes "
        f"{goes}."
    )


def _by_arm(recording: Recording, index: int) -> dict[str, str]:
    """Returns the validation accuracy of each arm at a frame, as text."""
    frame = recording.frames[index]
    accuracies = {arm: float(frame[arm]["validation_accuracy"]) for arm in recording.layout.arms}
    return {
        arm: percent(accuracy) if math.isfinite(accuracy) else "undefined"
        for arm, accuracy in accuracies.items()
    }


def _accuracies(recording: Recording, index: int) -> str:
    """Returns the accuracies at a frame: "90 % without BN and 95 % with BN"."""
    texts = _by_arm(recording, index)
    return listed(f"{text} {with_arm(recording, arm)}" for arm, text in texts.items())
