"""The README's lines that read a saved recording without this package."""

import re

import numpy as np

from bnviz.settings import Settings
from tests.support import ROOT
from tests.support.recordings import random_recording


def test_they_read_what_was_saved(tmp_path, monkeypatch, capsys):
    recording = random_recording(Settings(hidden_layers=2, units=5, steps=30), 31)
    recording.save(tmp_path / "run.npz")
    monkeypatch.chdir(tmp_path)
    [code] = re.findall(
        r"```python\n(import json, lzma\n.*?)```", (ROOT / "README.md").read_text(), re.S
    )
    assert "bnviz" not in code
    found = {}
    exec(code, found)
    found["file"].close()
    measure = found["measure"]
    np.testing.assert_array_equal(measure("step"), recording.frames["step"])
    for name in ("validation_accuracy", "pre_activation_percentiles", "pre_activation_counts"):
        np.testing.assert_array_equal(measure(f"bn/{name}"), recording.frames["bn"][name])
    assert "(31, 2)" in capsys.readouterr().out
