"""Laboratory: starting, stopping and watching a run."""

from collections.abc import Iterable
from pathlib import Path

import streamlit as st

from bnviz.dataset import Dataset
from bnviz.engine.runs import Run
from bnviz.limits import cost
from bnviz.page import own_data, sidebar
from bnviz.page.markup import plain
from bnviz.page.player_component import asked_change, last_want, show
from bnviz.page.session import engine, limits, viewer
from bnviz.page.showing import Showing
from bnviz.settings import KINDS, Problem, Settings, SettingsError, listed

#: The page's own style sheet, for `st.html`.
STYLE_SHEET = Path(__file__).parent / "page.css"
_RUN = "run"
_PROBLEMS = "problems"
_REFUSED = "refused"
_DREW_STOP = "drew_stop"
_REDRAW = "redraw"


def opened() -> bool:
    """Whether this session has been set up."""
    return _PROBLEMS in st.session_state


def open_at(settings: Settings, problems: Iterable[Problem], *, train: bool) -> None:
    """Sets the session up as a link says.

    Args:
        settings: The nearest valid settings to those of the link.
        problems: What was wrong with it.
        train: Whether they are to be trained; else the recorded run is shown.
    """
    if train:
        start(settings)
    st.session_state[_PROBLEMS] = tuple(problems)


def start(settings: Settings) -> None:
    """Trains these settings, or joins those who do; not what is too much for this host."""
    before = _run()
    data = own_data.dataset(settings.upload)
    if limits().excess(settings, data):
        return  # which `complaints` says
    run = engine().start(settings, data)
    if before is not None:
        run.adopt(before.recording)
    st.session_state[_RUN] = run
    viewer().watch(run)
    st.session_state[_PROBLEMS] = ()
    st.session_state[_REFUSED] = ""


def change() -> None:
    """Changes the run that is shown at a step, as the player asked; it is trained again."""
    asked = asked_change()
    if asked is None:
        return
    step, what = asked
    run = _run()
    settings = Settings() if run is None else run.settings
    text = ",".join(filter(None, [settings.interventions, f"{step}:{what}"]))
    try:
        changed = settings.replace(interventions=text)
    except SettingsError as error:
        st.session_state[_REFUSED] = f"That change cannot be made: {error}."
    else:
        start(changed)
        sidebar.fill_in(changed)
    st.session_state[_REDRAW] = True


def take(settings: Settings) -> None:
    """Fills the form with settings that the viewer was offered."""
    sidebar.fill_in(settings)
    st.session_state[_PROBLEMS] = ()
    st.session_state[_REFUSED] = ""


def stop() -> None:
    """Stops the run for all who look at it."""
    run = _run()
    if run is not None:
        run.stop()


def shows(settings: Settings | None) -> bool:
    """Whether the stage shows a run of these settings."""
    run = _run()
    return run is not None and run.settings == settings


def actions(settings: Settings | None, *, key: str) -> None:
    """The button that trains, or the one that stops; without settings there is nothing to train."""
    run = _run()
    if run is not None and run.active:
        st.session_state[_DREW_STOP] = True
        st.button("Stop", on_click=stop, width="stretch", key=f"stop_{key}")
        return
    st.session_state[_DREW_STOP] = False
    fits = settings is not None and not limits().excess(settings, own_data.dataset(settings.upload))
    st.button(
        "Train both",
        type="primary",
        on_click=start,
        args=(settings,),
        disabled=not fits,
        width="stretch",
        key=f"train_{key}",
        shortcut="Ctrl+Enter" if key == "wide" else None,
    )


def allowance(settings: Settings | None) -> None:
    """Says in a quiet line how much of what this host allows a run takes."""
    if settings is None:
        return
    allowed = limits()
    share = cost(settings, own_data.dataset(settings.upload)) / allowed.cost
    part = f"{min(100 * share, 999):.0f} %" if share >= 0.01 else "under 1 %"
    st.caption(
        f"Cost: {'over ' * (share > 9.99)}{part} of the limit",
        help=f"A run may cost {allowed.cost:.2g} on this host: steps × parameters × batch size × "
        f"networks. At once {allowed.runs:.0f} runs wait or go on, {allowed.viewer_runs:.0f} of "
        f"them yours. Your own file may have {allowed.upload_mb:.0f} MB.",
    )


def complaints(settings: Settings | None) -> None:
    """Says what was wrong with the link or a change, and offers the nearest to what is too much."""
    if settings is not None:
        _offer(settings, own_data.dataset(settings.upload))
    if st.session_state.get(_REFUSED):
        st.warning(plain(st.session_state[_REFUSED]))
    problems = st.session_state[_PROBLEMS]
    if problems:
        st.warning(
            plain(
                "The link had settings that cannot be run; the nearest ones are used instead: "
                + listed(problems)
                + "."
            )
        )


def _offer(settings: Settings, data: Dataset | None) -> None:
    too_much = limits().excess(settings, data)
    if not too_much:
        return
    near = limits().fitting(settings, data)
    instead = " and ".join(
        f"{kind.label} {getattr(near, name)}"
        for name, kind in KINDS.items()
        if getattr(near, name) != getattr(settings, name)
    )
    st.warning(plain(f"{too_much} The nearest that it allows: {instead}."))
    st.button("Take these settings", on_click=take, args=(near,), key="take")


@st.fragment
def stage() -> None:
    """The player and the run it shows; runs again whenever the player asks for more."""
    run = _run()
    viewer().watch(run)
    want = last_want()
    if want.ask:
        # The first picture stands: the workers may load TensorFlow while the visitor looks around.
        engine()
    ended = run is not None and not run.active
    showing = Showing.recorded() if run is None else Showing.of(run, engine())
    show(showing.answer(want), on_change=change)
    if st.session_state.pop(_REDRAW, False) or (ended and st.session_state[_DREW_STOP]):
        st.rerun(scope="app")


def _run() -> Run | None:
    run: Run | None = st.session_state.get(_RUN)
    return run
