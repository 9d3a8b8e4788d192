"""The file of a result over seeds, and the one that the page shows first."""

import io

import numpy as np
import pytest

from bnviz.player.seeds_content import RECORDED, recorded_seeds
from bnviz.settings import Settings
from bnviz.studies import seeds_file
from bnviz.studies.seeds import SeedBands
from bnviz.studies.seeds_file import SeedsFileError
from tests.studies.test_seeds import bands
from tests.support.archives import npy, zipped


def saved(study: SeedBands) -> dict[str, np.ndarray]:
    file = io.BytesIO()
    seeds_file.write(file, study)
    file.seek(0)
    return dict(np.load(file))


def read(arrays: dict[str, np.ndarray]) -> SeedBands:
    members = {f"{name}.npy": npy(array) for name, array in arrays.items()}
    return seeds_file.read(io.BytesIO(zipped(members)))


def test_a_result_is_read_as_it_was_written():
    study = bands(none=[20] * 6, bn=[5] * 6)
    found = read(saved(study))
    assert found.complete
    assert found.digest == study.digest
    assert found.sentence() == study.sentence()
    assert found.records().tobytes() == study.records().tobytes()


def test_a_result_that_lacks_seeds_is_not_written():
    with pytest.raises(ValueError, match="all seeds"):
        saved(SeedBands(Settings()))


@pytest.mark.parametrize(
    ("name", "array"),
    [
        ("bn_train_loss", None),
        ("settings", None),
        ("settings", np.array("{")),
        ("majority_share", np.zeros(3, np.float32)),
        ("majority_share", np.zeros(20, np.float32)),
        ("majority_share", np.zeros((), np.float32)),
        ("none_validation_loss", np.zeros(6)),
    ],
)
def test_what_is_no_result_is_refused(name, array):
    arrays = saved(bands(none=[20] * 6, bn=[5] * 6))
    if array is None:
        del arrays[name]
    else:
        arrays[name] = array
    with pytest.raises(SeedsFileError):
        read(arrays)


def test_the_recorded_result_is_small_and_of_the_default_settings():
    assert recorded_seeds().digest == SeedBands(Settings()).digest
    assert recorded_seeds().complete
    assert RECORDED.stat().st_size < 200_000
