"""Kinds of files that readers of tables get wrong in silence, against pandas and NumPy.

Each file is small, and its right value is computed by another reader, told how to read it.
"""

import io

import numpy as np
import pandas as pd
import pytest

from bnviz.data import preparation, uploads
from bnviz.data.bounds import UploadError
from bnviz.data.choices import Choices
from tests.data.upload_files import npz, reads, refused, rows

ENDS = ["no", "yes"]


NUMBERS = [0.5, -1.25, 3.75, 0.125, 8.0]
COUNT = list(range(24))


class TestColumnsThatCountTheRows:
    @pytest.mark.parametrize("start", [0, 1, 5])
    @pytest.mark.parametrize("name", ["", "index", "Unnamed: 0", "id", "ID", "rownames", '" "'])
    def test_one_without_a_name_of_its_own_is_left_out(self, name, start):
        text = rows([start + row for row in COUNT], NUMBERS, ENDS, heading=f"{name},a,cls\n")
        known = pd.read_csv(io.StringIO(text), index_col=0)
        reading = reads(text, known[["a"]], known["cls"])
        assert [each.reason for each in reading.left_out] == ["it counts the rows"]
        assert reading.left_out[0].counts_rows
        assert "left out: '" in reading.sentence()

    def test_it_is_taken_back_by_choosing_it(self):
        text = rows(COUNT, NUMBERS, ENDS, heading=",a,cls\n")
        known = pd.read_csv(io.StringIO(text))
        (left_out,) = uploads.read("a.csv", text.encode()).reading.left_out
        chosen = (left_out.name, "a")
        reading = reads(text, known[["Unnamed: 0", "a"]], known["cls"], columns=chosen)
        assert reading.left_out == ()

    def test_one_with_a_name_of_its_own_is_kept_and_named(self):
        text = rows(COUNT, NUMBERS, ENDS, heading="minute,a,cls\n")
        known = pd.read_csv(io.StringIO(text))
        reading = reads(text, known[["minute", "a"]], known["cls"])
        assert "Column 'minute' is used, though it counts the rows" in reading.sentence()

    @pytest.mark.parametrize("broken", [[0, *range(23)], [*range(23), 24], [0.5, *range(1, 24)]])
    def test_one_that_does_not_rise_by_one_is_a_feature(self, broken):
        text = rows(broken, NUMBERS, ENDS, heading="id,a,cls\n")
        known = pd.read_csv(io.StringIO(text))
        reading = reads(text, known[["id", "a"]], known["cls"])
        assert reading.left_out == ()
        apart = len({*broken}) == 24 and 0.5 not in broken
        assert ("each row has a number of its own in it" in reading.sentence()) == apart

    def test_one_at_the_end_is_not_the_class(self):
        text = rows(NUMBERS, ENDS, COUNT, heading="a,kind,id\n")
        known = pd.read_csv(io.StringIO(text))
        reads(text, known[["a"]], known["kind"])


class TestTypesOfStorage:
    @pytest.mark.parametrize("features", [2, 20])
    def test_zeros_and_ones_are_scaled_alike_in_all_types_and_formats(self, features):
        x = np.random.default_rng(0).integers(0, 2, (60, features))
        y = np.arange(60) % 2
        text = pd.DataFrame(x).assign(cls=y).to_csv(index=False).encode()
        files = [("a.npz", npz(x=x.astype(t), y=y)) for t in ("u1", "i8", "?", "f2", ">f8")]
        files += [("a.csv", text), ("a.npz", npz(x=x.astype("u1").reshape(60, -1, 2), y=y))]
        train, _ = preparation.split(y)
        known = x[train] / 1.0
        if features < 16:
            known = (known - known.mean(axis=0)) / known.std(axis=0)
        for name, data in files:
            np.testing.assert_allclose(uploads.read(name, data).dataset.x_train, known, atol=1e-6)


class TestNamesOfClasses:
    def test_numbers_above_2_to_the_53_are_not_merged(self):
        ids = ["9007199254740992", "9007199254740993"]
        text = rows(NUMBERS, ids, heading="a,cls\n")
        known = pd.read_csv(io.StringIO(text), dtype={"cls": str})
        reads(text, known[["a"]], known["cls"])
        assert uploads.read_examples("a.csv", text.encode()).classes == tuple(ids)

    @pytest.mark.parametrize("spellings", [["1", "1.0"], ["7", "07"], ["1e1", "10"], ["+1", "1"]])
    def test_different_spellings_of_a_number_are_different_classes(self, spellings):
        text = rows(NUMBERS, spellings, heading="a,cls\n")
        known = pd.read_csv(io.StringIO(text), dtype={"cls": str})
        reads(text, known[["a"]], known["cls"])

    def test_decimal_commas_are_sorted_as_numbers(self):
        text = rows(["0,5", "1,5"], ["2,5", "10,5", "1,5"], delimiter=";", heading="a;cls\n")
        known = pd.read_csv(io.StringIO(text), sep=";", decimal=",")
        reads(text, known[["a"]], known["cls"].map(lambda number: str(number).replace(".", ",")))
        classes = uploads.read_examples("a.csv", text.encode()).classes
        assert [float(each.replace(",", ".")) for each in classes] == sorted(known["cls"].unique())

    def test_words_among_numbers_are_sorted_as_text(self):
        text = rows(NUMBERS, ["10", "9", "x"], heading="a,cls\n")
        assert uploads.read_examples("a.csv", text.encode()).classes == ("10", "9", "x")

    @pytest.mark.parametrize("missing", ["", "NA", "NaN", "NULL", "?", "null", "N/A", "<NA>"])
    def test_missing_ones_are_left_out_and_counted(self, missing):
        text = rows(COUNT, NUMBERS, ["no", "yes", missing], heading="t,a,cls\n")
        known = pd.read_csv(io.StringIO(text), na_values=["?"]).dropna()
        reading = reads(text, known[["t", "a"]], known["cls"])
        assert reading.num_missing == 8
        assert reading.as_json()["missing"] == 8

    @pytest.mark.parametrize("names", [["+", "-"], ["none", "some"], ["Na", "K"], ["True", "-"]])
    def test_words_that_only_look_missing_are_classes(self, names):
        text = rows(NUMBERS, names, heading="a,cls\n")
        known = pd.read_csv(io.StringIO(text), dtype={"cls": str})
        reading = reads(text, known[["a"]], known["cls"])
        assert reading.num_missing == 0


class TestSizeZero:
    @pytest.mark.parametrize("shape", [(0,), (0, 1), (0, 5), (0, 2, 2)])
    @pytest.mark.parametrize("names", [("x_test", "y_test"), ("X_val", "y_val")])
    def test_an_empty_test_set_is_none(self, names, shape):
        x, y = np.arange(8.0).reshape(8, 1), np.arange(8) % 2
        empty = dict(zip(names, (np.zeros(shape, np.float32), np.zeros(0, int)), strict=True))
        examples = uploads.read_examples("a.npz", npz(x_train=x, y_train=y, **empty))
        np.testing.assert_array_equal(examples.x, x)
        np.testing.assert_array_equal(examples.y, y)
        assert examples.x_validation is None

    @pytest.mark.parametrize("x", [(0, 3), (8, 0), (0,), (8, 0, 2)])
    @pytest.mark.parametrize("y", [(0,), (8,), (8, 0), (0, 2)])
    def test_no_array_of_size_zero_is_trained_on(self, x, y):
        refused("a.npz", npz(x=np.zeros(x), y=np.zeros(y, int)), "x|y")

    def test_a_class_of_one_example_is_kept(self):
        x, y = np.arange(11.0).reshape(11, 1), np.array([0, 1] * 5 + [2])
        upload = uploads.read("a.npz", npz(x_train=x, y_train=y))
        assert upload.reading.classes == (("0", 5), ("1", 5), ("2", 1))
        assert 2 in upload.dataset.y_train


HALVES = ["0,5", "1,5", "2,5", "30,25"]


class TestDecimalCommas:
    @pytest.mark.parametrize(("delimiter", "name"), [("\t", "a.tsv"), (";", "a.csv")])
    def test_they_are_decimals(self, delimiter, name):
        heading = delimiter.join(("a", "b", "cls\n"))
        text = rows(HALVES, ["-0,25", "1,125", "7"], ENDS, delimiter=delimiter, heading=heading)
        known = pd.read_csv(io.StringIO(text), sep=delimiter, decimal=",")
        reading = reads(text, known[["a", "b"]], known["cls"], name=name)
        assert (reading.choices.decimal, reading.choices.heading) == (",", True)

    def test_one_bad_number_is_named_with_its_line_and_not_the_heading(self):
        text = rows(HALVES, ["0,25", "1,25"], ENDS, delimiter="\t", heading="a\tb\tcls\n")
        lines = text.splitlines()
        lines[7] = lines[7].replace(lines[7].split("\t")[1], "1,2x5")
        refused(
            "a.tsv",
            "\n".join(lines).encode(),
            "Column 'b', line 8: '1,2x5' is not a number; correct",
        )

    def test_points_are_thousands_where_another_column_has_decimal_commas(self):
        text = rows(
            ["998", "999", "1.000", "1.001"], ["0,5", "1,5"], ENDS, delimiter=";", heading="a;b;c\n"
        )
        known = pd.read_csv(io.StringIO(text), sep=";", decimal=",", thousands=".")
        reads(text, known[["a", "b"]], known["c"])

    @pytest.mark.parametrize(
        ("cells", "delimiter"),
        [
            (["998", "999", "1.000", "1.001"], ";"),
            (["998", "999", "1.000", "1.001"], "\t"),
            (["1,000", "2,500"], "\t"),
            (["1,000", "999"], "|"),
        ],
    )
    def test_what_may_be_either_is_refused_until_the_sign_is_chosen(self, cells, delimiter):
        text = rows(cells, [3, 1], ENDS, delimiter=delimiter)
        with pytest.raises(UploadError, match=r"may be 1 or 1000; choose the decimal sign"):
            uploads.read("a.csv", text.encode())
        for decimal, thousands in ((",", "."), (".", ",")):
            known = pd.read_csv(
                io.StringIO(text), sep=delimiter, header=None, decimal=decimal, thousands=thousands
            )
            reads(text, known[[0, 1]], known[2], decimal=decimal)

    @pytest.mark.parametrize(
        ("cells", "delimiter", "number"),
        [
            (["1.000", "1.250", "2.125"], ",", "1"),
            (['"1,000"', '"2,500"'], ",", "1000"),
            (["1,000", "2,500"], ";", "1"),
        ],
    )
    def test_what_is_usual_with_a_delimiter_is_taken_and_said(self, cells, delimiter, number):
        text = rows(cells, [3, 1], ENDS, delimiter=delimiter)
        reading = uploads.read("a.csv", text.encode()).reading
        sign = "," if "," in cells[0] else "."
        assert f"'1{sign}000' is read as {number}" in reading.sentence()
        decimal = sign if number == "1" else "."
        thousands = {",": ".", ".": ","}[decimal]
        known = pd.read_csv(
            io.StringIO(text), sep=delimiter, header=None, decimal=decimal, thousands=thousands
        )
        reads(text, known[[0, 1]], known[2])


class TestTruthValues:
    @pytest.mark.parametrize("words", [["False", "True"], ["false", "true"], ["FALSE", "TRUE"]])
    def test_they_are_0_and_1(self, words):
        text = rows(NUMBERS, [*words, words[1]], ENDS, heading="a,b,cls\n")
        known = pd.read_csv(io.StringIO(text), true_values=words[1:], false_values=words[:1])
        assert known["b"].dtype == bool
        reads(text, known[["a", "b"]], known["cls"])


class TestWritersHabits:
    @pytest.mark.parametrize("line", ["sep=;", "SEP=;", '"sep=;"', "sep=;\r"])
    def test_a_line_that_names_the_delimiter_is_obeyed(self, line):
        text = rows(["0,5", "1,5"], ENDS, delimiter=";", heading=f"{line}\na;cls\n")
        known = pd.read_csv(io.StringIO(text), sep=";", decimal=",", skiprows=1)
        reads(text, known[["a"]], known["cls"])

    def test_lines_are_still_counted_from_the_first(self):
        text = rows(["0,5", "1,5"], ENDS, delimiter=";", heading="sep=;\na;cls\n")
        refused("a.csv", text.replace("1,5", "1,x", 1).encode(), "Column 'a', line 4: '1,x' is not")

    @pytest.mark.parametrize("ends", [1, 3])
    @pytest.mark.parametrize("heading", ["", "a,b,cls"])
    @pytest.mark.parametrize("heading_too", [True, False])
    def test_delimiters_at_the_end_of_rows_are_no_columns(self, ends, heading, heading_too):
        end = "," * ends
        text = rows(NUMBERS, [3, 1, 4], [each + end for each in ENDS])
        if heading:
            text = f"{heading}{end if heading_too else ''}\n{text}"
        known = pd.read_csv(io.StringIO(text), header=None, skiprows=int(bool(heading)))
        known = known.dropna(axis=1, how="all")
        reads(text, known[[0, 1]], known[2])

    @pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "utf-32", "cp1252", "latin-1"])
    @pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
    def test_encodings_are_told_apart(self, encoding, end):
        text = rows(NUMBERS, ["Äpfel", "Öl"], heading="größe,cls\n").replace("\n", end)
        data = text.encode(encoding)
        known = pd.read_csv(io.BytesIO(data), encoding=encoding)
        reads(data, known[["größe"]], known["cls"])

    @pytest.mark.parametrize("name", ["euro € sign", "“quoted”"])
    def test_letters_of_windows_are_kept(self, name):
        data = rows(NUMBERS, [name, "other"], heading="a,cls\n").encode("cp1252")
        known = pd.read_csv(io.BytesIO(data), encoding="cp1252")
        reads(data, known[["a"]], known["cls"])

    @pytest.mark.parametrize("end", ["\x1a", "\n\x1a"])
    def test_the_sign_with_which_dos_ends_a_text_is_not_part_of_it(self, end):
        text = rows(NUMBERS, ENDS, heading="a,cls\n")
        known = pd.read_csv(io.StringIO(text))
        reads(text.rstrip() + end, known[["a"]], known["cls"])

    def test_utf_16_without_a_mark_is_read_when_it_is_chosen(self):
        data = rows(NUMBERS, ENDS, heading="a,cls\n").encode("utf-16-le")
        known = pd.read_csv(io.BytesIO(data), encoding="utf-16-le")
        examples = uploads.read_examples("a.csv", data, Choices(encoding="utf-16"))
        np.testing.assert_array_equal(examples.x, known[["a"]])
