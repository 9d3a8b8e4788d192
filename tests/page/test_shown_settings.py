"""What stands over a stage that does not show what is chosen."""

import pytest

from bnviz.page.forms.shown_settings import MAX_NAMED, differences, sentence
from bnviz.page.lesson import about_default
from bnviz.settings import Settings
from bnviz.settings.settings import KINDS
from tests.support.streamlit_page import map_message, open_page, player_message

SHOWN = Settings()
OTHERS = {
    "dataset": "moons",
    "hidden_layers": 20,
    "activation": "tanh",
    "learning_rate": 0.3,
    "seed": 1,
    "deep": True,
    "interventions": "10:learning_rate=0.1",
    "bn_center": False,
}


@pytest.mark.parametrize(("name", "value"), OTHERS.items())
def test_a_setting_that_differs_is_named_with_its_value_on_the_stage(name, value):
    (words,) = differences(SHOWN, SHOWN.replace(**{name: value}))
    assert words.startswith(f"{KINDS[name].label} ")
    assert differences(SHOWN, SHOWN) == ()
    assert differences(SHOWN, SHOWN.replace(**{name: value}), without=[name]) == ()


def test_values_are_in_the_words_of_the_form():
    chosen = SHOWN.replace(hidden_layers=20, deep=True, interventions="10:learning_rate=0.1")
    found = differences(SHOWN, chosen)
    assert set(found) == {"hidden layers 5", "look deeper off", "changes in mid-run none"}


@pytest.mark.parametrize("name", ["noise", "init_stddev", "dropout_position"])
def test_a_setting_without_an_effect_on_what_is_shown_differs_from_nothing(name):
    value = {"noise": 0.5, "init_stddev": 1.0, "dropout_position": "before"}[name]
    assert differences(SHOWN, SHOWN.replace(**{name: value})) == ()


def test_files_are_told_apart():
    first, second = (Settings(dataset="upload", upload=each * 32) for each in "ab")
    assert differences(first, second) == ("another file",)
    assert differences(first, SHOWN) == ("data set your own file",)
    assert differences(SHOWN, first) == ("data set digits 8×8",)
    assert differences(SHOWN, None) == ("data set digits 8×8",)


@pytest.mark.parametrize("count", [1, MAX_NAMED, MAX_NAMED + 4])
def test_of_many_differences_the_first_few_are_named(count):
    text = sentence([f"a {number}" for number in range(count)], "Do this.")
    assert text.startswith("Shown: a 0")
    assert text.count("a ") == min(count, MAX_NAMED)
    assert ("4 more" in text) == (count > MAX_NAMED)
    assert text.endswith(". Do this.")


def has_more_on_the_default(page):
    """Whether what other seeds say of the default experiment stands under its picture."""
    return about_default.text() in [each.value for each in page.caption]


def test_the_player_of_the_default_run_says_what_is_not_as_chosen_and_nothing_else():
    page = open_page()
    assert player_message(page)[0]["other"] == ""
    assert has_more_on_the_default(page)
    layers = page.number_input(
        key=next(each.key for each in page.number_input if each.label == "hidden layers")
    )
    layers.set_value(6).run()
    assert not has_more_on_the_default(page)
    said = player_message(page)[0]["other"]
    assert said == "Shown: hidden layers 5. Press “Train both” to train what you have chosen."
    layers.set_value(5).run()
    assert player_message(page)[0]["other"] == ""
    assert has_more_on_the_default(page)


def test_the_map_says_what_is_not_as_chosen():
    page = open_page({"mode": "map"})
    assert map_message(page)["other"] == ""
    seeds = next(each for each in page.number_input if each.label == "seeds per cell")
    seeds.set_value(2).run()
    said = map_message(page)["other"]
    assert said == "Shown: seeds per cell 1. Press “Fill the map” to train what you have chosen."
    seeds.set_value(1).run()
    assert map_message(page)["other"] == ""


def test_the_map_names_its_axes():
    said = map_message(open_page({"mode": "map", "x": "units=4:64:log:5"}))["other"]
    assert said.startswith("Shown: horizontal axis learning rate ")


def test_seeds_that_are_not_trained_give_way_to_the_recorded_ones_which_say_so():
    assert map_message(open_page({"mode": "seeds"}))["other"] == ""
    said = map_message(open_page({"mode": "seeds", "hidden_layers": "3"}))["other"]
    assert said.startswith("Shown: hidden layers 5, ")
    assert said.endswith("to train what you have chosen.")
