"""The command `data`: says what is read from a user's file, and writes its examples."""

import argparse
import json
from pathlib import Path

from bnviz.data.examples_file import examples_file
from bnviz.terminal.options import DONE, output_path, read_data, read_examples, save, show


def data(given: argparse.Namespace) -> int:
    """Prints what was read from a file and writes its examples; returns the exit status."""
    out, path = output_path(given.out), Path(given.data)
    reading = read_data(path, given).reading
    show(json.dumps(reading.as_json()) if given.json else reading.sentence())
    if out is not None:
        examples = read_examples(path, given)
        save(lambda file: file.write(examples_file(examples)), out)
        if not given.json:
            show(f"Written to {out}.")
    return DONE
