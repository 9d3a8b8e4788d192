"""Dialects of tables that people's tools write, against pandas and NumPy, told how to read them."""

import io
import zipfile

import numpy as np
import pandas as pd
import pytest

from bnviz.data import uploads
from bnviz.data.bounds import MAX_WORDS
from tests.data.upload_files import reads, refused, rows

NUMBERS = [0.5, -1.25, 3.75, 0.125, 8.0]
ENDS = ["no", "yes"]
HEADING = "a,b,cls\n"


def numbers_of(*cells: str, number: float, **choices) -> None:
    """Checks that the first of some cells in a column is read as a number."""
    quoted = [f'"{cell}"' for cell in cells]
    text = rows(quoted, NUMBERS, ENDS, heading=HEADING)
    reading = uploads.read("a.csv", text.encode(), uploads.Choices(**choices)).reading
    assert reading.num_features == 2
    examples = uploads.read_examples("a.csv", text.encode(), uploads.Choices(**choices))
    assert examples.x[0, 0] == number


class TestDelimiters:
    @pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", " ", ", ", "; ", " | ", "   "])
    @pytest.mark.parametrize("headed", [True, False])
    def test_all_are_found(self, delimiter, headed):
        heading = delimiter.join(("a", "b", "cls\n")) if headed else ""
        text = rows(NUMBERS, [1, 20, 300], ENDS, delimiter=delimiter, heading=heading)
        sep = delimiter.strip(" ") or r"\s+"
        known = pd.read_csv(
            io.StringIO(text), sep=sep, header=0 if headed else None, skipinitialspace=True
        )
        known.columns = ["a", "b", "cls"]
        reading = reads(text, known[["a", "b"]], known["cls"].str.strip())
        assert reading.choices.heading == headed

    @pytest.mark.parametrize("unit", ["", "%"])
    def test_decimal_commas_between_spaces(self, unit):
        cells = [f"{cell}{unit}" for cell in ("0,5", "1,25", "-3,75")]
        text = rows(cells, ENDS, delimiter=" ")
        known = pd.read_csv(io.StringIO(text.replace("%", "")), sep=" ", header=None, decimal=",")
        reads(text, known[[0]], known[1])

    @pytest.mark.parametrize("cell", ["€,3", "name 3", "1 cm"])
    def test_spaces_within_cells_do_not_delimit(self, cell):
        text = rows(NUMBERS, [f'"{cell}"', "other"], ENDS, heading=HEADING)
        assert uploads.read("a.csv", text.encode()).reading.choices.delimiter == ","
        bare = text.replace('"', "").replace("€,3", "€ 3")
        assert uploads.read("a.csv", bare.encode()).reading.choices.delimiter == ","

    def test_quotes_within_cells_of_another_delimiter(self):
        text = rows(["- ", '"0,29 €"', '"1,5 €"'], ["A", "B"], ['"a, b"', "<b>"], delimiter=" ")
        known = pd.read_csv(io.StringIO(text.replace(" €", "")), sep=r"\s+", header=None)
        known = known[known[0] != "-"]
        values = known[0].str.replace(",", ".").astype(float)
        features = pd.concat([values, pd.get_dummies(known[1])], axis=1)
        reads(text, features, known[2])

    def test_columns_aligned_by_spaces(self):
        known = pd.DataFrame({"a": NUMBERS * 4, "bb": range(100, 120), "cls": ENDS * 10})
        reads(known.to_string(index=False), known[["a", "bb"]], known["cls"])

    def test_a_chosen_delimiter_is_taken(self):
        text = rows(["1,5", "2,5"], ENDS, delimiter=";")
        known = pd.read_csv(io.StringIO(text), sep=",", header=None, dtype=str)
        reads(text, known[[0]], known[1], delimiter=",", heading=False)


class TestHeadings:
    @pytest.mark.parametrize("first", ["0.18%", "12 cm", "$3"])
    def test_a_number_with_a_unit_is_not_a_name(self, first):
        numbers = [first, *(first.replace("3", "4").replace("1", str(digit)) for digit in "2345")]
        text = rows(numbers, [0, 5, 1], ["1", "01"], delimiter=";")
        upload = uploads.read("a.csv", text.encode())
        assert upload.reading.choices.heading is False
        assert upload.reading.num_train + upload.reading.num_validation == 24


class TestLinesThatAreNoRows:
    @pytest.mark.parametrize("place", [0, 1, 5, 25])
    def test_comments(self, place):
        lines = rows(NUMBERS, ENDS, heading="a,cls\n").splitlines()
        lines.insert(place, "# made by a machine, on a day")
        text = "\n".join(lines)
        known = pd.read_csv(io.StringIO(text), comment="#")
        reads(text, known[["a"]], known["cls"])

    @pytest.mark.parametrize("delimiter", [",", ";", "\t", " "])
    def test_the_heading_that_numpy_writes_as_a_comment(self, delimiter):
        table = np.column_stack([np.linspace(-1, 1, 20), np.arange(20) ** 2, np.arange(20) % 3])
        file = io.StringIO()
        header = delimiter.join(("a", "b", "kind"))
        np.savetxt(file, table, delimiter=delimiter, header=header, fmt="%.6g")
        known = np.loadtxt(io.StringIO(file.getvalue()), delimiter=delimiter)
        labels = pd.Series(known[:, 2].astype(int))
        reading = reads(file.getvalue(), pd.DataFrame(known[:, :2]), labels)
        assert reading.columns == ("a", "b", "kind")

    def test_names_of_rows_as_r_writes_them(self):
        """R's write.table gives the column of row names no heading."""
        lines = [
            f'"{row + 1}" {number} "{end}"'
            for row, (number, end) in enumerate(zip(NUMBERS * 4, ENDS * 10, strict=True))
        ]
        text = '"a" "Kind"\n' + "\n".join(lines)
        known = pd.read_csv(io.StringIO(text), sep=" ")  # takes the first column for an index too
        assert list(known.columns) == ["a", "Kind"]
        reading = reads(text, known[["a"]], known["Kind"])
        assert [each.counts_rows for each in reading.left_out] == [True]

    @pytest.mark.parametrize("above", ["Title\n", "Title,,\n", "Title\nby somebody\n\n"])
    def test_lines_above_the_table_are_left_out_and_said(self, above):
        text = above + rows(NUMBERS, [3, 1], ENDS, heading=HEADING)
        known = pd.read_csv(io.StringIO(text), skiprows=above.count("\n"))
        reading = reads(text, known[["a", "b"]], known["cls"])
        assert "above the table, and left out" in reading.sentence()
        wrong = text.replace("3.75", "3.7x", 1)
        line = above.count("\n") + 4
        refused("a.csv", wrong.encode(), f"Column 'a', line {line}: '3.7x' is not a number")

    @pytest.mark.parametrize("columns", [2, 4, 9])
    def test_sizes_and_names_above_a_table_as_scikit_learn_writes_them(self, columns):
        x = [[row + number / 2 for row in range(5)] for number in range(columns)]
        text = rows(*x, [0, 1, 2], heading=f"24,{columns},one,two,three\n")
        known = pd.read_csv(io.StringIO(text), skiprows=1, header=None)
        reading = reads(text, known.iloc[:, :-1], known.iloc[:, -1])
        assert "The first row is above the table" in reading.sentence()

    def test_an_example_that_lacks_cells_does_not_stand_above_the_table(self):
        text = "1,2\n" + rows(NUMBERS, NUMBERS, NUMBERS, ENDS)
        refused("a.csv", text.encode(), "Line 2 has 4 cells where the first has 2")

    def test_blank_lines_and_lines_of_delimiters(self):
        text = rows(NUMBERS, ENDS, heading="\n\na,cls\n\n") + ",\n,\n"
        known = pd.read_csv(io.StringIO(text)).dropna()
        reads(text, known[["a"]], known["cls"])

    def test_line_ends_within_quotes(self):
        text = rows(NUMBERS, ['"one\nthing"', '"an ""other"""'], heading='"a\nb",cls\n')
        known = pd.read_csv(io.StringIO(text))
        reads(text, known[["a\nb"]], known["cls"].str.replace("\n", " "))


class TestNumbers:
    @pytest.mark.parametrize(
        ("cells", "number"),
        [
            (("1,234", "2,345,678", "12"), 1_234),
            (("1,234.5", "2,000"), 1_234.5),
            (("1 234", "12"), 1_234),
            (("1\u00a0234,5", "12"), 1_234.5),
            (("1\u202f234", "12"), 1_234),
            (("1'234.5", "12"), 1_234.5),
            (("1.234.567", "12"), 1_234_567),
            (("1.234,5", "12,25"), 1_234.5),
            (("40%", "3.5%"), 40),
            (("40 %", "3.5 %"), 40),
            (("12 cm", "3.5 cm"), 12),
            (("20 °C", "-3 °C"), 20),
            (("$3.50", "$1,000.25"), 3.5),
            (("€3", "€-4"), 3),
            (("3,50 €", "1.000,25 €"), 3.5),
            (("\u22125", "5"), -5),
            (("+5", "-5"), 5),
            ((".5", "5."), 0.5),
            (("1e3", "2E-3"), 1_000),
            (("1,5e3", "2"), 1_500),
        ],
    )
    def test_one_grammar_for_all_cells_of_a_column(self, cells, number):
        numbers_of(*cells, number=number)

    @pytest.mark.parametrize(
        "cell", ["1_000", "٣", "１２", "½", "0x10", "1e", "--5", "1,23,456x", "5 kg", "1 2 3", "5%"]
    )
    def test_a_cell_that_is_not_a_number_is_named(self, cell):
        lines = rows(NUMBERS, NUMBERS, ENDS, heading=HEADING).splitlines()
        lines[9] = f'3,"{cell}",no'
        refused("a.csv", "\n".join(lines).encode(), f"Column 'b', line 10: '{cell}' is not a")

    def test_a_column_of_digits_of_other_scripts_is_words(self):
        text = rows(NUMBERS, ["٣", "٤", "٥"], ENDS, heading=HEADING)
        assert uploads.read("a.csv", text.encode()).reading.num_features == 4

    @pytest.mark.parametrize("missing", ["", "NA", "NaN", "-", ".", "?", "#N/A", "none", "NULL"])
    def test_rows_with_a_missing_number_are_left_out_and_counted(self, missing):
        text = rows(NUMBERS, [2, 3, missing, 4], ENDS, heading=HEADING)
        known = pd.read_csv(io.StringIO(text), na_values=["-", ".", "?", "none"]).dropna()
        reading = reads(text, known[["a", "b"]], known["cls"])
        assert reading.num_missing == 6
        assert "6 examples with a missing value" in reading.sentence()

    def test_a_column_that_is_mostly_missing_is_left_out_rather_than_its_rows(self):
        text = rows(NUMBERS, ["", "", 3.5], ENDS, heading=HEADING)
        known = pd.read_csv(io.StringIO(text))
        reading = reads(text, known[["a"]], known["cls"])
        assert [each.reason for each in reading.left_out] == ["67% of its cells are missing"]


class TestWords:
    def test_they_become_a_feature_each(self):
        text = rows(NUMBERS, ["red", "green", "dark blue"], ENDS, heading=HEADING)
        known = pd.read_csv(io.StringIO(text))
        features = pd.concat([known[["a"]], pd.get_dummies(known["b"])], axis=1)
        reading = reads(text, features, known["cls"])
        assert "Each different word is a feature in 'b' (3)" in reading.sentence()

    @pytest.mark.parametrize("count", [MAX_WORDS, MAX_WORDS + 1])
    def test_a_column_of_too_many_is_left_out(self, count):
        words = [f"word {number}" for number in range(count)]
        text = rows(NUMBERS, words, ENDS, heading=HEADING)
        known = pd.read_csv(io.StringIO(text))
        features, left_out = known[["a"]], 1
        if count <= MAX_WORDS:
            features, left_out = pd.concat([features, pd.get_dummies(known["b"])], axis=1), 0
        reading = reads(text, features, known["cls"])
        assert len(reading.left_out) == left_out
        assert all(f"{count} different words" in each.reason for each in reading.left_out)

    @pytest.mark.parametrize(
        "dates",
        [
            ["2001-05-17", "2001-05-18"],
            ["17.05.2001", "1.6.2001"],
            ["5/17/01", "5/18/01"],
            ["2001-05-17T12:30:00Z", "2001-05-17 12:30"],
            ["May 5, 2001", "June 6, 2001"],
            ["12:30", "12:31:05"],
        ],
    )
    def test_dates_are_left_out(self, dates):
        text = rows(NUMBERS, [f'"{date}"' for date in dates], ENDS, heading=HEADING)
        known = pd.read_csv(io.StringIO(text))
        reading = reads(text, known[["a"]], known["cls"])
        assert [(each.name, each.reason) for each in reading.left_out] == [("b", "dates or times")]

    def test_columns_can_be_chosen(self):
        text = rows(NUMBERS, ["red", "green"], [3, 4], ENDS, heading="a,b,c,cls\n")
        known = pd.read_csv(io.StringIO(text))
        reading = reads(text, known[["a", "c"]], known["b"], class_column="b", columns=("a", "c"))
        assert [(each.name, each.reason) for each in reading.left_out] == [("cls", "not chosen")]


class TestQuantities:
    @pytest.mark.parametrize("digits", [0, 3])
    def test_a_table_of_regression_says_what_can_be_chosen_instead(self, digits):
        values = np.random.default_rng(0).normal(100, 60, 24).round(digits)
        text = rows(NUMBERS, ENDS, values.tolist(), heading="a,kind,price\n")
        words = r"'price' has \d+ different numbers: .* \(regression\).* such as .*'kind'"
        refused("a.csv", text.encode(), words)
        known = pd.read_csv(io.StringIO(text))
        reads(text, known[["a", "price"]], known["kind"], class_column="kind")

    @pytest.mark.parametrize(
        ("count", "step", "examples"), [(21, 1, 209), (21, 0.5, 2_000), (40, 1, 399)]
    )
    def test_many_different_numbers_are_no_classes_unless_chosen(self, count, step, examples):
        text = "a,b\n"
        text += "".join(f"{row / 7},{row % count * step}\n" for row in range(examples))
        refused("a.csv", text.encode(), r"quantity to predict \(regression\)")
        known = pd.read_csv(io.StringIO(text), dtype={"b": str})
        reads(text, known[["a"]], known["b"], class_column="b")

    @pytest.mark.parametrize(
        "number", ["9" * 5_000, "9" * 50 + ".5", "1e999999999", "1e-999999999"]
    )
    def test_numbers_of_any_size_are_names(self, number):
        text = "a,b\n" + "".join(f"{row / 7},{(0, 1, number)[row % 3]}\n" for row in range(60))
        assert len(uploads.read_examples("a.csv", text.encode()).classes) == 3

    def test_a_hundred_numbers_with_many_examples_are_classes(self):
        text = "a,b\n" + "".join(f"{row / 7},{row % 100}\n" for row in range(1_000))
        known = pd.read_csv(io.StringIO(text))
        reads(text, known[["a"]], known["b"])

    def test_many_words_are_no_classes(self):
        text = "".join(f"{row},name {row}\n" for row in range(200))
        refused("a.csv", text.encode(), "200 different values.*; choose another class column")


def excel() -> bytes:
    """The beginning of a workbook as Excel lays it out."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return file.getvalue()


def parquet() -> bytes:
    file = io.BytesIO()
    pd.DataFrame({"a": NUMBERS}).to_parquet(file)
    return file.getvalue()


ARFF = b"% a comment\n@RELATION iris\n@ATTRIBUTE a NUMERIC\n@DATA\n1,2\n"


class TestOtherFiles:
    @pytest.mark.parametrize("chance", [b"xl/", b"[Content_Types].xml", b"mimetype"])
    def test_an_npz_is_known_by_its_members_whatever_bytes_are_in_them(self, chance):
        x = np.zeros((20, 20), np.uint8)
        x[0, : len(chance)] = list(chance)
        file = io.BytesIO()
        np.savez(file, x=x, y=np.arange(20) % 2)
        assert chance in file.getvalue()
        np.testing.assert_array_equal(uploads.read_examples("a.npz", file.getvalue()).x, x)

    @pytest.mark.parametrize(
        ("suffix", "make", "way_out"),
        [
            (".xlsx", excel, "open it and save it as CSV"),
            (".xls", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99), "save it as CSV"),
            (".parquet", parquet, r"pandas\.read_parquet\(\.\.\.\)\.to_csv"),
            (".arff", lambda: ARFF, "save it as CSV in Weka"),
        ],
    )
    def test_they_are_refused_with_the_way_out_whatever_their_name(self, suffix, make, way_out):
        for name in (f"table{suffix}", "table.csv", "table.npz"):
            refused(name, make(), way_out)
