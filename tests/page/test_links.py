"""Links: what is read of them, and what is said about the rest."""

from types import SimpleNamespace
from urllib.parse import parse_qsl, urlsplit

import pytest

from bnviz.page.modes.registry import MODES
from bnviz.page.shell import links
from bnviz.settings import Settings
from bnviz.settings.settings import KINDS
from tests.support.everyday import everyday
from tests.support.streamlit_page import open_page, player_message

PARAMETERS = {name: mode.PARAMETERS for name, mode in MODES.items()}


def understood(**query):
    return links.understood({name: [value] for name, value in query.items()}, PARAMETERS)


def warnings(query):
    return [warning.value for warning in open_page(query).warning]


@pytest.mark.parametrize(
    "name",
    ["utm_source", "UTM_Campaign", "fbclid", "gclid", "embed", "embed_options", "mc_eid", "_ga"],
)
def test_what_others_add_is_ignored_in_silence(name):
    assert understood(**{name: "x", "units": "8"}) == understood(units="8")
    repeated = links.understood({name: ["x", "y"]}, PARAMETERS)
    assert repeated == understood()


@pytest.mark.parametrize("name", ["utm", "embedded", "unit", "learning-rate", "clid"])
def test_any_other_unknown_name_is_named(name):
    (problem,) = understood(**{name: "x"}).problems
    assert problem.name == name


def test_nothing_that_the_page_reads_is_left_to_others():
    own = {links.MODE, links.TRAIN, links.DEFAULTS, links.READING, links.OPEN, *KINDS}.union(
        *PARAMETERS.values()
    )
    assert not own & links.OTHERS
    assert not [name for name in own if name.startswith(links.OTHERS_BEGIN)]


@pytest.mark.parametrize(
    ("query", "read"),
    [
        ({"units": "9999"}, {"units": 256}),
        ({"units": "64.5"}, {"units": 64}),
        ({"units": "1,000"}, {}),
        ({"learning_rate": "fast"}, {}),
        ({"learning_rate": "fast", "v": "1"}, {"learning_rate": 1.0}),
        ({"activation": "softmax"}, {}),
        ({"interventions": "0:insert_bn"}, {}),
        ({"bn_center": "2"}, {}),
    ],
)
def test_a_bad_value_is_read_as_the_value_that_is_said(query, read):
    link = understood(**{"v": "2", **query})
    name = next(iter(query))
    for expected in read:
        assert getattr(link.settings, expected) == read[expected]
    (problem,) = link.problems
    assert problem.used == link.settings.text(name)
    said = problem.used or "nothing"
    assert str(problem).endswith(f"and is read as {said}")


@pytest.mark.parametrize(
    ("given", "opened", "refused"),
    [
        ("", (), False),
        ("verdict,settings", ("settings", "verdict"), False),
        ("view,view", ("view",), False),
        ("view,everything", ("view",), True),
        ("<b>", (), True),
        ("," * 9_000, (), False),
    ],
)
def test_a_link_names_what_is_open(given, opened, refused):
    link = understood(open=given)
    assert link.opened == opened
    assert not link.named
    assert [problem.name for problem in link.problems] == ["open"] * refused
    assert understood(units="8", open=given).former


def test_the_page_keeps_what_a_link_opens():
    page = open_page({"open": "verdict,settings"})
    assert page.query_params == {"open": "settings,verdict"}
    assert player_message(page)[0]["opened"] == ["settings", "verdict"]


def test_the_page_says_what_a_link_is_read_as():
    (warning,) = warnings({"units": "9999", "steps": "1e3", "utm_source": "mail"})
    assert "from 2 to 256, and is read as 256" in warning
    assert "steps" not in warning
    assert "utm" not in warning


@pytest.mark.parametrize(
    ("query", "said"),
    everyday(
        [
            ({"mode": "seeds", "seeds": "99"}, "from 5 to 20, and is read as 10"),
            ({"mode": "map", "target": "2"}, "and is read as 0.9"),
            (
                {"mode": "map", "x": "units=2.5:8:log:3"},
                "and is read as learning_rate=0.01:10:log:16",
            ),
            (
                {"mode": "map", "y": "learning_rate=0.1:1:log:3"},
                "is read as init_scale=0.1:10:log:16",
            ),
            (
                {"mode": "map", "x": "init_scale=0.1:1:log:3"},
                "is read as learning_rate=0.01:10:log:16",
            ),
            ({"chapter": "99"}, "and is read as problem"),
            ({"mode": "other"}, "and is read as laboratory"),
        ],
        (0, 2),
    ),
)
def test_each_mode_says_what_its_parameters_are_read_as(query, said):
    (warning,) = warnings(query)
    assert said in warning.replace("`", "")


def test_a_link_may_hold_whole_floats_and_decimal_commas():
    page = open_page({"mode": "map", "x": "units=2.0:8,0:log:3.0", "seeds": "2.0", "steps": "1e2"})
    assert not page.warning
    assert page.sidebar.number_input(key="axis_x_high_units").value == 8
    assert page.sidebar.number_input(key="sweep_seeds").value == 2
    assert understood(learning_rate="0,5").settings == Settings(
        **links.FORMER_DEFAULTS | {"learning_rate": 0.5}
    )


@pytest.mark.parametrize(
    ("address", "link"),
    [
        ("https://example.org/bnviz", "https://example.org/bnviz/?units=8&v=2&train=1"),
        (None, ""),
        ("javascript:alert(1)", ""),
        ("https://a\nThe run: https://b", ""),
        ("https://" + 501 * "a", ""),
    ],
)
def test_a_link_to_a_run_begins_with_the_address_of_the_page_if_it_is_one(
    address, link, monkeypatch
):
    monkeypatch.setattr(links.st, "context", SimpleNamespace(url=address))
    made = links.to_run(Settings(units=8).to_query())
    assert made == link
    if link:
        query = dict(parse_qsl(urlsplit(made).query))
        assert (understood(**query).settings, understood(**query).train) == (
            Settings(units=8),
            True,
        )
