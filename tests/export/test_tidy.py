"""The numbers of a recording as a table."""

import csv
import io
import math

import numpy as np
import pytest

from bnviz.export.tidy import COLUMNS, tidy
from bnviz.recording.frames import PERCENTILES
from bnviz.settings import Settings
from tests.support.recordings import random_recording

RECORDING = random_recording(
    Settings(dataset="moons", hidden_layers=2, units=4, steps=20, deep=True), 5, broken=0.2
)
ROWS = list(csv.reader(io.StringIO(tidy(RECORDING))))
VALUES = {tuple(row[:4]): row[4] for row in ROWS[1:]}


def test_each_row_is_one_number():
    assert tuple(ROWS[0]) == COLUMNS
    assert len(VALUES) == len(ROWS) - 1


@pytest.mark.parametrize(
    ("layer", "measure", "path"),
    [
        ("", "validation_accuracy", ("validation_accuracy",)),
        ("2", "dead", ("dead", 1)),
        ("3", "gradient_norm", ("gradient_norm", 2)),
        ("1", "activation_percentiles_50", ("activation_percentiles", 0, PERCENTILES.index(50))),
        ("", "inference_loss_moving", ("inference_loss", 1)),
        ("", "landscape_loss_highest", ("landscape_loss", 1)),
        ("", "change_losses_before", ("change_losses", 0)),
        ("2", "activation_nan", ("activation_nan", 1)),
    ],
)
def test_a_number_is_that_of_the_recording(layer, measure, path):
    name, *indices = path
    for frame in RECORDING.frames:
        for arm in ("none", "bn"):
            expected = float(frame[arm][name][tuple(indices)])
            written = VALUES[str(frame["step"]), arm, layer, measure]
            if math.isnan(expected):
                assert written == ""
            else:
                np.testing.assert_allclose(float(written), expected, rtol=1e-6)


def test_digests_histograms_and_single_examples_are_left_out():
    measures = {measure for _, _, _, measure in VALUES}
    assert not [name for name in measures if "digest" in name or "counts" in name]
    assert not {"answers", "true_probability", "neuron_mean", "example_scores"} & measures
