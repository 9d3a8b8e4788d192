"""What is promised about security."""

import ast
import json
import os
import socket
import ssl
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import psutil
import pytest
from streamlit.testing.v1 import AppTest

from bnviz.engine import Engine

ROOT = Path(__file__).parents[2]
APP = str(ROOT / "app.py")
SOURCES = [ROOT / "app.py", *(ROOT / "bnviz").rglob("*.py")]
ROWS = "".join(f"{i},{i * i / 4},{'ab'[i % 2]}\n" for i in range(20)).encode()


class TestConfiguration:
    CONFIG = tomllib.loads((ROOT / ".streamlit/config.toml").read_text())

    def test_telemetry_is_off_and_requests_are_protected(self):
        assert self.CONFIG["browser"]["gatherUsageStats"] is False
        assert self.CONFIG["server"]["enableXsrfProtection"] is True
        assert self.CONFIG["client"]["showErrorDetails"] == "none"

    def test_the_server_takes_no_larger_file_than_is_read(self):
        assert self.CONFIG["server"]["maxUploadSize"] == 20

    def test_there_are_no_secrets(self):
        kept = subprocess.run(
            ["git", "ls-files"], capture_output=True, text=True, cwd=ROOT, check=True
        ).stdout
        assert "secrets.toml" not in kept
        assert ".env\n" not in kept


#: Modules whose files can run code, and calls that do.
LOADERS = {"pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib", "yaml"}
CALLS = {"eval", "exec", "compile", "__import__", "np.load", "numpy.load", "os.system", "os.popen"}


class TestCode:
    @pytest.mark.parametrize("file", SOURCES, ids=lambda file: str(file.relative_to(ROOT)))
    def test_nothing_that_comes_in_can_become_code(self, file):
        for node in ast.walk(ast.parse(file.read_text())):
            match node:
                case ast.Import(names=names):
                    assert not LOADERS & {name.name.split(".")[0] for name in names}
                case ast.ImportFrom(module=str(module)):
                    assert module.split(".")[0] not in LOADERS
                case ast.Call(func=function, keywords=keywords):
                    assert ast.unparse(function) not in CALLS
                    assert not {"allow_pickle", "shell"} & {word.arg for word in keywords}

    @pytest.mark.parametrize("name", ["skeleton.js"])
    def test_the_player_writes_no_markup_but_its_own(self, name):
        folder = ROOT / "bnviz/player/browser/player"
        for file in folder.glob("*.js"):
            if file.name in (name, "plotly-cartesian.min.js"):
                continue
            text = file.read_text()
            for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
                assert word not in text, f"{word} in {file.name}"
        assert "${" not in (folder / name).read_text()


def with_file(name: str) -> AppTest:
    page = AppTest.from_file(APP, default_timeout=60).run()
    page.sidebar.selectbox(key="setting_dataset").set_value("upload").run()
    page.file_uploader[0].set_value((name, ROWS, "text/csv")).run()
    assert not page.exception
    assert not page.error
    return page


class TestUploads:
    def test_the_same_file_has_another_key_in_each_session(self):
        pages = [with_file("a.csv") for _ in range(2)]
        keys = [page.query_params["upload"] for page in pages]
        assert len(set(keys)) == 2
        assert all(len(key) == 32 for key in keys)

    def test_a_link_gives_nobody_another_viewers_data(self):
        mine = with_file("a.csv")
        other = AppTest.from_file(APP, default_timeout=60)
        for name, value in mine.query_params.items():
            other.query_params[name] = value
        other.run()
        assert "known only to the tab" in other.warning[0].value
        assert other.sidebar.selectbox(key="setting_dataset").value == "digits"
        assert "upload" not in other.query_params

    @pytest.mark.parametrize("name", ["../../a.csv", "/etc/a.csv", "..\\a.csv", "a\n.csv"])
    def test_no_file_is_written_whatever_its_name(self, name, tmp_path, monkeypatch):
        from tests.hostile.guard import watched

        monkeypatch.chdir(tmp_path)
        with watched():
            with_file(name)
        assert not list(tmp_path.iterdir())


class TestWire:
    def test_workers_are_reached_on_loopback_alone_and_with_a_certificate_alone(self):
        before = self.listening()
        with Engine() as engine:
            deadline = time.monotonic() + 60
            while "loading" not in engine.status.message:
                assert time.monotonic() < deadline, engine.status
                time.sleep(0.01)
            found = self.listening() - before
            # The scheduler's and its worker's, and for each of them a web server without a page.
            assert len(found) == 4
            assert {address for address, _ in found} == {"127.0.0.1"}
            for place in found:
                assert self.said(place, with_tls=True) == b""
                assert self.said(place, with_tls=False)[:22] in (b"", b"HTTP/1.1 404 Not Found")

    def listening(self) -> set[tuple[str, int]]:
        own = psutil.Process()
        return {
            (found.laddr.ip, found.laddr.port)
            for process in (own, *own.children(recursive=True))
            for found in process.net_connections("tcp")
            if found.status == psutil.CONN_LISTEN
        }

    def said(self, place: tuple[str, int], *, with_tls: bool) -> bytes:
        """What somebody without the certificate is answered."""
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        try:
            with socket.create_connection(place, 5) as plain:
                connection = context.wrap_socket(plain) if with_tls else plain
                with connection:
                    connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
                    return connection.recv(100)
        except OSError:
            return b""


class TestAudit:
    def audited(self, folder: Path, code: str) -> subprocess.CompletedProcess[str]:
        """What the audit says when pip-audit behaves as in this code."""
        (folder / "pip_audit.py").write_text(code)
        return subprocess.run(
            [sys.executable, str(ROOT / ".ci/audit.py")],
            capture_output=True,
            text=True,
            env=os.environ | {"PYTHONPATH": str(folder)},
            check=False,
        )

    def test_a_known_fault_fails(self, tmp_path):
        fault = {"id": "PYSEC-1", "fix_versions": ["2.0"]}
        packages = [
            {"name": "one", "version": "1.0", "vulns": [fault]},
            {"name": "two", "skip_reason": "not found"},
        ]
        done = self.audited(tmp_path, f"print({json.dumps({'dependencies': packages})!r})")
        assert done.returncode == 1
        assert "one 1.0: PYSEC-1, mended in 2.0" in done.stdout
        assert "does not know them: 1 packages" in done.stdout

    def test_without_a_network_it_says_so_and_no_more(self, tmp_path):
        done = self.audited(tmp_path, "raise SystemExit('no connection')")
        assert done.returncode == 0
        assert done.stdout == "Not audited: no connection\n"
