"""Choices: how a file is to be read, where its user knows better than a guess."""

from dataclasses import dataclass

#: Delimiters of a table by name, in order of preference where several fit.
DELIMITERS = {"tab": "\t", "semicolon": ";", "pipe": "|", "comma": ",", "space": " "}
#: Decimal signs by name.
DECIMALS = {"point": ".", "comma": ","}
#: Encodings of a table; each name is one that Python knows.
ENCODINGS = (
    "utf-8",
    "utf-16",
    "cp1252",
    "latin-1",
    "cp1250",
    "cp1251",
    "cp1253",
    "mac_roman",
    "shift_jis",
    "euc_kr",
    "gb18030",
)


@dataclass(frozen=True)
class Choices:
    """What a user has chosen; None stands for a guess from the file.

    Attributes:
        class_column: Name of the column that holds the classes.
        columns: Names of the columns that hold the features.
        heading: Whether the first row holds column names.
        delimiter: A value of `DELIMITERS`; a space stands for any run of spaces and tabs.
        decimal: A value of `DECIMALS`.
        encoding: One of `ENCODINGS`.
    """

    class_column: str | None = None
    columns: tuple[str, ...] | None = None
    heading: bool | None = None
    delimiter: str | None = None
    decimal: str | None = None
    encoding: str | None = None
