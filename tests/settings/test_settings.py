import dataclasses
import json
import math
import pickle
import string

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bnviz.settings import Settings, SettingsError
from bnviz.settings.bn_changes import is_removable
from bnviz.settings.choices import LEARNING_RATES, SEEDS, STEPS, UPLOAD
from bnviz.settings.kinds import Changes, Choice, Flag, Float, Integer, Key, Kind
from bnviz.settings.problem import Problem
from bnviz.settings.rules import is_possible
from bnviz.settings.settings import FORMER_DEFAULTS, KINDS, NEUTRAL, bounds, groups, is_relevant

fuzzed = settings(database=None)

NUMBERS = [name for name, kind in KINDS.items() if isinstance(kind, Integer | Float)]
INTEGERS = [name for name, kind in KINDS.items() if isinstance(kind, Integer)]
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
    if not is_possible(values["architecture"], values["dataset"]):
        values["architecture"] = "dense"
    if values["third_arm"] == values["second_arm"]:
        values["third_arm"] = "no"
    structure = (values[name] for name in ("architecture", "hidden_layers", "bn_position"))
    has_bn = "bn" in (values["second_arm"], values["third_arm"])
    if not has_bn or not is_removable(*structure):
        values["interventions"] = draw(st.sampled_from(["", "5:insert_bn"]))
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
    def test_through_a_url_query(self, original):
        assert Settings.read(original.to_query()) == original

    @fuzzed
    @given(valid())
    def test_through_json(self, original):
        assert Settings.from_json(original.to_json()) == original

    @fuzzed
    @given(valid())
    def test_keep_the_digest(self, original):
        read = Settings.read(original.to_query())
        assert read.digest == Settings.from_json(original.to_json()).digest == original.digest

    @fuzzed
    @given(valid())
    def test_keep_every_type(self, original):
        read = Settings.from_json(original.to_json())
        assert {n: type(getattr(read, n)) for n in KINDS} == {
            n: type(getattr(original, n)) for n in KINDS
        }

    @fuzzed
    @given(valid())
    def test_through_nearest_find_no_problem(self, original):
        assert Settings.nearest(dataclasses.asdict(original)) == (original, ())

    def test_the_query_of_the_defaults_is_empty(self):
        assert Settings().to_query() == {}

    @fuzzed
    @given(valid())
    def test_a_query_holds_only_text(self, original):
        assert all(isinstance(value, str) for value in original.to_query().values())

    def test_json_of_all_settings_is_standard(self):
        loaded = json.loads(Settings().to_json(), parse_constant=pytest.fail)
        assert list(loaded) == [name for name in KINDS if name not in NEUTRAL]


class TestDigest:
    @fuzzed
    @given(valid(), valid())
    def test_is_equal_if_and_only_if_the_settings_are(self, one, other):
        assert (one.digest == other.digest) == (one == other)

    @fuzzed
    @given(valid(), st.sampled_from(list(KINDS)), st.data())
    def test_changes_with_every_setting(self, before, name, data):
        value = data.draw(allowed(KINDS[name]))
        assume(value != getattr(before, name) and name not in ("dataset", "upload"))
        assume(name != "architecture" or is_possible(value, before.dataset))
        try:
            after = before.replace(**{name: value})
        except SettingsError:
            # Networks that contradict each other.
            assume(False)
        assert after.digest != before.digest

    def test_is_16_hexadecimal_characters(self):
        digest = Settings().digest
        assert len(digest) == 16
        assert set(digest) <= set(string.hexdigits.lower())

    @pytest.mark.parametrize("same", [{"learning_rate": 1}, {"dropout": -0.0}, {"noise": "0.2"}])
    def test_is_the_same_for_every_way_to_write_a_value(self, same):
        name, value = next(iter(same.items()))
        assert Settings(**same).digest == Settings(**{name: abs(float(value))}).digest


#: Digests of settings as the first version computed them. Files, caches and links depend on them.
DIGESTS = {
    "d80983c2efda9e5f": {},
    "ee67f5582fe5bb34": {
        "dataset": "moons",
        "noise": 0.35,
        "hidden_layers": 2,
        "units": 8,
        "activation": "tanh",
        "steps": 60,
    },
    "fe366a2128f1ab80": {
        "deep": True,
        "third_arm": "noisy_bn",
        "optimizer": "adam",
        "learning_rate": 0.01,
        "seed": 2**31 - 1,
    },
    "219c167106299289": {"interventions": "20:learning_rate=0.5,20:remove_bn,300:freeze_bn"},
    "d0f51e212d1624fc": {
        "dataset": "upload",
        "upload": "0123456789abcdef" * 2,
        "dropout": 0.25,
        "l2": 1e-4,
        "bn_center": False,
    },
    "343f139715b250cd": {
        "initializer": "random_normal",
        "init_stddev": 0.1,
        "init_scale": 3,
        "bn_position": "after",
        "bn_momentum": 0.99,
        "bn_epsilon": 1e-5,
    },
}


@pytest.mark.parametrize("digest", DIGESTS)
def test_digests_stay_what_they_were(digest):
    assert Settings(**{**FORMER_DEFAULTS, **DIGESTS[digest]}).digest == digest


class TestNetworks:
    """The networks that settings name together."""

    @pytest.mark.parametrize(
        ("given", "bad", "said"),
        [
            ({"third_arm": "bn"}, "third_arm", "another one than the second network"),
            (
                {"second_arm": "rms_norm", "third_arm": "rms_norm"},
                "third_arm",
                "another one than the second network",
            ),
            (
                {"second_arm": "layer_norm", "interventions": "5:remove_bn"},
                "interventions",
                "needs a second or third network that is bn, or BN inserted before",
            ),
            (
                {"second_arm": "rms_norm", "third_arm": "dyt", "interventions": "5:freeze_bn"},
                "interventions",
                "freeze the moving statistics",
            ),
            (
                {"second_arm": "layer_norm", "interventions": "5:freeze_bn,5:insert_bn"},
                "interventions",
                "BN inserted before",
            ),
        ],
    )
    def test_contradictions_are_refused_and_left_out_of_a_link(self, given, bad, said):
        with pytest.raises(SettingsError, match=said):
            Settings(**given)
        settings, (problem,) = Settings.nearest(given)
        assert (problem.name, problem.given) == (bad, given.pop(bad))
        kept = settings.interventions
        assert kept in ("", "5:insert_bn")
        assert settings == Settings(**{**given, "interventions": kept})

    @pytest.mark.parametrize("second", ["bn_other", "noisy_bn", "renorm", "ghost_bn"])
    def test_moving_statistics_may_be_frozen_whatever_keeps_them(self, second):
        Settings(second_arm=second, interventions="5:freeze_bn")

    @pytest.mark.parametrize("later", ["remove_bn", "freeze_bn"])
    def test_bn_that_was_inserted_may_be_changed(self, later):
        Settings(second_arm="layer_norm", interventions=f"5:insert_bn,6:{later}")

    def test_a_link_loses_only_the_impossible_changes(self):
        given = {"second_arm": "layer_norm", "interventions": "4:learning_rate=0.1,5:remove_bn"}
        settings, (problem,) = Settings.nearest(given)
        assert settings.interventions == problem.used == "4:learning_rate=0.1"
        with pytest.raises(SettingsError, match="needs") as refused:
            Settings.read(given)
        assert "is read as" not in str(refused.value)

    def test_bn_may_be_the_third_network_and_be_changed_there(self):
        changes = "5:insert_bn,8:remove_bn"
        Settings(second_arm="layer_norm", third_arm="bn", interventions=changes)
        Settings(second_arm="layer_norm", interventions="5:insert_bn")


class TestLaterSettings:
    """A setting added after the first version leaves old digests and recordings as they are."""

    @pytest.fixture(autouse=True)
    def later(self, monkeypatch) -> type[Settings]:
        """Settings with one more: its default is 1, and at 0 a run is as it was without it."""
        clip = Float("clip", "Training", "Bounds each gradient.", 0, 10)

        @dataclasses.dataclass(frozen=True, kw_only=True)
        class Later(Settings):
            clip: float = 1.0

        monkeypatch.setitem(KINDS, "clip", clip)
        monkeypatch.setitem(NEUTRAL, "clip", 0.0)
        return Later

    @pytest.mark.parametrize("digest", DIGESTS)
    def test_keep_the_digest_at_their_neutral_value(self, later, digest):
        assert later(**{**FORMER_DEFAULTS, **DIGESTS[digest]}, clip=0).digest == digest

    @pytest.mark.parametrize("clip", [1e-9, 0.5, 1, 10])
    def test_change_the_digest_at_every_other_value(self, later, clip):
        assert later(clip=clip).digest not in (later(clip=0).digest, later(clip=2).digest)

    @pytest.mark.parametrize("clip", [0, 0.5, 1])
    def test_are_read_back_from_json_and_queries(self, later, clip):
        original = later(clip=clip, units=8)
        assert later.from_json(original.to_json()) == original
        assert later.read(original.to_query()) == original

    def test_are_neutral_in_json_that_is_older(self, later):
        older = json.dumps({"units": 8})
        assert later.from_json(older) == later(units=8, clip=0)

    def test_have_their_default_in_links_that_are_older(self, later):
        assert later.read({"units": "8"}).clip == 1


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
    def test_exist_only_for_numbers(self, name):
        with pytest.raises(TypeError, match=f"{name} is not a number"):
            bounds(name)

    @pytest.mark.parametrize("name", CHOICES)
    def test_every_option_is_allowed(self, name):
        for option in KINDS[name].options:
            key = {"upload": "0" * 32} if option == UPLOAD else {}
            if (name, option) == ("third_arm", "bn"):
                key = {"second_arm": "layer_norm"}
            assert getattr(Settings(**{name: option}, **key), name) == option

    @pytest.mark.parametrize("name", FLAGS)
    @pytest.mark.parametrize("word", ["true", "False", "1", "0", "YES", "no"])
    def test_words_of_a_flag(self, name, word):
        original = word.lower() in ("true", "1", "yes")
        assert getattr(Settings.read({name: word}), name) is original

    @pytest.mark.parametrize(
        ("given", "value"),
        [
            ({"batch_size": "64.0"}, 64),
            ({"steps": "1e3"}, 1000),
            ({"units": "64,0"}, 64),
            ({"seed": "2147483647.0"}, 2**31 - 1),
            ({"learning_rate": "0,5"}, 0.5),
            ({"l2": "1e-4"}, 1e-4),
        ],
    )
    def test_a_number_may_be_typed_in_several_ways(self, given, value):
        (name,) = given
        settings = Settings.read(given)
        assert settings == Settings(**{name: value})
        assert type(getattr(settings, name)) is type(value)

    @pytest.mark.parametrize("given", [{"batch_size": "64.5"}, {"steps": "1,000"}, {"l2": "0,0,1"}])
    def test_a_number_that_could_be_another_is_refused(self, given):
        with pytest.raises(SettingsError, match="it must be"):
            Settings.read(given)

    @pytest.mark.parametrize("name", INTEGERS)
    @pytest.mark.parametrize("value", [2.5, 2.0, "2.5", "two", None, True])
    def test_an_integer_must_be_a_whole_number(self, name, value):
        with pytest.raises(SettingsError, match="a whole number from"):
            Settings(**{name: value})

    @pytest.mark.parametrize("name", NUMBERS)
    @pytest.mark.parametrize("value", [math.nan, math.inf, "nan", "-inf", "", 10**400, "9" * 99])
    def test_a_number_must_be_finite(self, name, value):
        with pytest.raises(SettingsError, match=f"^{name} is "):
            Settings(**{name: value})

    @pytest.mark.parametrize("key", ["0" * 31, "0" * 33, "G" * 32, "A" * 32, "0" * 31 + "\n"])
    def test_a_bad_key_is_refused(self, key):
        with pytest.raises(SettingsError, match="upload is "):
            Settings(dataset=UPLOAD, upload=key)

    @pytest.mark.parametrize("given", [{"dataset": UPLOAD}, {"upload": "0" * 32}])
    def test_a_key_and_the_data_set_upload_go_together(self, given):
        with pytest.raises(SettingsError, match="choose a file first"):
            Settings(**given)


BAD = {"units": 0, "steps": "many", "activation": "softmax", "bn_center": 7, "noise": None}


class TestErrors:
    def test_name_all_bad_values_at_once(self):
        with pytest.raises(SettingsError) as raised:
            Settings(**BAD)
        assert {problem.name for problem in raised.value.problems} == set(BAD)

    @pytest.mark.parametrize("name", BAD)
    def test_say_what_was_given_and_what_is_allowed(self, name):
        with pytest.raises(SettingsError) as raised:
            Settings(**BAD)
        message = str(raised.value)
        assert f"{name} is '{BAD[name]}'; it must be {KINDS[name].allowed()}" in message

    def test_are_short_whatever_was_given(self):
        assert len(str(Problem("steps", "9" * 100_000, "less"))) < 100

    def test_are_short_however_long_a_name_and_however_many(self):
        long = {f"{'n' * 10_000}{number}": "1" for number in range(900)}
        with pytest.raises(SettingsError) as raised:
            Settings.read(long | BAD)
        assert len(raised.value.problems) == 900 + len(BAD)
        assert len(message := str(raised.value)) < 2_500
        assert all(f"{name} is " in message for name in BAD)
        assert "895 more names are not settings" in message

    def test_can_be_sent_between_processes(self):
        error = SettingsError([Problem("steps", "0", "more")])
        assert pickle.loads(pickle.dumps(error)).problems == error.problems

    @pytest.mark.parametrize(
        "text", ["", "[]", "null", "{", "[" * 100_000, '{"steps": ' + "9" * 5000 + "}", '"x"']
    )
    def test_are_raised_for_text_that_is_not_an_object(self, text):
        with pytest.raises(SettingsError, match="a JSON object of settings"):
            Settings.from_json(text)

    @pytest.mark.parametrize("text", ['{"steps": 1e5}', '{"noise": NaN}', '{"colour": 1}'])
    def test_are_raised_for_json_with_bad_values(self, text):
        with pytest.raises(SettingsError):
            Settings.from_json(text)

    def test_a_change_that_is_not_allowed_is_refused(self):
        with pytest.raises(SettingsError, match="units"):
            Settings().replace(units=1)


class TestNearest:
    @fuzzed
    @given(st.dictionaries(names, anything, max_size=5))
    def test_of_anything_is_valid_and_names_each_bad_field(self, entries):
        near, problems = Settings.nearest(entries)
        assert Settings.from_json(near.to_json()) == near
        named = {problem.name for problem in problems}
        for name, value in entries.items():
            try:
                Settings.read({name: value})
            except SettingsError:
                assert name in named or name not in KINDS or name in ("dataset", "upload")
            else:
                assert name not in named or name in ("dataset", "upload")
        assert all(len(str(problem)) < 400 for problem in problems)

    @fuzzed
    @given(st.dictionaries(names, anything, max_size=5))
    def test_read_raises_exactly_where_nearest_has_a_problem(self, entries):
        _, problems = Settings.nearest(entries)
        try:
            Settings.read(entries)
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

    def test_does_not_change_its_input(self):
        entries = {"steps": "0", "upload": "x"}
        Settings.nearest(entries)
        assert entries == {"steps": "0", "upload": "x"}


class TestDeclaration:
    @pytest.mark.parametrize("name", KINDS)
    def test_every_setting_is_explained_on_the_form(self, name):
        kind = KINDS[name]
        assert all((kind.label, kind.group, kind.help, kind.allowed()))
        assert kind.help.endswith(".")

    def test_every_setting_is_under_one_heading(self):
        assert sorted(name for group in groups().values() for name in group) == sorted(KINDS)

    @pytest.mark.parametrize(("dropout", "relevant"), [(0.0, False), (1e-9, True), (0.5, True)])
    def test_the_place_of_dropout_matters_only_with_dropout(self, dropout, relevant):
        settings = Settings(dropout=dropout)
        assert is_relevant("dropout_position", dataclasses.asdict(settings)) == relevant

    def test_settings_are_frozen(self):
        with pytest.raises(dataclasses.FrozenInstanceError):
            Settings().steps = 1
