"""Seeding: one experiment over many seeds as a mode of the page."""

import streamlit as st

from bnviz.engine.engine import Engine
from bnviz.engine.study_runs import StudyRun
from bnviz.page.forms import fields, settings_form
from bnviz.page.shell import clicks, rerun, session, shown_study
from bnviz.page.shell.links import Link
from bnviz.page.shell.map_component import last_request, show
from bnviz.page.shell.markup import plain
from bnviz.page.shell.polling import pause
from bnviz.player.seeds_content import SeedsContent
from bnviz.settings import Problem, Settings, SettingsError
from bnviz.studies import study
from bnviz.studies.seeds import MAX_SEEDS, MIN_SEEDS, SeedBands

NAME = "seeds"
LABEL = "Seeds"
PARAMETERS: tuple[str, ...] = ("seeds",)
_BANDS = "seeds_study"
_COUNT = "seeds_count"
_TRAIN = "train seeds"
#: How many there are unless another number is asked for.
_SEEDS = SeedBands(Settings()).seeds


def open_at(link: Link) -> list[Problem]:
    """Fills the form as a link says, and trains the seeds if it asks for that."""
    settings_form.fill_in(link.settings)
    text = link.parameters.get("seeds", str(_SEEDS))
    problems: list[Problem] = []
    seeds = _SEEDS
    try:
        seeds = SeedBands(link.settings, int(text[:20])).seeds
    except SettingsError as error:
        problems += error.problems
    except ValueError:
        allowed = f"a whole number from {MIN_SEEDS} to {MAX_SEEDS}"
        problems.append(Problem("seeds", text, allowed))
    fields.put(_COUNT, seeds)
    if link.train and not problems:
        train(SeedBands(link.settings, seeds))
    else:
        shown_study.forget(_BANDS)
    return problems


def form() -> SeedBands | None:
    """Draws the number of seeds and the settings."""
    st.markdown("## Many seeds")
    seeds = st.number_input(
        "seeds",
        MIN_SEEDS,
        MAX_SEEDS,
        fields.value(_COUNT, _SEEDS),
        step=1,
        key=fields.key(_COUNT),
        help="The experiment below is trained with so many following seeds.",
    )
    fields.keep(_COUNT, seeds)
    settings = settings_form.form(without=study.UNUSED)
    if settings is None:
        return None
    try:
        return SeedBands(settings, seeds)
    except SettingsError as error:
        st.error(plain(f"{error}."))
        return None


def actions(bands: SeedBands | None, *, key: str) -> None:
    """The button that trains the seeds, or the one that stops."""
    if clicks.taken(_TRAIN) and bands is not None:
        train(bands)
    if shown_study.active(_BANDS):
        st.button(
            "Stop", on_click=shown_study.stop, args=(_BANDS,), width="stretch", key=f"stop_{key}"
        )
        return
    clicks.button(
        f"Train {fields.value(_COUNT, _SEEDS)} seeds",
        _TRAIN,
        type="primary",
        disabled=bands is None or bool(shown_study.excess(bands.settings, bands.seeds)),
        key=f"seeds_{key}",
        shortcut="Ctrl+Enter" if key == "wide" else None,
    )
    if bands is not None:
        st.caption(shown_study.excess(bands.settings, bands.seeds))


def query(bands: SeedBands) -> dict[str, str]:
    """The settings that differ from their defaults, and the number of seeds."""
    return bands.settings.to_query() | {"seeds": str(bands.seeds)}


def shows(bands: SeedBands) -> bool:
    """Whether the stage shows these seeds."""
    run = shown_study.begun(_BANDS)
    return run is not None and run.study.digest == bands.digest


def train(bands: SeedBands) -> None:
    """Trains these seeds, or joins those who do; not more than the host allows."""
    if shown_study.excess(bands.settings, bands.seeds):
        return  # which stands below the button
    shown_study.begin(_BANDS, bands, bands.settings.upload)


@rerun.fragment
def stage(bands: SeedBands | None) -> None:
    """What is known of the seeds; runs again whenever the browser asks for more."""
    run = shown_study.begun(_BANDS)
    session.viewer().watch(run)
    request = last_request()
    if request.ask:
        # The picture stands: the workers may load TensorFlow while the visitor looks around.
        session.engine()
    if run is None:
        content = SeedsContent.empty(bands or SeedBands(Settings()))
    else:
        content = _bands_of(run, session.engine())
    show(content.respond(request), on_cell=lambda: None)
    if shown_study.ended_since(_BANDS):
        rerun.soon()


def _bands_of(run: StudyRun[SeedBands], engine: Engine) -> SeedsContent:
    """Seeds that are being trained, or were."""
    done = f"{2 * run.study.seeds} networks trained"
    message = shown_study.progress(run, engine, "Training", done)
    poll = pause(run.state, engine.viewers)
    return SeedsContent(run.token, run.version, run.study, run.state, message, poll, run.lock)
