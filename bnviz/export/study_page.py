"""StudyPage: a phase map, or the curves over many seeds, as one HTML file."""

from collections.abc import Mapping
from typing import Any

from bnviz.export.html_page import HtmlPage, Training, compressed_json
from bnviz.findings.wording import capitalized
from bnviz.player.map_content import MapContent
from bnviz.player.request import MapRequest
from bnviz.player.seeds_content import SeedsContent
from bnviz.recording.described import described
from bnviz.recording.frames import pair
from bnviz.recording.header import arm_addition
from bnviz.settings import Settings
from bnviz.studies.axis import Axis, setting_label
from bnviz.studies.phase_map import PhaseMap
from bnviz.studies.seeds import SeedBands
from bnviz.studies.sweep import Sweep, measures_of

_NAME = "study"


def map_page(known: PhaseMap, *, note: str = "", embed: bool = False) -> str:
    """Returns a phase map as an HTML page that shows all its measures.

    Args:
        known: The map, complete or not.
        note: What its owner has to say of it, plain text.
        embed: Whether it is meant for a slide or another page: without title, note and settings.

    Raises:
        PageError: If the note is too long.
    """
    sweep = known.sweep

    def label(axis: Axis) -> str:
        return setting_label(axis.name, sweep.base.second_arm)

    options = [f"--{name} {value}" for name, value in sweep.to_query().items()]
    return _page(
        f"{capitalized(_networks(sweep.base))} over {label(sweep.x)} and {label(sweep.y)}",
        map_messages(known),
        Training.of("sweep", sweep.base, Sweep().base, " ".join([*options, "--out map.npz"])),
        note=note,
        embed=embed,
    )


def map_messages(known: PhaseMap) -> dict[str, dict[str, Any]]:
    """What a browser is told of a map, by the name of what its cells show."""
    content = MapContent(_NAME, 0, known, "recorded", "A recorded map.")
    # The measure that the map was asked for comes first.
    asked, labels = known.sweep.measure, measures_of(known.sweep.base.second_arm)
    names = [asked, *(name for name in labels if name != asked)]
    return {labels[name]: content.respond(MapRequest(), name) for name in names}


def seeds_messages(bands: SeedBands) -> dict[str, dict[str, Any]]:
    """What a browser is told of the curves over many seeds; they show one thing, without a name."""
    content = SeedsContent(_NAME, 0, bands, "recorded", "A recorded result.")
    return {"": content.respond(MapRequest())}


def seeds_page(bands: SeedBands, *, note: str = "", embed: bool = False) -> str:
    """Returns the curves over many seeds as an HTML page; see `map_page`."""
    return _page(
        f"The same networks {_networks(bands.settings)}, {bands.seeds} seeds",
        seeds_messages(bands),
        Training.of("seeds", bands.settings, Settings(), f"--seeds {bands.seeds} --out seeds.npz"),
        note=note,
        embed=embed,
    )


def _networks(settings: Settings) -> str:
    """What is compared: "without BN and with BN"."""
    return " and ".join(arm_addition(settings, arm) for arm in pair(settings))


def _page(
    title: str,
    messages: Mapping[str, dict[str, Any]],
    training: Training,
    *,
    note: str,
    embed: bool,
) -> str:
    page = HtmlPage(
        title=title,
        about=described(training.settings),
        script="study.js",
        data={"content": compressed_json(messages)},
        training=training,
        note=note,
        embed=embed,
    )
    return page.text()
