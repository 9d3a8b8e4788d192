"""Odd tables, as people's programs and hands write them: nothing is changed or dropped unsaid."""

import numpy as np
import pytest

from bnviz.data import uploads
from bnviz.data.bounds import UploadError
from bnviz.data.choices import Choices
from bnviz.data.reading import Reading
from tests.data.upload_files import npz

COUNT = 24
NUMBERS = [f"{0.5 * row * row - 3 * row}" for row in range(COUNT)]
ENDS = ["no", "yes"] * (COUNT // 2)


def text_of(heading: str, *columns: list[str], between: str = ",") -> str:
    rows = [between.join(cells) for cells in zip(*columns, strict=True)]
    return "\n".join([*([heading] if heading else []), *rows, ""])


def reading_of(text: str, **choices) -> Reading:
    return uploads.read("a.csv", text.encode(), Choices(**choices)).reading


class TestRowsThatBeginWithTheSignOfComments:
    @pytest.mark.parametrize("cell", ["#N/A", "#DIV/0!"])
    def test_errors_of_spreadsheets_are_missing_values_and_counted(self, cell):
        reading = reading_of(text_of("x,y,cls", [cell, cell, *NUMBERS[2:]], NUMBERS, ENDS))
        assert reading.num_missing == 2
        assert "2 examples with a missing value ('x': 2)" in reading.sentence()

    def test_colours_are_words(self):
        colours = ["#ff0000", "red", "blue"] * (COUNT // 3)
        reading = reading_of(text_of("colour,y,cls", colours, NUMBERS, ENDS))
        assert (reading.num_features, sum(count for _, count in reading.classes)) == (4, COUNT)

    def test_comments_are_counted(self):
        reading = reading_of("# one\n" + text_of("x,cls", NUMBERS, ENDS) + "# a, b\n")
        assert "2 lines that begin with '#' are left out as comments" in reading.sentence()

    def test_a_column_may_have_the_sign_as_its_name(self):
        numbers = [str(3 * row) for row in range(COUNT)]
        assert reading_of(text_of("#,y,cls", numbers, NUMBERS, ENDS)).columns == ("#", "y", "cls")


class TestCodes:
    def test_digits_with_a_zero_first_are_words_until_they_are_chosen(self):
        codes = [f"{row % 30:05d}" for row in range(100, 100 + COUNT)]
        text = text_of("zip,y,cls", codes, NUMBERS, ENDS)
        reading = reading_of(text)
        assert [each.name for each in reading.left_out] == ["zip"]
        assert "such as '00010'" in reading.sentence()
        assert reading_of(text, columns=("zip", "y")).num_features == 2

    @pytest.mark.parametrize(
        ("code", "number"), [("9E8", "900000000"), ("1234567890123456789", "1.23456789012346e+18")]
    )
    def test_numbers_that_may_be_codes_are_said(self, code, number):
        reading = reading_of(text_of("sku,y,cls", [code, *NUMBERS[1:]], NUMBERS, ENDS))
        assert f"'{code}' is read as the number {number}" in reading.sentence()

    def test_a_column_of_codes_that_is_left_out_is_not_said_to_be_used(self):
        codes = [f"{row:03d}" for row in range(7, 7 + 2 * COUNT, 2)]
        sentence = reading_of(text_of("id,y,cls", codes, NUMBERS, ENDS)).sentence()
        assert "left out: 'id' (24 different words" in sentence
        assert "is used" not in sentence

    def test_not_every_note_of_many_is_in_the_sentence(self):
        again = [ENDS] * 15
        names = ",".join(f"c{index}" for index in range(15))
        reading = reading_of(text_of(f"{names},y,cls", *again, NUMBERS, ENDS))
        assert reading.sentence().count("gives the class away") == 10
        assert "6 more notes on other columns" in reading.sentence()


class TestUnits:
    @pytest.mark.parametrize("unit", ["%", "kg"])
    def test_a_unit_after_a_space_is_no_column(self, unit):
        text = text_of(
            "", ["0", "3"] * (COUNT // 2), [f"{10 + row % 2} {unit}" for row in range(COUNT)]
        )
        assert reading_of(text).choices.delimiter == ","


class TestQuotes:
    @pytest.mark.parametrize("cells", [["0,5 cm", "1,5 cm"], ["a, b", "c, d"]])
    def test_a_comma_within_quotes_between_spaces_is_no_delimiter(self, cells):
        quoted = [f'"{cell}"' for cell in cells] * (COUNT // 2)
        reading = reading_of(text_of("size y cls", quoted, NUMBERS, ENDS, between=" "))
        assert (reading.choices.delimiter, reading.columns) == (" ", ("size", "y", "cls"))


class TestDecimalSigns:
    def test_a_sign_that_another_column_proves_is_said_where_it_decides(self):
        odd = ["7.749", "8.250"] * (COUNT // 2)
        numbers = [f"{row},35" for row in range(COUNT)]
        reading = reading_of(text_of("length;x;cls", odd, numbers, ENDS, between=";"))
        assert "'7.749' is read as 7749, not 7.749; else choose the decimal sign" in (
            reading.sentence()
        )

    @pytest.mark.parametrize("cells", [["4’729.50", "12.25"], ["5,93,646.50", "1,200.25"]])
    def test_groups_of_digits_of_other_countries_are_read(self, cells):
        quoted = [f'"{cell}"' for cell in cells] * (COUNT // 2)
        data = text_of("x,y,cls", quoted, NUMBERS, ENDS).encode()
        x = uploads.read_examples("a.csv", data).x[:2, 0]
        assert x.tolist() == [float(each.replace("’", "").replace(",", "")) for each in cells]


class TestMissingValues:
    def test_what_stands_for_them_among_the_classes_is_said(self):
        labels = ["NA", "EU", "AS", "None", "EU", "AS"] * (COUNT // 6)
        reading = reading_of(text_of("x,region", NUMBERS, labels))
        assert "('NA' in the class column: 4, 'None' in the class column: 4)" in reading.sentence()
        assert reading.as_json()["missing_in"] == [
            {"name": "'NA' in the class column", "count": 4},
            {"name": "'None' in the class column", "count": 4},
        ]

    def test_a_word_or_nothing_is_said_as_it_is(self):
        boxes = ["x", ""] * (COUNT // 2)
        (left_out,) = reading_of(text_of("box,y,cls", boxes, NUMBERS, ENDS)).left_out
        assert left_out.reason == "one word or nothing in every row"


class TestHeadings:
    def test_years_are_names_above_a_class_that_is_one(self):
        reading = reading_of(text_of("2019,2020,kind", NUMBERS, NUMBERS[::-1], ENDS))
        assert reading.columns == ("2019", "2020", "kind")

    def test_one_name_among_the_answers_does_not_make_the_heading_an_example(self):
        answers = ["agree", "disagree", "neutral"] * (COUNT // 3)
        turned = answers[1:] + answers[:1]
        reading = reading_of(text_of("agree,clear,vote", answers, turned, ENDS))
        assert reading.columns == ("agree", "clear", "vote")

    def test_a_long_name_can_be_chosen_whole(self):
        name = "How often did you look at the clock today, and why"
        text = text_of(f'"{name}",x,cls', ENDS, NUMBERS, ENDS)
        assert reading_of(text, class_column=name).choices.class_column.startswith("How often")


class TestClasses:
    def test_dates_and_text_are_not_guessed_to_be_classes(self):
        dates = [f"2024-01-{1 + row % 9:02d}" for row in range(COUNT)]
        remarks = [f"remark {row}" for row in range(COUNT)]
        for last in (dates, remarks):
            choices = reading_of(text_of("x,kind,last", NUMBERS, ENDS, last)).choices
            assert choices.class_column == "kind"

    def test_text_that_hardly_recurs_is_named_where_no_column_holds_classes(self):
        text = text_of("a,b", [str(3 * row) for row in range(150)], [f"w{i}" for i in range(150)])
        with pytest.raises(UploadError, match="Column 'b' has 150 different values"):
            reading_of(text)

    def test_a_class_without_a_validation_example_is_said(self):
        reading = reading_of(text_of("x,cls", [*NUMBERS, "1"], [*ENDS, "total"]))
        assert "There is no validation example of 'total'" in reading.sentence()

    def test_a_class_without_a_training_example_is_said(self):
        x, y = np.random.default_rng(0).normal(size=(20, 3)), np.arange(20) % 2
        data = npz(x_train=x, y_train=y, x_test=x, y_test=np.where(np.arange(20) > 17, 3, y))
        sentence = uploads.read("a.npz", data).reading.sentence()
        assert "There is no training example of '3'" in sentence

    @pytest.mark.parametrize("values", [("0", "1"), ("n", "y")])
    def test_a_column_that_is_the_class_again_is_said(self, values):
        again = [values[end == "yes"] for end in ENDS]
        sentence = reading_of(text_of("x,code,cls", NUMBERS, again, ENDS)).sentence()
        assert "Column 'code' gives the class away" in sentence

    def test_columns_that_differ_from_the_class_are_not_accused(self):
        other = [("0", "1")[row % 3 == 0] for row in range(COUNT)]
        sentence = reading_of(text_of("x,code,cls", NUMBERS, other, ENDS)).sentence()
        assert "gives the class away" not in sentence


class TestSentences:
    def test_a_quote_that_is_never_closed_is_named_where_it_is_opened(self):
        text = text_of("x,cls", ['"1', *NUMBERS[1:]], ENDS)
        with pytest.raises(UploadError, match=r"row on line 2 .* never closed"):
            reading_of(text)

    def test_bytes_that_are_not_utf_8_are_said_to_be_a_guess(self):
        cyrillic = text_of("x,cls", NUMBERS, ["да", "нет"] * (COUNT // 2)).encode("cp1251")
        assert "choose the encoding" in uploads.read("a.csv", cyrillic).reading.sentence()
        chosen = uploads.read("a.csv", cyrillic, Choices(encoding="cp1251"))
        assert chosen.dataset.classes == ("да", "нет")
        assert "choose the encoding" not in chosen.reading.sentence()

    def test_json_is_recognized(self):
        with pytest.raises(UploadError, match="it is JSON"):
            reading_of('[{"x": 1, "cls": "no"}]')

    def test_choices_for_a_table_are_said_to_do_nothing_for_arrays(self):
        data = npz(x=np.random.default_rng(0).normal(size=(20, 3)), y=np.arange(20) % 2)
        reading = uploads.read("a.npz", data, Choices(delimiter=";")).reading
        assert "says nothing of an NPZ file" in reading.sentence()
