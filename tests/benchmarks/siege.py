"""How the page serves honest viewers while somebody attacks it.

    python tests/benchmarks/siege.py [NAME ...] [--seconds 25] [--viewers 5] [--memory MB] [--quick]

Each attack of `attacks.py` meets a server of its own. Honest viewers open the page, each with a
browser, a cookie and seeds of its own; each watches a short run of the default network for as long
as a browser takes to draw it, and then opens the page anew with the next one. They do so for a
while before the attack, as a reference, and again from five seconds after it has begun.

Attackers run in a process of their own and come from another loopback address. All share one
machine, so an attack also takes some of its processor time; the table says how much.

With `--memory`, the server and its workers have that many MB and no swap, where this user may
create control groups (`small_host.py`).
"""

import argparse
import asyncio
import json
import math
import resource
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import honest
import machine
import psutil
from attacks import ATTACKS
from honest import Service
from serving import Server, is_worker
from small_host import MB, Group
from viewers import Viewer

#: Seconds for which honest viewers come before the attack.
REFERENCE = 10.0
#: Seconds that an attack lasts before honest viewers come.
LEAD = 5.0
#: Seconds that honest viewers wait for a first frame after the attack's time is over.
GRACE = 30.0
#: Seconds between two looks at the processes.
_LOOK = 0.1
#: Seconds of processor time in a second below which a worker counts as idle.
_IDLE = 0.05
#: Seconds that an attack has to report.
_PATIENCE = 20.0
_COLUMNS = (
    "attack",
    "first frame before the attack, s: median; longest",
    "first frame under it, s: median; longest",
    "waits told over true ones: number, median (range)",
    "frames a second and viewer",
    "runs to the end",
    "refused",
    "connections lost",
    "processes lost",
    "page; workers, MB at most",
    "lines logged",
    "what the attackers did",
)


class Watch(threading.Thread):
    """Watches the processes of a server.

    Attributes:
        page: Most memory of the page's process, in bytes.
        workers: Most memory of all workers together, in bytes.
        lost: Which processes have ended, and how often.
    """

    def __init__(self, server: Server):
        super().__init__(daemon=True)
        self.page, self.workers = 0, 0
        self.lost: Counter[str] = Counter()
        self._server = server
        self._present = {each.pid for each in server.workers()}
        self._over = threading.Event()

    def run(self) -> None:
        while not self._over.wait(_LOOK):
            try:
                self._look()
            except psutil.NoSuchProcess:
                continue  # a process ended between two lines of this
            if self.lost["page"]:
                return

    def _look(self) -> None:
        page = self._server.process
        if not page.is_running() or page.status() == psutil.STATUS_ZOMBIE:
            self.lost["page"] += 1
            return
        self.page = max(self.page, page.memory_info().rss)
        workers = {each.pid: each for each in page.children() if is_worker(each)}
        self.workers = max(self.workers, sum(each.memory_info().rss for each in workers.values()))
        gone = len(self._present - workers.keys())
        if gone:
            self.lost["worker"] += gone
        self._present = set(workers)

    def end(self) -> None:
        """Ends watching."""
        self._over.set()
        self.join()


class Adversary:
    """The process of an attack.

    Attributes:
        account: What it has done, in words; empty until it has ended.
    """

    def __init__(self, name: str, server: str):
        self._arguments = ("attacks.py", name, "--server", server)
        self.account = ""

    async def begin(self) -> None:
        """Starts the attack, and waits `LEAD` seconds."""
        script, *arguments = self._arguments
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            str(Path(__file__).with_name(script)),
            *arguments,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        await self._process.stdout.readline()
        await asyncio.sleep(LEAD)

    async def end(self) -> None:
        """Ends the attack."""
        self._process.stdin.close()
        try:
            async with asyncio.timeout(_PATIENCE):
                report = await self._process.stdout.read()
        except TimeoutError:
            report = b""
        with suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()
        self.account = _in_words(json.loads(report)) if report else "the attack itself failed"


def _in_words(report: dict[str, Any]) -> str:
    """What an attack has done."""
    done = [f"{count:,} {what}" for what, count in sorted(report["tally"].items())]
    return ", ".join([*done, f"{report['processor']:.0f} s of processor time"])


async def besiege(server: Server, name: str, given: argparse.Namespace) -> "Siege":
    """Has a server attacked while honest viewers use it."""

    async def viewers(first_seed: int, seconds: float) -> Service:
        return await honest.come(
            server.address,
            viewers=given.viewers,
            first_seed=first_seed,
            seconds=seconds,
            grace=given.grace,
        )

    before = await viewers(1, given.reference)
    adversary = Adversary(name, server.address)
    await adversary.begin()
    try:
        service = await viewers(1_000, given.seconds)
    finally:
        await adversary.end()
    return Siege(before, service, adversary.account)


@dataclass(frozen=True)
class Siege:
    """What came of an attack.

    Attributes:
        before: What honest viewers got before.
        service: What they got under attack.
        account: What the attackers did, in words.
    """

    before: Service
    service: Service
    account: str


def measure(name: str, given: argparse.Namespace) -> tuple[list[str], Service]:
    """Tries one attack on a server of its own.

    Returns:
        The table row, and what honest viewers got.
    """
    attack = ATTACKS[name]
    group = limited(given.memory)

    def prepare() -> None:
        if group is not None:
            group.add(0)  # itself
        if attack.files:
            resource.setrlimit(resource.RLIMIT_NOFILE, (attack.files, attack.files))

    with tempfile.TemporaryFile() as log:
        server = Server(machine.ROOT / "app.py", prepare=prepare, log=log)
        warm_up(server)
        watch = Watch(server)
        watch.start()
        siege = asyncio.run(besiege(server, name, given))
        watch.end()
        with suppress(RuntimeError):
            server.close()
        log.seek(0)
        lines = len(log.readlines())
    if group is not None:
        group.end()
    lost = ", ".join(f"{count} {who}" for who, count in watch.lost.items() if count)
    service = siege.service
    return [
        attack.title,
        siege.before.first_frame,
        service.first_frame,
        service.told_right,
        f"{service.frame_rate:.1f}",
        str(service.completed),
        str(service.refusals.total()),
        str(service.lost.total()),
        lost or "none",
        f"{watch.page / MB:.0f}; {watch.workers / MB:.0f}",
        f"{lines:,}",
        siege.account,
    ], service


def warm_up(server: Server) -> None:
    """Waits until a worker has trained a first run, and has compiled what it does ahead."""
    asyncio.run(Viewer(server.address, honest.link(0)).watch())
    spent, before = math.inf, 0.0
    while spent > _IDLE:
        time.sleep(1)
        used = sum(sum(each.cpu_times()[:2]) for each in server.workers())
        spent, before = used - before, used


def limited(memory: int | None) -> Group | None:
    """A control group with so many MB; None without a limit, or where there can be none."""
    if memory is None:
        return None
    try:
        return Group(memory * MB)
    except OSError as error:
        print(f"The memory is not limited, since no control group can be created: {error}")
        return None


def print_words(title: str, words: Counter[str]) -> None:
    """Prints what was said, and how often."""
    for text, number in words.most_common():
        print(f"- {title}, {number} times: {text}")


def main() -> None:
    """Measures and prints the table."""
    parser = argparse.ArgumentParser(description="Serve honest viewers under attack.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(ATTACKS))
    parser.add_argument("--seconds", type=float, default=25.0, help="how long honest viewers come")
    parser.add_argument("--viewers", type=int, default=5, help="number of honest viewers")
    parser.add_argument("--grace", type=float, default=GRACE, help=argparse.SUPPRESS)
    parser.add_argument("--reference", type=float, default=REFERENCE, help=argparse.SUPPRESS)
    parser.add_argument("--memory", type=int, help="memory limit of the server in MB")
    parser.add_argument("--quick", action="store_true", help="trial: 8 seconds of each attack")
    given = parser.parse_args()
    unknown = set(given.names) - ATTACKS.keys()
    if unknown:
        parser.error(
            f"no such attack: {', '.join(sorted(unknown))}; there are {', '.join(ATTACKS)}"
        )
    if given.quick:
        given.seconds, given.reference, given.grace = 8.0, 4.0, 8.0
    rows: list[list[str]] = []
    said: list[tuple[str, Service]] = []
    for name in given.names or ATTACKS:
        row, service = measure(name, given)
        print(f"{time.strftime('%H:%M:%S')} | {' | '.join(row)}", file=sys.stderr, flush=True)
        rows.append(row)
        said.append((row[0], service))
    limit = f", {given.memory} MB" if given.memory else ""
    title = f"Siege: {given.viewers} honest viewers for {given.seconds:.0f} s{limit}"
    machine.print_table(title, _COLUMNS, rows)
    print()
    for attack, service in said:
        print_words(f"{attack}: refused", service.refusals)
        print_words(f"{attack}: lost", service.lost)


if __name__ == "__main__":
    main()
