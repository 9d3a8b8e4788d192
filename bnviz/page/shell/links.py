"""Links: what the page shows, in its URL."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

import streamlit as st

from bnviz.page.shell import reading_link
from bnviz.page.shell.reading_link import READING
from bnviz.settings import Settings
from bnviz.settings.problem import Problem
from bnviz.settings.settings import FORMER_DEFAULTS, KINDS

#: Names of the modes in a URL; the laboratory needs none.
LABORATORY, MAP, SEEDS, LESSON = "", "map", "seeds", "lesson"
#: Parameter that names the mode.
MODE = "mode"
#: Parameter of a link whose content has been trained: opening it trains that again, or joins a run
#: of it that is in progress.
TRAIN = "train"
#: Parameter for the version of the defaults, which a link leaves out, and its values: the version
#: of links without it, and that of links made now.
DEFAULTS = "v"
_FORMER, _CURRENT = "1", "2"
#: Parameter that names what is opened of all that is folded away at first, and its values: the
#: further settings, the choices of what the view shows, and the whole of the verdict.
OPEN = "open"
FOLDS = ("settings", "view", "verdict")
#: Parameter of a link that shows the page as for a class, on a projector.
PRESENT = "present"
#: Parameters that others add to links, such as campaigns, mail programs and the host: names and
#: beginnings of names, in lower case. They are no affair of the page's.
OTHERS = frozenset(
    {
        *("embed", "embed_options", "ref", "ref_src", "ref_url"),
        *("fbclid", "gclid", "gclsrc", "dclid", "gbraid", "wbraid", "srsltid", "msclkid", "twclid"),
        *("ttclid", "yclid", "ysclid", "igsh", "igshid", "li_fat_id", "epik", "mkt_tok", "_ga"),
        *("_gl", "_openstat", "vero_id", "wickedid", "si", "spm"),
    }
)
OTHERS_BEGIN = ("utm_", "mtm_", "pk_", "hsa_", "_hs", "__hs", "mc_", "gad_")
#: Where the page may be, as a browser says it.
_ADDRESS = re.compile(r"https?://[!-~]{1,500}")


@dataclass(frozen=True)
class AwaitedFile:
    """The viewer's own file that a link needs and that is not there.

    Attributes:
        digest: Digest of the file, from the link.
        reading: How it is to be read, as in the link.
        action: What to do once it is there, as a click would; empty for nothing.
        instead: Name of the file that is used instead, if any.
    """

    digest: str
    reading: str
    action: str
    instead: str = ""

    def sentence(self) -> str:
        """What is missing and how to go on."""
        if self.instead:
            return (
                f"{self.instead} is not the file of the link that you opened: its content differs. "
                "It is used instead; to see what the link shows, choose the link's own file."
            )
        then = ", then trains as the link asks" if self.action else ""
        return (
            "This link needs a file that this tab does not have: a link holds no data. Choose the "
            f"file in the sidebar; the page checks that it is the same one{then}."
        )


@dataclass(frozen=True)
class Link:
    """A link as it was read.

    Attributes:
        mode: Name of the mode; empty for the laboratory.
        settings: The nearest valid settings to those in the link; if they need a viewer's own file,
            `upload` is its digest.
        named: Settings that the link names.
        parameters: The mode's other parameters by name, unchecked.
        train: Whether it asks for training.
        problems: What is wrong with it.
        former: Whether it was made for the defaults of the first version.
        reading: How the viewer's own file is to be read; empty where it is to be guessed.
        opened: Which of `FOLDS` are open.
    """

    mode: str
    settings: Settings
    named: frozenset[str]
    parameters: dict[str, str]
    train: bool
    problems: tuple[Problem, ...]
    former: bool = False
    reading: str = ""
    opened: tuple[str, ...] = ()


def read(parameters: Mapping[str, Collection[str]]) -> Link:
    """Reads the link in the URL.

    Args:
        parameters: Names that each mode has beside the settings, by mode.
    """
    query = {name: st.query_params.get_all(name) for name in st.query_params}
    return understood(query, parameters)


def understood(
    query: Mapping[str, Sequence[str]], parameters: Mapping[str, Collection[str]]
) -> Link:
    """Reads a link from a query, which may hold anything.

    Args:
        query: The values of each parameter, at least one each.
        parameters: Names that each mode has beside the settings, by mode.
    """
    problems: list[Problem] = []
    given = {}
    for name, values in query.items():
        if _added_by_others(name):
            continue
        if name != TRAIN and len(values) > 1:
            problems.append(Problem(name, ", ".join(values), "one value"))
        given[name] = values[-1]
    train = given.pop(TRAIN, "") == "1"
    # A parameter that belongs to a single mode opens that mode, as `?chapter=3` does.
    owners = [[mode for mode, own in parameters.items() if name in own] for name in given]
    implied = next((owner[0] for owner in owners if len(owner) == 1), "")
    mode = given.pop(MODE, implied)
    if mode not in parameters:
        allowed = f"one of {', '.join(name for name in parameters if name)}"
        problems.append(Problem(MODE, mode, allowed, used="laboratory"))
        mode = LABORATORY
    own = {name: given.pop(name) for name in parameters[mode] if name in given}
    version = given.pop(DEFAULTS, "")
    if version not in ("", _FORMER, _CURRENT):
        problems.append(Problem(DEFAULTS, version, f"{_FORMER} or {_CURRENT}", used=_CURRENT))
        version = _CURRENT
    reading = given.pop(READING, "")
    if not reading_link.allows(reading):
        problems.append(Problem(READING, reading, reading_link.ALLOWED))
        reading = ""
    opened = given.pop(OPEN, "").split(",")
    if any(name not in ("", *FOLDS) for name in opened):
        kept = ",".join(name for name in opened if name in FOLDS)
        allowed = f"any of {', '.join(FOLDS)}, with commas between them"
        problems.append(Problem(OPEN, ",".join(opened), allowed, used=kept))
    # A link that names no part of an experiment never stood for one, but for whatever the page
    # shows at first.
    names = {*given.keys() & KINDS.keys(), *own}
    former = version == _FORMER or (not version and _names_experiment(mode, names))
    settings, more = Settings.nearest(given, defaults=FORMER_DEFAULTS if former else {})
    problems += more
    problems = [
        replace(each, used=settings.text(each.name)) if each.name in KINDS else each
        for each in problems
    ]
    return Link(
        mode,
        settings,
        frozenset(given),
        own,
        train,
        tuple(problems),
        former,
        reading,
        tuple(name for name in FOLDS if name in opened),
    )


def write(query: Mapping[str, str], *, mode: str, train: bool, opened: Collection[str]) -> None:
    """Puts what the page shows into the URL, unless it is there already.

    Args:
        query: The settings, and the mode's other parameters.
        mode: Name of the mode.
        train: Whether opening the link trains it.
        opened: Which of `FOLDS` are open.
    """
    new = _parameters(query, mode, train=train)
    if opened:
        new[OPEN] = ",".join(opened)
    if st.query_params.to_dict() != new:
        st.query_params.from_dict(new)


def to_run(query: Mapping[str, str]) -> str:
    """Returns a link with which others train a run again; empty if the page's address is not known.

    Args:
        query: The settings.
    """
    address = st.context.url or ""
    if not _ADDRESS.fullmatch(address):
        return ""
    return f"{address.rstrip('/')}/?{urlencode(of_run(query))}"


def of_run(query: Mapping[str, str]) -> dict[str, str]:
    """The parameters of a link that trains a run again.

    Args:
        query: The settings.
    """
    return _parameters(query, LABORATORY, train=True)


def _parameters(query: Mapping[str, str], mode: str, *, train: bool) -> dict[str, str]:
    """The parameters of a link, without what is open."""
    found = ({MODE: mode} if mode else {}) | dict(query)
    if train or _names_experiment(mode, set(query)):
        found[DEFAULTS] = _CURRENT
    if train:
        found[TRAIN] = "1"
    return found


def _added_by_others(name: str) -> bool:
    return name.lower() in OTHERS or name.lower().startswith(OTHERS_BEGIN)


def _names_experiment(mode: str, names: set[str]) -> bool:
    """Whether parameters name a part of an experiment: a setting, or what a study adds to it."""
    return bool(names & KINDS.keys()) or (mode != LESSON and bool(names - {PRESENT}))
