"""ReadingProcess: reads a stranger's file in a process of its own, which ends with it.

A file of 20 MB takes seconds to read, and several times its size in memory. Both are bounded there,
and whatever happens to that process is one sentence here.

The process gets a line of JSON and the file, and answers with a line of JSON and, for a file to be
downloaded, its bytes.
"""

import json
import sys
import threading
from dataclasses import asdict, dataclass
from typing import Any

from bnviz.data import bounded_process, uploads
from bnviz.data.bounded_process import OUT_OF_MEMORY, ProcessError
from bnviz.data.bounds import UploadError
from bnviz.data.choices import Choices
from bnviz.data.examples_file import examples_file
from bnviz.data.reading import LeftOut, Reading

#: Seconds of a processor that reading a file may take, and by the clock where the system does not
#: count them: the largest files took 6 seconds of a slow core.
MAX_PROCESSOR_SECONDS, MAX_SECONDS = 30, 150
#: Bytes of address space that it may take, the program itself included: the largest took 550 MB.
MAX_MEMORY = 800_000_000
_TOO_LONG = f"more than {MAX_PROCESSOR_SECONDS} seconds"
_TOO_MUCH = f"more than {MAX_MEMORY / 1e6:.0f} MB of memory"
#: What Python runs.
_PROGRAM = ("-m", "bnviz.data.reading_process")


@dataclass(frozen=True)
class Outcome:
    """What was read of a file.

    Attributes:
        reading: What `uploads.report` says; None if it says that the file cannot be used.
        complaint: Why it cannot be used, in one sentence; else empty.
        columns: Names of all columns of a table; empty if they cannot be told.
    """

    reading: Reading | None = None
    complaint: str = ""
    columns: tuple[str, ...] = ()


def report(
    name: str, data: bytes, choices: Choices, max_bytes: int, unwanted: threading.Event
) -> Outcome:
    """What `uploads.report` says of a file.

    Args:
        name: File name.
        data: Content of the file.
        choices: How it is to be read.
        max_bytes: As for `uploads.report`.
        unwanted: Set when nobody waits for the outcome any more, which ends the process.

    Raises:
        UnwantedError: If it was set.
    """
    head = {"name": name, "choices": asdict(choices), "max_bytes": max_bytes}
    try:
        answer, _ = _ask(head, data, unwanted)
    except UploadError as error:
        return Outcome(complaint=str(error))
    reading = answer["reading"]
    return Outcome(
        None if reading is None else _reading_of(reading),
        answer["complaint"],
        tuple(answer["columns"]),
    )


def examples(name: str, data: bytes, choices: Choices, unwanted: threading.Event) -> bytes:
    """The examples in a file, as `examples_file` returns them.

    Args:
        name: File name.
        data: Content of the file.
        choices: How it is to be read.
        unwanted: As for `report`.

    Raises:
        UploadError: If it cannot be read.
        UnwantedError: As for `report`.
    """
    answer, found = _ask({"name": name, "choices": asdict(choices)}, data, unwanted)
    if answer["complaint"]:
        raise UploadError(answer["complaint"])
    return found


def outcome(name: str, data: bytes, choices: Choices, max_bytes: int) -> Outcome:
    """What `uploads.report` says of a file, read in this process."""
    try:
        reading = uploads.report(name, data, choices, max_bytes=max_bytes)
    except UploadError as error:
        return Outcome(None, str(error), column_names(name, data, choices))
    return Outcome(reading, "", reading.columns)


def column_names(name: str, data: bytes, choices: Choices) -> tuple[str, ...]:
    """Names of all columns of a table; empty if they cannot be told."""
    if not uploads.is_table(name):
        return ()
    try:
        return tuple(uploads.columns(data, choices))
    except UploadError:
        return ()


def _ask(
    head: dict[str, Any], data: bytes, unwanted: threading.Event
) -> tuple[dict[str, Any], bytes]:
    """Starts the process and returns its answer.

    Raises:
        UploadError: If it has none.
        UnwantedError: If nobody waits for it any more.
    """
    sent = json.dumps(head | {"size": len(data)}).encode() + b"\n" + data
    try:
        answer = bounded_process.answer(_PROGRAM, sent, max_seconds=MAX_SECONDS, unwanted=unwanted)
    except ProcessError as error:
        match error.reason:
            case "started":
                raise UploadError(
                    "This host cannot read a file just now; try again later."
                ) from None
            case "memory":
                raise _failure(_TOO_MUCH) from None
            case "ended":
                raise _failure(f"{_TOO_LONG} or {_TOO_MUCH}") from None
    line, _, found = answer.partition(b"\n")
    return json.loads(line), found


def _failure(what: str) -> UploadError:
    return UploadError(f"The file takes {what} to read; keep fewer rows or columns.")


def _reading_of(fields: dict[str, Any]) -> Reading:
    """The inverse of `asdict`, by way of JSON."""
    values = {name: _frozen(value) for name, value in fields.items()}
    values["choices"] = _choices_of(fields["choices"])
    values["left_out"] = tuple(LeftOut(**each) for each in fields["left_out"])
    return Reading(**values)


def _choices_of(fields: dict[str, Any]) -> Choices:
    return Choices(**{name: _frozen(value) for name, value in fields.items()})


def _frozen(value: Any) -> Any:
    """A value with tuples in the place of lists."""
    return tuple(map(_frozen, value)) if isinstance(value, list) else value


def _bound() -> None:
    """Bounds what this process takes."""
    bounded_process.bound(MAX_MEMORY, MAX_PROCESSOR_SECONDS)


def _answer(head: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
    """The answer to a request; one without `max_bytes` is for the examples."""
    name, choices = head["name"], _choices_of(head["choices"])
    if "max_bytes" in head:
        return asdict(outcome(name, data, choices, head["max_bytes"])), b""
    try:
        found = uploads.read_examples(name, data, choices)
    except UploadError as error:
        return {"complaint": str(error)}, b""
    return {"complaint": ""}, examples_file(found)


def main() -> None:
    """Answers one request."""
    _bound()
    head = json.loads(sys.stdin.buffer.readline())
    data = sys.stdin.buffer.read()
    if len(data) < head["size"]:
        return  # whoever asked is gone
    try:
        answer, found = _answer(head, data)
    except MemoryError:
        sys.exit(OUT_OF_MEMORY)
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n" + found)


if __name__ == "__main__":
    main()
