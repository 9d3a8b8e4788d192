"""CSV files: every notation of a table is read; the error names the line and column."""

import numpy as np
import pytest

from bnviz.data import uploads
from bnviz.data.bounds import UploadError
from tests.data.upload_files import ROWS, csv, images, npz, refused
from tests.support.datasets import assert_trainable


class TestCsv:
    def test_the_last_column_is_the_class(self):
        dataset = csv(ROWS)
        assert_trainable(dataset)
        assert (dataset.num_features, dataset.classes) == (2, ("a", "b"))

    def test_a_fifth_of_each_class_validates(self):
        assert np.bincount(csv(ROWS).y_validation).tolist() == [2, 2]

    def test_training_features_are_standardized(self):
        x = csv(ROWS).x_train.astype(np.float64)
        np.testing.assert_allclose(x.mean(axis=0), 0, atol=1e-6)
        np.testing.assert_allclose(x.std(axis=0), 1, atol=1e-6)

    def test_the_same_file_gives_the_same_digest(self):
        assert csv(ROWS).digest == csv(ROWS).digest

    @pytest.mark.parametrize(
        "text",
        [
            ROWS.replace(",", ";"),
            ROWS.replace(",", ";").replace(".", ","),
            ROWS.replace(",", "\t"),
            ROWS.replace(",", ", "),
            ROWS.replace("\n", "\r\n"),
            ROWS.replace("\n", "\r"),
            ROWS.replace("\n", "\n\n"),
            ROWS + ",,\n,,\n",
            ROWS.replace("a", '"a"'),
            "one,two,class\n" + ROWS,
            "1st,2nd,3\n" + ROWS,
            "\ufeffone,two,class\n" + ROWS,
        ],
    )
    def test_all_notations_of_a_table_give_the_same_data(self, text):
        assert csv(text).digest == csv(ROWS).digest

    def test_a_heading_of_numbers_is_recognized_by_the_word_above_the_classes(self):
        rows = "".join(f"{i},{i % 2}\n" for i in range(10))
        assert csv("0,class\n" + rows).digest == csv(rows).digest

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1"])
    def test_class_names_keep_their_letters(self, encoding):
        text = ROWS.replace("a", "Äpfel").replace("b", "Öl")
        assert csv(text.encode(encoding)).classes == ("Äpfel", "Öl")

    def test_a_chosen_column_is_the_class(self):
        turned = "".join(f"{c},{x},{y}\n" for x, y, c in (r.split(",") for r in ROWS.split()))
        dataset = csv("kind,one,two\n" + turned, class_column="kind")
        assert (dataset.digest, dataset.classes) == (csv(ROWS).digest, ("a", "b"))

    def test_classes_that_are_numbers_are_sorted_as_numbers(self):
        rows = "".join(f"{i},{(10, 9, 2)[i % 3]}\n" for i in range(30))
        assert csv(rows).classes == ("2", "9", "10")

    def test_a_class_of_one_example_is_trained_on(self):
        dataset = csv(ROWS + "7,7,c\n")
        assert np.bincount(dataset.y_train).tolist() == [8, 8, 1]
        assert 2 not in dataset.y_validation

    def test_a_feature_that_never_varies_becomes_0(self):
        rows = "".join(f"0.1,{i},{i % 2}\n" for i in range(20))
        assert not csv(rows).x_train[:, 0].any()

    def test_columns_are_named_by_the_heading(self):
        assert uploads.columns(b"one;two;class\n1;2;a\n") == ["one", "two", "class"]

    def test_columns_without_heading_are_numbered(self):
        assert uploads.columns(ROWS.encode()) == ["column 1", "column 2", "column 3"]

    def test_columns_of_the_same_name_get_unique_names(self):
        assert uploads.columns(b"x,x,,x\n1,2,3,4\n") == ["x", "x (2)", "column 3", "x (3)"]

    def test_markup_and_formulas_in_headings_are_text(self):
        names = ["<script>alert(1)</script>", "=HYPERLINK(1)"]
        assert uploads.columns((",".join(names) + "\n1,2\n").encode()) == names

    def test_long_names_are_cut(self):
        (name, _) = uploads.columns(b"x" * 5_000 + b",y\n1,2\n")
        assert len(name) <= 40

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("", "empty"),
            (" \n\n \n", "empty"),
            ("one,two,class\n", "heading but no examples"),
            ("1,a\n", "number of examples is 1"),
            ("1,a\n2,b\n", "at least 2 of each"),
            ("1\n2\n3\n", "only one column"),
            ("1,2,a\n1,2,b\n1,b\n", "Line 3 has 2 cells where the first has 3"),
            ("x,y,c\n1,2,a\n\n1,2,3,b\n", "Line 4 has 4 cells"),
            ("x,y,c\n1,2,a\n1,red,b\n", "Column 'y', line 3: 'red' is not a number"),
            ("x,y,c\n1,2,a\n1,,b\n", "Only 1 of 2 examples have all their values"),
            ("x,y,c\n1,2,a\n1,nan,b\n", "columns with many missing ones, such as 'y'"),
            ("x,y,c\n1,2,a\n1,-inf,b\n", "Column 'y', line 3: -inf is not a finite number"),
            ("x,y,c\n1,2,a\n1,1e999,b\n", "Column 'y', line 3: inf is not a finite number"),
            ("x,y,c\n1,2,a\n1,2,\n", "Only 1 of 2 examples"),
            ("x,y,c\n1,2,0\n1,2,NaN\n", "Only 1 of 2 examples"),
            (ROWS.replace("b", "a"), "of one class, 'a'"),
            (
                "".join(f"{i},w{i}\n" for i in range(200)),
                "'column 2' has 200 different values, but there can be at most 100 classes",
            ),
            (
                "".join(f"{'ab'[i % 2]},{i / 7}\n" for i in range(200)),
                r"a quantity to predict \(regression\), .* such as 'column 1' \(2 values\)",
            ),
            ("".join(f"{i % 2},{i / 7}\n" for i in range(30)), "30 different numbers: it is a qu"),
            ("1," * 1_100 + "a\n", "1101 columns; at most 1026"),
            (ROWS + '1,"2,a\n', "line 21 cannot be read as CSV"),
            ("x," + "y" * 200_000 + "\n", "cannot be read as CSV"),
            ("1,a\n" * 70_001, "more than 70000 examples"),
            (ROWS.replace("\n", "\0\n"), "not text; save it as CSV"),
            (ROWS.encode("utf-16-le"), "not text; save it as CSV"),
            (npz(**images()), "not the .csv file that its name suggests"),
            (b"\x89PNG\r\n\x1a\n\0\0", "not text"),
            ("1,2,a\n" + "\n" * 100_001, "100000 blank lines"),
            ("\r" * 100_001 + ROWS, "100000 blank lines"),
            ("," * 1_000_001, "line 1 has more than 1000000 characters"),
            ("1,2,a\n1," + '"\n",' * 300_001, "has more than 1000000 characters"),
        ],
    )
    def test_tables_that_cannot_be_read_are_refused(self, text, words):
        refused("file.csv", text if isinstance(text, bytes) else text.encode(), words)

    def test_a_missing_column_cannot_be_the_class(self):
        with pytest.raises(UploadError, match="no column 'kind'"):
            csv(ROWS, class_column="kind")

    def test_the_class_column_does_not_shift_the_name_of_a_bad_one(self):
        with pytest.raises(UploadError, match="Column 'two', line 3"):
            csv("one,kind,two\n1,a,2\n1,b,red\n", class_column="kind")
