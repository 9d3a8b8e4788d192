"""Requests of a player or a map; they come from a browser and are not trusted."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from bnviz.figures.ghosts import LETTERS
from bnviz.figures.view import TITLES, View
from bnviz.settings.choices import SEEDS
from bnviz.studies.axis import MAX_VALUES
from bnviz.studies.sweep import Cell

#: Longest text that is kept, in characters; no token or figure id is longer.
_MAX_TEXT = 200
#: Longest change in mid-run that is kept, in characters.
_MAX_CHANGE = 80
#: Largest number that is kept.
_MAX_NUMBER = 2**31


@dataclass(frozen=True)
class PlayerRequest:
    """The last request of a player.

    Attributes:
        run: Token of the recording whose frames the player holds.
        first: Index of the first frame it lacks.
        detail: Whether it collects frames with detail.
        ghosts: Index of the first frame that it lacks of each other recording of which it holds
            any, by token.
        figure: Id of the figure it holds.
        view: The view it is to show.
        ask: Number of the request, which the response repeats.
    """

    run: str = ""
    first: int = 0
    detail: bool = False
    ghosts: Mapping[str, int] = field(default_factory=dict)
    figure: str = ""
    view: View = field(default_factory=View)
    ask: int = 0

    @classmethod
    def read(cls, given: object) -> "PlayerRequest":
        """Reads a request as a browser sent it; anything malformed takes its default."""
        if not isinstance(given, Mapping):
            return cls()
        ghosts = given.get("ghosts")
        held = ghosts[: len(LETTERS)] if isinstance(ghosts, list) else []
        return cls(
            run=_text(given.get("run")),
            first=_number(given.get("from")),
            detail=given.get("detail") is True,
            ghosts={
                _text(each.get("run")): _number(each.get("from"))
                for each in held
                if isinstance(each, Mapping)
            },
            figure=_text(given.get("figure")),
            view=View.read(given.get("view")),
            ask=_number(given.get("ask")),
        )


@dataclass(frozen=True)
class MapRequest:
    """The last request of a map or of the curves over many seeds.

    Attributes:
        held: Version of the picture that the browser holds.
        ask: Number of the request, which the response repeats.
    """

    held: str = ""
    ask: int = 0

    @classmethod
    def read(cls, given: object) -> "MapRequest":
        """Reads a request as a browser sent it; anything malformed takes its default."""
        if not isinstance(given, Mapping):
            return cls()
        return cls(held=_text(given.get("held")), ask=_number(given.get("ask")))


def read_change(given: object) -> tuple[int, str] | None:
    """Reads a change in mid-run as a browser sent it.

    Returns:
        The step, at least 1, and the text of the change; None if it is malformed.
    """
    if not isinstance(given, Mapping):
        return None
    step, change = given.get("step"), given.get("change")
    if not isinstance(step, int) or isinstance(step, bool) or not isinstance(change, str):
        return None
    return min(max(1, step), _MAX_NUMBER), change[:_MAX_CHANGE]


def read_seed(given: object) -> int | Literal["check"] | None:
    """Reads what a browser asks of other seeds.

    Returns:
        The seed whose run is to be opened, "check" if the run is to be checked on other seeds; None
        if the request is malformed.
    """
    if not isinstance(given, Mapping):
        return None
    if given.get("check") is True:
        return "check"
    seed = given.get("seed")
    if not isinstance(seed, int) or isinstance(seed, bool) or not SEEDS.low <= seed <= SEEDS.high:
        return None
    return seed


def read_view(given: object) -> str | None:
    """Reads for which view a browser asks for a run; None if there is no such view."""
    name = given.get("view") if isinstance(given, Mapping) else None
    return name if isinstance(name, str) and name in TITLES else None


def read_cell(given: object) -> Cell | None:
    """Reads a cell of a map as a browser sent it; None if no map has such a cell."""
    if not isinstance(given, Mapping):
        return None
    row, column = _index(given.get("row")), _index(given.get("column"))
    return None if row is None or column is None else Cell(row, column)


def _index(value: object) -> int | None:
    """A row or a column; None if no map has so many."""
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if 0 <= value < MAX_VALUES else None


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        return 0
    return min(max(value, 0), _MAX_NUMBER)


def _text(value: object) -> str:
    return value[:_MAX_TEXT] if isinstance(value, str) else ""
