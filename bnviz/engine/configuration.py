"""Configuration: where runs execute, read from the environment, and the settings of Dask."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

#: Environment variables read by `Configuration.from_environment`.
SCHEDULER_VARIABLE = "BNVIZ_SCHEDULER"
WORKERS_VARIABLE = "BNVIZ_WORKERS"
CHECKS_VARIABLE = "BNVIZ_CHECK_SEEDS"

MAX_WORKERS = 64

#: Settings of Dask in the page's process and in the engine's own workers. Dask logs whatever passes
#: through it, frames included; short logs keep both processes as small after 50 runs as after one.
#: Its self-monitoring, 50 times a second by default, costs an idle page 2 % of a core. It also
#: takes workers for dead when the wall clock jumps; the engine watches the processes instead.
DASK: dict[str, Any] = {
    "distributed.admin.low-level-log-length": 10,
    "distributed.admin.log-length": 10,
    "distributed.admin.large-graph-warning-threshold": "1GB",
    "distributed.admin.system-monitor.gil.enabled": False,
    "distributed.admin.system-monitor.interval": "5s",
    "distributed.admin.system-monitor.log-length": 10,
    "distributed.admin.tick.interval": "1s",
    "distributed.diagnostics.computations.max-history": 1,
    "distributed.diagnostics.erred-tasks.max-history": 1,
    "distributed.scheduler.active-memory-manager.start": False,
    "distributed.scheduler.events-cleanup-delay": "1s",
    "distributed.scheduler.http.routes": [],
    # An idle worker takes over a block that waits behind a long run.
    "distributed.scheduler.work-stealing": True,
    "distributed.scheduler.worker-ttl": None,
    "distributed.worker.http.routes": [],
    "distributed.worker.profile.enabled": False,
}


@dataclass(frozen=True)
class Configuration:
    """Where runs execute.

    Attributes:
        scheduler: Address of an existing Dask scheduler (`tls://...` or `tcp://...`), or None to
            start workers of the engine's own.
        workers: Number of worker processes to start if there is no `scheduler`, 1 to 64. Each
            trains one run at a time and takes about 1 GB.
        checks_seeds: Whether runs that have ended are checked on other seeds while nobody waits for
            anything.

    Raises:
        ValueError: If a value is not allowed.
    """

    scheduler: str | None = None
    workers: int = 1
    checks_seeds: bool = True

    def __post_init__(self) -> None:
        if not 1 <= self.workers <= MAX_WORKERS:
            raise ValueError(
                f"the number of workers is {self.workers}; it must be a whole number from 1 to "
                f"{MAX_WORKERS}"
            )
        if self.scheduler is not None and not self.scheduler.startswith(("tls://", "tcp://")):
            raise ValueError(
                f"the scheduler's address is {self.scheduler[:80]!r}; it must be an address such "
                "as tls://127.0.0.1:8786 or tcp://127.0.0.1:8786"
            )

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Configuration":
        """Reads the variables above; unset or empty means the default.

        Raises:
            ValueError: If a variable has a value that is not allowed.
        """
        text = environment.get(WORKERS_VARIABLE) or str(cls.workers)
        if not (text.isascii() and text.isdigit() and len(text) <= 4):
            raise ValueError(
                f"{WORKERS_VARIABLE} is {text[:40]!r}; it must be a whole number from 1 to "
                f"{MAX_WORKERS}"
            )
        checks = environment.get(CHECKS_VARIABLE) or "1"
        if checks not in ("0", "1"):
            raise ValueError(f"{CHECKS_VARIABLE} is {checks[:40]!r}; it must be 0 or 1")
        return cls(environment.get(SCHEDULER_VARIABLE) or None, int(text), checks == "1")
