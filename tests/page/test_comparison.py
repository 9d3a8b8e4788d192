"""What differs in the settings of two runs."""

from bnviz.page.forms.comparison import differing
from bnviz.settings import Settings


def test_each_setting_that_differs_is_named_with_both_values():
    one, other = Settings(), Settings(learning_rate=2.0, units=8)
    rows = {label: values for label, *values in differing(one, other)}
    assert rows == {"learning rate": ["0.2", "2"], "units": ["32", "8"]}


def test_what_makes_no_difference_to_one_of_them_is_no_value_of_it():
    moons = Settings(dataset="moons", noise=0.3)
    rows = {label: values for label, *values in differing(Settings(noise=0.1), moons)}
    assert rows["noise"] == ["–", "0.3"]


def test_the_same_settings_do_not_differ():
    assert differing(Settings(), Settings(noise=0.4)) == []


def test_two_files_are_told_apart_but_not_named():
    files = [Settings(dataset="upload", upload=letter * 32) for letter in "ab"]
    assert differing(*files) == [("file", "file 1", "file 2")]


def test_several_runs_have_a_column_each_and_a_row_for_what_differs_in_any():
    runs = [Settings(), Settings(), Settings(units=8), Settings(units=8, seed=4)]
    rows = {label: values for label, *values in differing(*runs)}
    assert rows == {"units": ["32", "32", "8", "8"], "seed": ["0", "0", "0", "4"]}
