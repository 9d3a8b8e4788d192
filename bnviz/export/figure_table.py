"""FigureTable: all figures of a recording, so that a player needs nobody to switch between them.

A view offers up to seven choices, whose combinations would be thousands of figures. Most choices
change other parts of a figure than the others do, so the table holds one figure of each view, and
what each option changes in it. Choices that change the same parts are combined. Numbers that a
viewer sets freely, such as the neuron, become slots, which the player fills.

`FigureTable.figure` puts a figure together again, as `replay/figures.js` does in the browser.
"""

import dataclasses
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bnviz.figures.view import NUMBERS, TITLES, View
from bnviz.figures.views.catalogue import available_view
from bnviz.player.content import StageContent

#: Key of a slot in a figure's JSON.
SLOT = "$"

Json = Any
Path = tuple[str | int, ...]
#: What an option changes: where, and what stands there then.
Patch = list[tuple[list[str | int], Json]]


@dataclass(frozen=True)
class _Group:
    """Choices that change the same parts of a figure.

    Attributes:
        choices: Their names.
        patches: What each combination of options changes, by the options joined by a space.
    """

    choices: tuple[str, ...]
    patches: Mapping[str, Patch]


@dataclass(frozen=True)
class _Variant:
    """The figures of a view that have the same traces.

    Attributes:
        fixed: Options that all of them share, by choice.
        figure: The one with all other choices at their defaults.
        groups: What the other choices change.
    """

    fixed: Mapping[str, str | int]
    figure: Json
    groups: Sequence[_Group]

    def at(self, chosen: Mapping[str, Any]) -> Json:
        """The figure for chosen options and numbers."""
        figure = self.figure
        for group in self.groups:
            key = " ".join(str(chosen[name]) for name in group.choices)
            for path, value in group.patches.get(key, ()):
                figure = _replaced(figure, tuple(path), value)
        return _filled(figure, chosen)


@dataclass(frozen=True)
class FigureTable:
    """The figures of a recording, by view.

    Attributes:
        views: The variants of each view; the last one fixes nothing.
    """

    views: Mapping[str, Sequence[_Variant]]

    @classmethod
    def of(cls, content: StageContent, names: Iterable[str] = TITLES) -> "FigureTable":
        """The table of views of a recording.

        Args:
            content: What the player shows.
            names: Which views; all by default.
        """
        return cls({name: _variants(content, name) for name in names})

    @classmethod
    def single(cls, content: StageContent, view: View) -> "FigureTable":
        """The table of a single figure, from which no other can be made."""
        return cls({view.name: [_Variant({}, _bare(content, view), [])]})

    def figure(self, view: View) -> Json:
        """A figure in JSON types, put together from the table; without its id and its view."""
        chosen = view.to_dict()
        return next(
            variant.at(chosen)
            for variant in self.views[view.name]
            if variant.fixed.items() <= chosen.items()
        )

    def to_json(self) -> Json:
        """The table in JSON types."""
        return {
            name: [dataclasses.asdict(variant) for variant in variants]
            for name, variants in self.views.items()
        }


def options(content: StageContent, name: str) -> dict[str, tuple[str | int, ...]]:
    """The options of each choice of a view that is not a free number, the default first."""
    if available_view(content.recording.layout, View(name)).name != name:
        return {}
    found: dict[str, list[str | int]] = {}
    # A choice may be offered only if another one is taken.
    for choice_name, choice in content.figure(View(name))["choices"].items():
        if _is_free(choice_name, choice):
            continue
        as_number = choice.get("list", False)
        found[choice_name] = [int(each) if as_number else each for each in choice["options"]]
    default = View(name).to_dict()
    return {
        each: (default[each], *(option for option in all_ if option != default[each]))
        for each, all_ in found.items()
    }


def _variants(content: StageContent, name: str) -> list[_Variant]:
    """The variants of a view."""
    offered = options(content, name)
    base = _slotted(content, View(name))
    alone = [
        (choice, option)
        for choice, every in offered.items()
        for option in every[1:]
        if _has_other_traces(base, _slotted(content, View.read({"name": name, choice: option})))
    ]
    rest = {
        choice: tuple(option for option in every if (choice, option) not in alone)
        for choice, every in offered.items()
    }
    apart = [
        _variant(content, name, {choice: option}, {**offered, choice: (option,)})
        for choice, option in alone
    ]
    return [*apart, _variant(content, name, {}, rest)]


def _has_other_traces(figure: Json, other: Json) -> bool:
    return len(figure["data"]) != len(other["data"])


def _variant(
    content: StageContent,
    name: str,
    fixed: Mapping[str, str | int],
    offered: Mapping[str, tuple[str | int, ...]],
) -> _Variant:
    """The figures of a view with some options fixed and others offered."""

    def figure(**chosen: str | int) -> Json:
        return _slotted(content, View.read({"name": name, **fixed, **chosen}))

    base = figure()
    touched = {
        choice: {
            tuple(path)
            for option in every[1:]
            for path, _ in _patch(base, figure(**{choice: option}))
        }
        for choice, every in offered.items()
    }

    def group(choices: Sequence[str]) -> _Group:
        """What each combination of the options of some choices changes."""
        combinations = itertools.product(*(offered[choice] for choice in choices))
        patches = {
            " ".join(map(str, each)): _patch(base, figure(**dict(zip(choices, each, strict=True))))
            for each in combinations
        }
        return _Group(tuple(choices), {key: patch for key, patch in patches.items() if patch})

    whole = _Variant(fixed, base, [group(choices) for choices in _groups(touched)])
    last = {choice: every[-1] for choice, every in offered.items()}
    view = View.read({"name": name, **fixed, **last})
    if whole.at(view.to_dict()) != _bare(content, view):
        # Some of the choices count only together.
        whole = _Variant(fixed, base, [group(tuple(offered))])
    return whole


def _groups(touched: Mapping[str, set[Path]]) -> list[tuple[str, ...]]:
    """Choices by whether they change the same parts, in the order of the choices."""
    groups: list[tuple[list[str], set[Path]]] = []
    for choice, paths in touched.items():
        joined, parts = [choice], set(paths)
        for other in [each for each in groups if _overlap(each[1], parts)]:
            joined, parts = other[0] + joined, other[1] | parts
            groups.remove(other)
        groups.append((joined, parts))
    return [tuple(joined) for joined, _ in groups]


def _overlap(some: set[Path], others: set[Path]) -> bool:
    """Whether a path of one set is a path of the other, or begins one, or is begun by one."""
    beginnings = [
        {path[:end] for path in paths for end in range(len(path) + 1)} for paths in (some, others)
    ]
    return bool(some & beginnings[1] or others & beginnings[0])


def _bare(content: StageContent, view: View) -> Json:
    """A figure without what only names the view."""
    figure = content.figure(view)
    figure["layout"].pop("uirevision")
    return {name: part for name, part in figure.items() if name not in ("id", "view")}


def _slotted(content: StageContent, view: View) -> Json:
    """A figure with slots in place of the numbers that a viewer sets freely."""
    figure = _bare(content, view)
    for name, choice in figure["choices"].items():
        if _is_free(name, choice):
            # Three values tell which parts repeat the number, plain or counted from 1.
            zero, one, two = (
                _bare(content, View.read(view.to_dict() | {name: each})) for each in range(3)
            )
            figure = _with_slots(figure, (zero, one, two), name)
    return figure


def _is_free(name: str, choice: Mapping[str, Any]) -> bool:
    """Whether a choice is of a number that a slot can hold."""
    return name in NUMBERS or (name in ("neuron", "example") and len(choice["options"]) > 2)


def _with_slots(figure: Json, three: Sequence[Json], name: str) -> Json:
    """A figure with a slot wherever the figures for 0, 1 and 2 of a number differ."""
    if three[0] == three[1] == three[2]:
        return figure
    if all(isinstance(each, dict) for each in three):
        return {
            key: _with_slots(part, [each[key] for each in three], name)
            for key, part in figure.items()
        }
    if all(isinstance(each, list) for each in three):
        parts = zip(figure, *three, strict=True)
        return [_with_slots(part, each, name) for part, *each in parts]
    return {SLOT: name, **_slot(three)}


def _slot(three: Sequence[Json]) -> dict[str, Json]:
    """How the text or the number for a value follows from it: `before`, `plus`, `after`."""
    if all(isinstance(each, int | float) for each in three):
        plus = three[0]
        if list(three) == [plus, plus + 1, plus + 2]:
            return {"plus": plus}
    texts = [str(each) for each in three]
    for plus in (0, 1):
        parts = texts[0].split(str(plus))
        for at in range(1, len(parts)):
            before, after = str(plus).join(parts[:at]), str(plus).join(parts[at:])
            if [f"{before}{plus + n}{after}" for n in range(3)] == texts:
                return {"plus": plus, "before": before, "after": after}
    raise ValueError(f"no number of a viewer's choice makes these: {texts}")


def _patch(base: Json, other: Json) -> Patch:
    """What turns one figure into another."""
    return [(list(path), value) for path, value in _differences(base, other)]


def _differences(base: Json, other: Json, path: Path = ()) -> Iterator[tuple[Path, Json]]:
    if base == other:
        return
    if isinstance(base, dict) and isinstance(other, dict) and base.keys() == other.keys():
        for key in base:
            yield from _differences(base[key], other[key], (*path, key))
    elif (
        isinstance(base, list)
        and isinstance(other, list)
        and len(base) == len(other)
        and any(isinstance(each, dict | list) for each in base)
    ):
        for index, (one, another) in enumerate(zip(base, other, strict=True)):
            yield from _differences(one, another, (*path, index))
    else:
        yield path, other


def _replaced(part: Json, path: Path, value: Json) -> Json:
    """A copy of a part with another value at a path."""
    if not path:
        return value
    first, *rest = path
    copy: Any = list(part) if isinstance(part, list) else dict(part)
    copy[first] = _replaced(copy[first], tuple(rest), value)
    return copy


def _filled(part: Json, chosen: Mapping[str, Any]) -> Json:
    """A copy of a part with a viewer's numbers in its slots."""
    if isinstance(part, list):
        return [_filled(each, chosen) for each in part]
    if not isinstance(part, dict):
        return part
    if SLOT not in part:
        return {key: _filled(each, chosen) for key, each in part.items()}
    number = chosen[part[SLOT]] + part["plus"]
    if "before" not in part:
        return number
    return f"{part['before']}{number}{part['after']}"
