"""Settings form: one field for each setting."""

from collections.abc import Collection
from typing import Any

import streamlit as st

from bnviz.page.forms import fields, folds, number_tracks, own_data
from bnviz.page.shell import rerun, session
from bnviz.page.shell.links import LABORATORY, LESSON
from bnviz.page.shell.markup import plain
from bnviz.recording.frames import ARM_LABELS
from bnviz.settings import Settings
from bnviz.settings.choices import STUDY_ARMS, UPLOAD
from bnviz.settings.kinds import Changes, Choice, Flag, Float, Integer, Key
from bnviz.settings.problem import describe_problems
from bnviz.settings.settings import KINDS, groups, is_relevant
from bnviz.settings.written_numbers import written
from bnviz.studies.study import TOGETHER

#: Settings that each mode keeps for itself: studies have many runs, which are best kept short.
_PER_MODE = ("steps",)
#: Modes that keep all settings for themselves.
_SEPARATE = (LESSON,)


def fill(settings: Settings, *, mode: str = LABORATORY) -> None:
    """Sets every field of a mode's form."""
    for name in KINDS:
        fields.set_value(_name(name, mode), getattr(settings, name))


def form(
    *,
    mode: str = LABORATORY,
    default: Settings | None = None,
    without: Collection[str] = (),
    studied: bool = False,
) -> Settings | None:
    """Draws the form.

    A field is shown only while its setting makes a difference; otherwise its value is kept. All but
    the basic settings are folded away; those of them that are not at their default are named.

    Args:
        mode: The mode that the form belongs to; all modes share their values except `_PER_MODE`.
        default: Values of fields that were never set; the default settings if None.
        without: Settings that have no field; they are those of `default`.
        studied: Whether many networks are trained together, which not every second one can be.

    Returns:
        The settings; None while the viewer's own data are missing.
    """
    default = default or Settings()
    untrained = _untrained(mode) if studied else ""
    without = (*without, *["second_arm"] * bool(untrained))
    names = [name for name in KINDS if name not in without]
    values = {name: getattr(default, name) for name in KINDS}
    values |= {name: fields.value(_name(name, mode), values[name]) for name in names}
    st.markdown("## Settings")
    for name in KINDS:
        if name in names and KINDS[name].basic and is_relevant(name, values):
            values[name] = _field(name, values[name], mode)
        if name == "dataset":
            values["upload"] = own_data.choose() if values["dataset"] == UPLOAD else ""
    folded = [name for name in names if not (KINDS[name].basic or isinstance(KINDS[name], Key))]
    if folded:
        _draw_folded(folded, values, default, mode)
    for name in names:
        fields.remember(_name(name, mode), values[name])
    _draw_tracks(names, values, mode)
    if untrained:
        st.caption(untrained)
    if values["dataset"] == UPLOAD and not values["upload"]:
        return None
    return _possible(values)


def studied_arm(mode: str) -> str:
    """The second network that is trained in a study with these settings, drawn or not."""
    default = Settings().second_arm
    second: str = fields.value(_name("second_arm", mode), default)
    return second if second in STUDY_ARMS else default


def _untrained(mode: str) -> str:
    """Why a study has another second network than the laboratory; empty if it has the same."""
    second = fields.value(_name("second_arm", mode), Settings().second_arm)
    if second in STUDY_ARMS or second not in ARM_LABELS:
        return ""
    return (
        f"Trained without and with BN: {ARM_LABELS[second]} is trained in the laboratory alone, "
        f"not in maps and seeds, {TOGETHER}."
    )


def _possible(values: dict[str, Any]) -> Settings:
    """The settings of all fields; says what does not go together, and leaves it out."""
    settings, problems = Settings.nearest(values)
    if problems:
        st.error(plain(f"{describe_problems(problems)}."))
    return settings


def _draw_folded(names: list[str], values: dict[str, Any], default: Settings, mode: str) -> None:
    """Draws the settings that are folded away, and names those that are not at their default.

    Args:
        names: The settings.
        values: The values of all settings; those of `names` are replaced by what the form says.
        default: The defaults.
        mode: The mode that the form belongs to.
    """
    with folds.fold("More settings", folds.SETTINGS):
        for heading, group in groups().items():
            drawn = [name for name in group if name in names]
            if any(is_relevant(name, values) for name in drawn):
                st.markdown(f"## {heading}")
            for name in drawn:
                if is_relevant(name, values):
                    values[name] = _field(name, values[name], mode)
    changed = [
        f"{KINDS[name].label} {in_words(values[name])}"
        for name in names
        if is_relevant(name, values) and values[name] != getattr(default, name)
    ]
    with st.container(key="changed_settings"):  # always there, so that what follows keeps its place
        if changed:
            st.caption(f"{len(changed)} not at the default: {plain(', '.join(changed))}")


def short_form(names: Collection[str], *, mode: str, default: Settings) -> Settings:
    """Draws the fields of some settings; all others keep their value in `default`."""
    values = {name: getattr(default, name) for name in KINDS}
    for name in names:
        value = fields.value(_name(name, mode), values[name])
        values[name] = _field(name, value, mode) if is_relevant(name, values) else value
        fields.remember(_name(name, mode), values[name])
    _draw_tracks(names, values, mode)
    return _possible(values)


def _draw_tracks(names: Collection[str], values: dict[str, Any], mode: str) -> None:
    numbers = [name for name in names if isinstance(KINDS[name], Integer | Float)]
    number_tracks.draw({fields.key(_name(name, mode)): (name, values[name]) for name in numbers})


def _name(name: str, mode: str) -> str:
    """Name of a setting's field."""
    separate = mode in _SEPARATE or (mode and name in _PER_MODE)
    return f"setting_{name}_{mode}" if separate else f"setting_{name}"


def _field(name: str, value: Any, mode: str) -> Any:
    """Draws a setting's field and returns its value."""
    kind = KINDS[name]
    common: dict[str, Any] = {"key": fields.key(_name(name, mode)), "help": kind.help}
    match kind:
        case Choice():
            options = [
                option for option in kind.options if option == value or _offered(name, option)
            ]
            at = options.index(value)
            return st.selectbox(kind.label, options, at, format_func=_readable, **common)
        case Integer():
            return st.number_input(kind.label, kind.low, kind.high, value, step=1, **common)
        case Float():
            step = 0.05 if kind.high <= 1 else 0.1
            low, high = float(kind.low), float(kind.high)
            return st.number_input(kind.label, low, high, value, step=step, format="%.6g", **common)
        case Flag():
            return st.toggle(kind.label, value, on_change=rerun.request, **common)
        case Changes():
            text = st.text_input(kind.label, value, **common)
            if kind.nearest(text) is None:
                st.error(plain(f"These changes cannot be made; allowed are {kind.allowed()}."))
            return kind.nearest(text) or ""
        case _:
            raise TypeError(f"no field for {kind}")


def _offered(name: str, option: str) -> bool:
    """Whether this host offers an option; a link may name one that it does not."""
    return name != "dataset" or session.limits().offers(option)


def in_words(value: Any) -> str:
    """A setting's value as text."""
    if value == "":
        return "none"
    if isinstance(value, bool):
        return "on" if value else "off"
    return _readable(value) if isinstance(value, str) else written(value)


def _readable(option: str) -> str:
    """An option as its field shows it."""
    names = {
        "digits": "digits 8×8",
        "mnist": "MNIST",
        "fashion_mnist": "Fashion-MNIST",
        "cifar10": "CIFAR-10",
        "sgd": "SGD",
        UPLOAD: "your own file",
        "no": "no",
        "conv": "convolution",
        "residual_conv": "residual convolution",
    }
    return names.get(option) or ARM_LABELS.get(option) or option.replace("_", " ")
