"""Laboratory stage: what stands there, and in what it is not what is chosen.

The viewer's own run, or the recording of a preset or of a file; until the settings chosen have been
trained, the nearest run at hand stands in for theirs.
"""

from collections.abc import Callable
from dataclasses import replace

from bnviz.engine.runs import Run
from bnviz.figures.view import View
from bnviz.figures.views.catalogue import available_view
from bnviz.lesson import presets
from bnviz.lesson.presets import FIRST, PRESETS
from bnviz.page.forms import comparison, live_training, shown_settings
from bnviz.page.modes import followed_stage
from bnviz.page.shell import brought, session, shown_run, visit
from bnviz.page.shell.followed_file import TOKEN
from bnviz.page.shell.links import LABORATORY
from bnviz.page.shell.player_component import last_request
from bnviz.page.shell.state import state
from bnviz.page.shell.visit_run import VisitRun
from bnviz.player.content import StageContent
from bnviz.player.request import PlayerRequest
from bnviz.recording import Recording
from bnviz.settings import Settings
from bnviz.settings.nearest import nearest


def run() -> Run | None:
    """The run of this viewer, whether or not something stands in for it."""
    return shown_run.get(LABORATORY)


def show_recorded(name: str) -> None:
    """Shows the recording of a preset instead of a run."""
    shown_run.clear(LABORATORY)
    state.preset, state.opened_run, state.stand_in = name, "", ""


def show_opened(run: VisitRun) -> None:
    """Shows a recording that was opened from a file instead of a run."""
    show_token(run.token)


def show_token(token: str) -> None:
    """Shows the opened recording with a token, as soon as it is there."""
    shown_run.clear(LABORATORY)
    state.opened_run, state.stand_in = token, ""


def note_followed() -> VisitRun | None:
    """Takes note of a file that is followed: its run is among those of this visit.

    Returns:
        Its run, if that is on the stage and another one than when the whole page was last drawn.
    """
    before, state.followed_seen = state.followed_seen, _followed()
    now = brought.run()
    if now is None or now.token != TOKEN:
        return None
    # What it has recorded changes with each reading, and is asked for when it is needed.
    visit.here().add(replace(now, recording=None, curves={}))
    is_another = before.partition(" ")[0] != state.followed_seen.partition(" ")[0]
    return now if is_another and run() is None and state.opened_run == TOKEN else None


def shows_followed() -> bool:
    """Whether the stage shows what a followed file holds."""
    on_stage = run() is None and state.opened_run == TOKEN and _stand_in() is None
    return on_stage and brought.recording() is not None


def followed_is_another() -> bool:
    """Whether such a file holds something else than when the whole page was drawn, or has ended."""
    return state.followed_seen != _followed()


def _followed() -> str:
    """Names what a followed file holds, however many frames; empty if none is followed."""
    file = brought.followed()
    now = None if file is None else file.now()
    return "" if now is None else f"{now.generation} {now.grows}"


def choose_stand_in(chosen: Settings | None) -> None:
    """Decides what stands in for a run of what is chosen while there is none.

    An active run stays on the stage.
    """
    state.stand_in = ""
    here = run()
    own = _recorded(View()).recording.header.settings if here is None else here.settings
    if own is None or chosen is None or chosen == own:
        return
    if session.is_active(here) or _is_of_other_data():
        return
    # The workers are not started before the first picture is drawn.
    begun = here is not None or last_request().ask
    kept = session.engine().complete_runs() if begun else {}
    state.stand_in = nearest(chosen, {"": own, **presets.BUNDLED_RUNS, **kept}) or ""


def token() -> str:
    """Token of the run on the stage among those of this visit, whether or not it is one of them."""
    here = run()
    return state.opened_run if here is None else here.settings.digest


def recording() -> Recording:
    """The recording that is seen."""
    stand_in = _stand_in()
    if stand_in is not None:
        return stand_in.recording
    here = run()
    return _recorded(View()).recording if here is None else here.recording


def content(
    request: PlayerRequest, chosen: Settings | None, excess: Callable[[Settings], str]
) -> StageContent:
    """What the player shows.

    Args:
        request: The player's latest request.
        chosen: The settings of the form; None while they cannot be trained.
        excess: Why settings are too much for this host; empty if they are not.
    """
    here = run()
    found = _recorded(request.view)
    if here is not None:
        of_viewer = session.viewer().state(here)
        # The view stays as the viewer has it.
        before = shown_run.replaced(LABORATORY) or replace(found, view=None)
        found = shown_run.content(
            here, session.engine(), meanwhile=before, here=of_viewer, opens_seeds=True
        )
    shown = _beside_others(_stand_in() or found)
    return replace(
        shown,
        # What few views draw would compete with the run of the next change.
        ahead=shown.ahead and not live_training.is_on(),
        opened=state.opened,
        other=_other(chosen, excess),
        presented=state.presenting,
    )


def compared(found: StageContent) -> tuple[VisitRun, ...]:
    """The runs that the viewer compares what the player shows with.

    Args:
        found: What the player shows, which may stand in for the run on the stage.
    """
    return comparison.compared(token(), found.token)


def _beside_others(found: StageContent) -> StageContent:
    """The content with those of the runs that the viewer compares it with that have frames."""
    return replace(found, ghosts=comparison.ghosts(compared(found), found))


def _stand_in() -> StageContent | None:
    """What stands in for a run of what is chosen; None if nothing does."""
    name = state.stand_in
    if name in presets.BUNDLED_RUNS:
        return _bundled(name)
    found = session.engine().find(name) if name else None
    return None if found is None or not len(found.recording) else shown_run.ended(found)


def _recorded(wanted: View) -> StageContent:
    """The recording of a file or a preset, in the view of the viewer or of the preset."""
    file = brought.followed() if state.opened_run == TOKEN else None
    if file is not None:
        return followed_stage.content(file, _bundled(state.preset))
    opened = visit.find(state.opened_run)
    if opened is not None and opened.recording is not None:
        return _opened(opened, opened.recording)
    found = _bundled(state.preset)
    view = replace(wanted, name=PRESETS[state.preset].view or wanted.name)
    return replace(found, view=available_view(found.recording.layout, view))


def _is_of_other_data() -> bool:
    """Whether the stage shows an opened recording that the form cannot describe, or awaits one."""
    opened = visit.find(state.opened_run)
    is_other = state.opened_run == TOKEN if opened is None else not opened.fits_form
    return run() is None and is_other


def _opened(run: VisitRun, recording: Recording) -> StageContent:
    """A recording that was opened from a file; without its data no other seed can be trained."""
    steps, last = recording.header.num_steps, int(recording.frames[-1]["step"])
    extent = f"of {last:,} steps" if last == steps else f"up to step {last:,} of {steps:,}"
    networks = "" if run.settings else " of networks that trained outside of bnviz"
    return StageContent(
        run.token,
        recording,
        "recorded",
        f"{run.name}: a recording {extent}{networks}, opened from a file.",
        opens_seeds=run.fits_form,
        linked=run.fits_form,
    )


def _bundled(name: str) -> StageContent:
    """One of the recordings that come with the package."""
    if name == FIRST:
        return StageContent.recorded()
    return StageContent.recorded(presets.recording_of(name), name=name)


def _other(chosen: Settings | None, excess: Callable[[Settings], str]) -> str:
    """In what the run on the stage is not what is chosen or awaited, in one line; "" if it is."""
    shown = recording().header.settings
    if shown is None or _is_of_other_data():
        file = brought.followed() if token() == TOKEN else None
        return followed_stage.awaited(file) if file is not None else ""
    different = shown_settings.differences(shown, chosen)
    if not different:
        return ""
    advice = "Press “Train both” to train what you have chosen."
    if chosen is None:
        advice = "Choose a file to train on it."
    elif session.is_active(run()):
        advice = "Press “Stop” to train what you have chosen."
    elif excess(chosen):
        advice = ""
    return shown_settings.sentence(different, advice)
