"""Headline: what matters most of what a run says, in one line."""

from bnviz.findings import over_seeds, speed
from bnviz.findings.comparison import arm_result
from bnviz.findings.learning import learning
from bnviz.findings.speed import Speed, SpeedUp
from bnviz.findings.wording import capitalized, listed, percent, with_arm
from bnviz.recording import Recording

#: How a network learns that needs fewer steps, or more.
_SPEEDS = {1: "faster", -1: "slower"}


def headline(recording: Recording) -> tuple[str, ...]:
    """Returns what matters most of a run so far.

    That is a divergence; else what a change in mid-run has led to; else how fast the second network
    learns, in all seeds if others are known; else why that cannot be said.

    Returns:
        One or two sentences in parts, of which the second, fourth … are to be stressed.
    """
    recording = recording.snapshot()
    if len(recording) < 2:
        return (nothing_yet(recording),)
    diverged = _divergence(recording)
    if diverged:
        return diverged
    if recording.header.settings is None:
        # What these networks differ in is not known, so no line says that BN does it.
        return (learning(recording)[-1],)
    found = speed.of_recording(recording)[_second(recording)]
    changed = speed.num_unchanged(recording) < len(recording)
    if changed or found.speed_up is None:
        return (learning(recording)[-1],)
    if over_seeds.count(recording) > 1:
        return _over_seeds(recording, found, found.speed_up)
    return _in_this_run(recording, found, found.speed_up)


def nothing_yet(recording: Recording) -> str:
    """Says that no step is trained."""
    alike = ": all networks start from the same weights"
    return f"Nothing has happened yet{alike if recording.header.settings is not None else ''}."


def _second(recording: Recording) -> str:
    """The network that is compared with the first one; what is said of it needs no third one."""
    return recording.layout.arms[1]


def _subject(recording: Recording) -> str:
    """Who learns: "BN", "layer norm"."""
    return recording.header.arm(_second(recording)).label.removeprefix("with ")


def _divergence(recording: Recording) -> tuple[str, ...]:
    """Says which networks have diverged, and how accurate the others are; empty if none has."""
    results = {arm: arm_result(recording, arm) for arm in recording.layout.arms}
    steps = {arm: each.diverged_at for arm, each in results.items() if each.diverged_at is not None}
    if not steps:
        return ()
    lost = listed(f"{with_arm(recording, arm)} at step {step:,}" for arm, step in steps.items())
    others = [
        f"{with_arm(recording, arm)} validation accuracy is {percent(each.validation_accuracy)}"
        for arm, each in results.items()
        if arm not in steps
    ]
    noun = "network" if len(steps) == 1 else "networks"
    rest = f"; {listed(others)}." if others else "."
    return f"The {noun} ", "diverged", f" {lost}{rest}"


def _over_seeds(recording: Recording, found: Speed, speed_up: SpeedUp) -> tuple[str, ...]:
    """Says how fast it learns in this run, and in how many seeds that is so."""
    who = _subject(recording)
    tally = over_seeds.speed_tally(over_seeds.speeds(recording))
    words = tally.words(_SPEEDS)
    scope = f" ({over_seeds.short_scope(recording.header)})"
    if not tally.decided:
        found_in = f"{who} is {words}" if any(tally.votes) else words
        return "", "No clear difference in speed", f" over the seeds: {found_in}{scope}."
    if not tally.agrees:
        return (
            f"{capitalized(who)} is ",
            words,
            f"{scope}, but not in this one: {_steps(recording, found)}.",
        )
    start, how, steps = _compared(recording, found, speed_up)
    return start, how, f"{steps} ", capitalized(words), f"{scope}."


def _in_this_run(recording: Recording, found: Speed, speed_up: SpeedUp) -> tuple[str, ...]:
    """Says how fast it learns, as far as one run can tell."""
    when = "in this run" if recording.complete else "so far"
    match speed_up.order():
        case 0:
            return "", "No clear difference in speed", f" {when}: {_steps(recording, found)}."
        case None:
            ahead = "ahead" if speed_up.bound == "more than" else "behind"
            start = f"{capitalized(when)} {_subject(recording)} is "
            return start, ahead, f": {_steps(recording, found)}."
    return _compared(recording, found, speed_up)


def _compared(recording: Recording, found: Speed, speed_up: SpeedUp) -> tuple[str, ...]:
    """Says how many times as fast it is in this run, or as slow."""
    who, steps = _subject(recording), _steps(recording, found)
    goal = f"{percent(found.target or 0.0)} accuracy"
    if found.this.step is None:
        when = "In this run" if recording.complete else "So far"
        return f"{when} {who} is ", "slower", f": {goal} is {steps}."
    slower = speed_up.ratio < 1
    how = f"in {speed_up.inverse} as many steps" if slower else f"{speed_up} as fast"
    # One line has little room.
    when = "Here" if recording.complete else "So far"
    share = percent(speed.TARGET_SHARE)
    return f"{when} {who} reaches {goal} ({share} of the best) ", how, f": {steps}."


def _steps(recording: Recording, found: Speed) -> str:
    """When the two networks reach the target: "38 steps, not 270"."""
    if found.first.step is not None and found.this.step is not None:
        return f"{found.this}, not {found.first.spent:,}"
    return f"{found.this} {with_arm(recording, _second(recording))}, {found.first} without"
