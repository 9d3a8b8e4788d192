"""Laboratory: starting, stopping and watching a run."""

from pathlib import Path

import streamlit as st

from bnviz.engine.limits import cost
from bnviz.page.forms import own_data, settings_form
from bnviz.page.shell import clicks, keras_code, notices, rerun, session, shown_run
from bnviz.page.shell.links import Link
from bnviz.page.shell.markup import plain
from bnviz.page.shell.player_component import last_request, requested_change, show
from bnviz.page.shell.run_content import of_run
from bnviz.player.content import StageContent
from bnviz.settings import KINDS, Problem, Settings, SettingsError

LABEL = "Laboratory"
PARAMETERS: tuple[str, ...] = ()

#: The page's own style sheet, for `st.html`.
STYLE_SHEET = Path(__file__).parents[1] / "shell" / "page.css"
_RUN = "run"
_TRAIN = "train"
_DREW_STOP = "drew_stop"


def open_at(link: Link) -> tuple[Problem, ...]:
    """Fills the form as a link says, and trains what it asks for, or shows the recorded run."""
    settings_form.fill_in(link.settings)
    if link.train:
        start(link.settings)
    else:
        shown_run.put(_RUN, None)
    return ()


def form() -> Settings | None:
    """Draws the form of all settings and returns them; None as long as they lack the data."""
    return settings_form.form()


def query(settings: Settings) -> dict[str, str]:
    """The settings that differ from their defaults."""
    return settings.to_query()


def start(settings: Settings) -> None:
    """Trains these settings, or joins those who do; not what is too much for this host."""
    before = shown_run.get(_RUN)
    if _excess(settings):
        return  # which the offer above the stage says
    run = session.engine().start(settings, own_data.dataset(settings.upload))
    if before is not None:
        run.adopt(before.recording)
    shown_run.put(_RUN, run)
    session.viewer().watch(run)
    notices.clear()


def change() -> None:
    """Changes the run that is shown at a step, as the player asked; it is trained again."""
    asked = requested_change()
    if asked is None:
        return
    step, what = asked
    run = shown_run.get(_RUN)
    settings = Settings() if run is None else run.settings
    text = ",".join(filter(None, [settings.interventions, f"{step}:{what}"]))
    try:
        changed = settings.replace(interventions=text)
    except SettingsError as error:
        notices.refuse(f"That change cannot be made: {error}.")
    else:
        start(changed)
        settings_form.fill_in(changed)
    rerun.soon()


def take(settings: Settings) -> None:
    """Fills the form with settings that the viewer was offered."""
    settings_form.fill_in(settings)
    notices.clear()


def stop() -> None:
    """Stops the run for all who look at it."""
    run = shown_run.get(_RUN)
    if run is not None:
        run.stop()


def shows(settings: Settings | None) -> bool:
    """Whether the stage shows a run of these settings."""
    run = shown_run.get(_RUN)
    return run is not None and run.settings == settings


def actions(settings: Settings | None, *, key: str) -> None:
    """The button that trains, or the one that stops; without settings there is nothing to train."""
    if clicks.taken(_TRAIN) and settings is not None:
        start(settings)
    run = shown_run.get(_RUN)
    if run is not None and run.active:
        st.session_state[_DREW_STOP] = True
        st.button("Stop", on_click=stop, width="stretch", key=f"stop_{key}")
        return
    st.session_state[_DREW_STOP] = False
    fits = settings is not None and not _excess(settings)
    clicks.button(
        "Train both",
        _TRAIN,
        type="primary",
        disabled=not fits,
        key=f"train_{key}",
        shortcut="Ctrl+Enter" if key == "wide" else None,
    )
    if key == "wide":
        _allowance(settings)


def _allowance(settings: Settings | None) -> None:
    """Says in a quiet line how much of what this host allows a run takes."""
    if settings is None:
        return
    allowed = session.limits()
    share = cost(settings, own_data.dataset(settings.upload)) / allowed.cost
    part = f"{min(100 * share, 999):.0f} %" if share >= 0.01 else "under 1 %"
    st.caption(
        f"Cost: {'over ' * (share > 9.99)}{part} of the limit",
        help=f"A run may cost {allowed.cost:.2g} on this host: steps × parameters × batch size × "
        f"networks. At once {allowed.runs:.0f} runs wait or go on, {allowed.viewer_runs:.0f} of "
        f"them yours. Your own file may have {allowed.upload_mb:.0f} MB.",
    )


def _offer(settings: Settings) -> None:
    """Offers the nearest settings to those that are too much for this host."""
    too_much = _excess(settings)
    if not too_much:
        return
    near = session.limits().fitting(settings, own_data.dataset(settings.upload))
    instead = " and ".join(
        f"{kind.label} {getattr(near, name)}"
        for name, kind in KINDS.items()
        if getattr(near, name) != getattr(settings, name)
    )
    st.warning(plain(f"{too_much} The nearest that it allows: {instead}."))
    st.button("Take these settings", on_click=take, args=(near,), key="take")


def stage(settings: Settings | None) -> None:
    """What is offered in place of too much, the player, and the settings as code."""
    with st.container():  # always there, so that the player keeps its place
        if settings is not None:
            _offer(settings)
    _player()
    if settings is not None:
        code = st.expander("These settings as a Keras script", key="code", on_change="rerun")
        if code.open:
            with code:
                keras_code.draw(settings, key="code")


@rerun.fragment
def _player() -> None:
    """The player and the run it shows; runs again whenever the player asks for more."""
    run = shown_run.get(_RUN)
    session.viewer().watch(run)
    request = last_request()
    if request.ask:
        # The first picture stands: the workers may load TensorFlow while the visitor looks around.
        session.engine()
    ended = run is not None and not run.active
    content = StageContent.recorded() if run is None else of_run(run, session.engine())
    show(content.respond(request), on_change=change)
    if ended and st.session_state[_DREW_STOP]:
        rerun.soon()


def _excess(settings: Settings) -> str:
    """What is too much about a run for this host, in one sentence; empty if nothing is."""
    return session.limits().excess(settings, own_data.dataset(settings.upload))
