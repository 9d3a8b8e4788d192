"""What is drawn of the shown examples is what the data set holds of them."""

import base64
import dataclasses

import numpy as np
import pytest

from bnviz.data import builtin, plane, preparation, uploads
from bnviz.data.examples import Examples
from bnviz.data.sampling import MeasuredExamples
from bnviz.data.shown import shown_examples, telling_features
from bnviz.recording.frames import NUM_SHOWN
from bnviz.recording.shown_examples import MAX_TEXT, ShownExamples


def shown(data) -> ShownExamples:
    return shown_examples(data, MeasuredExamples.of(data))


def images(*shape: int, classes: int = 3):
    generator = np.random.default_rng(1)
    x = generator.integers(0, 256, (60, *shape)).astype(np.uint8)
    names = tuple(f"kind {number}" for number in range(classes))
    return preparation.prepare(Examples(x, np.arange(60) % classes, names))[0]


def test_digits_are_their_images():
    data = builtin.load("digits")
    found = shown(data)
    assert (found.kind, found.shape) == ("image", (8, 8, 1))
    assert found.labels == tuple(range(10))
    pixels = np.frombuffer(found.pixels, np.uint8).reshape(10, 64)
    chosen = data.x_validation[MeasuredExamples.of(data).shown]
    np.testing.assert_allclose(pixels / 255, chosen / chosen.max(), atol=1 / 255)


@pytest.mark.parametrize("shape", [(28, 28), (4, 6), (5, 5, 1), (5, 4, 3)])
def test_images_keep_their_shape(shape):
    found = shown(images(*shape))
    assert found.kind == "image"
    assert found.shape == (*shape, 1)[:3]
    assert len(found.pixels) == NUM_SHOWN * np.prod(shape)


def test_an_array_of_another_shape_is_a_table():
    assert shown(images(4, 3, 2)).kind == "values"


def test_points_are_places_in_the_plane():
    data = plane.draw("moons", noise=0.1, seed=3)
    found = shown(data)
    assert (found.kind, found.names) == ("point", ("x", "y"))
    chosen = data.x_validation[MeasuredExamples.of(data).shown]
    np.testing.assert_allclose(found.places, np.clip(chosen / 3.2, -1, 1), atol=0.02)


@pytest.mark.parametrize("name", ["wine", "breast_cancer"])
def test_a_table_is_its_most_telling_values_as_in_the_file(name):
    found = shown(builtin.load(name))
    x, _ = builtin.table(name)
    assert found.kind == "values"
    assert len(found.names) == 3
    columns = [builtin._FEATURES[name].index(each) for each in found.names]
    rows = {tuple(float(f"{value:.4g}") for value in row[columns]) for row in x}
    assert set(found.values) <= rows


def test_the_most_telling_feature_is_the_one_in_which_the_classes_differ():
    generator = np.random.default_rng(0)
    y = np.arange(200, dtype=np.int32) % 4
    x = generator.normal(size=(200, 6)).astype(np.float32)
    x[:, 4] += y
    x[:, 1] += 5 * y
    x[:, 2] = 7
    assert telling_features(x, y).tolist()[:2] == [1, 4]
    assert 2 not in telling_features(x, y)
    assert telling_features(x[:, :2], y).tolist() == [1, 0]


def test_names_of_a_file_are_kept_as_text_and_cut():
    heading = f"<b>a</b>,{'x' * 50},c,kind"
    rows = "\n".join(f"{i},{i % 7},{i % 3},{'<i>p</i>' if i % 2 else 'q' * 90}" for i in range(40))
    data = uploads.read("own.csv", f"{heading}\n{rows}".encode()).dataset
    found = shown(data)
    assert "<b>a</b>" in found.names
    assert "<i>p</i>" in found.classes
    assert all(len(text) <= MAX_TEXT for text in (*found.names, *found.classes))
    again = ShownExamples.from_json(found.to_json())
    assert again == found


def test_a_feature_without_a_name_has_its_number():
    data = preparation.prepare(Examples(np.eye(30)[:, :5], np.arange(30) % 2, ("a", "b")))[0]
    assert all(name.startswith("feature ") for name in shown(data).names)


def test_few_examples_and_many_classes_are_shown_as_far_as_there_are_any():
    x = np.arange(60, dtype=float).reshape(20, 3)
    few = Examples(x, np.arange(20) % 2, ("a", "b"), x[:4], np.array([1, 1, 0, 1]))
    assert shown(preparation.prepare(few)[0]).labels == (0, 1, 1, 1)
    many = images(3, 3, classes=30)
    assert shown(many).labels == tuple(range(10))
    assert len(shown(many).classes) == 30


def test_pixels_travel_in_base64():
    found = shown(builtin.load("digits"))
    assert base64.b64decode(found.to_dict()["pixels"]) == found.pixels


def test_pictures_of_answers_are_as_bright_as_their_images_alone():
    data = images(4, 6)
    measured = MeasuredExamples.of(data)
    bright = dataclasses.replace(measured, probe=(255 * measured.probe[0], measured.probe[1]))
    found = shown_examples(data, bright)
    assert found.pixels == shown_examples(data, measured).pixels
    assert max(found.pixels) == 255
