"""Who may import whom: a fresh interpreter imports the modules of a room and tells what came."""

import json
import subprocess
import sys
from itertools import groupby
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODULES = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for path in (ROOT / "bnviz").rglob("*.py")
    if path.name not in ("__init__.py", "__main__.py")
)


def room_of(module):
    """Its package; the modules beside the packages are one room."""
    return ".".join(module.split(".")[:-1][:2])


ROOMS = {room: list(modules) for room, modules in groupby(sorted(MODULES, key=room_of), room_of)}
#: What has one room, in which others may not be found.
OWNERS = {
    "tensorflow": "bnviz.lab",
    "keras": "bnviz.lab",
    "distributed": "bnviz.engine",
    "plotly": "bnviz.figures",
    "streamlit": "bnviz.page",
    "bnviz.lab": "bnviz.lab",
    "bnviz.engine": "bnviz.engine",
    "bnviz.figures": "bnviz.figures",
    "bnviz.lesson": "bnviz.lesson",
    "bnviz.page": "bnviz.page",
}
#: Rooms that may use what others keep.
GUESTS = {
    "bnviz.page": {"distributed", "plotly", "bnviz.engine", "bnviz.figures", "bnviz.lesson"},
    "bnviz.terminal": {"bnviz.lesson"},
}
PROBE = """
import importlib, json, sys
for module in sys.argv[1:]:
    importlib.import_module(module)
print(json.dumps(list(sys.modules)))
"""


#: All chapters with their questions answered, as the page's process draws them.
LESSON = """
import sys
from streamlit.testing.v1 import AppTest
from bnviz.lesson.chapters import CHAPTERS
for name, chapter in CHAPTERS.items():
    page = AppTest.from_file("app.py", default_timeout=60)
    page.query_params["chapter"] = name
    page.run()
    page.button(key=f"predict_{chapter.question.name}_0").click().run()
    assert any("Measured" in text.value for text in page.markdown), name
assert not {"tensorflow", "keras"} & set(sys.modules)
"""


def test_the_lesson_needs_no_tensorflow_in_the_page_s_process():
    subprocess.run(
        [sys.executable, "-W", "ignore", "-c", LESSON], cwd=ROOT, check=True, capture_output=True
    )


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_brings_along_only_what_it_may(room):
    outcome = subprocess.run(
        [sys.executable, "-c", PROBE, *ROOMS[room]],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
    )
    loaded = set(json.loads(outcome.stdout.splitlines()[-1]))
    for thing, owner in OWNERS.items():
        if room != owner and thing not in GUESTS.get(room, ()):
            assert thing not in loaded, f"{room} imports {thing}, which belongs in {owner}"
    if room == "bnviz.lab":
        # Keras would bring them, and cost a worker seconds and memory.
        assert not {"pandas", "sklearn"} & loaded
