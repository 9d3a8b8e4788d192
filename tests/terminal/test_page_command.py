"""The command `page`: how it starts Streamlit, and with which options."""

import importlib.util
import json
import subprocess
import sys

import pytest

from bnviz.page import launch
from bnviz.terminal.main import main
from tests.support import ROOT

#: Prints the options of the server that {start} would run.
OPTIONS = """
import json
from streamlit import config
from streamlit.web import bootstrap, cli

def run(*_):
    options = {{key: repr(option.value) for key, option in config.get_config_options().items()}}
    # The first is random, the second a list of places to look for secrets.
    del options["server.cookieSecret"], options["secrets.files"]
    print(json.dumps(options))

bootstrap.run = run
{start}
"""
CHECKOUT = OPTIONS.format(start="cli.main(['run', 'app.py'])")
INSTALLED = OPTIONS.format(start="from bnviz.page.launch import launch; launch([])")


def options(code, *, python=sys.executable, folder, **environment):
    """The options of a server, by name, as the code prints them."""
    outcome = subprocess.run(
        [python, "-c", code], capture_output=True, text=True, cwd=folder, check=True, **environment
    )
    return json.loads(outcome.stdout)


def test_the_options_in_force_are_those_of_the_checkout(tmp_path, monkeypatch):
    checkout = options(CHECKOUT, folder=ROOT)
    assert checkout["server.maxUploadSize"] == "20"
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    assert options(INSTALLED, folder=tmp_path) == checkout


def test_further_options_are_passed_to_streamlit(monkeypatch):
    launched = []
    monkeypatch.setattr("bnviz.terminal.page_command.launch", launched.append)
    further = ["--server.port", "8600", "--server.headless=true"]
    assert main(["page", *further]) == 0
    assert launched == [further]


@pytest.mark.parametrize(
    ("command", "missing", "sentence"),
    [
        ("page", "streamlit", "the page needs Streamlit"),
        ("page", "distributed", "the page needs Dask"),
        ("train", "tensorflow", "training needs TensorFlow"),
        ("stable", "tensorflow", "training needs TensorFlow"),
    ],
)
def test_a_missing_package_is_named_with_the_extra_that_installs_it(
    capsys, monkeypatch, command, missing, sentence
):
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util,
        "find_spec",
        lambda name, *_: None if name == missing else find_spec(name),
    )
    assert main([command]) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith(f"bnviz: {sentence}, which is not installed")
    assert "pip install '.[" in line


def test_the_launched_script_is_the_page():
    assert "from bnviz.page.launch import show" in launch.SCRIPT.read_text()
