"""Laboratory: training one experiment and watching it."""

from contextlib import suppress

import streamlit as st

from bnviz.engine.duration import in_words, training_seconds
from bnviz.figures.views.catalogue import VIEWS
from bnviz.lesson import presets
from bnviz.lesson.presets import FIRST, PRESETS
from bnviz.page.forms import (
    comparison,
    folds,
    kept_runs,
    live_training,
    open_recording,
    own_data,
    preset_cards,
    settings_form,
    shown_settings,
    visit_cards,
)
from bnviz.page.lesson import about_default
from bnviz.page.modes import laboratory_stage
from bnviz.page.shell import (
    brought,
    clicks,
    experiment_code,
    network_files,
    notices,
    presenting,
    rerun,
    run_files,
    script_turns,
    session,
    shown_run,
    visit,
)
from bnviz.page.shell.followed_file import TOKEN
from bnviz.page.shell.keep_component import KeptRun
from bnviz.page.shell.links import LABORATORY, PRESENT, Link, understood
from bnviz.page.shell.markup import plain
from bnviz.page.shell.own_file import NoRoomError
from bnviz.page.shell.player_component import (
    last_request,
    requested_change,
    requested_seed,
    requested_view,
    show,
)
from bnviz.page.shell.state import state
from bnviz.page.shell.visit_run import VisitRun, named
from bnviz.recording import Recording
from bnviz.settings import Settings, SettingsError
from bnviz.settings.choices import UPLOAD
from bnviz.settings.problem import Problem
from bnviz.settings.settings import KINDS

NAME = LABORATORY
LABEL = "Laboratory"
PARAMETERS: tuple[str, ...] = (PRESENT,)
TRAIN = "train"
#: What is said over the form while the stage shows what the form cannot train.
_APART = (
    "**On the stage:** networks that trained outside of bnviz. The settings below are those of the "
    "laboratory’s own, which “Train both” trains."
)


def follow(link: Link) -> tuple[Problem, ...]:
    """Fills the form from a link, and trains its settings or shows the recorded run."""
    settings_form.fill(link.settings)
    state.presenting = presenting.asked(link.parameters)
    opened = visit.of_settings(link.settings) if link.named else brought.run()
    if link.train:
        train(link.settings)
    elif opened is not None:
        if opened.token != TOKEN:
            with suppress(NoRoomError):  # then it is shown, but not among the runs of this visit
                visit.here().add(opened)
        _open(opened)
    elif brought.followed() is not None and not link.named:
        laboratory_stage.show_token(TOKEN)  # once its file has been read
    else:
        laboratory_stage.show_recorded(presets.name_of(link.settings) or FIRST)
    return ()


def form() -> Settings | None:
    """Draws the presets, the form of all settings, and the runs of this visit.

    Returns:
        The settings; None while the viewer's own data are missing.
    """
    followed = laboratory_stage.note_followed()
    if followed is not None:
        _fit_form(followed)
    cards = st.container(key="experiments")
    settings = settings_form.form()
    apart = laboratory_stage.recording().header.settings is None
    with cards:  # which of them is chosen is known now
        chosen = "" if apart else presets.name_of(settings)
        preset_cards.draw(chosen, _choose, note=_APART if apart else "")
    # However many runs there are, the settings stay where they are.
    with st.container(key="visit"):
        visit_cards.draw(laboratory_stage.token(), _show_again)
        comparison.draw_choice(laboratory_stage.token())
        open_recording.draw(_open)
    # Outside of it: what moves in the page loses a click that is under way.
    kept_runs.draw(laboratory_stage.token(), _show_again, _train_kept)
    open_recording.draw_kept_field()
    return settings


def _choose(name: str) -> None:
    """Shows the recording of a preset, and fills the form with its settings."""
    settings_form.fill(PRESETS[name].settings)
    laboratory_stage.show_recorded(name)
    notices.clear()


def _open(run: VisitRun) -> None:
    """Shows a recording that was opened from a file, and fills the form with its settings."""
    _fit_form(run)
    laboratory_stage.show_opened(run)
    notices.clear()


def _fit_form(run: VisitRun) -> None:
    """Fills the form with the settings of a run; what it cannot hold trains nothing by itself."""
    if run.settings is not None and run.fits_form:
        settings_form.fill(run.settings)
    else:
        live_training.turn_off()


def _show_again(run: VisitRun) -> None:
    """Shows a run of this visit; one that the engine keeps no more is trained again."""
    if run.recording is not None:
        _open(run)
    elif run.settings is not None:
        _train_and_fill(run.settings)


def _train_kept(kept: KeptRun) -> None:
    """Trains a run again that the browser has kept as the parameters of its link."""
    query = {name: [value] for name, value in kept.query.items()}
    link, awaited = own_data.resolved(understood(query, {NAME: PARAMETERS}), TRAIN)
    visit.here().begin(link.settings, kept.name and named(kept.name))
    _train_and_fill(link.settings)
    if link.problems or awaited:
        notices.of_link(link.problems, awaited)


def query(settings: Settings) -> dict[str, str]:
    """The settings that differ from their defaults, and whether they are shown to a class."""
    return settings.to_query() | presenting.query()


def train(settings: Settings) -> None:
    """Trains these settings, or joins a run of them; does nothing if the host does not allow it."""
    if settings.dataset == UPLOAD and own_data.source(settings.upload) is None:
        notices.refuse(
            "Press “Train both” to train these settings on your file."
            if own_data.is_readable()
            else "The data of this run are not here: choose their file to train on them."
        )
        return
    if _excess(settings):
        return  # as the warning above the stage says
    before = laboratory_stage.run()
    run = shown_run.start(NAME, settings)
    visit.here().begin(settings)
    state.stand_in = ""
    if before is not None:
        run.adopt(before.recording)
    notices.clear()


def _follow(settings: Settings) -> str:
    """Trains settings without being asked to; returns why it does not, or nothing."""
    why = shown_run.follow(NAME, settings)
    if not why:
        state.stand_in = ""
        notices.clear()
    return why


def shows(settings: Settings) -> bool:
    """Whether the stage shows a run of these settings."""
    run = laboratory_stage.run()
    return run is not None and run.settings == settings


def actions(settings: Settings | None, *, key: str) -> None:
    """Draws the button that trains, or the one that stops."""
    if clicks.taken(TRAIN) and settings is not None:
        train(settings)
    if key == "wide":
        laboratory_stage.choose_stand_in(settings)
        live_training.draw(settings, laboratory_stage.recording().header.settings, _follow)
    run = laboratory_stage.run()
    if clicks.stop_button(session.is_active(run), _stop, key=f"stop_{key}"):
        return
    clicks.button(
        "Train both",
        TRAIN,
        type="primary",
        disabled=settings is None or bool(_excess(settings)),
        key=f"train_{key}",
        shortcut="Ctrl+Enter" if key == "wide" else None,
    )
    if key == "wide" and settings is not None:
        _draw_duration(settings)


def stage(settings: Settings | None) -> None:
    """Draws the player, with an alternative to excessive settings above and their code below."""
    presenting.draw_style()
    with st.container():  # always there, so that the player keeps its place
        if settings is not None:
            _draw_alternative(settings)
    _player(settings)
    if state.presenting:
        return
    on_stage = laboratory_stage.recording()
    shown = on_stage.header.settings
    if shown is not None and not shown_settings.differences(shown, settings):
        about_default.draw(shown, _train_and_fill)
    files = st.expander("Take this run along", key="files", on_change="rerun")
    if files.open and len(on_stage):
        with files:
            complete = not session.is_active(laboratory_stage.run())
            # What is followed is another recording whenever it has been read.
            held = brought.recording if laboratory_stage.shows_followed() else None
            run_files.draw(on_stage, complete=complete, key="files", held=held)
    if settings is not None and shown is not None:
        code = st.expander("These settings as Keras or PyTorch code", key="code", on_change="rerun")
        if code.open:
            with code:
                experiment_code.draw(settings, key="code")


@rerun.fragment
def _player(chosen: Settings | None) -> None:
    """Draws the player; runs again whenever the player requests more."""
    run = laboratory_stage.run()
    session.viewer().watch(run, network_files.asked_for(laboratory_stage.recording()))
    if run is not None and live_training.is_on():
        with script_turns.waiting():
            run.await_frame(live_training.FIRST_FRAME)
    request = last_request()
    if request.ask:
        # The first picture is drawn; the workers may load TensorFlow while the visitor looks
        # around, and what is chosen be prepared.
        engine = session.engine()
        if chosen is not None:
            engine.note_choice(chosen, session.origin())
    active = session.is_active(run)
    content = laboratory_stage.content(request, chosen, _excess)
    show(
        content,
        on_change=_intervene,
        on_seeds=_on_seeds,
        on_train=_on_train,
        on_open=folds.opened_in_player,
        on_present=presenting.requested_in_player,
    )
    if not state.presenting:
        comparison.draw_differences(content.recording, laboratory_stage.compared(content))
    rerun.request_after_end(active)
    if laboratory_stage.followed_is_another():
        rerun.request()


def _on_seeds() -> None:
    """Opens the run of another seed, or has the run checked on other seeds."""
    asked, shown = requested_seed(), laboratory_stage.recording().header.settings
    if isinstance(asked, int):
        if shown is not None:
            _train_and_fill(shown.replace(seed=asked))
            rerun.request()
    else:
        shown_run.check(laboratory_stage.run(), asked)


def _on_train() -> None:
    """Trains what the open view needs, in other respects with the settings on the stage."""
    train_for_view(requested_view(), laboratory_stage.recording())


def train_for_view(name: str | None, recording: Recording) -> bool:
    """Trains the settings nearest to a run's that a view can draw, and fills the form with them.

    Args:
        name: The view, a key of `VIEWS`; does nothing if None, or if the recording has all of it.
        recording: Of the run.

    Returns:
        Whether it did anything.
    """
    need = VIEWS[name].lacking(recording.layout) if name is not None else None
    settings = recording.header.settings
    if need is None or settings is None:
        return False
    _train_and_fill(need.meet(settings))
    rerun.request()
    return True


def _intervene() -> None:
    """Adds the intervention that the viewer asked for to the run, and trains it again."""
    change, settings = requested_change(), laboratory_stage.recording().header.settings
    if change is None or settings is None:
        return
    step, text = change
    interventions = ",".join(filter(None, [settings.interventions, f"{step}:{text}"]))
    try:
        changed = settings.replace(interventions=interventions)
    except SettingsError as error:
        notices.refuse(f"That change cannot be made: {error}.")
    else:
        _train_and_fill(changed)
    rerun.request()


def _train_and_fill(settings: Settings) -> None:
    """Trains settings that are not those of the form, and fills the form with them."""
    train(settings)
    settings_form.fill(settings)


def _stop() -> None:
    """Stops the run for this viewer, and altogether unless others watch it."""
    run = laboratory_stage.run()
    if run is not None:
        session.viewer().stop(run)


def _draw_duration(settings: Settings) -> None:
    """Draws how long a run would take, and how long it may."""
    limits = session.limits()
    data = own_data.source(settings.upload)
    seconds = session.pace() * training_seconds(settings, data)
    st.caption(
        f"Takes about {in_words(seconds)}",
        help="Once the networks are compiled and a worker is free. A run may take "
        f"{in_words(limits.seconds)}. Up to "
        f"{limits.runs:.0f} runs may be queued or running at once, {limits.viewer_runs:.0f} of "
        f"them yours. Your own file may have up to {limits.upload_mb:.0f} MB.",
    )


def _draw_alternative(settings: Settings) -> None:
    """Draws the nearest allowed settings, if these exceed the host's limit."""
    excess = _excess(settings)
    if not excess:
        return
    if not session.limits().offers(settings.dataset):
        st.warning(plain(excess))  # whatever else is chosen
        return
    data, pace = own_data.source(settings.upload), session.pace()
    near = session.limits().fitting(settings, data, pace=pace)
    instead = " and ".join(
        f"{kind.label} {getattr(near, name)}"
        for name, kind in KINDS.items()
        if getattr(near, name) != getattr(settings, name)
    )
    if not instead:
        st.warning(plain(excess))  # reading the data alone takes longer
        return
    st.warning(plain(f"{excess} The nearest settings that it allows: {instead}."))
    st.button("Take these settings", on_click=_accept, args=(near,), key="take")


def _accept(settings: Settings) -> None:
    """Fills the form with the settings that were offered."""
    settings_form.fill(settings)
    notices.clear()


def _excess(settings: Settings) -> str:
    """Why a run is too much for this host, in one sentence; empty if it is not."""
    data, pace = own_data.source(settings.upload), session.pace()
    return session.limits().excess(settings, data, pace=pace)
