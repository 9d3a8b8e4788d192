"""Seeding: one experiment over many seeds as a mode of the page."""

import streamlit as st

from bnviz import study
from bnviz.page import fields, orders, redraw, session, sidebar, studies
from bnviz.page.address import Link
from bnviz.page.map_component import last_want, show
from bnviz.page.markup import plain
from bnviz.page.seeds_showing import answer
from bnviz.seeds import FEWEST_SEEDS, MOST_SEEDS, SeedBands
from bnviz.settings import Problem, Settings, SettingsError

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
    sidebar.fill_in(link.settings)
    text = link.parameters.get("seeds", str(_SEEDS))
    problems: list[Problem] = []
    seeds = _SEEDS
    try:
        seeds = SeedBands(link.settings, int(text[:20])).seeds
    except SettingsError as error:
        problems += error.problems
    except ValueError:
        allowed = f"a whole number from {FEWEST_SEEDS} to {MOST_SEEDS}"
        problems.append(Problem("seeds", text, allowed))
    fields.put(_COUNT, seeds)
    if link.train and not problems:
        train(SeedBands(link.settings, seeds))
    else:
        studies.forget(_BANDS)
    return problems


def form() -> SeedBands | None:
    """Draws the number of seeds and the settings."""
    st.markdown("## Many seeds")
    seeds = st.number_input(
        "seeds",
        FEWEST_SEEDS,
        MOST_SEEDS,
        fields.value(_COUNT, _SEEDS),
        step=1,
        key=fields.key(_COUNT),
        help="The experiment below is trained with so many following seeds.",
    )
    fields.keep(_COUNT, seeds)
    settings = sidebar.form(without=study.UNUSED)
    if settings is None:
        return None
    try:
        return SeedBands(settings, seeds)
    except SettingsError as error:
        st.error(plain(f"{error}."))
        return None


def actions(bands: SeedBands | None, *, key: str) -> None:
    """The button that trains the seeds, or the one that stops."""
    if orders.taken(_TRAIN) and bands is not None:
        train(bands)
    if studies.active(_BANDS):
        st.button("Stop", on_click=studies.stop, args=(_BANDS,), width="stretch", key=f"stop_{key}")
        return
    orders.button(
        f"Train {fields.value(_COUNT, _SEEDS)} seeds",
        _TRAIN,
        type="primary",
        disabled=bands is None or bool(studies.excess(bands.settings, bands.seeds)),
        key=f"seeds_{key}",
        shortcut="Ctrl+Enter" if key == "wide" else None,
    )
    if bands is not None:
        st.caption(studies.excess(bands.settings, bands.seeds))


def query(bands: SeedBands) -> dict[str, str]:
    """The settings that differ from their defaults, and the number of seeds."""
    return bands.settings.to_query() | {"seeds": str(bands.seeds)}


def shows(bands: SeedBands) -> bool:
    """Whether the stage shows these seeds."""
    run = studies.begun(_BANDS)
    return run is not None and run.study.digest == bands.digest


def train(bands: SeedBands) -> None:
    """Trains these seeds, or joins those who do; not more than the host allows."""
    if studies.excess(bands.settings, bands.seeds):
        return  # which stands below the button
    studies.begin(_BANDS, bands, bands.settings.upload)


@redraw.fragment
def stage(bands: SeedBands | None) -> None:
    """What is known of the seeds; runs again whenever the browser asks for more."""
    run = studies.begun(_BANDS)
    session.viewer().watch(run)
    want = last_want()
    if want.ask:
        # The picture stands: the workers may load TensorFlow while the visitor looks around.
        session.engine()
    engine = session.engine() if run is not None else None
    show(answer(want, run, engine, bands), on_cell=lambda: None)
    if studies.ended_since(_BANDS):
        redraw.soon()
