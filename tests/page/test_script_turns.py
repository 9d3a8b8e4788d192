"""ScriptTurns: while too many scripts run, whoever has used least is next."""

import asyncio
import threading

from bnviz.engine.origin import Origin
from bnviz.page.shell.script_turns import (
    MAX_RUNNING,
    PAUSE,
    THREAD,
    ScriptTurns,
    scripts_running,
    waiting,
)
from tests.support.loop import run

FLOOD, HONEST = Origin("flood", "here"), Origin("honest", "here")
ELSEWHERE = Origin("", "there")


class Host:
    """Scripts that a test starts and ends."""

    def __init__(self, running=0):
        self.running, self.now = running, 0.0
        self.order = []
        self.looks = 0
        self.turns = ScriptTurns(self._count, lambda: self.now)

    def _count(self):
        self.looks += 1
        return self.running

    async def send(self, origin, seconds=1.0):
        await self.turns.take(origin, seconds)
        self.running += 1
        self.order.append(origin)

    async def settle(self, number):
        """Waits until so many messages have come through."""
        while len(self.order) < number:
            await asyncio.sleep(0)

    async def end_one(self):
        """Ends a script, and waits until another has taken its place."""
        before = len(self.order)
        self.running -= 1
        await self.settle(before + 1)


async def in_line(host, *origins):
    """Messages that wait, in this order."""
    waiting = [asyncio.create_task(host.send(each)) for each in origins]
    await asyncio.sleep(0)
    return waiting


def test_nobody_waits_while_few_scripts_run():
    async def main():
        host = Host()
        for _ in range(MAX_RUNNING):
            await host.send(FLOOD)
        return host.order

    assert run(main()) == [FLOOD] * MAX_RUNNING


def test_a_further_message_waits_for_the_end_of_a_script():
    async def main():
        host = Host(MAX_RUNNING)
        (waiting,) = await in_line(host, HONEST)
        host.now = PAUSE / 2
        while host.looks < 5:
            await asyncio.sleep(0)
        assert not waiting.done()
        await host.end_one()

    run(main())


def test_who_has_used_less_comes_before_a_flood_that_came_first():
    async def main():
        host = Host()
        for _ in range(MAX_RUNNING):
            await host.send(FLOOD)
        await in_line(host, FLOOD, FLOOD, FLOOD, HONEST)
        for _ in range(4):
            await host.end_one()
        return host.order[MAX_RUNNING:]

    assert run(main()) == [HONEST, FLOOD, FLOOD, FLOOD]


def test_ever_new_browsers_of_one_address_share():
    async def main():
        host = Host()
        for number in range(MAX_RUNNING):
            await host.send(Origin(str(number), "here"))
        await in_line(host, Origin("new", "here"), ELSEWHERE)
        await host.end_one()
        return host.order[-1]

    assert run(main()) == ELSEWHERE


def test_what_was_used_is_forgotten():
    async def main():
        host = Host(MAX_RUNNING - 1)
        await host.send(FLOOD, seconds=100)
        host.now = 1e4
        host.running = 0
        await host.send(HONEST)
        host.running = MAX_RUNNING
        await in_line(host, HONEST, FLOOD)
        await host.end_one()
        return host.order[-1]

    assert run(main()) == FLOOD


def test_scripts_that_wait_for_something_do_not_stop_the_page():
    async def main():
        host = Host(MAX_RUNNING)
        await in_line(host, HONEST, HONEST)
        for number in (1, 2):
            host.now += 1
            await host.settle(number)
        return host.running

    assert run(main()) == MAX_RUNNING + 2


def test_a_script_that_says_that_it_waits_is_not_counted():
    counts = []

    def script():
        counts.append(scripts_running())
        with waiting():
            counts.append(scripts_running())
        counts.append(scripts_running())

    before = scripts_running()
    thread = threading.Thread(target=script, name=THREAD)
    thread.start()
    thread.join()
    assert [count - before for count in counts] == [1, 0, 1]


def test_who_leaves_the_line_does_not_hold_it_up():
    async def main():
        host = Host(MAX_RUNNING)
        first, _ = await in_line(host, HONEST, ELSEWHERE)
        first.cancel()
        await host.end_one()
        return host.order

    assert run(main()) == [ELSEWHERE]
