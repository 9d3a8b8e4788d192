"""What was read from a viewer's file, on the page: said, shown as text, and corrected."""

import pytest
from hypothesis import given
from hypothesis import strategies as some
from streamlit.testing.v1 import AppTest

from bnviz.data.choices import DECIMALS, DELIMITERS, ENCODINGS, Choices
from bnviz.page.shell import reading_link
from bnviz.settings.choices import UPLOAD
from tests.support.streamlit_page import new_page

NAMES = tuple(f"column {number}" for number in range(1, 13))
CHOICES = some.builds(
    Choices,
    class_column=some.sampled_from([None, *NAMES]),
    columns=some.none()
    | some.sets(some.sampled_from(range(12)), min_size=1).map(
        lambda numbers: tuple(NAMES[number] for number in sorted(numbers))
    ),
    heading=some.sampled_from([None, True, False]),
    delimiter=some.sampled_from([None, *DELIMITERS.values()]),
    decimal=some.sampled_from([None, *DECIMALS.values()]),
    encoding=some.sampled_from([None, *ENCODINGS]),
)


class TestLink:
    @given(CHOICES)
    def test_choices_come_back_from_a_link_that_names_no_column(self, choices):
        text = reading_link.as_text(choices, NAMES)
        assert reading_link.allows(text)
        assert "column " not in text
        assert reading_link.choices_of(text, lambda _: NAMES) == choices

    def test_what_is_guessed_needs_no_word(self):
        assert reading_link.as_text(Choices(), NAMES) == ""

    def test_names_are_told_as_the_file_is_written(self):
        asked = []
        reading_link.choices_of(
            "class:1,heading:no,delimiter:tab", lambda c: asked.append(c) or "a"
        )
        assert asked == [Choices(heading=False, delimiter="\t")]

    @pytest.mark.parametrize("text", ["class:99", "columns:13-99", "class:0", "columns:9-3"])
    def test_columns_that_are_not_there_are_guessed(self, text):
        assert reading_link.choices_of(text, lambda _: NAMES) == Choices()

    @pytest.mark.parametrize(
        "text", ["x", "class:", "class:a", "columns:1,2", "heading:maybe", ",", "class:1,", "٣"]
    )
    def test_any_other_text_is_a_problem_of_the_link(self, text):
        assert not reading_link.allows(text)
        page = new_page({"reading": text, "units": "7"}).run()
        assert not page.exception
        assert "reading" in page.warning[0].value


def table(heading: str = "id,*a*,b,kind,class") -> bytes:
    rows = [f"{i},{i % 7}.5,{i % 5},{'xyz'[i % 3]},{'uv'[i % 2]}" for i in range(1, 31)]
    return "\n".join([heading, *rows]).encode()


def page_with(data: bytes, name: str = "a.csv", link: dict[str, str] | None = None) -> AppTest:
    """The page with a file, and its choices in view."""
    page = new_page(link)
    page.session_state["bnviz_tab_answered"] = True
    page.run()
    page.sidebar.selectbox(key="setting_dataset").set_value(UPLOAD).run()
    page.file_uploader[0].set_value((name, data, "text/csv")).run()
    assert not page.exception
    return with_choices(page)


def with_choices(page: AppTest) -> AppTest:
    for label in ("Correct the reading", "Read it in another way"):
        page.session_state[f"correct_{label}"] = True
    page.run()
    assert not page.exception
    return page


def said(page: AppTest) -> str:
    """What the page says of the reading."""
    (caption,) = [each.value for each in page.sidebar.caption if "examples with" in each.value]
    return caption


def field(page: AppTest, label: str):
    (found,) = [
        each for each in (*page.sidebar.selectbox, *page.sidebar.multiselect) if each.label == label
    ]
    return found


def trains(page: AppTest) -> bool:
    return not page.button(key="train_wide").disabled


def test_what_was_read_is_said_and_shown_as_text():
    page = page_with(table())
    assert "30 examples with 5 features" in said(page)
    assert "2 classes in 'class' (u: 15, v: 15)" in said(page)
    assert said(page).startswith("` ")
    look = page.sidebar.code[0]
    assert look.value.splitlines()[0].split() == ["id", "*a*", "b", "kind", "class"]
    assert look.value.splitlines()[1].split() == ["1", "1.5", "1", "y", "v"]
    assert trains(page)
    assert "reading" not in page.query_params


def test_guesses_are_named_in_the_fields():
    page = page_with(table())
    shown = {
        label: field(page, label).options[0]
        for label in ("class column", "heading", "delimiter", "decimal sign", "encoding")
    }
    assert shown == {
        "class column": "class (guessed)",
        "heading": "yes (guessed)",
        "delimiter": "comma (guessed)",
        "decimal sign": "point (guessed)",
        "encoding": "utf-8 (guessed)",
    }
    assert field(page, "columns left out").value == ["id"]


@pytest.mark.widest
def test_one_click_takes_a_column_that_counts_the_rows_back():
    page = page_with(table())
    assert "'id' (it counts the rows)" in said(page)
    (button,) = [each for each in page.sidebar.button if each.key.startswith("take_back")]
    button.click().run()
    assert "30 examples with 6 features" in said(page)
    assert page.query_params["reading"] == "columns:1-4"
    assert not [each for each in page.sidebar.button if each.key.startswith("take_back")]


@pytest.mark.widest
def test_another_class_column():
    page = page_with(table())
    before = page.session_state["bnviz_field_values"]["setting_upload"]
    field(page, "class column").set_value("kind").run()
    assert "3 classes in 'kind'" in said(page)
    assert page.query_params["reading"] == "class:4"
    assert page.session_state["bnviz_field_values"]["setting_upload"] != before
    field(page, "class column").set_value("").run()
    assert "2 classes in 'class'" in said(page)
    assert page.session_state["bnviz_field_values"]["setting_upload"] == before


@pytest.mark.widest
def test_another_class_column_after_the_columns_were_chosen():
    page = page_with(table())
    field(page, "columns left out").set_value(["id", "kind"]).run()
    assert "30 examples with 2 features" in said(page)
    field(page, "class column").set_value("b").run()
    assert "5 classes in 'b'" in said(page)
    # The former class column has become a feature, of two words; the others stay left out.
    assert "30 examples with 3 features" in said(page)
    assert field(page, "columns left out").value == ["id", "kind"]


@pytest.mark.widest
def test_a_heading_that_was_taken_for_an_example():
    page = page_with(table("0,2.5,3,x,u"))
    assert "31 examples with" in said(page)
    field(page, "heading").set_value(True).run()
    assert "30 examples with" in said(page)
    assert page.query_params["reading"] == "heading:yes"
    field(page, "heading").set_value("").run()
    assert "31 examples with" in said(page)
    assert "reading" not in page.query_params


@pytest.mark.widest
def test_choices_about_columns_are_dropped_where_these_may_have_other_names():
    page = page_with(table())
    field(page, "class column").set_value("kind").run()
    field(page, "encoding").set_value("latin-1").run()
    assert "2 classes in 'class'" in said(page)
    assert page.query_params["reading"] == "encoding:latin-1"


@pytest.mark.widest
def test_a_file_that_a_choice_makes_unreadable_is_made_readable_by_another():
    page = page_with(table())
    field(page, "delimiter").set_value("|").run()
    (error,) = page.sidebar.error
    assert error.value.count(".") >= 1
    assert not trains(page)
    with_choices(page)
    assert "id,*a*,b,kind,class" in page.sidebar.code[0].value
    field(page, "delimiter").set_value(",").run()
    assert not page.sidebar.error
    assert trains(page)
    assert page.query_params["reading"] == "delimiter:comma"


def test_names_of_columns_are_text_wherever_they_are_shown():
    page = page_with(table("$x$,[a](//b),<b>c</b>,:star:,`d`"))
    for text in (*page.sidebar.caption, *page.sidebar.markdown):
        for name in ("[a]", "<b>", ":star:", "$x$"):
            assert name not in text.value or text.value.startswith("`")


@pytest.mark.widest
def test_a_link_carries_the_choices_to_another_session():
    mine = page_with(table())
    field(mine, "class column").set_value("kind").run()
    link = dict(mine.query_params)
    assert "kind" not in str(link)
    other = new_page(link)
    other.session_state["bnviz_tab_answered"] = True
    other.run()
    other.file_uploader[0].set_value(("a.csv", table(), "text/csv")).run()
    assert not other.exception
    assert said(other) == said(mine)
    assert other.query_params == link


def test_an_archive_has_no_choices_of_a_table(tmp_path):
    import numpy as np

    path = tmp_path / "a.npz"
    x = np.random.default_rng(0).normal(size=(40, 3))
    np.savez(path, x_train=x, y_train=np.arange(40) % 2)
    page = page_with(path.read_bytes(), "a.npz")
    assert "40 examples with 3 features" in said(page)
    assert not page.sidebar.code
    assert not page.sidebar.multiselect
