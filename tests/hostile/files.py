"""Files that a stranger might choose: tables, archives and recordings, valid or not."""

import io
import pickle
import struct
import zipfile
from functools import cache
from random import Random
from typing import Any

import numpy as np

from bnviz.data.array_examples import CLASS_NAME_ARRAYS, TRAINING, VALIDATION
from bnviz.recording import Recording
from bnviz.settings import Settings, SettingsError
from bnviz.studies.axis import Axis
from bnviz.studies.phase_map import PhaseMap
from bnviz.studies.sweep import Sweep
from tests.hostile import words
from tests.hostile.tables import mutated
from tests.support.archives import npy, zipped

#: Size of a decompression bomb when unpacked, in bytes.
BOMB = 40_000_000
SMALL = Settings(hidden_layers=1, units=2, steps=12)
NAMES = (
    "a.csv",
    "a.csv",
    "a.npz",
    "a.txt",
    "a.tsv",
    "A.CSV",
    "a",
    "../../a.csv",
    ".npz",
    "a.npz.csv",
)


class Pickled:
    """Prints a word when it is unpickled, which the guard notices too."""

    def __reduce__(self) -> tuple[Any, ...]:
        return print, ("unpickled",)


def false_header(random: Random) -> bytes:
    """An array whose header does not fit its data."""
    dtype = random.choice(("|u1", "<f8", "|O", "<f16", "<U9", "<M8[s]", "V4", "[('a', '<f8')]"))
    shapes = [
        "(1000000000, 784)",
        "(999999999999,)",
        "(-1, 4)",
        "(20, 4)",
        "()",
        "(0,)",
        "(2**70,)",
    ]
    shapes += ["(" * 30, "__import__('os').abort()", "(1" + "0" * 40 + ",)"]
    descr = dtype if dtype.startswith("[") else repr(dtype)
    text = f"{{'descr': {descr}, 'fortran_order': {random.choice((True, 1, False))}, "
    head = (text + f"'shape': {random.choice(shapes)}, }}").encode().ljust(117) + b"\n"
    length = random.choice((len(head), len(head), 0, 65_535))
    version = random.choice((b"\x01\x00", b"\x01\x00", b"\x02\x00", b"\x03\x00", b"\xff\xff"))
    return b"\x93NUMPY" + version + struct.pack("<H", length) + head + bytes(80)


def member(random: Random, count: int) -> bytes:
    """The features or classes of some examples, or something else."""
    values = np.random.default_rng(random.getrandbits(32))
    match random.randrange(14):
        case 0:
            return false_header(random)
        case 1:
            return npy(np.array([Pickled()] * count, dtype=object), allow_pickle=True)
        case 2:
            return pickle.dumps(Pickled())
        case 3:
            return npy(
                values.normal(size=(count, 4)) * random.choice((1e30, 1e300, np.inf, np.nan))
            )
        case 4:
            kinds = ("?", "<i1", ">i8", "<u8", "<f2", ">f4", "<c8", "<U3", "S3")
            return npy(values.integers(0, 9, (count, 3)).astype(random.choice(kinds)))
        case 5:
            shapes = ((), (0,), (count, 0), (count, 2_000), (count, 2, 2, 2, 2), (1, count))
            return npy(np.zeros(random.choice(shapes)))
        case 6:
            return mutated(npy(values.integers(0, 256, (count, 4), np.uint8)), random)
        case 7:
            return archive(random)
        case _:
            return npy(values.integers(0, 256, (count, 4), np.uint8))


@cache
def bomb() -> bytes:
    """An archive that claims to unpack to a kilobyte, and unpacks to much more."""
    head = b"{'descr': '|u1', 'fortran_order': False, 'shape': (20, 45), }".ljust(117) + b"\n"
    array = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head
    data = bytearray(
        zipped({"x_train.npy": array + bytes(BOMB), "y_train.npy": npy(np.arange(20))})
    )
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        start = data.index(signature) + offset
        data[start : start + 4] = struct.pack("<I", len(array) + 900)
    return bytes(data)


def labels_of(random: Random, count: int) -> bytes:
    """The classes of some examples, in one of the forms in which they are kept."""
    kinds = random.choice((1, 2, 3, 3, 3, 200))
    y = np.random.default_rng(random.getrandbits(32)).integers(0, kinds, count)
    forms = (
        lambda: y,
        lambda: y.astype(random.choice(("u1", "i1", "<f4", ">f8", "?", "<u8"))),
        lambda: y.astype(np.uint64) + np.uint64(2**63),
        lambda: y - random.choice((0.0, 0.5, np.inf, np.nan)),
        lambda: np.where(y > 0, y, np.nan),
        lambda: np.eye(kinds, dtype=random.choice(("f8", "?", "u1")))[y] * random.choice((1, 1, 2)),
        lambda: np.array(["a", "\u202e", "<b>", "nan", "9" * 400])[y % 5],
        lambda: np.array([b"a", b"\xff", b""])[y % 3],
        lambda: y.reshape(-1, 1),
        lambda: np.zeros(random.choice(((count, 0), (0, count), (0,), (count, 2, 0)))),
    )
    return npy(random.choice(forms)())


def _named(random: Random, name: str) -> str:
    return f"{random.choice((name, name, name.upper(), name.capitalize()))}.npy"


def archive(random: Random) -> bytes:
    """An NPZ file."""
    match random.randrange(16):
        case 0:
            return bomb()
        case 1:
            return zipped({f"{number}.npy": b"" for number in range(300)})
        case 2:
            return b"PK\x03\x04" + random.randbytes(200)
        case 3:
            valid = npy(np.zeros((20, random.choice((4, 200_000))), np.uint8))
            return zipped({"x_train.npy": valid, "y_train.npy": npy(np.arange(20) % 2)})
    count = random.choice((0, 1, 2, 5, 20, 20, 20))
    labels = labels_of(random, count)
    x, y = random.choice((TRAINING[0], *TRAINING))
    members = {_named(random, x): member(random, count), _named(random, y): labels}
    if random.random() < 0.3:
        x, y = random.choice(VALIDATION)
        test = random.choice((count, count, 0))
        members |= {f"{x}.npy": member(random, test), f"{y}.npy": labels_of(random, test)}
    if random.random() < 0.2:
        names = np.array([words.word(random)[:200] for _ in range(random.choice((0, 1, 3, 101)))])
        members[f"{random.choice(CLASS_NAME_ARRAYS)}.npy"] = npy(names)
    if random.random() < 0.2:
        members[
            random.choice(
                (
                    "y_train.npy",
                    "../../x.npy",
                    "/etc/x",
                    words.word(random).replace("\0", "")[:999] or "x",
                )
            )
        ] = member(random, count)
    ways = (zipfile.ZIP_DEFLATED, zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED, zipfile.ZIP_BZIP2)
    data = zipped(members, random.choice(ways))
    match random.randrange(6):
        case 0:
            return mutated(data, random)
        case 1:
            return data[: random.randrange(len(data))]
        case _:
            return data


def recording(random: Random) -> bytes:
    """A recording, with settings and frames as a stranger might send them."""
    try:
        settings = Settings.read(words.given(random)).replace(hidden_layers=2, units=3)
    except SettingsError:
        settings = SMALL
    settings = settings.replace(steps=random.choice((1, 12, 12, 400)))
    recorded = Recording(settings)
    count = min(random.choice((0, 1, 3, 999)), len(recorded.steps))
    raw = bytearray(random.randbytes(count * recorded.layout.dtype.itemsize))
    frames = np.frombuffer(raw, recorded.layout.dtype)
    frames["step"] = recorded.steps[:count]
    text = settings.to_json() if random.random() < 0.7 else words.as_json(random)
    body = np.frombuffer(raw, np.uint8).reshape(count, recorded.layout.dtype.itemsize).T
    if random.random() < 0.1:
        body = random.choice(
            (body.T, body[:-1], body.astype(np.int16), np.zeros(10_000_000, np.uint8))
        )
    members = {"settings.npy": npy(np.array(text)), "frames.npy": npy(np.ascontiguousarray(body))}
    if random.random() < 0.2:
        members[random.choice(("settings.npy", "frames.npy", "x.exe"))] = member(random, 20)
    data = zipped(members)
    return mutated(data, random) if random.random() < 0.3 else data


def phase_map(random: Random) -> bytes:
    """A phase map, with a sweep and results of its cells as a stranger might send them."""
    values = np.random.default_rng(random.getrandbits(32))
    sweep = Sweep(x=Axis("units", 2, 9, "linear", 3), y=Axis("learning_rate", 1e-3, 1, "log", 2))
    known = PhaseMap(sweep)
    known.known[:] = values.random(sweep.shape) < 0.7
    for cells in known.runs.values():
        cells[:] = np.frombuffer(values.bytes(cells.nbytes), cells.dtype).reshape(cells.shape)
    file = io.BytesIO()
    for curves in known.kept.accuracy.values():
        curves[:] = values.random(curves.shape)
    known.save(file)
    if random.random() < 0.6:
        return mutated(file.getvalue(), random) if random.random() < 0.3 else file.getvalue()
    with np.load(io.BytesIO(file.getvalue())) as saved:
        members = {f"{name}.npy": npy(saved[name]) for name in saved.files}
    other = random.choice([*members, "x.npy"])
    text = random.choice((words.as_sweep(random), words.as_json(random)))
    members[other] = npy(np.array(text)) if random.random() < 0.5 else member(random, 2)
    return zipped(members)
