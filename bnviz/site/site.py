"""Site: all files of the site without a server."""

import re
from collections.abc import Iterator
from pathlib import Path

from bnviz.export import keras_script, torch_script
from bnviz.export.joined_script import joined_script, joined_style
from bnviz.export.script_cells import KERAS_FILE, NOTEBOOK_FILE, TORCH_FILE
from bnviz.lesson.chapters import CHAPTERS
from bnviz.lesson.presets import FIRST, PRESETS, path_of
from bnviz.player import PLOTLY
from bnviz.site import other_pages
from bnviz.site.chapter_page import chapter_page
from bnviz.site.preview import PICTURE
from bnviz.site.run_files import RunFiles
from bnviz.site.site_page import FOLDER, SitePage

#: Comments that take lines of their own, which readers of a site need not load.
_COMMENT = re.compile(r"^[ \t]*(?://[^\n]*|/\*\*(?:(?!\*/).)*\*/)\n", re.MULTILINE | re.DOTALL)


def run_files() -> dict[Path, RunFiles]:
    """The recorded runs of the site, by the paths of their recordings."""
    starts: dict[Path, list[int]] = {path_of(name): [0] for name in PRESETS}
    for chapter in CHAPTERS.values():
        starts.setdefault(chapter.recording, []).append(chapter.start_step)
    return {path: RunFiles(path, tuple(each)) for path, each in starts.items()}


def pages(runs: dict[Path, RunFiles]) -> Iterator[SitePage]:
    """Yields all pages.

    Args:
        runs: The runs, as of `run_files`.
    """
    yield other_pages.front_page(runs[path_of(FIRST)])
    for chapter in CHAPTERS.values():
        yield chapter_page(chapter, runs[chapter.recording])
    yield other_pages.experiments_page()
    for name in PRESETS:
        yield other_pages.experiment_page(name, runs[path_of(name)])
    yield other_pages.map_page()
    yield other_pages.seeds_page()
    yield other_pages.quiz_page()
    yield other_pages.glossary_page()


def shared_files() -> Iterator[tuple[str, str]]:
    """Yields name and text of each script and style sheet that pages share, beside the runs."""
    # The player's own script looks for it under its name.
    yield PLOTLY.name, PLOTLY.read_text(encoding="utf-8")
    yield "site.js", site_script()
    yield "site.css", joined_style(FOLDER / "site.css")
    (shown,) = (each for each in CHAPTERS.values() if each.script)
    yield KERAS_FILE, keras_script.script(shown.settings)
    yield NOTEBOOK_FILE, keras_script.notebook(shown.settings)
    yield TORCH_FILE, torch_script.script(shown.settings)


def site_script() -> str:
    """The site's script with all that it imports, without comments."""
    joined = _COMMENT.sub("", joined_script(FOLDER / "site.js"))
    return f'"use strict";\n{joined}\n'


def files(address: str = "") -> Iterator[tuple[str, bytes]]:
    """Yields the name and the bytes of each file of the site, one after the other.

    Args:
        address: Where the site will be, ending in a slash; empty if that is not known.
    """
    yield PICTURE.name, PICTURE.read_bytes()
    for name, text in _texts(address):
        yield name, text.encode()


def _texts(address: str) -> Iterator[tuple[str, str]]:
    yield from shared_files()
    runs = run_files()
    for page in pages(runs):
        yield page.name, page.text(address)
    for run in runs.values():
        yield from run.files()
