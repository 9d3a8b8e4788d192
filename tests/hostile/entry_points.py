"""Entry points: every way in which bad input reaches bnviz, and the ways in which a case may end.

Each `check_…` function, here and beside, hands a case to bnviz and returns in a word how it ended.
Anything else raises: no exceptions may come out of bnviz except those that are caught there.
"""

import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any
from urllib.parse import parse_qs, quote_plus

import numpy as np

from bnviz.data import uploads
from bnviz.data.bounds import UploadError
from bnviz.data.choices import DECIMALS, DELIMITERS, ENCODINGS, Choices
from bnviz.figures.view import TITLES
from bnviz.findings import report
from bnviz.page.modes import map_mode
from bnviz.page.modes.registry import MODES
from bnviz.page.shell.links import understood
from bnviz.player.content import StageContent
from bnviz.player.map_content import MapContent
from bnviz.player.request import MapRequest, PlayerRequest
from bnviz.recording import Recording
from bnviz.recording.file import RecordingError
from bnviz.settings import Settings, SettingsError
from bnviz.settings.problem import describe_problems
from bnviz.settings.settings import KINDS as SETTINGS
from bnviz.studies.phase_map import PhaseMap, PhaseMapError
from bnviz.studies.study_report import map_json
from bnviz.studies.sweep import MEASURES, Sweep
from tests.hostile import commands, files, requests, tables, words
from tests.hostile.guard import watched
from tests.hostile.outcomes import ACCEPTED, NEAREST, REFUSED, assert_presentable, strict_json
from tests.support.datasets import assert_trainable
from tests.support.messages import unpack


@dataclass(frozen=True)
class EntryPoint:
    """A way in which input reaches bnviz.

    Attributes:
        make: Makes a case from a source of random numbers.
        check: Hands the case to bnviz and returns how it ended.
        share: Cases among 1,000.
    """

    make: Callable[[Random], Any]
    check: Callable[[Any], str]
    share: int

    def attempt(self, name: str, seed: int, number: int) -> str:
        """Tries one case; raises if it ends in a way that no case may."""
        case = self.make(Random(f"{name} {seed} {number}"))
        with watched():
            return self.check(case)


#: Parameters of a link beside the settings.
OWN_PARAMETERS = ("mode", *sorted({name for mode in MODES.values() for name in mode.PARAMETERS}))


def link(random: Random) -> str:
    """The query of a URL."""
    pairs = []
    for _ in range(random.choice((0, 1, 2, 2, 3, 5, 900))):
        name = random.choice((random.choice(list(SETTINGS)), words.word(random)))
        if random.random() < 0.2:
            name = random.choice(OWN_PARAMETERS)
        value = words.word(random)
        if name in SETTINGS:
            value = str(words.value_of(SETTINGS[name], random))
        elif random.random() < 0.5:
            value = random.choice(
                ("1", "map", "lesson", "units=2:8:log:3", "units=8:2:log:x", "quiz")
            )
        encode = quote_plus if random.random() < 0.9 else str
        pairs.append(f"{encode(name)}{random.choice(('=', '=', '=', '', '=='))}{encode(value)}")
    text = random.choice(("&", "&", "&&")).join(pairs)
    # Streamlit does not pass longer queries on.
    return text[:500_000] + random.choice(
        ("", "", "&train=1", "%ff%zz", "&steps=1&steps=2", "#x", "&a[b]=1")
    )


def check_link(query: str) -> str:
    """Reads a query as Streamlit passes it on: repeated names as lists, invalid bytes replaced."""
    parameters = {name: mode.PARAMETERS for name, mode in MODES.items()}
    link = understood(parse_qs(query, keep_blank_values=True), parameters)
    settings, problems = link.settings, [*link.problems]
    assert Settings.read(settings.to_query()) == settings
    assert (settings.dataset == "upload") == (len(settings.upload) == 32)
    if link.mode == map_mode.NAME:
        problems += Sweep.nearest(settings, link.parameters)[1]
    if problems:
        assert_presentable(describe_problems(problems))
    return NEAREST if problems else ACCEPTED


def check_json(text: str) -> str:
    try:
        settings = Settings.from_json(text)
    except SettingsError as error:
        assert_presentable(error)
        return REFUSED
    assert Settings.from_json(settings.to_json()) == settings
    return ACCEPTED


def check_changes(text: str) -> str:
    near = SETTINGS["interventions"].nearest(text)
    if near is None:
        return REFUSED
    assert len(Settings(interventions=near).changes) <= 8
    return ACCEPTED


def check_file(name_and_data: tuple[str, bytes]) -> str:
    name, data = name_and_data
    try:
        choices = Choices()
        if uploads.is_table(name) and len(data) % 3:
            # Choices of all kinds, as different as the files.
            random = Random(data[:100])
            columns = uploads.columns(data)
            assert len(set(columns)) == len(columns)
            assert all(column.isprintable() for column in columns)
            choices = Choices(
                class_column=random.choice((None, None, columns[0], columns[-1], "x")),
                columns=random.choice((None, None, None, tuple(columns[1:]), ())),
                heading=random.choice((None, None, True, False)),
                delimiter=random.choice((*[None] * 20, *DELIMITERS.values())),
                decimal=random.choice((None, None, *DECIMALS.values())),
                encoding=random.choice((*[None] * 20, *ENCODINGS)),
            )
        upload = uploads.read(name, data, choices)
        assert_trainable(upload.dataset)
        assert upload.reading.sentence().isprintable()
        json.dumps(upload.reading.as_json(), allow_nan=False)
    except UploadError as error:
        assert_presentable(error)
        return REFUSED
    return ACCEPTED


def check_recording(data: bytes) -> str:
    try:
        recording = Recording.load(io.BytesIO(data))
    except RecordingError as error:
        assert_presentable(error)
        return REFUSED
    content = StageContent("token", recording, "finished", "")
    # A stranger's numbers may be such that a computation warns.
    with np.errstate(all="ignore"):
        for view in TITLES if len(data) % 9 == 0 else ("layers",):
            unpack(content.respond(PlayerRequest.read({"view": {"name": view}})))
        if len(recording):
            strict_json(report.as_json(recording, 1.0))
            report.as_text(recording, 1.0).encode()
            if recording.other_seeds is not None:
                report.other_seeds_text(recording).encode()
    return ACCEPTED


def check_map(data: bytes) -> str:
    try:
        phase_map = PhaseMap.load(io.BytesIO(data))
    except PhaseMapError as error:
        assert_presentable(error)
        return REFUSED
    content = MapContent("token", 0, phase_map, "finished", "")
    with np.errstate(all="ignore"):
        for measure in MEASURES:
            strict_json(json.dumps(content.respond(MapRequest(), measure), allow_nan=False))
        strict_json(map_json(phase_map, 1.0))
    return ACCEPTED


def check_sweep(text: str) -> str:
    try:
        sweep = Sweep.from_json(text)
    except SettingsError as error:
        assert_presentable(error)
        return REFUSED
    assert Sweep.from_json(sweep.to_json()) == sweep
    return ACCEPTED


def file_of(make: Callable[[Random], bytes]) -> Callable[[Random], tuple[str, bytes]]:
    """Gives the files that a function makes a name, usually with the right suffix."""

    def named(random: Random) -> tuple[str, bytes]:
        suffix = ".npz" if make is files.archive else ".csv"
        name = (
            f"a{suffix}"
            if random.random() < 0.9
            else random.choice((*files.NAMES, words.word(random)))
        )
        return name, make(random)

    return named


#: Every entry point by name.
ENTRY_POINTS = {
    "link": EntryPoint(link, check_link, 200),
    "settings as JSON": EntryPoint(words.as_json, check_json, 120),
    "changes in mid-run": EntryPoint(words.changes, check_changes, 80),
    "CSV file": EntryPoint(file_of(tables.table), check_file, 150),
    "NPZ file": EntryPoint(file_of(files.archive), check_file, 150),
    "recording": EntryPoint(files.recording, check_recording, 80),
    "player's request": EntryPoint(requests.player_request, requests.check_player_request, 80),
    "player's change": EntryPoint(requests.player_change, requests.check_change, 40),
    "phase map": EntryPoint(files.phase_map, check_map, 60),
    "sweep as JSON": EntryPoint(words.as_sweep, check_sweep, 40),
    "map's request": EntryPoint(requests.map_request, requests.check_map_request, 30),
    "terminal": EntryPoint(commands.arguments, commands.check_arguments, 80),
    "environment": EntryPoint(commands.environment, commands.check_environment, 20),
}
