"""The command `site`: the lesson and the presets as static files."""

import argparse
import signal
import tempfile
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from bnviz.terminal.options import DONE, INTERRUPTED, CommandError, show

#: How many files were written, and their bytes.
Written = tuple[int, int]


def site(given: argparse.Namespace) -> int:
    """Writes all files of the site to a folder; returns the exit status."""
    # The drawing library takes a second to load.
    from bnviz.site.site import files

    folder, address = Path(given.folder), _address(given.address)
    # Ended from outside, it leaves as little behind as after Ctrl-C.
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        count, size = write(files(address), folder)
    except OSError as error:
        raise CommandError(f"{folder}: {error.strerror or error}") from error
    except KeyboardInterrupt:
        return INTERRUPTED
    finally:
        signal.signal(signal.SIGTERM, before)
    show(f"{folder}: {count} files, {size / 1e6:.1f} MB; open index.html, or serve the folder")
    return DONE


def write(files: Iterable[tuple[str, bytes]], folder: Path) -> Written:
    """Writes a site to a folder once all of its files are made; until then nothing is changed.

    Args:
        files: Name and bytes of each file.
        folder: A new or an empty folder, or one with an earlier site, which is replaced.

    Raises:
        CommandError: If the folder holds anything else.
        OSError: If the files cannot be written.
    """
    _check(folder)
    place = folder.resolve()
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{place.name}-", dir=place.parent) as beside:
        made, before = Path(beside, "made"), Path(beside, "before")
        made.mkdir()
        names, size = [], 0
        for name, data in files:
            path = made / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            names.append(name)
            size += len(data)
        if not place.exists():
            made.rename(place)
            return len(names), size
        _check(folder, names)
        before.mkdir()
        # The folder itself stays: it may be where the command was typed, or be served.
        for old in list(place.iterdir()):
            old.rename(before / old.name)
        for new in list(made.iterdir()):
            new.rename(place / new.name)
    return len(names), size


def _address(given: str | None) -> str:
    """The address of a site, ending in a slash; empty if it is not given.

    Raises:
        CommandError: If it is not the whole address of a folder on the web.
    """
    if given is None:
        return ""
    try:
        parts = urlsplit(given)
        of_folder = not parts.path.endswith(".html")
        whole = parts.scheme in ("http", "https") and bool(parts.hostname) and of_folder
        # A port that is not one, and bytes that are not text, are seen here alone.
        _ = parts.port, given.encode()
    except ValueError:
        whole = False
    if not whole or set(given) & set("?#") or any(each.isspace() for each in given):
        shown = given.encode(errors="replace").decode()
        raise CommandError(
            f"--address {shown} must be where the site will be, like https://example.org/course/"
        )
    return f"{given.rstrip('/')}/"


def _check(folder: Path, names: Iterable[str] | None = None) -> None:
    """Checks that nothing is lost if a site takes the place of what a folder holds.

    Args:
        folder: The folder, which need not exist.
        names: Those of the site's files; None if they are not known yet.

    Raises:
        CommandError: If the folder holds something else than an earlier site.
    """
    from bnviz.site.site_page import TITLE

    if not folder.exists() or not any(folder.iterdir()):
        return
    index = folder / "index.html"
    if not index.is_file() or f"{TITLE}</title>" not in index.read_text("utf-8", "replace"):
        raise CommandError(
            f"{folder} is neither empty nor a site that this command wrote; name a new folder"
        )
    if names is None:
        return
    held = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    # A recording may have had more files.
    others = [each for each in held - {*names} if not PurePosixPath(each).match("runs/*/*.js")]
    if others:
        raise CommandError(
            f"{folder} also holds {min(others)}, which is not of this site; name a new folder"
        )
