"""Entry points: every way in which bad input reaches bnviz, and the ways in which a case may end.

Each `check_…` function hands a case to bnviz and returns in a word how it ended. Anything else
raises: no exceptions may come out of bnviz except those that are caught here.
"""

import atexit
import contextlib
import io
import json
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import parse_qs, quote_plus

import numpy as np

from bnviz.data import uploads
from bnviz.engine import Configuration
from bnviz.engine.limits import LIMITS, Limits
from bnviz.figures.view import CHOICES, NUMBERS, TITLES
from bnviz.findings import report
from bnviz.page.modes import map_mode
from bnviz.page.modes.registry import MODES
from bnviz.page.shell.links import understood
from bnviz.page.shell.markup import plain
from bnviz.player.content import StageContent
from bnviz.player.map_content import MapContent
from bnviz.player.request import MapRequest, PlayerRequest, read_cell, read_change
from bnviz.recording import Recording, RecordingError
from bnviz.settings import KINDS as SETTINGS
from bnviz.settings import Settings, SettingsError, describe_problems
from bnviz.studies.phase_map import PhaseMap, PhaseMapError
from bnviz.studies.study_report import map_json
from bnviz.studies.sweep import MEASURES, Sweep
from bnviz.terminal.main import main
from tests.hostile import files, words
from tests.hostile.guard import watched
from tests.support.datasets import assert_trainable
from tests.support.messages import unpack

#: Longest message, in characters.
MAX_MESSAGE = 20_000
#: How a case may end.
ACCEPTED, NEAREST, REFUSED, IGNORED = "accepted", "nearest accepted", "refused", "ignored"


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


def assert_presentable(text: object) -> None:
    """Checks that the page can show a message: on one line, not too long, nothing but text."""
    shown = plain(str(text))
    shown.encode()
    if not 0 < len(shown) < MAX_MESSAGE or "\n" in shown or "Traceback" in shown:
        raise AssertionError(f"not a message: {shown[:300]!r}")


def strict_json(text: str | bytes) -> Any:
    """Reads JSON as strictly as a browser: no NaN, no infinity."""

    def refuse(word: str) -> None:
        raise AssertionError(f"{word} is not JSON")

    return json.loads(text, parse_constant=refuse)


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
    assert settings.dataset != "upload"
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
        target = None
        if not name.lower().endswith(".npz"):
            columns = uploads.columns(data)
            assert len(set(columns)) == len(columns)
            assert all(column.isprintable() for column in columns)
            target = columns[-1 if len(data) % 4 else 0]
        assert_trainable(uploads.read(name, data, target=target))
    except uploads.UploadError as error:
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
    return ACCEPTED


def player_request(random: Random) -> Any:
    if random.random() < 0.2:
        return words.anything(random)
    options = {name: list(choice["options"]) for name, choice in CHOICES.items()}
    names = {"name": list(TITLES), "layer": [0, 1, 3, 4], "neuron": [0, 31, 32], **options}
    names |= {name: [0.0, -10, 10.0, 1e-300] for name in NUMBERS}

    def chosen(values: list[Any]) -> Any:
        return random.choice(values) if random.random() < 0.8 else words.anything(random)

    view = {name: chosen(values) for name, values in names.items() if random.random() < 0.7}
    return {
        "run": chosen(["recorded", "", "x" * 999]),
        "from": chosen([0, 5, 300, 301, 302]),
        "detail": chosen([False, True]),
        "figure": chosen(["", "recorded"]),
        "ask": chosen([1, 2**53]),
        "view": chosen([view]),
        words.word(random): words.anything(random),
    }


def check_player_request(sent: Any) -> str:
    request = PlayerRequest.read(sent)
    header, _ = unpack(StageContent.recorded().respond(request))
    assert header["run"] == "recorded"
    return ACCEPTED if request != PlayerRequest() else IGNORED


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


def map_request(random: Random) -> Any:
    place = (0, 1, 23, 24, -1, True, 2**70, words.anything(random))
    names = ("row", "column", "held", "ask")
    chosen = {name: random.choice(place) for name in names if random.random() < 0.9}
    return random.choice((chosen, words.anything(random)))


def check_map_request(sent: Any) -> str:
    request, cell = MapRequest.read(sent), read_cell(sent)
    strict_json(json.dumps(MapContent.recorded().respond(request, ""), allow_nan=False))
    return ACCEPTED if cell else IGNORED


def player_change(random: Random) -> Any:
    change = random.choice((words.changes(random), words.word(random), words.anything(random)))
    step = random.choice((1, 300, -1, 2**40, True, words.anything(random)))
    return random.choice(({"step": step, "change": change}, words.anything(random)))


def check_change(sent: Any) -> str:
    asked = read_change(sent)
    if asked is None:
        return IGNORED
    try:
        Settings().replace(interventions="{}:{}".format(*asked))
    except SettingsError as error:
        assert_presentable(error)
        return REFUSED
    return ACCEPTED


@cache
def folder() -> Path:
    """A folder of hostile files for the terminal."""
    path = Path(tempfile.mkdtemp(prefix="hostile-"))
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    for number in range(30):
        random = Random(number)
        make = random.choice((files.table, files.archive, files.recording, files.phase_map))
        (path / f"{number}{random.choice(('.csv', '.npz', '.txt', ''))}").write_bytes(make(random))
    return path


def arguments(random: Random) -> list[str]:
    def setting() -> str:
        name = random.choice((random.choice(list(SETTINGS)), words.word(random)))
        kind = SETTINGS.get(name)
        value = words.word(random) if kind is None else str(words.value_of(kind, random))
        return name + random.choice(("=", "=", "=", "", " = ")) + value

    paths = (str(folder() / f"{random.randrange(30)}"), *map(str, folder().glob("*")))
    given = []
    for _ in range(random.randrange(4)):
        given += random.choice(
            (
                ["--set", setting()],
                ["--set", setting()],
                [f"--set={setting()}"],
                ["--data", random.choice((*paths, words.word(random), os.devnull))],
                ["--data", random.choice(paths)],
                [random.choice(("--json", "--out", "--he", "-x", "--", words.word(random)))],
            )
        )
    command = random.choice(("train", "train", "sweep", "sweep", "settings", words.word(random)))
    if command == "sweep":
        sides = words.sweep_values(random).items()
        given += [part for name, value in sides for part in (f"--{name}", value)]
    # A missing folder refuses arguments that are otherwise valid before anything is trained.
    last = ["--out", str(folder() / "none" / "run.npz")] if command != "settings" else []
    # Arguments of a process cannot contain a zero byte.
    return [each.replace("\0", "") for each in [command, *given, *last]]


def check_arguments(given: list[str]) -> str:
    out = io.TextIOWrapper(io.BytesIO(), "utf-8")
    error = io.TextIOWrapper(io.BytesIO(), "utf-8", errors="backslashreplace")
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(error):
        try:
            status = main(given)
        except SystemExit as ended:
            status = int(ended.code or 0)
    out.flush()
    error.flush()
    printed = error.buffer.getvalue().decode()
    assert status in (0, 2)
    assert "Traceback" not in printed
    assert bool(printed) == (status == 2)
    return REFUSED if status else ACCEPTED


def environment(random: Random) -> dict[str, str]:
    names = ["BNVIZ_WORKERS", "BNVIZ_SCHEDULER", *(each["variable"] for each in LIMITS.values())]
    names = random.sample(names, random.choice((1, 1, 1, len(names))))
    values = ("2", "tls://127.0.0.1:1", "tcp://x", words.word(random), random.choice(words.NUMBERS))
    return {name: random.choice(values) for name in names}


def check_environment(variables: dict[str, str]) -> str:
    try:
        Configuration.from_environment(variables)
        Limits.from_environment(variables)
    except ValueError as error:
        assert_presentable(error)
        return REFUSED
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
    "CSV file": EntryPoint(file_of(files.table), check_file, 150),
    "NPZ file": EntryPoint(file_of(files.archive), check_file, 150),
    "recording": EntryPoint(files.recording, check_recording, 80),
    "player's request": EntryPoint(player_request, check_player_request, 80),
    "player's change": EntryPoint(player_change, check_change, 40),
    "phase map": EntryPoint(files.phase_map, check_map, 60),
    "sweep as JSON": EntryPoint(words.as_sweep, check_sweep, 40),
    "map's request": EntryPoint(map_request, check_map_request, 30),
    "terminal": EntryPoint(arguments, check_arguments, 80),
    "environment": EntryPoint(environment, check_environment, 20),
}
