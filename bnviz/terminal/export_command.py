"""The command `export`: a recording as files that need no bnviz."""

import argparse
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from bnviz.export.tidy import tidy
from bnviz.recording import Recording, RecordingError
from bnviz.studies import seeds_file
from bnviz.studies.phase_map import PhaseMap, PhaseMapError
from bnviz.studies.seeds import SeedBands
from bnviz.studies.seeds_file import SeedsFileError
from bnviz.terminal.options import DONE, CommandError, output_path, save, show

#: What a command may have saved.
Saved = Recording | PhaseMap | SeedBands


def export(given: argparse.Namespace) -> int:
    """Writes what was saved to all files that are asked for; returns the exit status."""
    writers: dict[str, Callable[[Saved], str]] = {
        "html": lambda saved: _page(saved, given),
        "csv": _table,
    }
    paths = {
        name: path
        for name in writers
        if (path := output_path(getattr(given, name), option=f"--{name}")) is not None
    }
    if not paths:
        options = " or ".join(f"--{name}" for name in writers)
        raise CommandError(f"nothing to write: add {options}")
    saved = _load(Path(given.saved))
    # Nothing is written if one of them cannot be made.
    texts = {name: writers[name](saved).encode() for name in paths}
    for name, path in paths.items():
        text = texts[name]
        save(lambda file, text=text: file.write(text), path, option=f"--{name}")  # type: ignore[misc]
        show(f"{path}: {len(text) / 1e6:.1f} MB")
    return DONE


def _load(path: Path) -> Saved:
    """Reads a recording, a map, or a result over seeds.

    Raises:
        CommandError: If it is none of them; it says why it is no recording.
    """
    try:
        return Recording.load(path)
    except RecordingError as error:
        wrong = error
    for read, other in ((PhaseMap.load, PhaseMapError), (seeds_file.read, SeedsFileError)):
        with suppress(other):
            return read(path)
    raise CommandError(f"{path}: {wrong}") from wrong


def _table(saved: Saved) -> str:
    if not isinstance(saved, Recording):
        raise CommandError("--csv needs a recording, as 'bnviz train' saves it")
    return tidy(saved)


def _page(saved: Saved, given: argparse.Namespace) -> str:
    # The drawing library takes a second to load.
    from bnviz.export.html_page import PageError
    from bnviz.export.replay import replay
    from bnviz.export.study_page import map_page, seeds_page

    try:
        match saved:
            case Recording():
                return replay(
                    saved, note=given.note, embed=given.embed, all_frames=given.all_frames
                )
            case PhaseMap():
                return map_page(saved, note=given.note, embed=given.embed)
            case _:
                return seeds_page(saved, note=given.note, embed=given.embed)
    except PageError as error:
        raise CommandError(str(error)) from error
