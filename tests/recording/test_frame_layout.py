import hashlib
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bnviz.recording import Recording
from bnviz.recording.frame_layout import FrameLayout
from bnviz.recording.frame_schema import (
    ARM_MEASURES,
    CONDITIONS,
    COSTLY_MEASURES,
    DETAIL_MEASURES,
    DIMENSIONS,
    FRAME_MEASURES,
    QUANTITY_MEASURES,
    measures_table,
)
from bnviz.recording.frames import ARMS, PERCENTILES, PROBE_SIZE, QUANTITIES, edges
from bnviz.recording.header import QuantitySpec, RecordingHeader
from bnviz.recording.networks import ArmSpec, LayerSpec
from bnviz.settings import Settings
from bnviz.settings.choices import ACTIVATIONS, PLANE_DATASETS, THIRD_ARMS
from bnviz.settings.settings import FORMER_DEFAULTS, bounds

fuzzed = settings(database=None)
runs = st.builds(
    Settings,
    dataset=st.sampled_from(["digits", *PLANE_DATASETS]),
    hidden_layers=st.integers(*bounds("hidden_layers")),
    units=st.integers(*bounds("units")),
    activation=st.sampled_from(ACTIVATIONS),
    second_arm=st.just("bn") | st.just("layer_norm"),
    third_arm=st.sampled_from([each for each in THIRD_ARMS if each not in ("bn", "layer_norm")]),
    deep=st.booleans(),
)
#: Of networks that no settings describe: any names, layers of different widths, other edges.
headers = st.builds(
    RecordingHeader,
    arms=st.lists(
        st.builds(
            ArmSpec,
            st.sampled_from(["none", "mine", "resnet"]),
            st.text(max_size=9),
            st.sampled_from(["none", "batch", "layer"]),
        ),
        min_size=1,
        max_size=3,
        unique_by=lambda arm: arm.name,
    ).map(tuple),
    layers=st.lists(
        st.builds(LayerSpec, st.text(max_size=9), st.integers(1, 300), st.just("relu")),
        min_size=1,
        max_size=9,
    ).map(tuple),
    quantities=st.lists(
        st.builds(
            QuantitySpec,
            st.sampled_from(["pre_activation", "activation", "channel_mean"]),
            st.integers(1, 9).map(lambda count: tuple(float(n) for n in range(count + 1))),
        ),
        max_size=3,
        unique_by=lambda quantity: quantity.name,
    ).map(tuple),
    steps=st.just((0, 1, 2)),
    plane=st.booleans(),
    deep=st.booleans(),
)
layouts = st.builds(FrameLayout, runs.map(RecordingHeader.of) | headers)

#: By settings: bytes of a frame, and the digest of its dtype and of the browser's schema, in full
#: and as overview. Files and browsers depend on every byte, so these numbers never change.
PINNED = {
    "default": (
        {},
        (12084, "7e9579584aaa16f7", "e6b87d65f1fd1e47"),
        (2868, "0691438b74ba962f", "6446b03689ecfb4a"),
    ),
    "plane": (
        {"dataset": "moons", "hidden_layers": 2, "units": 8, "activation": "tanh"},
        (7972, "8495becee77f2191", "7ef785e96a2c9fd7"),
        (1956, "6cb346632fca7185", "646c2e7f47785b57"),
    ),
    "costly": (
        {"deep": True, "hidden_layers": 4, "units": 16},
        (26476, "5215ea577f6c72ca", "85e0d519c2183329"),
        (3948, "7ccfa8a97f7a2b59", "dde332d41bdc8ba6"),
    ),
    "costly, plane, layer norm": (
        {"dataset": "spiral", "deep": True, "third_arm": "layer_norm", "activation": "relu"},
        (61704, "183d9d4402f57df9", "f9b1fd472bd3a82c"),
        (5320, "147420c6e4d9113e", "8c7a23d08324238f"),
    ),
    "largest": (
        {
            "dataset": "xor",
            "deep": True,
            "third_arm": "noisy_bn",
            "hidden_layers": 50,
            "units": 256,
        },
        (668832, "5b57266af2cce078", "b6a10c86ba8226db"),
        (122752, "600e3d065bf7ae28", "e29100acc386ba46"),
    ),
    "smallest": (
        {"third_arm": "bn_other", "hidden_layers": 1, "units": 2, "steps": 12},
        (1876, "5c8512ae3ad9ca39", "81198a2f5fd2e357"),
        (1564, "f1f49ed1071a14ba", "a4d6e53900a3a5d3"),
    ),
}
#: The same of the second version.
PINNED_SECOND = {
    "default": (
        (12248, "a616614e43f54d51", "7db26d3021570692"),
        (3032, "e2f8b85a4b49a8d2", "efb2837a6fa5079b"),
    ),
    "plane": (
        (8088, "daeae27f8eff2309", "eb75aa4e0e9bb56c"),
        (2072, "b1120fd94cb58f4b", "8f2fac2202666c9c"),
    ),
    "costly": (
        (26912, "91bc326a03d7ca25", "7cb8573cb54f02dd"),
        (4384, "06a9399db509bb17", "9c101b46c61b11c5"),
    ),
    "costly, plane, layer norm": (
        (62200, "5ff4530f70aac333", "5a513efa20cedbd4"),
        (5816, "a7f9c052ab733eb1", "61b9a22f1bddbe62"),
    ),
    "largest": (
        (676660, "30974e4f2f8a3c52", "110012114ad6b654"),
        (130580, "99622b84c49015fc", "1388e27db42a2fe1"),
    ),
    "smallest": (
        (1976, "f969d41195405c9f", "13887db08d2c5400"),
        (1664, "8211552061dadcde", "443a1f634159a821"),
    ),
}

#: The same of the third version.
PINNED_THIRD = {
    "default": (
        (12368, "634485ab0aaa2ccf", "7ebd8be79d8b4199"),
        (3152, "526edf9c409b4ac1", "8c5c1dd19532de65"),
    ),
    "plane": (
        (8176, "ee1fb5a89096ab08", "e4ec014edd7b6745"),
        (2160, "f2fac6616b1f5a7e", "a98914fa908044f1"),
    ),
    "costly": (
        (27064, "36d598bc9d7e5d3e", "410733d0cfaf33e6"),
        (4536, "d9dc5b48b159f37c", "6574daaa8f3a4227"),
    ),
    "costly, plane, layer norm": (
        (62380, "9087676fa6bbbc6f", "cf186474120f0a76"),
        (5996, "b3cc154a155452cb", "edce15f5faa5c248"),
    ),
    "largest": (
        (679096, "6a9553276585eaef", "ce8469c78dfb9305"),
        (133016, "fd007b4052a37100", "a7d0ebc573890b04"),
    ),
    "smallest": (
        (2060, "04d7f6b37dc42f28", "eee189153fb908a6"),
        (1748, "24027cfaf2a5510a", "254f97de96856fe1"),
    ),
}

#: The same of the fourth version.
PINNED_FOURTH = {
    "default": (
        (12360, "dd3e93e4bd209f1d", "efe4963d638d9537"),
        (3144, "4cd240cbf870aedb", "a34c87d78225378a"),
    ),
    "plane": (
        (8168, "9599d479fd6f9678", "6cbbf595210a9802"),
        (2152, "47d5a5c64ed48ea5", "dcea1ff73d44ff68"),
    ),
    "costly": (
        (27056, "b259c3d728e91553", "44393ddc4a9144bf"),
        (4528, "73ce25189bf2f1f4", "eaa56b680ff36ed5"),
    ),
    "costly, plane, layer norm": (
        (62368, "beee20bd3d1bcc8b", "925d6aefe5c196fd"),
        (5984, "f05abb31b2fda50a", "45445410abacd106"),
    ),
    "largest": (
        (679084, "59156694e399f057", "d308f08b0ba9a203"),
        (133004, "6a96dc875409dba3", "0d933772376bd347"),
    ),
    "smallest": (
        (2048, "9442f3123bf9c846", "1eafdd770177d3b6"),
        (1736, "c2079d200559f16a", "c4e6f2ddd8f33afe"),
    ),
}

#: The same of the fifth version.
PINNED_FIFTH = {
    "default": (
        (12560, "40f549f36116d877", "e59ef523d80b1956"),
        (3344, "1c8ba824034519b7", "ab921a93ca8f23cd"),
    ),
    "plane": (
        (8368, "15bfb85f5e0e028e", "cb326e64f0daf44f"),
        (2352, "eac4293fef64a92e", "3c9a46df2893bfc1"),
    ),
    "costly": (
        (27256, "f62e94840c67f826", "62d33e54c6682ad1"),
        (4728, "18920085d93ec756", "a57257a77be26714"),
    ),
    "costly, plane, layer norm": (
        (62668, "3d04bbe350e6c994", "a13b468ab4bd1d11"),
        (6284, "4052830ecf487a3a", "6930949b3946e885"),
    ),
    "largest": (
        (679384, "8d61f60db64eaa3b", "7d7ff993d1e88891"),
        (133304, "3eb920d712ebc56f", "20c0c6dfe5fcaf26"),
    ),
    "smallest": (
        (2348, "7fbb5da0ff87b7d4", "3fd46432f16b3dda"),
        (2036, "b0cf43b7fb99f48e", "f92577fb17416fc7"),
    ),
}

#: By version of the measures.
PINNED_LATER = {2: PINNED_SECOND, 3: PINNED_THIRD, 4: PINNED_FOURTH, 5: PINNED_FIFTH}


def pinned(layout: FrameLayout) -> tuple[int, str, str]:
    texts = str(layout.dtype.descr), json.dumps(layout.schema())
    digests = (hashlib.sha256(text.encode()).hexdigest()[:16] for text in texts)
    return (layout.dtype.itemsize, *digests)


@pytest.mark.parametrize("name", PINNED)
def test_every_byte_of_a_frame_of_earlier_versions_stays_where_it_was(name):
    values, full, overview = PINNED[name]
    settings = Settings(**{**FORMER_DEFAULTS, **values})
    layout = FrameLayout(RecordingHeader.of(settings, version=1))
    assert (pinned(layout), pinned(layout.overview)) == (full, overview)
    for version, expected in PINNED_LATER.items():
        later = FrameLayout(RecordingHeader.of(settings, version=version))
        assert (pinned(later), pinned(later.overview)) == expected[name]


def filled(layout: FrameLayout, seed: int) -> np.void:
    """A frame with a random pattern in every byte."""
    pattern = np.random.default_rng(seed).bytes(layout.dtype.itemsize)
    return np.frombuffer(pattern, layout.dtype)[0]


class TestLayout:
    @fuzzed
    @given(layouts, st.integers(0, 100))
    def test_schema_reads_the_same_values_by_offset(self, layout, seed):
        frame = filled(layout, seed)
        data = frame.tobytes()
        for path, entry in layout.schema()["fields"].items():
            expected = frame
            for name in path.split("/"):
                expected = expected[name]
            count = int(np.prod(entry["shape"]))
            read = np.frombuffer(data, "<" + entry["type"], count, entry["offset"])
            assert read.reshape(entry["shape"]).tobytes() == np.asarray(expected).tobytes(), path

    @fuzzed
    @given(layouts)
    def test_schema_names_every_field_of_every_arm(self, layout):
        paths = set(layout.schema()["fields"])
        expected = {f"{arm}/{name}" for arm in layout.arms for name in layout.dtype[arm].names}
        expected |= {name for name in layout.dtype.names if name not in layout.arms}
        assert paths == expected

    @fuzzed
    @given(layouts, st.integers(0, 100))
    def test_the_overview_has_the_same_values_in_less_room(self, layout, seed):
        frames = np.array([filled(layout, seed), filled(layout, seed + 1)])
        part = layout.overview.select(frames)
        for path in layout.overview.schema()["fields"]:
            expected, found = frames, part
            for name in path.split("/"):
                expected, found = expected[name], found[name]
            assert found.tobytes() == np.ascontiguousarray(expected).tobytes(), path
        assert part.dtype.itemsize < layout.dtype.itemsize

    @fuzzed
    @given(layouts)
    def test_fields_neither_overlap_nor_leave_the_frame(self, layout):
        schema, end = layout.schema(), 0
        for entry in sorted(schema["fields"].values(), key=lambda entry: entry["offset"]):
            assert entry["offset"] >= end
            end = entry["offset"] + int(np.prod(entry["shape"])) * np.dtype(entry["type"]).itemsize
        assert end <= schema["size"] == layout.dtype.itemsize

    @fuzzed
    @given(layouts)
    def test_fields_can_be_read_as_typed_arrays_which_must_be_aligned(self, layout):
        schema = layout.schema()
        sizes = [np.dtype(entry["type"]).itemsize for entry in schema["fields"].values()]
        offsets = [entry["offset"] for entry in schema["fields"].values()]
        assert all(offset % size == 0 for offset, size in zip(offsets, sizes, strict=True))
        assert schema["size"] % max(sizes) == 0

    @fuzzed
    @given(layouts)
    def test_counts_can_hold_all_values_of_a_layer_in_one_bin(self, layout):
        for arm in layout.arms:
            for quantity in layout.header.quantities:
                base, _ = layout.dtype[arm][f"{quantity.name}_counts"].subdtype
                assert np.iinfo(base).max >= PROBE_SIZE * layout.units

    @fuzzed
    @given(layouts)
    def test_shapes_follow_from_layers_bins_and_percentiles(self, layout):
        layers = len(layout.header.layers)
        for arm in map(layout.dtype.__getitem__, layout.arms):
            assert arm["gradient_norm"].shape == (layers + 1,)
            for quantity in layout.header.quantities:
                bins = len(quantity.edges) - 1
                assert arm[f"{quantity.name}_counts"].shape == (layers, bins + 2)
                assert arm[f"{quantity.name}_percentiles"].shape == (layers, len(PERCENTILES))

    @fuzzed
    @given(layouts)
    def test_an_arm_has_the_fields_of_its_normalization(self, layout):
        for arm in layout.header.arms:
            names = set(layout.dtype[arm.name].names)
            assert ("gamma" in names) == (arm.normalization not in ("none", "weight"))
            assert ("moving_mean" in names) == (arm.normalization == "batch")


class TestHeader:
    def test_follows_from_the_settings(self):
        header = RecordingHeader.of(
            Settings(hidden_layers=3, units=7, activation="tanh", steps=12, dataset="moons")
        )
        assert [arm.name for arm in header.arms] == list(ARMS)
        assert [(layer.width, layer.activation) for layer in header.layers] == [(7, "tanh")] * 3
        assert header.steps == tuple(range(13))
        assert (header.plane, header.deep) == (True, False)

    @pytest.mark.parametrize(
        ("third", "position", "label"),
        [
            ("bn_other", "before", "BN after activation"),
            ("bn_other", "after", "BN before activation"),
            ("layer_norm", "before", "layer norm"),
            ("group_norm", "before", "group norm"),
            ("rms_norm", "after", "RMS norm"),
            ("instance_norm", "before", "instance norm"),
            ("renorm", "before", "batch renorm"),
            ("ghost_bn", "before", "ghost BN"),
            ("dyt", "before", "dynamic tanh"),
            ("noisy_bn", "after", "noisy BN"),
        ],
    )
    def test_names_each_arm_by_what_it_has(self, third, position, label):
        header = RecordingHeader.of(Settings(third_arm=third, bn_position=position))
        assert [arm.label for arm in header.arms] == ["without BN", "with BN", label]

    @pytest.mark.parametrize(
        ("second", "third", "labels"),
        [
            ("layer_norm", "no", ["without norm", "layer norm"]),
            ("group_norm", "rms_norm", ["without norm", "group norm", "RMS norm"]),
            ("layer_norm", "bn", ["without BN", "layer norm", "with BN"]),
            ("ghost_bn", "no", ["without BN", "ghost BN"]),
        ],
    )
    def test_says_bn_of_no_run_without_it(self, second, third, labels):
        header = RecordingHeader.of(Settings(second_arm=second, third_arm=third))
        assert [arm.label for arm in header.arms] == labels
        assert len({arm.colour for arm in header.arms}) == len(labels)
        assert ("BN" in header.title) == ("BN" in "".join(labels))

    @pytest.mark.parametrize("activation", ACTIVATIONS)
    @pytest.mark.parametrize("quantity", QUANTITIES)
    def test_has_the_edges_by_which_the_laboratory_counts(self, quantity, activation):
        found = RecordingHeader.of(Settings(activation=activation)).edges(quantity)
        assert found.dtype == np.float32
        np.testing.assert_array_equal(found, edges(quantity, activation))

    @fuzzed
    @given(runs)
    def test_can_be_compared_and_hashed(self, settings):
        assert RecordingHeader.of(settings) == RecordingHeader.of(settings)
        assert len({FrameLayout.of(settings), FrameLayout.of(settings)}) == 1

    def test_of_other_networks_needs_no_settings(self):
        header = RecordingHeader(
            arms=(ArmSpec("mine", "my model", "batch"),),
            layers=(LayerSpec("conv1", 16, "relu"), LayerSpec("dense", 300, "tanh")),
            quantities=(QuantitySpec("activation", (-1.0, 0.0, 1.0)),),
            steps=(0, 5, 10),
        )
        recording = Recording(header)
        for step in header.steps:
            frame = np.zeros((), recording.layout.dtype)
            frame["step"] = step
            recording.append(frame[()])
        assert recording.complete
        assert recording.layout.dtype["mine"]["activation_counts"].shape == (2, 4)
        with pytest.raises(ValueError, match="has settings"):
            _ = recording.settings


#: The layouts with the most and with the fewest fields, and all measures in their order.
ALL = FrameLayout.of(Settings(dataset="moons", deep=True))
LEAST = FrameLayout.of(Settings()).overview
#: The most of the first version.
FIRST = FrameLayout(RecordingHeader.of(Settings(dataset="moons", deep=True), version=1))
SCHEMA = (
    *FRAME_MEASURES,
    *ARM_MEASURES,
    *(measure.of(quantity) for quantity in QUANTITIES for measure in QUANTITY_MEASURES),
    *DETAIL_MEASURES,
    *COSTLY_MEASURES,
)


def of_bn(measure):
    """Whether a network with BN can have a measure."""
    return not {"dynamic_tanh", "weight_norm", "convolution", "maps"} & {*measure.present_if}


class TestSchema:
    def test_lists_the_fields_of_a_frame_in_their_order(self):
        names = [name for name in ALL.dtype.names if name not in ALL.arms]
        present = [measure.name for measure in SCHEMA if measure.until is None and of_bn(measure)]
        assert present == [*names, *ALL.dtype["bn"].names]

    @pytest.mark.parametrize("measure", SCHEMA, ids=lambda measure: measure.name)
    def test_explains_every_measure(self, measure):
        assert measure.meaning
        assert not measure.meaning.endswith(".")
        assert set(measure.present_if) <= set(CONDITIONS)
        assert {each for each in measure.shape if isinstance(each, str)} <= set(DIMENSIONS)

    @pytest.mark.parametrize(
        ("third", "names"),
        [("dyt", {"alpha", "gamma"}), ("weight_norm", {"g"}), ("rms_norm", {"gamma"})],
    )
    def test_networks_have_their_own_parameters_and_no_others(self, third, names):
        dtype = FrameLayout.of(Settings(third_arm=third)).dtype
        assert {"alpha", "g", "gamma"} & {*dtype[third].names} == names
        assert not {"alpha", "g"} & {*dtype["bn"].names, *dtype["none"].names}

    @pytest.mark.parametrize("measure", [*filter(of_bn, SCHEMA)], ids=lambda measure: measure.name)
    def test_says_what_a_frame_without_it_lacks(self, measure):
        def has(layout, arm):
            return measure.name in {*layout.dtype.names, *layout.dtype[arm].names}

        assert has(FIRST, "bn") == (measure.since == 1)
        if measure.until is not None:
            assert not has(ALL, "bn")
            assert f"up to version {measure.until}" in measures_table()
            return
        needs = {*measure.present_if} - {"bytes"}  # what dense layers have
        assert has(ALL, "none") == (not needs & {"normalized", "batch_norm"})
        assert has(ALL.overview, "bn") == ("detail" not in needs)
        assert has(FrameLayout.of(Settings(deep=True)), "bn") == ("plane" not in needs)
        assert has(FrameLayout.of(Settings(dataset="moons")), "bn") == ("deep" not in needs)
        assert has(LEAST, "none") == (not needs)

    @pytest.mark.parametrize(
        "measure",
        [*FRAME_MEASURES, *ARM_MEASURES, *QUANTITY_MEASURES, *DETAIL_MEASURES, *COSTLY_MEASURES],
        ids=lambda measure: measure.name,
    )
    def test_is_printed_whole(self, measure):
        assert f"  {measure.name}: {measure.dtype}" in measures_table()
        assert measure.meaning in measures_table()

    @pytest.mark.parametrize("name", DIMENSIONS)
    def test_uses_every_dimension(self, name):
        assert any(name in measure.shape for measure in SCHEMA)

    @pytest.mark.parametrize("name", CONDITIONS)
    def test_uses_every_condition(self, name):
        assert any(name in measure.present_if for measure in SCHEMA)
