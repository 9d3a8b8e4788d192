"""Arrivals: files that arrive are bounded, and those that nobody takes are removed."""

import asyncio

import pytest
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from bnviz.page.shell.arrivals import SENDER_SHARE, ArrivalError, Arrivals, Untaken
from tests.support.loop import run

MAX_BYTES = 100
HALF = int(SENDER_SHARE * MAX_BYTES)


async def settle():
    """Lets everything on the loop get as far as it can."""
    for _ in range(20):
        await asyncio.sleep(0)


async def at_once(_):
    """Receives a file."""
    await settle()


async def never(_):
    """Waits for a file that does not come."""
    await asyncio.Event().wait()


class Senders:
    """Files that arrive until a test ends them."""

    def __init__(self, arrivals):
        self.arriving = []
        self._arrivals = arrivals
        self._ends = {}
        self._tasks = {}

    async def send(self, session, address, size):
        """Begins to send a file; returns whether it has begun to arrive."""
        self._ends[session] = asyncio.Event()

        async def receive(note):
            note(size)
            self.arriving.append(session)
            await self._ends[session].wait()

        receiving = self._arrivals.receive(session, address, size, receive)
        self._tasks[session] = asyncio.create_task(receiving)
        await settle()
        return session in self.arriving

    async def end(self, session):
        self._ends[session].set()
        await self._tasks.pop(session)
        await settle()


def sent(*files):
    """Which of these files arrive at a time, and which do once the first has arrived."""

    async def main():
        senders = Senders(Arrivals(MAX_BYTES))
        before = [await senders.send(*file) for file in files]
        await senders.end(files[0][0])
        after = [file[0] in senders.arriving for file in files]
        for session, *_ in files[1:]:
            await senders.end(session)
        return before, after

    return run(main())


class TestArrivals:
    def test_an_address_has_half_of_what_may_arrive(self):
        files = [("a", "here", HALF), ("b", "here", 1), ("c", "away", HALF)]
        assert sent(*files) == ([True, False, True], [True, True, True])

    def test_all_together_are_bounded(self):
        files = [("a", "1", HALF), ("b", "2", HALF), ("c", "3", 1)]
        assert sent(*files) == ([True, True, False], [True, True, True])

    def test_a_file_of_any_size_arrives_alone(self):
        files = [("a", "here", 2 * MAX_BYTES), ("b", "away", 1)]
        assert sent(*files) == ([True, False], [True, True])

    def test_a_class_behind_one_address_sends_its_files_at_a_time(self):
        files = [(str(number), "here", 1) for number in range(30)]
        assert sent(*files)[0] == [True] * 30

    def test_of_each_session_one_file_arrives_at_a_time(self):
        async def main():
            arrivals, begun, end = Arrivals(MAX_BYTES), [], asyncio.Event()

            async def receive(number):
                begun.append(number)
                await end.wait()

            tasks = [
                asyncio.create_task(arrivals.receive("a", "here", 1, lambda _, n=n: receive(n)))
                for n in range(3)
            ]
            await settle()
            first = list(begun)
            end.set()
            await asyncio.gather(*tasks)
            return first, begun

        assert run(main()) == ([0], [0, 1, 2])

    def test_what_finds_no_room_in_time_is_refused(self):
        async def main():
            senders = Senders(arrivals := Arrivals(MAX_BYTES, max_queue=0.01))
            await senders.send("a", "here", HALF)
            with pytest.raises(ArrivalError, match="try again") as refused:
                await arrivals.receive("b", "here", 1, at_once)
            await senders.end("a")
            return refused.value.status

        assert run(main()) == 503

    def test_what_comes_too_slowly_is_dropped_and_makes_room(self):
        async def main():
            arrivals = Arrivals(MAX_BYTES, grace=0.01)
            with pytest.raises(ArrivalError, match="too slowly") as dropped:
                await arrivals.receive("a", "here", MAX_BYTES, never)
            await arrivals.receive("a", "here", MAX_BYTES, at_once)
            return dropped.value.status

        assert run(main()) == 408

    @pytest.mark.parametrize(("count", "arrives"), [(0, False), (10, False), (10**9, True)])
    def test_what_has_arrived_gives_time_for_more(self, count, arrives):
        async def receive(note):
            note(count)
            await asyncio.sleep(0.05)

        async def main():
            try:
                await Arrivals(MAX_BYTES, grace=0.01).receive("a", "here", MAX_BYTES, receive)
            except ArrivalError:
                return False
            return True

        assert run(main()) == arrives

    def test_one_that_fails_makes_room(self):
        async def fail(_):
            raise ConnectionError

        async def main():
            arrivals = Arrivals(MAX_BYTES)
            with pytest.raises(ConnectionError):
                await arrivals.receive("a", "here", MAX_BYTES, fail)
            await arrivals.receive("b", "here", MAX_BYTES, at_once)

        run(main())


class Server:
    """What Streamlit keeps of the files that it receives."""

    def __init__(self, max_bytes=MAX_BYTES, seconds=60.0):
        self.files = MemoryUploadedFileManager("")
        self.untaken = Untaken(lambda: self.files, max_bytes, seconds=seconds)

    def receive(self, session, size, name="f"):
        self.untaken.make_room(session, size)
        self.files.add_file(session, UploadedFileRec(name, "a.csv", "text/csv", bytes(size)))

    @property
    def kept(self):
        """The names of what is kept, by session."""
        return {session: list(files) for session, files in self.files.file_storage.items() if files}


class TestUntaken:
    def test_of_each_session_the_last_one_waits(self):
        async def main():
            server = Server()
            for name in "abc":
                server.receive("1", 10, name)
            server.receive("2", 10)
            return server.kept

        assert run(main()) == {"1": ["c"], "2": ["f"]}

    def test_the_oldest_make_room(self):
        async def main():
            server = Server()
            for session in "12345":
                server.receive(session, 40)
            return server.kept

        assert set(run(main())) == {"4", "5"}

    def test_one_that_a_field_has_taken_takes_no_room(self):
        async def main():
            server = Server()
            server.receive("1", 20)
            server.receive("2", 80)
            server.files.remove_file("2", "f")
            server.receive("3", 80)
            return server.kept

        assert set(run(main())) == {"1", "3"}

    def test_a_file_of_any_size_waits_alone(self):
        async def main():
            server = Server()
            server.receive("1", 10)
            server.receive("2", 2 * MAX_BYTES)
            return server.kept

        assert set(run(main())) == {"2"}

    def test_what_nobody_takes_is_removed_although_its_session_has_ended(self):
        async def main():
            server = Server(seconds=0.01)
            server.untaken.make_room("1", 10)
            server.files.remove_session_files("1")
            server.files.add_file("1", UploadedFileRec("f", "a.csv", "text/csv", bytes(10)))
            assert server.kept
            while server.kept:
                await asyncio.sleep(0.001)

        run(main())
