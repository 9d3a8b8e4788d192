"""ScriptCells: the sections of an exported script, joined as a script or as a Jupyter notebook.

In a script the sections are marked as cells (`# %%`), which are also the cells of the notebook.
"""

import json
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass, replace

from bnviz.data.examples_file import FILE_NAME
from bnviz.export.script_data import DataCode
from bnviz.recording.header import RecordingHeader
from bnviz.settings import Settings
from bnviz.settings.architectures import convolves
from bnviz.settings.choices import UPLOAD

#: What the files are called.
KERAS_FILE, NOTEBOOK_FILE = "batch_normalization.py", "batch_normalization.ipynb"
TORCH_FILE = "batch_normalization_pytorch.py"
#: Maximum characters of a line of text.
_WIDTH = 96
#: Heading of the cell with packed data, which is not meant to be read.
_PACKED = "The packed examples"
_WHOSE = {
    "digits": "Handwritten digits of 8 x 8 pixels: scikit-learn's, from the UCI repository.",
    "breast_cancer": "Breast Cancer Wisconsin: scikit-learn's, from the UCI repository.",
    "wine": "Wine recognition: scikit-learn's, from the UCI repository.",
}


@dataclass(frozen=True)
class Cell:
    """A section of a script: heading, explanation and code."""

    heading: str
    text: str
    code: str


def packed_cells(settings: Settings, examples: DataCode) -> list[Cell]:
    """Returns the cell that holds packed examples, if there are any."""
    if not examples.packed:
        return []
    return [Cell(_PACKED, _WHOSE[settings.dataset], examples.packed)]


def for_reading(cells: Iterable[Cell]) -> list[Cell]:
    """Returns the cells without the packed examples."""
    return [
        replace(cell, code=_placeholder(cell.code)) if cell.heading == _PACKED else cell
        for cell in cells
    ]


def _placeholder(code: str) -> str:
    return f'PACKED = "..."  # {round(len(code) / 1_000)} KB of text, in the downloaded file\n'


def about(settings: Settings) -> tuple[str, str]:
    """Returns what an experiment compares, and its networks and training, a sentence each."""
    count = settings.hidden_layers
    units = "channels (3 x 3 convolutions)" if convolves(settings.architecture) else "units"
    header = RecordingHeader.of(settings)
    if header.closing_layers:
        units += ", in residual blocks of two after the first"
        units += "" if count in header.closing_layers else ", the last one by itself"
    differ = "their normalization" + " and in where their skips are added" * bool(
        header.moved_skips
    )
    data = "your own examples" if settings.dataset == UPLOAD else settings.dataset
    return (
        f"Batch Normalization on {data}: networks that differ only in {differ}.",
        f"{count} hidden {'layer' if count == 1 else 'layers'} of {settings.units} {units}, "
        f"{settings.activation}, {settings.optimizer} with learning rate "
        f"{settings.learning_rate:g}, {settings.steps:,} steps with batches of "
        f"{settings.batch_size}, seed {settings.seed}.",
    )


def wrapped(paragraphs: Iterable[str]) -> str:
    """Returns paragraphs as text of lines that are short enough to read."""
    return "\n\n".join(textwrap.fill(paragraph, _WIDTH) for paragraph in paragraphs) + "\n"


def joined(title: str, cells: Iterable[Cell]) -> str:
    """Returns the cells as one script.

    Args:
        title: Its docstring.
        cells: Its sections.
    """
    parts = [f'"""{title}"""\n']
    for cell in cells:
        text = "".join(f"# {line}\n" for line in cell.text.splitlines())
        parts.append(f"# %% {cell.heading}\n{text}{cell.code}")
    return "\n\n".join(part.rstrip("\n") + "\n" for part in parts)


def as_notebook(title: str, cells: Iterable[Cell]) -> str:
    """Returns the cells as a Jupyter notebook (nbformat 4) in JSON.

    Args:
        title: Its first cell, as text.
        cells: Its sections.
    """
    written: list[dict[str, object]] = [_markdown(title)]
    for cell in cells:
        written.append(_markdown(f"## {cell.heading}\n{cell.text}".strip()))
        # Packed examples are collapsed.
        metadata = {"jupyter": {"source_hidden": True}} if cell.heading == _PACKED else {}
        written.append(
            {
                "cell_type": "code",
                "execution_count": None,
                "metadata": metadata,
                "outputs": [],
                "source": cell.code.strip().splitlines(keepends=True),
            }
        )
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    document = {
        "cells": written,
        "metadata": {"kernelspec": kernel, "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 4,
    }
    return json.dumps(document, indent=1)


def differences(settings: Settings) -> tuple[str, ...]:
    """Returns what no script repeats of a run, one sentence each."""
    found = []
    if settings.dataset == UPLOAD:
        found.append(
            f"Your own examples are not in this file: it reads them from {FILE_NAME} in the same "
            "folder, which the page offers beside this script and `bnviz data FILE --out "
            f"{FILE_NAME}` writes. An NPZ file that the page reads can take its place, under that "
            "name, if its classes are numbers."
        )
    if settings.interventions:
        found.append(
            f"The changes in mid-run ({settings.interventions}) are left out: the script repeats "
            "the run without them."
        )
    return tuple(found)


def _markdown(text: str) -> dict[str, object]:
    return {"cell_type": "markdown", "metadata": {}, "source": text.splitlines(keepends=True)}
