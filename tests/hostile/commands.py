"""Commands: arguments of the terminal, and environment variables."""

import atexit
import contextlib
import io
import os
import shutil
import tempfile
from functools import cache
from pathlib import Path
from random import Random

from bnviz.engine import Configuration
from bnviz.engine.limits import LIMITS, Limits
from bnviz.settings.settings import KINDS as SETTINGS
from bnviz.terminal.main import main
from tests.hostile import files, tables, words
from tests.hostile.outcomes import ACCEPTED, REFUSED, assert_presentable


@cache
def folder() -> Path:
    """A folder of hostile files for the terminal."""
    path = Path(tempfile.mkdtemp(prefix="hostile-"))
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    for number in range(30):
        random = Random(number)
        make = random.choice((tables.table, files.archive, files.recording, files.phase_map))
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
