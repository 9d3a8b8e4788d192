"""Cluster: the scheduler and the workers that the engine connects to."""

import asyncio
import json
import logging
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dask
from distributed import Client, Scheduler, Security

from bnviz.engine.configuration import DASK, Configuration

#: Number of worker deaths during one run after which the run fails.
ALLOWED_FAILURES = 2
#: Seconds to wait for an existing scheduler.
CONNECT_TIMEOUT = 3
#: A worker process that ends within this many seconds counts as a failed start.
MIN_LIFETIME = 10.0
#: Seconds before restarting such a process, doubled each time up to the maximum.
MIN_DELAY, MAX_DELAY = 0.5, 30.0

#: Where Linux keeps files in memory.
_MEMORY_FOLDER = "/dev/shm"  # noqa: S108
#: Folder from which `bnviz` is imported.
_ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Cluster:
    """A connection to a scheduler.

    Attributes:
        client: Asynchronous Dask client.
        trouble: One sentence while the workers cannot start, otherwise empty.
    """

    client: Any
    trouble: str = ""


@asynccontextmanager
async def connect(configuration: Configuration) -> AsyncIterator[Cluster]:
    """Opens the configured cluster for the duration of the context.

    Raises:
        OSError: If an existing scheduler cannot be reached.
    """
    for name in ("distributed", "distributed.client"):
        # No need to log a lost connection: the engine reports it and reconnects.
        logging.getLogger(name).setLevel(logging.CRITICAL)
    with dask.config.set(DASK):
        if configuration.scheduler is None:
            async with _embedded(configuration.workers) as cluster:
                yield cluster
        else:
            async with _client(configuration.scheduler, timeout=CONNECT_TIMEOUT) as client:
                yield Cluster(client)


@asynccontextmanager
async def _client(address: str, **options: Any) -> AsyncIterator[Any]:
    client = Client(address, asynchronous=True, set_as_default=False, **options)
    try:
        yield await client
    finally:
        # Dask's own context manager leaves a client open if it could not connect.
        await client.close()


@asynccontextmanager
async def _embedded(workers: int) -> AsyncIterator[Cluster]:
    """Starts a scheduler in this process and worker processes, on loopback with TLS.

    Dask's own local clusters either start workers with `multiprocessing`, which fails inside
    Streamlit, or do not work on Windows.
    """
    _ensure_temporary_folder()
    # Dask puts this folder on the import path, so it must belong to this process alone.
    with tempfile.TemporaryDirectory(prefix="bnviz-", ignore_cleanup_errors=True) as folder:
        security = _security(Path(folder))
        async with (
            Scheduler(
                host="127.0.0.1",
                protocol="tls",
                security=security,
                dashboard=False,
                dashboard_address="127.0.0.1:0",
                allowed_failures=ALLOWED_FAILURES,
                local_directory=folder,
            ) as scheduler,
            _client(scheduler.address, security=security) as client,
        ):
            cluster = Cluster(client)
            options = {
                "scheduler": scheduler.address,
                "certificate": security.tls_ca_file,
                "key": security.tls_worker_key,
                "folder": folder,
            }
            supervisors = [
                asyncio.create_task(_supervise(cluster, options)) for _ in range(workers)
            ]
            try:
                yield cluster
            finally:
                for supervisor in supervisors:
                    supervisor.cancel()
                await asyncio.gather(*supervisors, return_exceptions=True)


def _security(folder: Path) -> Security:
    """Creates a certificate and a key for this cluster, as files in its folder.

    Given as text, Dask would write them to a new file at each use, which a killed process leaves
    behind.
    """
    temporary = Security.temporary()
    files = {"cert": folder / "certificate.pem", "key": folder / "key.pem"}
    for file, text in (
        (files["cert"], temporary.tls_ca_file),
        (files["key"], temporary.tls_worker_key),
    ):
        file.touch(mode=0o600)
        file.write_text(text)
    roles = {
        f"tls_{role}_{kind}": str(file)
        for role in ("client", "scheduler", "worker")
        for kind, file in files.items()
    }
    return Security(require_encryption=True, tls_ca_file=str(files["cert"]), **roles)


def _ensure_temporary_folder() -> None:
    """Makes `tempfile` use a folder in memory if no disk is writable.

    Raises:
        OSError: If there is no folder for temporary files.
    """
    try:
        tempfile.gettempdir()
    except FileNotFoundError as error:
        if not os.access(_MEMORY_FOLDER, os.W_OK):
            raise OSError("there is no folder for temporary files") from error
        tempfile.tempdir = _MEMORY_FOLDER


async def _supervise(cluster: Cluster, options: dict[str, str]) -> None:
    """Keeps one worker process alive until cancelled."""
    delay = MIN_DELAY
    while True:
        started = time.monotonic()
        try:
            process = _spawn(options)
        except OSError as error:
            cluster.trouble = (
                f"A worker process cannot be started ({error}); the engine keeps trying."
            )
            await asyncio.sleep(MAX_DELAY)
            continue
        try:
            while process.poll() is None:
                await asyncio.sleep(0.1)
                if time.monotonic() - started > MIN_LIFETIME:
                    cluster.trouble, delay = "", MIN_DELAY
        finally:
            _terminate(process)
        if time.monotonic() - started < MIN_LIFETIME:
            cluster.trouble = (
                f"A worker process ended right after it was started (exit code "
                f"{process.returncode}); the engine keeps trying."
            )
            await asyncio.sleep(delay)
            delay = min(2 * delay, MAX_DELAY)


def _spawn(options: dict[str, str]) -> subprocess.Popen[bytes]:
    path = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH"))))
    process = subprocess.Popen(
        # -P keeps the working directory off the path, so that no file there shadows a library.
        [sys.executable, "-P", "-m", "bnviz.engine.worker"],
        stdin=subprocess.PIPE,
        # Downloads of data sets write their progress to it.
        stdout=subprocess.DEVNULL,
        env=os.environ
        | {
            "PYTHONPATH": path,
            "TF_CPP_MIN_LOG_LEVEL": "3",
            "TMPDIR": tempfile.gettempdir(),
        },
        # Ctrl+C in the terminal reaches the page alone, which then ends its workers.
        start_new_session=True,
        creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
    )
    with suppress(OSError):
        _input(process).write(json.dumps(options).encode() + b"\n")
        _input(process).flush()
    return process


def _input(process: subprocess.Popen[bytes]) -> Any:
    return process.stdin


def _terminate(process: subprocess.Popen[bytes]) -> None:
    with suppress(OSError):
        _input(process).close()
    try:
        process.wait(2)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
