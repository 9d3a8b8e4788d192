"""The command `site`: the lesson and the presets as static files."""

import argparse
from pathlib import Path

from bnviz.terminal.options import DONE, CommandError, show


def site(given: argparse.Namespace) -> int:
    """Writes all files of the site to a folder; returns the exit status."""
    # The drawing library takes a second to load.
    from bnviz.site.site import files

    folder = Path(given.folder)
    count = size = 0
    try:
        for address, text in files():
            path = folder / address
            path.parent.mkdir(parents=True, exist_ok=True)
            data = text.encode()
            path.write_bytes(data)
            count, size = count + 1, size + len(data)
    except OSError as error:
        raise CommandError(f"{folder}: {error.strerror or error}") from error
    show(f"{folder}: {count} files, {size / 1e6:.1f} MB; open index.html, or serve the folder")
    return DONE
