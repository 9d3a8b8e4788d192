"""OtherFiles: what to do with a file of a kind that is not read."""

import re

_EXCEL = "it is a spreadsheet: open it and save it as CSV"
_PARQUET = (
    "it is a Parquet file: pandas.read_parquet(...).to_csv('table.csv', index=False) makes a CSV "
    "file"
)
_ARFF = "it is an ARFF file: save it as CSV in Weka, or remove the lines that begin with '@'"
_WEB_PAGE = "it is a web page: download the file itself, not the page that shows it"
_PACKED = "it is packed: unpack it first"
_JSON = "it is JSON: pandas.read_json(...).to_csv('table.csv', index=False) makes a CSV file"
_NUMPY = "it is a single array: numpy.savez('examples.npz', x=features, y=classes) makes an NPZ"
_PICKLE = "it is a pickle, which is not safe to load: save its arrays with numpy.savez"
_MATLAB = "in Python, scipy.io.loadmat and numpy.savez('examples.npz', x=..., y=...) make an NPZ"
_HDF = "it is an HDF5 file: save its arrays with numpy.savez('examples.npz', x=..., y=...)"
#: Ways out by the suffix of the file's name.
_BY_SUFFIX = {
    ".xlsx": _EXCEL,
    ".xls": _EXCEL,
    ".xlsm": _EXCEL,
    ".ods": _EXCEL,
    ".parquet": _PARQUET,
    ".feather": _PARQUET.replace("Parquet", "Feather").replace("parquet", "feather"),
    ".arff": _ARFF,
    ".gz": _PACKED,
    ".zip": _PACKED,
    ".xz": _PACKED,
    ".bz2": _PACKED,
    ".json": _JSON,
    ".jsonl": _JSON,
    ".npy": _NUMPY,
    ".pkl": _PICKLE,
    ".pickle": _PICKLE,
    ".mat": _MATLAB,
    ".h5": _HDF,
    ".hdf5": _HDF,
}
#: Ways out by the first bytes of the file, whatever its name.
_BY_SIGNATURE = {
    b"PAR1": _PARQUET,
    b"\xd0\xcf\x11\xe0": _EXCEL,
    b"\x1f\x8b": _PACKED,
    b"\xfd7zXZ": _PACKED,
    b"BZh": _PACKED,
    b"\x89HDF": _HDF,
    b"\x93NUMPY": _NUMPY,
    b"\x80\x04\x95": _PICKLE,
    b"\x80\x05\x95": _PICKLE,
}
_LOOKS_LIKE_JSON = re.compile(rb'\s*(?:\[\s*[\[{]|\{\s*")')
#: How far into a file words are looked for that tell its kind.
_HEAD = 4_096


def way_out(suffix: str, data: bytes) -> str:
    """What to do with a file that is not read, in words that follow a semicolon.

    Args:
        suffix: The suffix of the file's name, in lower case.
        data: Content of the file.

    Returns:
        The words; empty if the file looks like one that is read, or is of an unknown kind.
    """
    for signature, words in _BY_SIGNATURE.items():
        if data.startswith(signature):
            return words
    head = data[:_HEAD]
    if data.startswith(b"PK"):
        # The name of the first member, by whose beginning spreadsheets are known.
        if data[30:].startswith(
            (b"[Content_Types].xml", b"xl/", b"_rels/", b"docProps", b"mimetype")
        ):
            return _EXCEL
    elif _LOOKS_LIKE_JSON.match(head):
        return _JSON
    elif head.lstrip()[:15].lower().startswith((b"<!doctype html", b"<html")):
        return _WEB_PAGE
    elif any(line.lower().startswith(b"@relation") for line in head.splitlines()):
        return _ARFF
    return _BY_SUFFIX.get(suffix, "")
