import dataclasses
import json
import math
import pickle
import string

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bnviz.kinds import Changes, Choice, Flag, Float, Integer, Key, Kind
from bnviz.settings import (
    KINDS,
    LEARNING_RATES,
    SEEDS,
    STEPS,
    UPLOAD,
    Problem,
    Settings,
    SettingsError,
    bounds,
    groups,
)

fuzzed = settings(database=None)

NUMBERS = [name for name, kind in KINDS.items() if isinstance(kind, Integer | Float)]
WHOLES = [name for name, kind in KINDS.items() if isinstance(kind, Integer)]
CHOICES = [name for name, kind in KINDS.items() if isinstance(kind, Choice)]
CHANGES = ["", "5:insert_bn", "20:learning_rate=0.5,20:remove_bn,300:freeze_bn"]
FLAGS = [name for name, kind in KINDS.items() if isinstance(kind, Flag)]


def allowed(kind: Kind) -> st.SearchStrategy:
    match kind:
        case Choice(options=options):
            return st.sampled_from(options)
        case Integer(low=low, high=high):
            return st.integers(low, high)
        case Float(low=low, high=high):
            return st.floats(low, high)
        case Flag():
            return st.booleans()
        case Key(length=length):
            return st.text("0123456789abcdef", min_size=length, max_size=length)
        case Changes():
            return st.sampled_from(CHANGES)
    raise TypeError(kind)


@st.composite
def valid(draw) -> Settings:
    values = {name: draw(allowed(kind)) for name, kind in KINDS.items()}
    if values["dataset"] != UPLOAD:
        values["upload"] = ""
    return Settings(**values)


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([10**400, -(10**400), 1e308, math.inf, -math.inf, math.nan, -0.0])
    | st.floats()
    | st.text(max_size=10)
    | st.sampled_from(["1e999", "nan", "9" * 5000, "1_0", "٣", "\ud800", "true", "upload"])
    | st.binary(max_size=4)
    | st.complex_numbers(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=4,
)
names = st.sampled_from(list(KINDS)) | st.text(max_size=5) | st.none() | st.integers()


class TestRoundTrips:
    @fuzzed
    @given(valid())
    def test_through_a_url_query(self, wanted):
        assert Settings.read(wanted.to_query()) == wanted

    @fuzzed
    @given(valid())
    def test_through_json(self, wanted):
        assert Settings.from_json(wanted.to_json()) == wanted

    @fuzzed
    @given(valid())
    def test_keep_the_digest(self, wanted):
        read = Settings.read(wanted.to_query())
        assert read.digest == Settings.from_json(wanted.to_json()).digest == wanted.digest

    @fuzzed
    @given(valid())
    def test_keep_every_type(self, wanted):
        read = Settings.from_json(wanted.to_json())
        assert {n: type(getattr(read, n)) for n in KINDS} == {
            n: type(getattr(wanted, n)) for n in KINDS
        }

    @fuzzed
    @given(valid())
    def test_of_valid_settings_through_nearest_raise_no_problem(self, wanted):
        assert Settings.nearest(dataclasses.asdict(wanted)) == (wanted, ())

    def test_the_query_of_the_defaults_is_empty(self):
        assert Settings().to_query() == {}

    @fuzzed
    @given(valid())
    def test_a_query_holds_text_alone(self, wanted):
        assert all(isinstance(value, str) for value in wanted.to_query().values())

    def test_json_of_all_settings_is_standard(self):
        loaded = json.loads(Settings().to_json(), parse_constant=pytest.fail)
        assert list(loaded) == list(KINDS)


class TestDigest:
    @fuzzed
    @given(valid(), valid())
    def test_is_equal_exactly_for_equal_settings(self, one, other):
        assert (one.digest == other.digest) == (one == other)

    @fuzzed
    @given(valid(), st.sampled_from(list(KINDS)), st.data())
    def test_changes_with_every_setting(self, before, name, data):
        value = data.draw(allowed(KINDS[name]))
        assume(value != getattr(before, name) and name not in ("dataset", "upload"))
        assert before.replace(**{name: value}).digest != before.digest

    def test_is_16_hexadecimal_characters(self):
        digest = Settings().digest
        assert len(digest) == 16
        assert set(digest) <= set(string.hexdigits.lower())

    @pytest.mark.parametrize("same", [{"learning_rate": 1}, {"dropout": -0.0}, {"noise": "0.2"}])
    def test_does_not_tell_writings_of_one_value_apart(self, same):
        name, value = next(iter(same.items()))
        assert Settings(**same).digest == Settings(**{name: abs(float(value))}).digest


class TestBounds:
    @pytest.mark.parametrize("name", NUMBERS)
    @pytest.mark.parametrize("end", ["low", "high"])
    def test_are_allowed_themselves(self, name, end):
        bound = getattr(KINDS[name], end)
        assert getattr(Settings(**{name: bound}), name) == bound

    @pytest.mark.parametrize("name", NUMBERS)
    @pytest.mark.parametrize(("end", "away"), [("low", -math.inf), ("high", math.inf)])
    def test_just_outside_is_refused_and_its_nearest_is_the_bound(self, name, end, away):
        bound = getattr(KINDS[name], end)
        outside = math.nextafter(bound, away) if isinstance(KINDS[name], Float) else bound
        outside += 0 if isinstance(KINDS[name], Float) else int(math.copysign(1, away))
        with pytest.raises(SettingsError, match=f"^{name} is "):
            Settings(**{name: outside})
        near, (problem,) = Settings.nearest({name: outside})
        assert (getattr(near, name), problem.name) == (bound, name)

    @pytest.mark.parametrize(
        ("name", "named"), [("steps", STEPS), ("learning_rate", LEARNING_RATES), ("seed", SEEDS)]
    )
    def test_have_a_name_where_they_are_used_elsewhere(self, name, named):
        assert bounds(name) == named

    @pytest.mark.parametrize("name", ["activation", "bn_center", "upload", "interventions"])
    def test_are_those_of_numbers_alone(self, name):
        with pytest.raises(TypeError, match=f"{name} is not a number"):
            bounds(name)

    @pytest.mark.parametrize("name", CHOICES)
    def test_every_option_is_allowed(self, name):
        for option in KINDS[name].options:
            key = {"upload": "0" * 32} if option == UPLOAD else {}
            assert getattr(Settings(**{name: option}, **key), name) == option

    @pytest.mark.parametrize("name", FLAGS)
    @pytest.mark.parametrize("word", ["true", "False", "1", "0", "YES", "no"])
    def test_words_of_a_flag(self, name, word):
        wanted = word.lower() in ("true", "1", "yes")
        assert getattr(Settings.read({name: word}), name) is wanted

    @pytest.mark.parametrize("name", WHOLES)
    @pytest.mark.parametrize("value", [2.5, 2.0, "2.5", "two", None, True])
    def test_only_a_whole_number_is_one(self, name, value):
        with pytest.raises(SettingsError, match="a whole number from"):
            Settings(**{name: value})

    @pytest.mark.parametrize("name", NUMBERS)
    @pytest.mark.parametrize("value", [math.nan, math.inf, "nan", "-inf", "", 10**400, "9" * 99])
    def test_no_number_that_is_none_or_endless(self, name, value):
        with pytest.raises(SettingsError, match=f"^{name} is "):
            Settings(**{name: value})

    @pytest.mark.parametrize("key", ["0" * 31, "0" * 33, "G" * 32, "A" * 32, "0" * 31 + "\n"])
    def test_an_upload_is_named_by_its_key_alone(self, key):
        with pytest.raises(SettingsError, match="upload is "):
            Settings(dataset=UPLOAD, upload=key)

    @pytest.mark.parametrize("given", [{"dataset": UPLOAD}, {"upload": "0" * 32}])
    def test_a_key_and_the_data_set_upload_go_together(self, given):
        with pytest.raises(SettingsError, match="choose a file first"):
            Settings(**given)


BAD = {"units": 0, "steps": "many", "activation": "softmax", "bn_center": 7, "noise": None}


class TestErrors:
    def test_name_all_bad_fields_at_once(self):
        with pytest.raises(SettingsError) as raised:
            Settings(**BAD)
        assert {problem.name for problem in raised.value.problems} == set(BAD)

    @pytest.mark.parametrize("name", BAD)
    def test_say_what_came_and_what_is_allowed(self, name):
        with pytest.raises(SettingsError) as raised:
            Settings(**BAD)
        message = str(raised.value)
        assert f"{name} is '{BAD[name]}'; allowed is {KINDS[name].allowed()}" in message

    def test_are_short_whatever_came(self):
        assert len(str(Problem("steps", "9" * 100_000, "less"))) < 100

    def test_are_short_however_long_a_name_and_however_many(self):
        long = {f"{'n' * 10_000}{number}": "1" for number in range(900)}
        with pytest.raises(SettingsError) as raised:
            Settings.read(long | BAD)
        assert len(raised.value.problems) == 900 + len(BAD)
        assert len(message := str(raised.value)) < 2_500
        assert all(f"{name} is " in message for name in BAD)
        assert "895 further names belong to no setting" in message

    def test_survive_the_way_between_processes(self):
        error = SettingsError([Problem("steps", "0", "more")])
        assert pickle.loads(pickle.dumps(error)).problems == error.problems

    @pytest.mark.parametrize(
        "text", ["", "[]", "null", "{", "[" * 100_000, '{"steps": ' + "9" * 5000 + "}", '"x"']
    )
    def test_come_of_text_that_is_no_object(self, text):
        with pytest.raises(SettingsError, match="a JSON object of settings"):
            Settings.from_json(text)

    @pytest.mark.parametrize("text", ['{"steps": 1e5}', '{"noise": NaN}', '{"colour": 1}'])
    def test_come_of_json_with_bad_values(self, text):
        with pytest.raises(SettingsError):
            Settings.from_json(text)

    def test_a_change_that_is_not_allowed_is_refused(self):
        with pytest.raises(SettingsError, match="units"):
            Settings().replace(units=1)


class TestNearest:
    @fuzzed
    @given(st.dictionaries(names, anything, max_size=5))
    def test_of_anything_is_valid_and_names_each_bad_field(self, came):
        near, problems = Settings.nearest(came)
        assert Settings.from_json(near.to_json()) == near
        named = {problem.name for problem in problems}
        for name, value in came.items():
            try:
                Settings.read({name: value})
            except SettingsError:
                assert name in named or name not in KINDS or name in ("dataset", "upload")
            else:
                assert name not in named or name in ("dataset", "upload")
        assert all(len(str(problem)) < 400 for problem in problems)

    @fuzzed
    @given(st.dictionaries(names, anything, max_size=5))
    def test_read_raises_exactly_where_nearest_has_a_problem(self, came):
        _, problems = Settings.nearest(came)
        try:
            Settings.read(came)
        except SettingsError as error:
            raised = error.problems
        else:
            raised = ()
        assert len(raised) == len(problems)

    @fuzzed
    @given(st.sampled_from(NUMBERS), st.floats(allow_nan=False, allow_infinity=False))
    def test_a_number_is_brought_to_the_nearer_bound(self, name, value):
        kind = KINDS[name]
        near, _ = Settings.nearest({name: value})
        assert getattr(near, name) == pytest.approx(min(max(value, kind.low), kind.high), abs=0.5)

    @pytest.mark.parametrize("sign", [1, -1])
    @pytest.mark.parametrize("name", [*KINDS, "colour"])
    def test_of_numbers_with_too_many_digits_to_be_shown(self, name, sign):
        _, (problem,) = Settings.nearest({name: sign * 10**5000})
        assert (problem.name, problem.given) == (name, "a value of type int that cannot be shown")

    def test_of_a_name_with_too_many_digits_to_be_shown(self):
        assert len(Settings.nearest({10**5000: 1})[1]) == 1

    def test_a_bad_value_leaves_the_good_ones(self):
        near, (problem,) = Settings.nearest({"units": "8", "steps": "none"})
        assert (near.units, near.steps, problem.name) == (8, Settings().steps, "steps")

    def test_a_bad_key_is_named_once(self):
        near, (problem,) = Settings.nearest({"dataset": "upload", "upload": "zzz"})
        assert (near, problem.name) == (Settings(), "upload")

    def test_the_input_stays_as_it_was(self):
        came = {"steps": "0", "upload": "x"}
        Settings.nearest(came)
        assert came == {"steps": "0", "upload": "x"}


class TestDeclaration:
    @pytest.mark.parametrize("name", KINDS)
    def test_every_setting_is_explained_on_the_form(self, name):
        kind = KINDS[name]
        assert all((kind.label, kind.group, kind.help, kind.allowed()))
        assert kind.help.endswith(".")

    def test_every_setting_stands_under_one_heading(self):
        assert sorted(name for group in groups().values() for name in group) == sorted(KINDS)

    def test_settings_are_frozen(self):
        with pytest.raises(dataclasses.FrozenInstanceError):
            Settings().steps = 1
