"""Any table is read back as it was written, in whatever dialect, or what may be meant is said."""

import json
import re

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from bnviz.data import uploads
from bnviz.data.bounds import UploadError
from bnviz.data.choices import Choices
from bnviz.data.examples import Examples
from bnviz.data.examples_file import examples_file
from bnviz.terminal.main import main
from tests.data.random_tables import Written, tables

NAME = "table.txt"
fuzzed = settings(
    derandomize=True,  # a table found by chance would stop an unrelated change
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    max_examples=50,
)


def is_as_written(table: Written, examples: Examples) -> bool:
    return (
        np.array_equal(examples.x, table.x)
        and [examples.classes[number] for number in examples.y] == table.labels
    )


def assert_read(table: Written, choices: Choices) -> None:
    """Checks that a table is read as it was written, or that what is ambiguous is said."""
    try:
        examples = uploads.read_examples(NAME, table.data, choices)
        sentence = uploads.read(NAME, table.data, choices).reading.sentence()
    except UploadError as error:
        message = str(error)
        assert table.ambiguous, message
        assert choices.decimal is None
        assert re.search("may be .* or .*; choose the decimal sign", message)
        return
    if is_as_written(table, examples):
        return
    assert table.ambiguous
    assert choices.decimal is None
    assert "is read as" in sentence


def check(table: Written) -> None:
    assert_read(table, Choices())
    chosen = Choices(decimal=table.decimal, delimiter=table.delimiter)
    assert_read(table, chosen)
    examples = uploads.read_examples(NAME, table.data, chosen)
    again = uploads.read_examples("examples.npz", examples_file(examples))
    assert is_as_written(table, again)


@fuzzed
@given(tables())
def test_any_table_is_read_back(table):
    check(table)


@pytest.mark.widest
@settings(fuzzed, max_examples=5_000)
@given(tables())
def test_very_many_tables_are_read_back(table):
    check(table)


#: The same examples in the dialects of several tools.
DIALECTS = (
    ("a.csv", "a,b,kind\n{rows}", ",", "."),
    ("a.csv", "sep=;\r\na;b;kind\r\n{rows}", ";", ","),
    ("a.tsv", "# by hand\n{rows}", "\t", ","),
    ("a.txt", '"a" "b" "kind"\n{rows}', " ", "."),
)


def written(template: str, delimiter: str, decimal: str) -> str:
    rows = [
        delimiter.join((f"{row / 4}".replace(".", decimal), str(row % 5), ["no", "yes"][row % 2]))
        for row in range(20)
    ]
    return template.format(rows="\n".join(rows))


@pytest.mark.parametrize(("name", "template", "delimiter", "decimal"), DIALECTS)
def test_the_terminal_reads_and_writes_the_same_numbers(
    name, template, delimiter, decimal, tmp_path, capsys
):
    (tmp_path / name).write_text(written(template, delimiter, decimal), newline="")
    out = tmp_path / "examples.npz"
    assert main(["data", str(tmp_path / name), "--json", "--out", str(out)]) == 0
    said = json.loads(capsys.readouterr().out)
    with np.load(out) as arrays:
        np.testing.assert_array_equal(arrays["x"][:, 0], np.arange(20) / 4)
        np.testing.assert_array_equal(arrays["x"][:, 1], np.arange(20) % 5)
        np.testing.assert_array_equal(arrays["y"], np.arange(20) % 2)
    assert (said["delimiter"], said["decimal"]) == (delimiter, decimal)
    assert said["classes"] == [{"name": "no", "count": 10}, {"name": "yes", "count": 10}]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "template", "delimiter", "decimal"), DIALECTS)
def test_training_in_the_terminal_says_what_it_read(
    name, template, delimiter, decimal, tmp_path, capsys
):
    (tmp_path / name).write_text(written(template, delimiter, decimal), newline="")
    network = ["--set", "steps=5", "--set", "units=2", "--set", "hidden_layers=1"]
    assert main(["train", "--data", str(tmp_path / name), "--json", *network]) == 0
    said = json.loads(capsys.readouterr().out)["data"]
    assert (said["train"], said["validation"], said["features"]) == (16, 4, 2)
    assert (said["delimiter"], said["decimal"]) == (delimiter, decimal)
    assert said["classes"] == [{"name": "no", "count": 10}, {"name": "yes", "count": 10}]
