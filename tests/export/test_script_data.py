"""ScriptData: examples of the script equal those of the page, bit by bit."""

import base64
import functools
import io
import lzma
import os

import hypothesis.extra.numpy as hnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bnviz.data import array_examples, builtin, preparation, uploads
from bnviz.data.dataset import Dataset
from bnviz.data.examples import Examples
from bnviz.data.examples_file import FILE_NAME, examples_file
from bnviz.export.script_data import data_code
from bnviz.lab import datasets
from bnviz.recording.frames import VALIDATION_SIZE
from bnviz.settings import Settings
from bnviz.settings.choices import PLANE_DATASETS
from tests.data.upload_files import npz

UPLOADED = Settings(dataset="upload", upload="0" * 32)


@functools.cache
def defined(chosen: Settings) -> dict:
    """What the script defines to get its examples."""
    code = data_code(chosen)
    place = {"np": np, "SEED": chosen.seed, "base64": base64, "lzma": lzma}
    exec(code.packed + code.define, place)
    return place


@pytest.fixture(scope="module", autouse=True)
def _in_a_folder_of_its_own(tmp_path_factory):
    before = os.getcwd()
    os.chdir(tmp_path_factory.mktemp("examples"))
    yield
    os.chdir(before)


def examples_of(data: bytes) -> tuple:
    """The examples that the script reads from a file."""
    with open(FILE_NAME, "wb") as file:
        file.write(data)
    return defined(UPLOADED)["examples"]()


def assert_equal(theirs: tuple, ours: Dataset) -> None:
    wanted = (ours.x_train, ours.y_train, ours.x_validation, ours.y_validation)
    for their, our in zip(theirs, wanted, strict=True):
        assert their.dtype.kind == our.dtype.kind
        np.testing.assert_array_equal(their, our)


@pytest.mark.parametrize("name", [*PLANE_DATASETS, *builtin.TABLES])
@pytest.mark.parametrize("seed", [0, 7])
def test_examples_of_the_script_are_those_of_the_page(name, seed):
    chosen = Settings(dataset=name, noise=0.3, seed=seed)
    assert_equal(defined(chosen)["examples"](), datasets.load(chosen))


CLASS_NUMBERS = st.lists(st.integers(0, 12) | st.just(40), min_size=2, max_size=300)


@given(CLASS_NUMBERS, st.booleans())
@settings(deadline=None)
def test_split_of_the_script_is_that_of_the_page(numbers, rare_last):
    # A class number that occurs nowhere else stands for a class with a single example.
    y = np.array([*numbers, 99] if rare_last else numbers)
    for theirs, ours in zip(defined(UPLOADED)["split"](y), preparation.split(y), strict=True):
        np.testing.assert_array_equal(theirs, ours)


FEATURE_TYPES = ("b1", "u1", "i2", "i8", "u8", "f2", "f4", "f8", ">f4")


@st.composite
def sets_of_examples(draw) -> Examples:
    """Examples of any dtype: tables and images, with and without a validation set."""
    dtype = np.dtype(draw(st.sampled_from(FEATURE_TYPES)))
    shape = draw(st.sampled_from([(1,), (2,), (15,), (16,), (4, 4), (3, 3, 2)]))
    values = {
        "pixels": st.integers(0, 1 if dtype.kind == "b" else draw(st.sampled_from([1, 16, 127]))),
        "any": hnp.from_dtype(dtype, allow_nan=False, allow_infinity=False),
    }[draw(st.sampled_from(["pixels", "any"]))]
    parts = []
    num_classes = draw(st.integers(2, 5))
    for _ in range(draw(st.integers(1, 2))):
        count = draw(st.integers(2, 40))
        x = draw(hnp.arrays(dtype, (count, *shape), elements=values, fill=st.nothing()))
        # Floats are bounded, as those of a file are.
        x = np.clip(x, -(2.0**15), 2.0**15).astype(dtype) if dtype.kind == "f" else x
        y = np.array(
            draw(st.lists(st.integers(0, num_classes - 1), min_size=count, max_size=count))
        )
        parts += [x, y]
    parts[1][:2] = [0, 1]
    present = np.unique(np.concatenate(parts[1::2]), return_inverse=True)
    first = len(parts[1])
    parts[1::2] = [present[1][:first], present[1][first:]][: len(parts) // 2]
    classes = tuple(f"class {number}" for number in present[0])
    return Examples(parts[0], parts[1], classes, *parts[2:])


@given(sets_of_examples())
@settings(deadline=None, max_examples=60)
def test_the_file_gives_page_and_script_the_same_examples(examples):
    data = examples_file(examples)
    again = uploads.read_examples(FILE_NAME, data)
    assert again.x.dtype == examples.x.dtype
    assert again.example_shape == examples.example_shape
    assert again.classes == examples.classes
    np.testing.assert_array_equal(again.x, examples.x)
    np.testing.assert_array_equal(again.y, examples.y)
    assert (again.x_validation is None) == (examples.x_validation is None)
    page, _ = preparation.prepare(again)
    if len(page.y_validation):  # else the page refuses the file
        with np.errstate(over="ignore"):
            assert_equal(examples_of(data), page)


@pytest.mark.parametrize("num_features", [1, 3])
@pytest.mark.parametrize("dtype", ["f4", "f8", "i8"])
def test_examples_by_the_thousand_are_scaled_as_on_the_page(num_features, dtype):
    generator = np.random.default_rng(0)
    x = generator.normal(1e3, 400, (20_000, num_features)).astype(dtype)
    y = generator.integers(0, 3, len(x))
    data = examples_file(Examples(x, y, ("0", "1", "2")))
    assert_equal(examples_of(data), uploads.read(FILE_NAME, data).dataset)


ROWS = np.random.default_rng(1).normal(size=(30, 4))
LABELS = np.arange(30) % 3
MISSING = np.where(np.arange(30) == 5, np.nan, 1.0)


@pytest.mark.parametrize(
    "arrays",
    [
        *({x: ROWS, y: LABELS} for x, y in array_examples.TRAINING),
        *(
            {"x_train": ROWS, "y_train": LABELS, x: 2 * ROWS[:7], y: LABELS[3:10]}
            for x, y in array_examples.VALIDATION
        ),
        {"X": ROWS, "Y": 10 * LABELS - 7},
        {"x": ROWS, "y": LABELS[:, None].astype(float)},
        {"x": ROWS, "y": np.eye(3)[LABELS]},
        {"x": ROWS, "y": LABELS == 0},
        {"x": ROWS * MISSING[:, None], "y": LABELS},
        {"x": ROWS, "y": LABELS * MISSING},
        {"x": ROWS, "y": LABELS, "x_test": ROWS[:0], "y_test": LABELS[:0]},
        # The second class is only in the validation set.
        {"x_train": ROWS, "y_train": 5 * LABELS, "x_test": ROWS[:3], "y_test": [0, 3, 5]},
    ],
    ids=lambda arrays: "-".join(f"{name}_{np.asarray(a).dtype}" for name, a in arrays.items()),
)
def test_the_script_reads_what_the_page_reads(arrays):
    data = npz(**arrays)
    assert_equal(examples_of(data), uploads.read(FILE_NAME, data).dataset)


@pytest.mark.parametrize("name", ["x", "x_train"])
def test_a_class_with_a_single_example_keeps_it_for_training(name):
    # The rare class is the last: no fewer classes are trained than on the page.
    data = npz(**{name: np.arange(11.0)[:, None], name.replace("x", "y"): [0, 1] * 5 + [2]})
    x_train, y_train, _, y_validation = examples_of(data)
    assert list(y_train).count(2) == 1
    assert 2 not in y_validation
    assert len(x_train) == 9
    assert_equal(examples_of(data), uploads.read(FILE_NAME, data).dataset)


@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        ({"x": ROWS, "y": np.array(["a", "b", "c"])[LABELS]}, "text"),
        ({"x": ROWS}, "needs the arrays"),
    ],
)
def test_the_script_says_which_file_it_cannot_read(arrays, words):
    with pytest.raises(ValueError, match=words):
        examples_of(npz(**arrays))


def test_the_script_measures_on_the_validation_examples_of_the_page():
    code = data_code(UPLOADED).measured
    x = np.arange(3 * VALIDATION_SIZE)[:, None]
    place = {"np": np, "x_validation": x, "y_validation": x[:, 0]}
    exec(code, place)
    from bnviz.data import sampling

    wanted = sampling.sample(x, x[:, 0], max_examples=VALIDATION_SIZE)
    np.testing.assert_array_equal(place["x_validation"], wanted[0])
    np.testing.assert_array_equal(place["y_validation"], wanted[1])


def test_the_file_holds_images_as_images():
    images = np.arange(12 * 16, dtype=np.uint8).reshape(12, 4, 4)
    y = np.arange(12) % 2
    data = examples_file(Examples(images, y, ("cat", "dog"), images[:2], y[:2]))
    with np.load(io.BytesIO(data)) as file:
        assert set(file.files) == {"x_train", "y_train", "x_test", "y_test", "classes"}
        assert (file["x_train"].shape, file["x_train"].dtype) == ((12, 4, 4), np.uint8)
        assert file["classes"].tolist() == ["cat", "dog"]
