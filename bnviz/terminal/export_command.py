"""The command `export`: a recording as files that need no bnviz."""

import argparse
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bnviz.export.tidy import tidy
from bnviz.recording import Recording
from bnviz.recording.file import RecordingError
from bnviz.studies import seeds_file
from bnviz.studies.phase_map import PhaseMap, PhaseMapError
from bnviz.studies.seeds import SeedBands
from bnviz.studies.seeds_file import SeedsFileError
from bnviz.terminal import network_files
from bnviz.terminal.network_files import Files
from bnviz.terminal.options import (
    DONE,
    INTERRUPTED,
    CommandError,
    output_folder,
    output_path,
    read_integer,
    require,
    save,
    show,
)

#: What a command may have saved.
Saved = Recording | PhaseMap | SeedBands


@dataclass(frozen=True)
class _Output:
    """What an option writes.

    Attributes:
        make: Makes its files.
        path: Checks the path that is given.
    """

    make: Callable[[Saved, argparse.Namespace], Files]
    path: Callable[..., Path | None] = output_path


def export(given: argparse.Namespace) -> int:
    """Writes what was saved to all files that are asked for; returns the exit status."""
    paths = {
        name: path
        for name, output in _OUTPUTS.items()
        if (path := output.path(getattr(given, name), option=f"--{name}")) is not None
    }
    if not paths:
        options = ", ".join(f"--{name}" for name in _OUTPUTS)
        raise CommandError(f"nothing to write: add one of {options}")
    if given.data is not None and "keras" not in paths:
        raise CommandError("--data is for --keras alone")
    if (given.view is not None or given.step is not None) and not {"png", "svg"} & set(paths):
        raise CommandError("--view and --step are for --png and --svg alone")
    saved = _load(Path(given.saved))
    try:
        # Nothing is written if one of them cannot be made.
        made = {name: _OUTPUTS[name].make(saved, given) for name in paths}
    except KeyboardInterrupt:
        return INTERRUPTED
    for name, path in paths.items():
        for below, (data, remark) in made[name].items():
            file = path / below
            save(lambda opened, data=data: opened.write(data), file, option=f"--{name}")  # type: ignore[misc]
            show(f"{file}: {_size(data)}{remark and '; '}{remark}")
    return DONE


def _size(data: bytes) -> str:
    return f"{len(data) / 1e6:.1f} MB" if len(data) >= 50_000 else f"{len(data) / 1e3:.1f} KB"


def _load(path: Path) -> Saved:
    """Reads a recording, a map, or a result over seeds.

    Raises:
        CommandError: If it is not one of them; it says why it cannot be read as a recording.
    """
    try:
        return Recording.load(path)
    except RecordingError as error:
        wrong = error
    for read, other in ((PhaseMap.load, PhaseMapError), (seeds_file.read, SeedsFileError)):
        with suppress(other):
            return read(path)
    raise CommandError(f"{path}: {wrong}") from wrong


def _recording(saved: Saved, option: str) -> Recording:
    if not isinstance(saved, Recording):
        raise CommandError(f"{option} needs a recording, as 'bnviz train' saves it")
    return saved


def _run(saved: Saved, option: str) -> Recording:
    """A recording that bnviz trained itself."""
    recording = _recording(saved, option)
    if recording.header.settings is None:
        raise CommandError(f"{option} needs a run that bnviz trained; this one it only watched")
    return recording


def _table(saved: Saved, _: argparse.Namespace) -> Files:
    return {".": (tidy(_recording(saved, "--csv")).encode(), "")}


def _networks(saved: Saved, given: argparse.Namespace) -> Files:
    return network_files.keras(_run(saved, "--keras"), given)


def _events(saved: Saved, given: argparse.Namespace) -> Files:
    return network_files.tensorboard(_recording(saved, "--tensorboard"), Path(given.tensorboard))


def _page(saved: Saved, given: argparse.Namespace) -> Files:
    # The drawing library takes a second to load.
    from bnviz.export.html_page import PageError
    from bnviz.export.replay import replay
    from bnviz.export.study_page import map_page, seeds_page

    try:
        match saved:
            case Recording():
                text = replay(
                    saved, note=given.note, embed=given.embed, all_frames=given.all_frames
                )
            case PhaseMap():
                text = map_page(saved, note=given.note, embed=given.embed)
            case _:
                text = seeds_page(saved, note=given.note, embed=given.embed)
    except PageError as error:
        raise CommandError(str(error)) from error
    return {".": (text.encode(), "")}


def _picture(saved: Saved, given: argparse.Namespace, kind: Literal["png", "svg"]) -> Files:
    recording = _recording(saved, f"--{kind}")
    require("kaleido", "Kaleido", task=f"--{kind}", extra="pictures")
    from bnviz.export.picture import PictureError, drawing, picture

    step = None if given.step is None else read_integer("step", given.step)
    try:
        figure = drawing(recording, given.view or "layers", step)
        return {".": (picture(figure, kind), "")}
    except PictureError as error:
        raise CommandError(str(error)) from error


#: What can be written, by option; the networks, which take longest, come last.
_OUTPUTS = {
    "html": _Output(_page),
    "csv": _Output(_table),
    "png": _Output(lambda saved, given: _picture(saved, given, "png")),
    "svg": _Output(lambda saved, given: _picture(saved, given, "svg")),
    "tensorboard": _Output(_events, output_folder),
    "keras": _Output(_networks, output_folder),
}
