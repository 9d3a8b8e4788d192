"""Cluster: the scheduler and the workers that a Dask client of the engine talks to."""

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

#: Deaths of a worker while it trains one run after which the run has failed.
ALLOWED_FAILURES = 2
#: Seconds to wait for an existing scheduler to answer.
CONNECT_TIMEOUT = 3
#: A worker process that ends within this many seconds of its start did not start well.
SHORT_LIFE = 10.0
#: Seconds until such a process is started again, doubled each time up to the last.
FIRST_DELAY, LONGEST_DELAY = 0.5, 30.0

#: Where Linux keeps files in memory.
_MEMORY = "/dev/shm"  # noqa: S108
#: Folder from which `bnviz` is imported.
_ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Cluster:
    """A connection to a scheduler.

    Attributes:
        client: Asynchronous Dask client.
        trouble: One sentence while the workers cannot start, else empty.
    """

    client: Any
    trouble: str = ""


@asynccontextmanager
async def connect(configuration: Configuration) -> AsyncIterator[Cluster]:
    """A cluster as configured, for the time of the context.

    Raises:
        OSError: If an existing scheduler cannot be reached.
    """
    for name in ("distributed", "distributed.client"):
        # A lost connection is no news for the log: the engine says so and tries again.
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
        # Dask's own context leaves a client open that could not connect.
        await client.close()


@asynccontextmanager
async def _embedded(workers: int) -> AsyncIterator[Cluster]:
    """A scheduler in this process and worker processes, on loopback, with certificates of its own.

    Dask's own local clusters start workers by `multiprocessing`, which fails inside Streamlit, or
    by ways that do not work on Windows.
    """
    _find_scratch()
    # Dask puts this folder on the path for imports, so it must be nobody else's.
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
            orders = {
                "scheduler": scheduler.address,
                "certificate": security.tls_ca_file,
                "key": security.tls_worker_key,
                "folder": folder,
            }
            keepers = [asyncio.create_task(_keep(cluster, orders)) for _ in range(workers)]
            try:
                yield cluster
            finally:
                for keeper in keepers:
                    keeper.cancel()
                await asyncio.gather(*keepers, return_exceptions=True)


def _security(folder: Path) -> Security:
    """Certificate and key made for this cluster, as files in its folder.

    Dask would write what it is given as text into a new file for each use, which a killed process
    leaves behind.
    """
    made = Security.temporary()
    files = {"cert": folder / "certificate.pem", "key": folder / "key.pem"}
    for file, text in ((files["cert"], made.tls_ca_file), (files["key"], made.tls_worker_key)):
        file.touch(mode=0o600)
        file.write_text(text)
    roles = {
        f"tls_{role}_{kind}": str(file)
        for role in ("client", "scheduler", "worker")
        for kind, file in files.items()
    }
    return Security(require_encryption=True, tls_ca_file=str(files["cert"]), **roles)


def _find_scratch() -> None:
    """Finds a folder for temporary files, in memory where no disk can be written to.

    Raises:
        OSError: If there is none.
    """
    try:
        tempfile.gettempdir()
    except FileNotFoundError as error:
        if not os.access(_MEMORY, os.W_OK):
            raise OSError("there is no folder for temporary files") from error
        tempfile.tempdir = _MEMORY


async def _keep(cluster: Cluster, orders: dict[str, str]) -> None:
    """Keeps one worker process going until cancelled."""
    delay = FIRST_DELAY
    while True:
        started = time.monotonic()
        try:
            process = _spawn(orders)
        except OSError as error:
            cluster.trouble = f"A worker process cannot be started ({error}); it is tried again."
            await asyncio.sleep(LONGEST_DELAY)
            continue
        try:
            while process.poll() is None:
                await asyncio.sleep(0.1)
                if time.monotonic() - started > SHORT_LIFE:
                    cluster.trouble, delay = "", FIRST_DELAY
        finally:
            _end(process)
        if time.monotonic() - started < SHORT_LIFE:
            cluster.trouble = (
                f"A worker process ended as soon as it was started (exit code "
                f"{process.returncode}); it is started again."
            )
            await asyncio.sleep(delay)
            delay = min(2 * delay, LONGEST_DELAY)


def _spawn(orders: dict[str, str]) -> subprocess.Popen[bytes]:
    path = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH"))))
    process = subprocess.Popen(
        # -P leaves the working directory off the path: no file there is taken for a library.
        [sys.executable, "-P", "-m", "bnviz.engine.worker"],
        stdin=subprocess.PIPE,
        # Downloads of data sets write their progress there.
        stdout=subprocess.DEVNULL,
        env=os.environ
        | {
            "PYTHONPATH": path,
            "TF_CPP_MIN_LOG_LEVEL": "3",
            "TMPDIR": tempfile.gettempdir(),
        },
        # Ctrl+C in the terminal is for the page alone, which then ends its workers.
        start_new_session=True,
        creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
    )
    with suppress(OSError):
        _input(process).write(json.dumps(orders).encode() + b"\n")
        _input(process).flush()
    return process


def _input(process: subprocess.Popen[bytes]) -> Any:
    return process.stdin


def _end(process: subprocess.Popen[bytes]) -> None:
    with suppress(OSError):
        _input(process).close()
    try:
        process.wait(2)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
