"""Cluster: the scheduler and the workers that the engine connects to."""

import asyncio
import logging
import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import dask
from distributed import Client, Scheduler, Security

from bnviz.engine.configuration import DASK, Configuration
from bnviz.engine.supervisor import MAX_SILENCE, NOTICEABLE_SILENCE, Supervisor

#: Number of worker deaths during one run after which the run fails.
ALLOWED_FAILURES = 2
#: Seconds to wait for an existing scheduler.
CONNECT_TIMEOUT = 3
#: Where Linux keeps files in memory.
_MEMORY_FOLDER = "/dev/shm"  # noqa: S108


@dataclass
class Cluster:
    """A connection to a scheduler.

    Attributes:
        client: Asynchronous Dask client.
        supervisors: They keep the cluster's own workers alive; none for an existing scheduler.
    """

    client: Any
    supervisors: list[Supervisor] = field(default_factory=list)

    @property
    def trouble(self) -> str:
        """One sentence while no worker can start, otherwise empty."""
        troubles = [each.trouble for each in self.supervisors]
        return troubles[0] if troubles and all(troubles) else ""

    @property
    def silence(self) -> str:
        """One sentence while no worker responds, otherwise empty."""
        seconds = min((each.silence for each in self.supervisors), default=0.0)
        if seconds < NOTICEABLE_SILENCE:
            return ""
        return (
            f"The worker process has not responded for {seconds:.0f} s; after "
            f"{MAX_SILENCE:.0f} s it is replaced, and its run is done again."
        )


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
            cluster.supervisors = [Supervisor(options) for _ in range(workers)]
            tasks = [asyncio.create_task(each.run()) for each in cluster.supervisors]
            try:
                yield cluster
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)


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
