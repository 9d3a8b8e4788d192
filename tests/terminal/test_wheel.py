"""The wheel: what an installed package holds and does, in a folder far from the checkout."""

import email
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from contextlib import contextmanager
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from bnviz.settings.written_numbers import MINUS
from bnviz.terminal.main import settings_table
from tests.support import ROOT
from tests.support.engine import free_port
from tests.support.server import wait_for
from tests.support.visitor import Visitor
from tests.terminal.test_page_command import CHECKOUT, INSTALLED, options

pytestmark = pytest.mark.slow

RUN = "dataset=wine&hidden_layers=1&units=4&batch_size=8&steps=40&train=1"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, built from a copy because a build leaves files behind."""
    copy, wheels = tmp_path_factory.mktemp("copy"), tmp_path_factory.mktemp("wheels")
    shutil.copytree(ROOT / "bnviz", copy / "bnviz", ignore=shutil.ignore_patterns("__pycache__"))
    requirements = [path.name for path in ROOT.glob("requirements*.txt")]
    for name in ("pyproject.toml", *requirements, "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy)
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "-w", wheels, copy], check=True, capture_output=True)
    [file] = wheels.iterdir()
    return file


class Installation:
    """An environment with the wheel, which sees the packages of this one.

    Attributes:
        python: Its interpreter.
        folder: An empty folder.
    """

    def __init__(self, wheel, folder):
        self.folder = folder / "empty"
        self.folder.mkdir()
        venv.create(folder / "venv", with_pip=False)
        binaries = folder / "venv" / ("Scripts" if os.name == "nt" else "bin")
        self.python = binaries / "python"
        self._command = binaries / "bnviz"
        pip = [sys.executable, "-m", "pip", "--python", self.python]
        subprocess.run([*pip, "install", "-q", "--no-deps", wheel], check=True, capture_output=True)
        site = self.run(self.python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))")
        Path(site.strip(), "others.pth").write_text(sysconfig.get_path("purelib"))

    @property
    def environment(self):
        return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}

    def run(self, *command):
        """The standard output of a command, run in the empty folder."""
        outcome = subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True
        )
        assert outcome.returncode == 0, outcome.stderr
        return outcome.stdout

    def bnviz(self, *arguments):
        return self.run(self._command, *arguments)

    @contextmanager
    def page(self):
        """The address of the page, served by `bnviz page`."""
        port = free_port()
        command = [self._command, "page", "--server.headless=true", f"--server.port={port}"]
        with subprocess.Popen(
            [*command, "--server.address", "127.0.0.1"],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as server:
            address = f"http://127.0.0.1:{port}"
            try:
                wait_for(f"{address}/_stcore/health")
                yield address
            finally:
                server.terminate()
                output = server.communicate(timeout=30)[0]
        assert "Traceback" not in output, output


@pytest.fixture(scope="module")
def installation(wheel, tmp_path_factory):
    return Installation(wheel, tmp_path_factory.mktemp("installation"))


def test_it_holds_every_file_of_the_package(wheel):
    package = ROOT / "bnviz"
    files = {
        path.relative_to(ROOT).as_posix()
        for path in package.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.name != "README.md"
    }
    with zipfile.ZipFile(wheel) as archive:
        assert {name for name in archive.namelist() if name.startswith("bnviz/")} == files


def test_its_requirements_are_those_of_the_page_and_of_its_extras(wheel):
    with zipfile.ZipFile(wheel) as archive:
        [name] = [name for name in archive.namelist() if name.endswith("/METADATA")]
        metadata = email.message_from_bytes(archive.read(name))
    extras = ("page", "notebook", "pictures", "tensorboard")
    needs = {**{f'extra == "{extra}"': set() for extra in extras}, "": set()}
    for requirement in metadata.get_all("Requires-Dist"):
        package, _, marker = requirement.partition(";")
        extra = next(extra for extra in needs if extra in marker)
        needs[extra].add(str(Requirement(package)))
    listed = _listed("requirements.txt")
    assert needs['extra == "page"'] == listed
    for extra in extras[1:]:
        assert needs[f'extra == "{extra}"'] == _listed(f"requirements-{extra}.txt")
    assert needs[""] < listed


def _listed(name: str) -> set[str]:
    """The packages in a file of requirements, without their conditions."""
    lines = (ROOT / name).read_text().splitlines()
    bare = [line.partition("#")[0].partition(";")[0].strip() for line in lines]
    return {str(Requirement(line)) for line in bare if line}


def test_it_is_the_one_in_use(installation):
    found = Path(installation.run(installation.python, "-c", "import bnviz; print(bnviz.__file__)"))
    assert installation.folder.parent in found.parents


def test_it_lists_the_settings(installation):
    assert installation.bnviz("settings") == settings_table().replace(MINUS, "-") + "\n"


@pytest.mark.widest
def test_it_trains(installation):
    result = json.loads(installation.bnviz("train", "--set", "steps=5", "--json"))
    assert result["steps"] == 5


def test_its_page_has_the_options_of_the_checkout(installation):
    installed = options(
        INSTALLED,
        python=installation.python,
        folder=installation.folder,
        env=installation.environment,
    )
    assert installed == options(CHECKOUT, folder=ROOT)


@pytest.mark.browser
@pytest.mark.widest
def test_its_page_shows_a_run(installation, browser):
    with installation.page() as address:
        visitor = Visitor(browser, address)
        visitor.open(RUN).until("s.state === 'finished'")
        visitor.context.close()
    assert visitor.errors == []
    assert list(installation.folder.iterdir()) == []
