"""Encodings: bytes of a file as text."""

import codecs

from bnviz.data.bounds import UploadError
from bnviz.data.choices import ENCODINGS

#: Byte order marks and the encodings that they announce.
_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_NO_TEXT = "The file is not text; save it as CSV in UTF-8."


def decode(data: bytes, encoding: str | None) -> tuple[str, str]:
    """Decodes a file.

    Args:
        data: Content of the file.
        encoding: One of `ENCODINGS`; None for the one that a byte order mark announces, else
            UTF-8, cp1252 or Latin-1, the first that fits.

    Returns:
        The text without a byte order mark and a sign of its end, and the encoding.

    Raises:
        UploadError: If the bytes are not text in the encoding.
    """
    # The longest mark first: that of UTF-16 is the beginning of that of UTF-32.
    for mark in sorted(_MARKS, key=len, reverse=True):
        if encoding is None and data.startswith(mark):
            encoding = _MARKS[mark]
            break
    text, found = None, ""
    for found in ENCODINGS if encoding is None else (encoding,):
        if encoding is None and found == "utf-16":
            continue  # Nearly every file with an even number of bytes is UTF-16 of some kind.
        try:
            text = data.decode(found)
            break
        except UnicodeError:
            continue
    if text is None:
        found = found.removesuffix("-sig")
        raise UploadError(f"The file is not text in {found}; choose another encoding.")
    if "\0" in text:
        raise UploadError(_NO_TEXT)
    # DOS ended texts with this sign.
    text = text.rstrip("\x1a")
    return text.removeprefix("\ufeff"), found.removesuffix("-sig")
