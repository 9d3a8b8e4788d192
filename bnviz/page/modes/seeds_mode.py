"""Seeds: one experiment trained with many seeds."""

from dataclasses import replace
from functools import partial

import streamlit as st

from bnviz.engine.engine import Engine
from bnviz.engine.study_runs import StudyRun
from bnviz.page.forms import fields, settings_form, shown_settings
from bnviz.page.shell import clicks, rerun, session, shown_study
from bnviz.page.shell.links import SEEDS, Link
from bnviz.page.shell.map_component import last_request, show
from bnviz.page.shell.markup import plain
from bnviz.page.shell.polling import pause
from bnviz.player.seeds_content import SeedsContent
from bnviz.settings import Settings, SettingsError, typed_numbers
from bnviz.settings.problem import Problem
from bnviz.studies import study
from bnviz.studies.seeds import MAX_SEEDS, MIN_SEEDS, SeedBands

NAME = SEEDS
LABEL = "Seeds"
PARAMETERS: tuple[str, ...] = ("seeds",)

#: The study of this mode by its name in the session, and the click that starts it.
_BANDS = "seeds"
TRAIN = "train seeds"
#: The field of the number of seeds, and its default.
_COUNT = "seeds_count"
_DEFAULT_COUNT = SeedBands(Settings()).seeds


def follow(link: Link) -> list[Problem]:
    """Fills the form from a link, and trains the seeds if the link asks for that."""
    settings_form.fill(link.settings)
    text = link.parameters.get("seeds", str(_DEFAULT_COUNT))
    second = study.second_problem(link.settings)
    problems = []
    count = _DEFAULT_COUNT
    try:
        count = SeedBands(link.settings, typed_numbers.whole(text)).seeds
    except SettingsError as error:
        problems += [replace(each, used=str(count)) for each in error.problems]
    except ValueError:
        allowed = f"a whole number from {MIN_SEEDS} to {MAX_SEEDS}"
        problems.append(Problem("seeds", text, allowed, used=str(count)))
    fields.set_value(_COUNT, count)
    if link.train and not problems:
        train(SeedBands(link.settings, count))
    else:
        shown_study.clear(_BANDS)
    # It is trained with BN instead, so that this is said and keeps nothing from being trained.
    return [*problems, *([second] if second else [])]


def form() -> SeedBands | None:
    """Draws the number of seeds and the settings."""
    st.markdown("## Many seeds")
    count = st.number_input(
        "seeds",
        MIN_SEEDS,
        MAX_SEEDS,
        fields.value(_COUNT, _DEFAULT_COUNT),
        step=1,
        key=fields.key(_COUNT),
        help="The experiment below is trained with this many consecutive seeds.",
    )
    fields.remember(_COUNT, count)
    settings = settings_form.form(without=study.UNUSED, studied=True)
    if settings is None:
        return None
    try:
        return SeedBands(settings, count)
    except SettingsError as error:
        st.error(plain(f"{error}."))
        return None


def query(bands: SeedBands) -> dict[str, str]:
    """The settings that differ from their defaults, and the number of seeds."""
    return bands.settings.to_query() | {"seeds": str(bands.seeds)}


def shows(bands: SeedBands) -> bool:
    """Whether the stage shows these seeds."""
    run = shown_study.get(_BANDS)
    return run is not None and run.study.digest == bands.digest


def train(bands: SeedBands) -> None:
    """Trains these seeds, or joins those who do; does nothing if the host does not allow it."""
    if shown_study.excess(bands.architectures, bands.num_runs):
        return  # as the caption below the button says
    shown_study.start(_BANDS, bands, bands.settings.upload)


def actions(bands: SeedBands | None, *, key: str) -> None:
    """Draws the button that trains the seeds, or the one that stops."""
    if clicks.taken(TRAIN) and bands is not None:
        train(bands)
    active = shown_study.active(_BANDS)
    if clicks.stop_button(active, partial(shown_study.stop, _BANDS), key=f"stop_{key}"):
        return
    excess = "" if bands is None else shown_study.excess(bands.architectures, bands.num_runs)
    clicks.button(
        f"Train {fields.value(_COUNT, _DEFAULT_COUNT)} seeds",
        TRAIN,
        type="primary",
        disabled=bands is None or bool(excess),
        key=f"seeds_{key}",
        shortcut="Ctrl+Enter" if key == "wide" else None,
    )
    if bands is not None:
        st.caption(excess)


@rerun.fragment
def stage(bands: SeedBands | None) -> None:
    """Draws what is known of the seeds; runs again whenever the browser requests more."""
    run = shown_study.get(_BANDS)
    session.viewer().watch(run)
    request = last_request()
    if request.ask:
        # The picture is drawn; the workers may load TensorFlow while the visitor looks around.
        session.engine()
    content = SeedsContent.recorded() if run is None else _seeds_content(run, session.engine())
    other = {"other": _other(content.bands, bands)}
    show(content.respond(request) | other, on_cell=lambda: None)
    rerun.request_after_end(shown_study.active(_BANDS))


def _other(shown: SeedBands, chosen: SeedBands | None) -> str:
    """In what the curves on the stage are not what is chosen, in one line; "" if they are."""
    if chosen is None:
        return ""  # as the form says
    different = [f"{shown.seeds} seeds"] if shown.seeds != chosen.seeds else []
    different += shown_settings.differences(shown.settings, chosen.settings)
    if not different:
        return ""
    advice = f"Press “Train {chosen.seeds} seeds” to train what you have chosen."
    if shown_study.active(_BANDS):
        advice = "Press “Stop” to train what you have chosen."
    elif shown_study.excess(chosen.architectures, chosen.num_runs):
        advice = ""
    return shown_settings.sentence(different, advice)


def _seeds_content(run: StudyRun[SeedBands], engine: Engine) -> SeedsContent:
    """Seeds whose training was started in this session."""
    done = f"{2 * run.study.seeds} networks trained"
    message = shown_study.progress(run, engine, "Training", done)
    here = session.viewer().state(run)
    poll = pause(here, engine.viewers)
    return SeedsContent(run.token, run.version, run.study, here, message, poll, run.lock)
