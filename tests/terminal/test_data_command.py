"""The command `data`: what is read from a file, and the examples that it writes."""

import json

import numpy as np
import pytest

from bnviz.data import uploads
from bnviz.terminal.main import main
from tests.data.upload_files import ROWS


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text(f"a,b,kind\n{ROWS}")
    return path


def test_it_prints_what_is_read(table, capsys):
    reading = uploads.read(table.name, table.read_bytes()).reading
    assert main(["data", str(table)]) == 0
    assert capsys.readouterr().out == f"{reading.sentence()}\n"
    assert main(["data", str(table), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == reading.as_json()


def test_it_writes_the_examples_as_they_were_read(table):
    out = table.with_name("examples.npz")
    assert main(["data", str(table), "--columns", "b", "--out", str(out)]) == 0
    with np.load(out) as file:
        np.testing.assert_array_equal(file["x"], [[i * i / 4] for i in range(20)])
        assert file["y"].tolist() == [0, 1] * 10
        assert file["classes"].tolist() == ["a", "b"]
    whole = uploads.read(out.name, out.read_bytes()).dataset
    assert (len(whole.y_train), len(whole.y_validation)) == (16, 4)


def test_it_says_why_a_file_is_not_read(tmp_path, capsys):
    path = tmp_path / "a.csv"
    path.write_text("1,2,a\n1,b\n")
    assert main(["data", str(path)]) == 2
    assert capsys.readouterr().err.startswith(f"bnviz: {path}: Line 2 has 2 cells")
    assert main(["data", str(tmp_path / "none.csv")]) == 2
    assert "cannot be read: No such" in capsys.readouterr().err


def test_it_says_before_it_reads_that_it_cannot_write(table, capsys):
    assert main(["data", str(table), "--out", str(table.parent)]) == 2
    captured = capsys.readouterr()
    assert "must be a file in an existing folder" in captured.err
    assert captured.out == ""
