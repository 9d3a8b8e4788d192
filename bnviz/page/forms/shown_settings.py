"""Shown settings: in what the run on the stage differs from what is chosen in the form."""

from collections.abc import Collection, Sequence
from dataclasses import asdict

from bnviz.page.forms.settings_form import in_words
from bnviz.settings import Settings
from bnviz.settings.settings import KINDS, is_relevant

#: How many differences are named one by one.
MAX_NAMED = 3


def differences(
    shown: Settings, chosen: Settings | None, *, without: Collection[str] = ()
) -> tuple[str, ...]:
    """The settings that are not as chosen, each with its label and its value on the stage.

    Settings that make no difference to what is shown are left out, such as the noise of data that
    have none.

    Args:
        shown: Those of the run on the stage.
        chosen: Those of the form; None while the viewer's own data are missing.
        without: Settings that are not compared.
    """
    values = asdict(shown)
    if chosen is None:
        return (_in_words("dataset", values["dataset"]),)
    if chosen.dataset != shown.dataset:
        without = (*without, "upload")  # the data set says it
    names = [name for name in KINDS if name not in without and is_relevant(name, values)]
    return tuple(
        _in_words(name, values[name]) for name in names if values[name] != getattr(chosen, name)
    )


def _in_words(name: str, value: object) -> str:
    return "another file" if name == "upload" else f"{KINDS[name].label} {in_words(value)}"


def sentence(different: Sequence[str], advice: str) -> str:
    """The line over a stage that shows something else than what is chosen.

    Args:
        different: What differs, as it is on the stage; at least one.
        advice: A sentence on how to see what is chosen, or empty.
    """
    named, rest = list(different[:MAX_NAMED]), len(different) - MAX_NAMED
    if rest > 0:
        named.append(f"{rest} more")
    return f"Shown: {', '.join(named)}. {advice}".rstrip()
