"""Archive: arrays from an NPZ file, and packed bytes, that a stranger may have made.

`numpy.load` trusts the size in an array's header and reserves that memory before it reads, and a
zip member may unpack to another size than it claims. Here all claims are compared first, and no
more is unpacked than was claimed. Pickles are never loaded.
"""

import io
import lzma
import re
import struct
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

#: Maximum number of members of an archive; the files read here need at most ten.
MAX_MEMBERS = 64
#: An array's header must end within this many bytes of its member.
_HEAD_BYTES = 4_096
_CENTRAL_SIGNATURE = b"PK\x01\x02"
_COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
#: The header as NumPy writes it. The format allows any Python literal, but evaluating one from a
#: stranger is unsafe.
_HEADER = re.compile(
    rb"\{'descr': '(?P<dtype>[<>|=]?[a-zA-Z]\d{0,7})', "
    rb"'fortran_order': (?P<fortran>True|False), "
    rb"'shape': \((?P<shape>(?:\d{1,12}, ?)*(?:\d{1,12})?)\),? ?\}\s*"
)
#: What `zipfile` raises on broken files.
_ZIP_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OverflowError,
)


#: Up to so many bytes are packed as small as possible, in seconds; more of them four times faster.
_MAX_THOROUGH = 20_000_000
#: Maximum memory for unpacking bytes: twice what those packed here need.
_UNPACKING_MEMORY = 20_000_000


class ArchiveError(ValueError):
    """An archive, or an array in it, that cannot be read; the message is one sentence."""


class OversizeError(ArchiveError):
    """A file that is too large."""


def read_limited(file: str | Path | BinaryIO, *, max_bytes: int) -> bytes:
    """Reads a file without reading more than it may hold.

    Args:
        file: A path, or a file opened for reading bytes.
        max_bytes: The most bytes allowed.

    Raises:
        OversizeError: If the file has more.
        OSError: If the file cannot be read.
    """
    if isinstance(file, str | Path):
        with Path(file).open("rb") as opened:
            return read_limited(opened, max_bytes=max_bytes)
    data = file.read(max_bytes + 1)
    if len(data) > max_bytes:
        raise OversizeError(f"the file has more than {max_bytes / 1e6:.0f} MB")
    return data


@dataclass(frozen=True)
class Header:
    """What an array claims to be.

    Attributes:
        dtype: Type of the values: booleans, numbers or text, never objects.
        shape: Shape of the array.
        fortran_order: Whether the first index varies fastest.
        start: Number of bytes before the values.
    """

    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    fortran_order: bool
    start: int

    @property
    def count(self) -> int:
        """Number of values."""
        count = 1
        for size in self.shape:
            count *= size
        return count

    @property
    def nbytes(self) -> int:
        """Number of bytes of the values."""
        return self.count * self.dtype.itemsize


class Archive:
    """An NPZ file in memory.

    Args:
        data: The file's bytes.

    Raises:
        ArchiveError: If this is not a zip file, or one with too many or ambiguous members.
    """

    def __init__(self, data: bytes):
        # Counted first, since zipfile builds an object for each of what could be 500,000 members.
        if data.count(_CENTRAL_SIGNATURE) > MAX_MEMBERS:
            raise ArchiveError("The file holds more members than an NPZ file of arrays needs.")
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except _ZIP_ERRORS as error:
            raise ArchiveError("The file is not a readable NPZ file.") from error
        members = self._zip.infolist()
        self._members = {
            member.filename.removesuffix(".npy"): member
            for member in members
            if member.filename.endswith(".npy")
        }
        if len({member.filename for member in members}) < len(members):
            raise ArchiveError("The file holds two members with the same name.")

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the arrays, without ".npy"."""
        return tuple(self._members)

    @property
    def size(self) -> int:
        """Number of members of any kind."""
        return len(self._zip.infolist())

    def header(self, name: str) -> Header:
        """What an array claims to be; only the start of its member is unpacked.

        Args:
            name: One of `names`.

        Raises:
            ArchiveError: If it is not an array, or its claims contradict each other.
        """
        member = self._members[name]
        if member.flag_bits & 1:
            raise ArchiveError(f"{name} is encrypted.")
        if member.compress_type not in _COMPRESSIONS:
            raise ArchiveError(f"{name} is compressed in a way that NumPy does not use.")
        header = _header(name, self._unpack(name, min(_HEAD_BYTES, member.file_size)))
        if header.start + header.nbytes != member.file_size:
            raise ArchiveError(
                f"{name} does not have the size that its shape {header.shape} requires."
            )
        return header

    def array(self, name: str) -> NDArray[Any]:
        """Reads an array. Check its `header` first, since memory is reserved for all of it.

        Args:
            name: One of `names`.

        Returns:
            The array, read-only.

        Raises:
            ArchiveError: If it is not an array, or is cut off or damaged.
        """
        header = self.header(name)
        raw = self._unpack(name, header.start + header.nbytes)
        values: NDArray[Any] = np.frombuffer(raw, header.dtype, header.count, header.start)
        return values.reshape(header.shape, order="F" if header.fortran_order else "C")

    def _unpack(self, name: str, length: int) -> bytes:
        """The first bytes of a member; zipfile verifies the checksum at its end."""
        try:
            with self._zip.open(self._members[name]) as file:
                # A read without a size would unpack everything there is.
                raw = file.read(length)
                file.read(1)
        except _ZIP_ERRORS as error:
            raise ArchiveError(f"{name} is damaged or cut off.") from error
        if len(raw) != length:
            raise ArchiveError(f"{name} is damaged or cut off.")
        return raw


def packed(data: bytes, *, fast: bool = False) -> bytes:
    """Packs bytes as an XZ stream, a fifth smaller than a zip file does.

    Args:
        data: The bytes.
        fast: Whether to pack even few bytes as fast as many.
    """
    preset = 1 if fast or len(data) > _MAX_THOROUGH else 6
    return lzma.compress(data, lzma.FORMAT_XZ, preset=preset)


def unpacked(data: bytes, *, max_bytes: int) -> bytes:
    """Unpacks what `packed` returned without unpacking more than it may hold.

    Args:
        data: The XZ stream.
        max_bytes: The most bytes allowed.

    Raises:
        OversizeError: If it holds more.
        ArchiveError: If it is anything else, damaged, cut off, or needs too much memory.
    """
    reader = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_UNPACKING_MEMORY)
    try:
        found = reader.decompress(data, max_bytes + 1)
    except lzma.LZMAError as error:
        raise ArchiveError("The packed bytes are damaged.") from error
    if len(found) > max_bytes:
        raise OversizeError("the file holds more than it may")
    if not reader.eof or reader.unused_data:
        raise ArchiveError("The packed bytes are cut off or followed by others.")
    return found


def _header(name: str, head: bytes) -> Header:
    """Reads the header of an NPY file (NumPy Enhancement Proposal 1) from its first bytes."""
    if head[:6] != b"\x93NUMPY" or len(head) < 12:
        raise ArchiveError(f"{name} is not a NumPy array.")
    start, form = (10, "<H") if head[6] == 1 else (12, "<I")
    (length,) = struct.unpack_from(form, head, 8)
    text = head[start : start + length]
    match = _HEADER.fullmatch(text)
    if b"'|O'" in text:
        raise ArchiveError(f"{name} holds Python objects, which are not loaded.")
    if len(text) < length or match is None:
        raise ArchiveError(f"{name} has an unknown kind of header.")
    try:
        dtype = np.dtype(match["dtype"].decode())
    except TypeError:
        dtype = np.dtype(object)
    if dtype.kind not in "biufUS" or not dtype.itemsize:
        raise ArchiveError(f"{name} holds neither numbers nor text.")
    shape = tuple(int(size) for size in match["shape"].decode().split(",") if size.strip())
    return Header(dtype, shape, match["fortran"] == b"True", start + length)
