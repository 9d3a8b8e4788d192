"""The terminal: the page's experiments in one process, without a page.

`python -m bnviz train --set learning_rate=1 --out run.npz` trains a pair and prints its figures;
`python -m bnviz settings` lists what can be set; `python -m bnviz claims` checks what the lesson
claims.
"""

import argparse
import contextlib
import io
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bnviz import report, uploads
from bnviz.dataset import Dataset
from bnviz.kinds import Key
from bnviz.lesson import evidence
from bnviz.lesson.claims import CLAIMS
from bnviz.lesson.experiments import RECORDED
from bnviz.recording import Recording
from bnviz.settings import KINDS, UPLOAD, Settings, SettingsError, groups

#: Exit status where a claim does not hold, of a wrong command, of a run broken off by Ctrl-C.
REFUTED, WRONG, INTERRUPTED = 1, 2, 130
_BAR_WIDTH = 30


class CommandError(ValueError):
    """A command that cannot be carried out, in one sentence."""


def main(arguments: list[str] | None = None) -> int:
    """Runs one command and returns the exit status: 0, or one of those that have names here.

    Args:
        arguments: Those of the command line, if None.
    """
    given = _parser().parse_args(arguments)
    try:
        if given.command == "settings":
            print(settings_table())
            return 0
        return _claims(given) if given.command == "claims" else _train(given)
    except (CommandError, SettingsError) as error:
        print(f"bnviz: {error}", file=sys.stderr)
        return WRONG


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bnviz",
        description="Train a network without and with Batch Normalization, side by side.",
    )
    commands = parser.add_subparsers(dest="command", required=True)
    train = commands.add_parser("train", help="train the pair and print its figures")
    train.add_argument(
        "--set",
        dest="changes",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        help="change a setting; may be given again ('settings' lists them)",
    )
    train.add_argument("--data", metavar="FILE", help="train on your own CSV or NPZ file")
    train.add_argument("--out", metavar="RECORDING.npz", help="save the recording here")
    train.add_argument("--json", action="store_true", help="print one JSON object")
    commands.add_parser("settings", help="list every setting with its default and bounds")
    claims = commands.add_parser("claims", help="check the lesson's claims over seeds")
    claims.add_argument(
        "--seeds", type=int, default=evidence.LEAST_SEEDS, help="how many (default: %(default)s)"
    )
    claims.add_argument(
        "--only",
        metavar="NAME",
        action="append",
        choices=list(CLAIMS),
        help="check this claim; may be given again",
    )
    claims.add_argument("--out", metavar="FILE.json", help="save the table here")
    claims.add_argument(
        "--recordings",
        metavar="FOLDER",
        help="check nothing, and write the recordings of the chapters into this folder",
    )
    return parser


def settings_table() -> str:
    """Every setting with its default, what is allowed and what it does, under its heading."""
    default = Settings()
    lines = []
    for heading, names in groups().items():
        lines += ["", heading]
        for name in names:
            value, kind = getattr(default, name), KINDS[name]
            shown = str(value).lower() if isinstance(value, bool) else value
            lines.append(f"  {name} = {shown}")
            lines.append(f"      {kind.help} Allowed is {kind.allowed()}.")
    return "\n".join(lines[1:])


def _claims(given: argparse.Namespace) -> int:
    if given.recordings is not None:
        folder = Path(given.recordings)
        if not folder.is_dir():
            raise CommandError(f"--recordings {folder} must be a folder that exists")
        for name, settings in RECORDED.items():
            print(f"{folder / name}.npz", file=sys.stderr)
            _save(_recorded(settings), folder / f"{name}.npz")
        return 0
    if given.seeds < 1:
        raise CommandError(f"--seeds {given.seeds} must be at least 1")
    out = None if given.out is None else _writable(Path(given.out))
    outcomes = []
    claims = [CLAIMS[name] for name in given.only or CLAIMS]
    try:
        for outcome in evidence.gather(claims, range(given.seeds), _recorded):
            print(evidence.as_text(outcome), flush=True)
            outcomes.append(outcome)
    except KeyboardInterrupt:
        print(f"bnviz: broken off after {len(outcomes)} claims", file=sys.stderr)
        return INTERRUPTED
    if out is not None:
        _write(out, evidence.as_json(outcomes).encode())
    return 0 if all(outcome.holds for outcome in outcomes) else REFUTED


def _recorded(settings: Settings) -> Recording:
    """Runs an experiment to its end."""
    recording = Recording(settings)
    if _record(recording, None)[1]:
        raise KeyboardInterrupt
    return recording


def _train(given: argparse.Namespace) -> int:
    settings, dataset = _chosen(given.changes, given.data)
    out = None if given.out is None else _writable(Path(given.out))
    recording = Recording(settings)
    seconds, interrupted = _record(recording, dataset)
    if len(recording):
        print((report.as_json if given.json else report.as_text)(recording, seconds))
        if out is not None:
            _save(recording, out)
    if interrupted:
        print(f"bnviz: broken off after {len(recording)} frames", file=sys.stderr)
    return INTERRUPTED if interrupted else 0


def _record(recording: Recording, dataset: Dataset | None) -> tuple[float, bool]:
    """Runs a recording's experiment and appends its frames to it.

    Returns:
        Wall seconds of the run, and whether Ctrl-C broke it off.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    start = time.perf_counter()
    interrupted = False
    try:
        # Downloads report on standard output, which belongs to the result.
        with contextlib.redirect_stdout(sys.stderr):
            from bnviz.lab import experiment

            start = time.perf_counter()
            try:
                frames = experiment.run(recording.settings, dataset)
                for frame in _with_progress(frames, recording):
                    recording.append(frame)
            except experiment.ExperimentError as error:
                raise CommandError(str(error)) from error
    except KeyboardInterrupt:
        interrupted = True
    return time.perf_counter() - start, interrupted


def _chosen(changes: list[str], file: str | None) -> tuple[Settings, Dataset | None]:
    """The settings of the command line, and the data set of its file."""
    values = {}
    for change in changes:
        name, equals, value = change.partition("=")
        if not equals:
            raise CommandError(f"--set {change} must be of the form NAME=VALUE")
        values[name.strip()] = value.strip()
    if file is None:
        return Settings.read(values), None
    if {"dataset", "upload"} & set(values):
        raise CommandError("--data takes the place of --set dataset=... and --set upload=...")
    dataset = _read_data(Path(file))
    values |= {"dataset": UPLOAD, "upload": dataset.digest.hex()[: Key.length]}
    return Settings.read(values), dataset


def _read_data(path: Path) -> Dataset:
    try:
        with path.open("rb") as opened:
            data = opened.read(uploads.MAX_FILE_BYTES + 1)
        return uploads.read(path.name, data)
    except OSError as error:
        raise CommandError(f"--data {path} cannot be read: {error.strerror}") from error
    except uploads.UploadError as error:
        raise CommandError(f"--data {path}: {error}") from error


def _writable(path: Path) -> Path:
    """Finds out before the run what would be a pity to find out after it."""
    if path.is_dir() or not path.absolute().parent.is_dir():
        raise CommandError(f"--out {path} must be a file in a folder that exists")
    return path


def _save(recording: Recording, path: Path) -> None:
    # Made here, since NumPy adds ".npz" to a name that ends otherwise.
    data = io.BytesIO()
    recording.save(data)
    _write(path, data.getvalue())


def _write(path: Path, data: bytes) -> None:
    try:
        path.write_bytes(data)
    except OSError as error:
        raise CommandError(f"--out {path} cannot be written: {error.strerror}") from error


def _with_progress(frames: Iterator[Any], recording: Recording) -> Iterator[Any]:
    """Passes frames on and draws a bar on standard error, if a person looks at it."""
    if not sys.stderr.isatty():
        yield from frames
        return
    last = int(recording.steps[-1])
    try:
        for frame in frames:
            step = int(frame["step"])
            done = _BAR_WIDTH * step // last
            bar = "#" * done + "-" * (_BAR_WIDTH - done)
            print(f"\r[{bar}] step {step:,} of {last:,}", end="", file=sys.stderr, flush=True)
            yield frame
    finally:
        print(file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
