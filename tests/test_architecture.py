"""Who may import whom: a fresh interpreter imports each module and tells what came along."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODULES = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for path in (ROOT / "bnviz").rglob("*.py")
    if path.name not in ("__init__.py", "__main__.py")
)
#: Libraries that have one room each, and rooms that others keep out of.
HEAVY = {
    "tensorflow": "bnviz.lab",
    "keras": "bnviz.lab",
    "distributed": "bnviz.engine",
    "plotly": "bnviz.figures",
    "streamlit": "bnviz.page",
    "bnviz.lab": "bnviz.lab",
    "bnviz.page": "bnviz.page",
}
#: Rooms that may use what others keep.
GUESTS = {"bnviz.page": {"distributed", "plotly"}}
PROBE = """
import importlib, json, sys
importlib.import_module(sys.argv[1])
print(json.dumps(list(sys.modules)))
"""


@pytest.mark.parametrize("module", MODULES)
def test_a_module_brings_along_only_what_its_room_may(module):
    outcome = subprocess.run(
        [sys.executable, "-c", PROBE, module], capture_output=True, text=True, cwd=ROOT, check=True
    )
    loaded = set(json.loads(outcome.stdout.splitlines()[-1]))
    room = ".".join(module.split(".")[:2])
    for library, owner in HEAVY.items():
        if room == owner or library in GUESTS.get(room, ()):
            continue
        assert library not in loaded, f"{module} imports {library}, which belongs in {owner}"
