"""Security: the promises of the README."""

import ast
import hashlib
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

from bnviz.engine import Engine
from bnviz.player import PLOTLY
from bnviz.player.message import MAX_BYTES
from tests.support import ROOT
from tests.support.engine import until
from tests.support.streamlit_page import open_page, player_message

SOURCES = [ROOT / "app.py", *(ROOT / "bnviz").rglob("*.py")]
ROWS = "".join(f"{i},{i * i / 4},{'ab'[i % 2]}\n" for i in range(20)).encode()


class TestConfiguration:
    CONFIG = tomllib.loads((ROOT / ".streamlit/config.toml").read_text())

    def test_telemetry_is_off_and_requests_are_protected(self):
        assert self.CONFIG["browser"]["gatherUsageStats"] is False
        assert self.CONFIG["server"]["enableXsrfProtection"] is True
        assert self.CONFIG["client"]["showErrorDetails"] == "none"

    def test_the_server_accepts_no_larger_file_than_the_page(self):
        assert self.CONFIG["server"]["maxUploadSize"] == 20

    def test_the_server_accepts_no_large_messages(self):
        assert self.CONFIG["server"]["maxWidgetStateSize"] == 1
        assert 2 * MAX_BYTES < 1e6 * self.CONFIG["server"]["maxMessageSize"] == 3e6

    def test_no_secrets_are_committed(self):
        files = subprocess.run(
            ["git", "ls-files"], capture_output=True, text=True, cwd=ROOT, check=True
        ).stdout
        assert "secrets.toml" not in files
        assert ".env\n" not in files


#: Modules whose files can contain code to run, and calls that run code.
LOADERS = {"pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib", "yaml"}
CALLS = {"eval", "exec", "compile", "__import__", "np.load", "numpy.load", "os.system", "os.popen"}


class TestCode:
    @pytest.mark.parametrize("file", SOURCES, ids=lambda file: str(file.relative_to(ROOT)))
    def test_no_input_can_become_code(self, file):
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
    def test_the_player_writes_no_markup_from_outside(self, name):
        folder = ROOT / "bnviz/player/browser/player"
        for file in folder.glob("*.js"):
            if file.name in (name, PLOTLY.name):
                continue
            text = file.read_text()
            for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
                assert word not in text, f"{word} in {file.name}"
        assert "${" not in (folder / name).read_text()


def page_with_file(name: str):
    """The page after an upload."""
    page = open_page()
    page.sidebar.selectbox(key="setting_dataset").set_value("upload").run()
    page.file_uploader[0].set_value((name, ROWS, "text/csv")).run()
    assert not page.exception
    assert not page.error
    return page


class TestUploads:
    def test_a_file_has_a_different_key_in_each_session_and_none_is_in_a_link(self):
        pages = [page_with_file("a.csv") for _ in range(2)]
        keys = {page.session_state["bnviz_field_values"]["setting_upload"] for page in pages}
        assert len(keys) == 2
        assert all(len(key) == 32 for key in keys)
        digest = hashlib.sha256(ROWS).hexdigest()[:32]
        assert [page.query_params["upload"] for page in pages] == [digest, digest]
        assert digest not in keys

    @pytest.mark.parametrize("name", ["upload", "key"])
    def test_a_link_does_not_share_a_viewers_data(self, name):
        """Neither what a link holds nor the private key, should it become known, is enough."""
        mine = page_with_file("a.csv")
        link = dict(mine.query_params)
        if name == "key":
            link["upload"] = mine.session_state["bnviz_field_values"]["setting_upload"]
        other = open_page(link | {"train": "1"})
        assert other.sidebar.selectbox(key="setting_dataset").value == "upload"
        assert other.sidebar.file_uploader
        assert other.button(key="train_wide").disabled
        assert player_message(other)[0]["state"] == "recorded"
        assert "a.csv" not in str(other)

    @pytest.mark.slow
    @pytest.mark.parametrize("name", ["../../a.csv", "/etc/a.csv", "..\\a.csv", "a\n.csv"])
    def test_an_upload_writes_no_file_whatever_its_name(self, name, tmp_path, monkeypatch):
        from bnviz.page.shell import session
        from tests.hostile.guard import watched

        # Its start writes files and connects: it is over once a worker has compiled the default.
        until(lambda: session.engine()._runs.queue._compiled)
        monkeypatch.chdir(tmp_path)
        with watched():
            page_with_file(name)
        assert not list(tmp_path.iterdir())


class TestWire:
    @pytest.mark.slow
    def test_workers_listen_on_loopback_only_and_require_a_certificate(self):
        before = self.listening()
        with Engine() as engine:
            deadline = time.monotonic() + 60
            while "loading" not in engine.status.message:
                assert time.monotonic() < deadline, engine.status
                time.sleep(0.01)
            found = self.listening() - before
            # The scheduler, its worker, and for each of them a web server without pages.
            assert len(found) == 4
            assert {host for host, _ in found} == {"127.0.0.1"}
            for address in found:
                assert self.response(address, with_tls=True) == b""
                plain = self.response(address, with_tls=False)
                assert not plain or plain.startswith(b"HTTP/1.1 404 Not Found")

    def listening(self) -> set[tuple[str, int]]:
        own = psutil.Process()
        return {
            (found.laddr.ip, found.laddr.port)
            for process in (own, *own.children(recursive=True))
            for found in process.net_connections("tcp")
            if found.status == psutil.CONN_LISTEN
        }

    def response(self, address: tuple[str, int], *, with_tls: bool) -> bytes:
        """The response to a client without the certificate."""
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        try:
            with socket.create_connection(address, 5) as plain:
                connection = context.wrap_socket(plain) if with_tls else plain
                with connection:
                    connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
                    return connection.recv(100)
        except OSError:
            return b""


class TestAudit:
    def audit(self, folder: Path, code: str) -> subprocess.CompletedProcess[str]:
        """Runs the audit with this code in place of pip-audit."""
        (folder / "pip_audit.py").write_text(code)
        return subprocess.run(
            [sys.executable, str(ROOT / ".ci/audit.py")],
            capture_output=True,
            text=True,
            env=os.environ | {"PYTHONPATH": str(folder)},
            check=False,
        )

    def test_a_known_vulnerability_fails(self, tmp_path):
        vulnerability = {"id": "PYSEC-1", "fix_versions": ["2.0"]}
        packages = [
            {"name": "one", "version": "1.0", "vulns": [vulnerability]},
            {"name": "two", "skip_reason": "not found"},
        ]
        done = self.audit(tmp_path, f"print({json.dumps({'dependencies': packages})!r})")
        assert done.returncode == 1
        assert "one 1.0: PYSEC-1, fixed in 2.0" in done.stdout
        assert "does not know them: 1 packages" in done.stdout

    def test_without_a_network_it_passes_and_says_so(self, tmp_path):
        done = self.audit(tmp_path, "raise SystemExit('no connection')")
        assert done.returncode == 0
        assert done.stdout == "Not audited: no connection\n"
