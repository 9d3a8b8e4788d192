"""The architecture: which room may import which, counted from the code and held by interpreters."""

import ast
import json
import subprocess
import sys
from graphlib import CycleError, TopologicalSorter

import pytest

from tests.support import ROOT

#: The rooms that each room may import.
ALLOWED = {
    "settings": set(),
    "recording": {"settings"},
    "data": {"settings", "recording"},
    "findings": {"settings", "recording"},
    "studies": {"settings", "recording", "findings"},
    "figures": {"settings", "recording", "findings", "studies"},
    "player": {"settings", "recording", "findings", "figures", "studies"},
    "lab": {"settings", "recording", "data", "studies"},
    "watch": {"settings", "recording", "lab", "export", "notebook"},
    # The lab is imported by name inside a worker, never where the engine is used.
    "engine": {"settings", "recording", "data", "studies", "lab"},
    "export": {"settings", "recording", "data", "findings", "studies", "figures", "player"},
    # What watches and what runs in a notebook shows itself in the same cell; nothing else does.
    "notebook": {"settings", "recording", "findings", "figures", "player", "export"},
    "lesson": {"settings", "recording", "findings", "export"},
    "site": {"settings", "recording", "figures", "player", "export", "lesson"},
    "page": {
        "settings",
        "recording",
        "data",
        "studies",
        "findings",
        "figures",
        "player",
        "engine",
        "export",
        "lesson",
    },
    "terminal": {
        "settings",
        "recording",
        "data",
        "findings",
        "studies",
        "lab",
        "lesson",
        "page",
        "export",
        "site",
    },
    "app": {"page"},
}
#: Packages from elsewhere that belong to one room, and the rooms that may load them with it.
OWNERS = {
    "tensorflow": {"lab", "watch"},
    "keras": {"lab", "watch"},
    "distributed": {"engine", "page"},
    "plotly": {"figures", "player", "export", "notebook", "site", "page"},
    "streamlit": {"page"},
    "anywidget": {"notebook"},
    # Keras would bring these along, and cost a worker seconds and memory; who watches a model of
    # their own has them anyway.
    "pandas": {"page", "watch"},
    "sklearn": {"watch"},
}
MAX_ROOMS, MAX_ARROWS = 17, 74
PACKAGE = ROOT / "bnviz"
FILES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in [*PACKAGE.rglob("*.py"), ROOT / "app.py"]
}
MODULES = sorted(FILES.keys() - {"app", "bnviz.__main__"})


def room_of(module: str) -> str:
    """The first folder below `bnviz`; the entry points belong to the rooms that they open."""
    entries = {"app": "app", "bnviz": "settings", "bnviz.__main__": "terminal"}
    return entries[module] if module in entries else module.split(".")[1]


def imports_of(module: str) -> set[str]:
    """Modules of this project that a module imports, anywhere in its code."""
    found = set()
    for node in ast.walk(ast.parse(FILES[module].read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            whole = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= (whole & FILES.keys()) or {node.module}
    return (found & FILES.keys()) - {module}


IMPORTS = {module: imports_of(module) for module in FILES}
ROOMS = sorted({room_of(module) for module in FILES})
ARROWS = {
    (room_of(module), room_of(imported))
    for module, found in IMPORTS.items()
    for imported in found
    if room_of(module) != room_of(imported)
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


def test_every_room_has_its_row():
    assert set(ROOMS) == set(ALLOWED)


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_the_rooms_in_its_row(room):
    assert {to for start, to in ARROWS if start == room} <= ALLOWED[room]


def test_rooms_and_arrows_are_few():
    assert len(ROOMS) <= MAX_ROOMS
    assert len(ARROWS) <= MAX_ARROWS


@pytest.mark.parametrize(
    "graph",
    [IMPORTS, {room: {to for start, to in ARROWS if start == room} for room in ROOMS}],
    ids=["modules", "rooms"],
)
def test_nothing_imports_in_a_circle(graph):
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" imports ".join(reversed(error.args[1])))


@pytest.mark.parametrize(
    "room",
    [
        # Those of TensorFlow take the longest to load, and may load the most.
        pytest.param(room, marks=pytest.mark.widest) if room in OWNERS["tensorflow"] else room
        for room in ROOMS
        if room != "app"
    ],
)
def test_a_room_loads_only_what_it_may(room):
    modules = [module for module in MODULES if room_of(module) == room]
    outcome = subprocess.run(
        [sys.executable, "-c", PROBE, *modules],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
    )
    loaded = set(json.loads(outcome.stdout.splitlines()[-1]))
    for package, owners in OWNERS.items():
        assert room in owners or package not in loaded, f"{room} loads {package}"
    for other in set(ROOMS) - {room, "app", *_reachable(room)}:
        found = [name for name in loaded if name in FILES and room_of(name) == other]
        assert not found, f"{room} loads {found}"


def _reachable(room: str) -> set[str]:
    """The rooms that a room may load, with those that these may load in turn."""
    # What the engine hands to the lab it imports inside the workers alone.
    direct = ALLOWED[room] - ({"lab"} if room in ("engine", "terminal") else set())
    return direct.union(*(_reachable(other) for other in direct))


@pytest.mark.slow
def test_the_lesson_needs_no_tensorflow_in_the_process_of_the_page():
    subprocess.run(
        [sys.executable, "-W", "ignore", "-c", LESSON], cwd=ROOT, check=True, capture_output=True
    )
