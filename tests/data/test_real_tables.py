"""Real tables of public packages are read as pandas reads them when it is told how."""

import contextlib

import pytest

from bnviz.data import uploads
from bnviz.data.bounds import UploadError
from tests.data.real_tables import READ, REFUSED, Real, known
from tests.data.upload_files import reads, refused

#: Fewest tables of which the class column is guessed as a teacher would choose it.
MIN_GUESSED = 28


def ids(tables: tuple[Real, ...]) -> list[str]:
    return [f"{each.package}/{each.path}" for each in tables]


@pytest.mark.parametrize("real", READ, ids=ids(READ))
def test_tables_are_read_once_the_class_column_is_chosen(real):
    features, classes = known(real)
    reading = reads(real.data(), features, classes, name=real.name, class_column=real.classes)
    assert {each.name for each in reading.left_out} == set(real.left_out)


@pytest.mark.parametrize("real", REFUSED, ids=ids(REFUSED))
def test_tables_without_classes_are_refused_with_the_way_to_go_on(real):
    refused(real.name, real.data(), "choose|needs|mend it|No column is left")


def test_most_class_columns_are_guessed():
    guesses = []
    for real in READ:
        with contextlib.suppress(UploadError):
            guesses.append((real, uploads.read(real.name, real.data()).reading))
    right = [real for real, reading in guesses if reading.choices.class_column == real.classes]
    assert len(right) >= MIN_GUESSED
