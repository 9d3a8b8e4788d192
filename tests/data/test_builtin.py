"""Built-in tables equal those of scikit-learn."""

import numpy as np
import pytest

from bnviz.data import builtin
from tests.support import pack_builtin


@pytest.mark.parametrize("name", builtin.TABLES)
def test_tables_equal_those_of_scikit_learn(name):
    assert builtin.csv(name) == pack_builtin.csv(name), "python tests/support/pack_builtin.py"
    x, y = builtin.table(name)
    expected_x, expected_y = pack_builtin.table(name)
    np.testing.assert_array_equal(x, expected_x)
    np.testing.assert_array_equal(y, expected_y)


def test_pixels_of_digits_range_from_0_to_1():
    x = builtin.load("digits").x_train
    assert (x.min(), x.max()) == (0, 1)
