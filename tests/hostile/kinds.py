"""Kinds: every way in for bad input, and what must come of each case.

Each takes what was made and says in a word how it ended. What ends otherwise raises: no exception
but the ones that are caught here may come out of bnviz.
"""

import atexit
import contextlib
import io
import json
import os
import shutil
import struct
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
from bnviz.data.dataset import Dataset
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

#: Characters of a message at the most.
LONGEST = 20_000
#: Words for how a case ended.
TAKEN, NEAREST, REFUSED, PASSED_OVER = "taken", "nearest taken", "refused", "passed over"


@dataclass(frozen=True)
class Kind:
    """A way in.

    Attributes:
        make: What comes in, from a source of chance.
        take: Hands it to bnviz and says how it ended.
        share: Cases of it among 1,000.
    """

    make: Callable[[Random], Any]
    take: Callable[[Any], str]
    share: int

    def attempt(self, name: str, seed: int, number: int) -> str:
        """One case, watched; raises if it ended as no case may."""
        came = self.make(Random(f"{name} {seed} {number}"))
        with watched():
            return self.take(came)


def sentence(text: object) -> None:
    """Holds a message to what the page can show: on one line, not too long, nothing but text."""
    shown = plain(str(text))
    shown.encode()
    if not 0 < len(shown) < LONGEST or "\n" in shown or "Traceback" in shown:
        raise AssertionError(f"a message that is none: {shown[:300]!r}")


def strict(text: str | bytes) -> Any:
    """Reads JSON as a browser does: no NaN, no infinity."""

    def refuse(word: str) -> None:
        raise AssertionError(f"{word} is no JSON")

    return json.loads(text, parse_constant=refuse)


#: Names in a link beside the settings.
PLACES = ("mode", *sorted({name for mode in MODES.values() for name in mode.PARAMETERS}))


def link(random: Random) -> str:
    """A URL's query."""
    pairs = []
    for _ in range(random.choice((0, 1, 2, 2, 3, 5, 900))):
        name = random.choice((random.choice(list(SETTINGS)), words.word(random)))
        if random.random() < 0.2:
            name = random.choice(PLACES)
        value = words.word(random)
        if name in SETTINGS:
            value = str(words.value_of(SETTINGS[name], random))
        elif random.random() < 0.5:
            value = random.choice(
                ("1", "map", "lesson", "units=2:8:log:3", "units=8:2:log:x", "quiz")
            )
        coded = quote_plus if random.random() < 0.9 else str
        pairs.append(f"{coded(name)}{random.choice(('=', '=', '=', '', '=='))}{coded(value)}")
    text = random.choice(("&", "&", "&&")).join(pairs)
    # Streamlit passes no longer ones on.
    return text[:500_000] + random.choice(
        ("", "", "&train=1", "%ff%zz", "&steps=1&steps=2", "#x", "&a[b]=1")
    )


def take_link(query: str) -> str:
    """As Streamlit hands a query over: repeated names as lists, wrong bytes replaced."""
    parameters = {name: mode.PARAMETERS for name, mode in MODES.items()}
    link = understood(parse_qs(query, keep_blank_values=True), parameters)
    settings, problems = link.settings, [*link.problems]
    assert Settings.read(settings.to_query()) == settings
    assert settings.dataset != "upload"
    if link.mode == map_mode.NAME:
        problems += Sweep.nearest(settings, link.parameters)[1]
    if problems:
        sentence(describe_problems(problems))
    return NEAREST if problems else TAKEN


def take_json(text: str) -> str:
    try:
        settings = Settings.from_json(text)
    except SettingsError as error:
        sentence(error)
        return REFUSED
    assert Settings.from_json(settings.to_json()) == settings
    return TAKEN


def take_changes(text: str) -> str:
    near = SETTINGS["interventions"].nearest(text)
    if near is None:
        return REFUSED
    assert len(Settings(interventions=near).changes) <= 8
    return TAKEN


def sound(data: Dataset) -> None:
    """Checks what a run relies on."""
    for x, y in ((data.x_train, data.y_train), (data.x_validation, data.y_validation)):
        assert (x.dtype, y.dtype) == (np.float32, np.int32)
        assert x.shape == (len(y), data.num_features)
        assert np.isfinite(x).all()
        assert 0 <= y.min() <= y.max() < len(data.classes)


def take_file(name_and_data: tuple[str, bytes]) -> str:
    name, data = name_and_data
    try:
        target = None
        if not name.lower().endswith(".npz"):
            columns = uploads.columns(data)
            assert len(set(columns)) == len(columns)
            assert all(column.isprintable() for column in columns)
            target = columns[-1 if len(data) % 4 else 0]
        sound(uploads.read(name, data, target=target))
    except uploads.UploadError as error:
        sentence(error)
        return REFUSED
    return TAKEN


def take_recording(data: bytes) -> str:
    try:
        recording = Recording.load(io.BytesIO(data))
    except RecordingError as error:
        sentence(error)
        return REFUSED
    content = StageContent("token", recording, "finished", "")
    # Numbers of a stranger may be any, those too of which a computation has to warn.
    with np.errstate(all="ignore"):
        for view in TITLES if len(data) % 9 == 0 else ("layers",):
            header(content.respond(PlayerRequest.read({"view": {"name": view}})))
        if len(recording):
            strict(report.as_json(recording, 1.0))
            report.as_text(recording, 1.0).encode()
    return TAKEN


def header(message: bytes) -> dict[str, Any]:
    """The header of a message to the player, which a browser must be able to read."""
    (size,) = struct.unpack_from("<I", message)
    found: dict[str, Any] = strict(message[4 : 4 + size])
    return found


def _want(random: Random) -> Any:
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


def take_want(sent: Any) -> str:
    request = PlayerRequest.read(sent)
    found = header(StageContent.recorded().respond(request))
    assert found["run"] == "recorded"
    return TAKEN if request != PlayerRequest() else PASSED_OVER


def take_map(data: bytes) -> str:
    try:
        phase_map = PhaseMap.load(io.BytesIO(data))
    except PhaseMapError as error:
        sentence(error)
        return REFUSED
    content = MapContent("token", 0, phase_map, "finished", "")
    with np.errstate(all="ignore"):
        for measure in MEASURES:
            strict(json.dumps(content.respond(MapRequest(), measure), allow_nan=False))
        strict(map_json(phase_map, 1.0))
    return TAKEN


def take_sweep(text: str) -> str:
    try:
        sweep = Sweep.from_json(text)
    except SettingsError as error:
        sentence(error)
        return REFUSED
    assert Sweep.from_json(sweep.to_json()) == sweep
    return TAKEN


def _map_messages(random: Random) -> Any:
    place = (0, 1, 23, 24, -1, True, 2**70, words.anything(random))
    names = ("row", "column", "held", "ask")
    chosen = {name: random.choice(place) for name in names if random.random() < 0.9}
    return random.choice((chosen, words.anything(random)))


def take_map_message(sent: Any) -> str:
    request, cell = MapRequest.read(sent), read_cell(sent)
    strict(json.dumps(MapContent.recorded().respond(request, ""), allow_nan=False))
    return TAKEN if cell else PASSED_OVER


def _change(random: Random) -> Any:
    change = random.choice((words.changes(random), words.word(random), words.anything(random)))
    step = random.choice((1, 300, -1, 2**40, True, words.anything(random)))
    return random.choice(({"step": step, "change": change}, words.anything(random)))


def take_change(sent: Any) -> str:
    asked = read_change(sent)
    if asked is None:
        return PASSED_OVER
    try:
        Settings().replace(interventions="{}:{}".format(*asked))
    except SettingsError as error:
        sentence(error)
        return REFUSED
    return TAKEN


@cache
def folder() -> Path:
    """A folder of hostile files, for the terminal."""
    made = Path(tempfile.mkdtemp(prefix="hostile-"))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    for number in range(30):
        random = Random(number)
        make = random.choice((files.table, files.archive, files.recording, files.phase_map))
        (made / f"{number}{random.choice(('.csv', '.npz', '.txt', ''))}").write_bytes(make(random))
    return made


def _arguments(random: Random) -> list[str]:
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
    # A folder that is not there ends what is right so far before anything is trained.
    last = ["--out", str(folder() / "none" / "run.npz")] if command != "settings" else []
    # No argument of a process holds a zero byte.
    return [each.replace("\0", "") for each in [command, *given, *last]]


def take_arguments(arguments: list[str]) -> str:
    out = io.TextIOWrapper(io.BytesIO(), "utf-8")
    error = io.TextIOWrapper(io.BytesIO(), "utf-8", errors="backslashreplace")
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(error):
        try:
            status = main(arguments)
        except SystemExit as ended:
            status = int(ended.code or 0)
    out.flush()
    error.flush()
    said = error.buffer.getvalue().decode()
    assert status in (0, 2)
    assert "Traceback" not in said
    assert bool(said) == (status == 2)
    return REFUSED if status else TAKEN


def _environment(random: Random) -> dict[str, str]:
    names = ["BNVIZ_WORKERS", "BNVIZ_SCHEDULER", *(each["variable"] for each in LIMITS.values())]
    names = random.sample(names, random.choice((1, 1, 1, len(names))))
    values = ("2", "tls://127.0.0.1:1", "tcp://x", words.word(random), random.choice(words.NUMBERS))
    return {name: random.choice(values) for name in names}


def take_environment(environment: dict[str, str]) -> str:
    try:
        Configuration.from_environment(environment)
        Limits.from_environment(environment)
    except ValueError as error:
        sentence(error)
        return REFUSED
    return TAKEN


def _file(make: Callable[[Random], bytes]) -> Callable[[Random], tuple[str, bytes]]:
    def made(random: Random) -> tuple[str, bytes]:
        usual = ".npz" if make is files.archive else ".csv"
        name = (
            f"a{usual}"
            if random.random() < 0.9
            else random.choice((*files.NAMES, words.word(random)))
        )
        return name, make(random)

    return made


#: Every way in by name.
KINDS = {
    "link": Kind(link, take_link, 200),
    "settings as JSON": Kind(words.as_json, take_json, 120),
    "changes in mid-run": Kind(words.changes, take_changes, 80),
    "CSV file": Kind(_file(files.table), take_file, 150),
    "NPZ file": Kind(_file(files.archive), take_file, 150),
    "recording": Kind(files.recording, take_recording, 80),
    "player's question": Kind(_want, take_want, 80),
    "player's change": Kind(_change, take_change, 40),
    "phase map": Kind(files.phase_map, take_map, 60),
    "sweep as JSON": Kind(words.as_sweep, take_sweep, 40),
    "map's question": Kind(_map_messages, take_map_message, 30),
    "terminal": Kind(_arguments, take_arguments, 80),
    "environment": Kind(_environment, take_environment, 20),
}
