"""JoinedScript: a script of the player with all that it imports, as one script or one style sheet.

A file opened from a disk can import no others. The scripts are joined as they are: each becomes a
function that returns what it exports. They have no build and keep to a few forms of `import` and
`export`, which is all that is read here; `JoinError` says where a script has another form.
"""

import re
from pathlib import Path

from bnviz.player import BROWSER

_IMPORT = re.compile(
    r'^import (?:\{(?P<names>[^}]*)\}|\* as (?P<whole>\w+)) from "(?P<path>[^"]+)";\n', re.MULTILINE
)
_EXPORT = re.compile(
    r"^export (?P<rest>(?:async )?function\*? (?P<function>\w+)|class (?P<class>\w+)"
    r"|const (?P<constant>\w+))",
    re.MULTILINE,
)
_DEFAULT = re.compile(r"^export default ", re.MULTILINE)
_STYLE_IMPORT = re.compile(r'^@import "(?P<path>[^"]+)";\n', re.MULTILINE)
#: What begins a statement that no pattern above has taken.
_LEFT = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)
#: How the scripts of a component name the folder of another one.
_COMPONENT = re.compile(r"\.\./bnviz\.(\w+)/")


class JoinError(ValueError):
    """A script with an import or export of a form that is not read here."""


def joined_script(entry: Path) -> str:
    """Returns a module and all that it imports as one module, which exports nothing.

    Args:
        entry: The module, below `bnviz.player.BROWSER`.

    Raises:
        JoinError: If a module cannot be read.
    """
    names: dict[Path, str] = {}
    parts: list[str] = []
    _join(entry.resolve(), names, parts)
    # It lies nowhere but in the page, and need not be a module.
    joined = "\n".join(parts).replace("import.meta.url", "document.baseURI")
    # Inside a page the text may not end its own element.
    return joined.replace("</script", "<\\/script")


def joined_style(entry: Path) -> str:
    """Returns a style sheet with those that it imports, in the order of their imports."""
    text = _COMPONENT.sub(r"../\1/", entry.read_text(encoding="utf-8"))
    imported = [joined_style(_resolved(entry, path)) for path in _STYLE_IMPORT.findall(text)]
    return "".join([*imported, _STYLE_IMPORT.sub("", text)])


def _join(path: Path, names: dict[Path, str], parts: list[str]) -> None:
    """Appends a module to the parts, after all that it imports, unless it is there already."""
    if path in names:
        return
    names[path] = f"module_{len(names)}"
    text, lines = path.read_text(encoding="utf-8"), []
    for found in _IMPORT.finditer(text):
        other = _resolved(path, found["path"])
        _join(other, names, parts)
        bound = found["whole"] or "{" + found["names"].replace(" as ", ": ") + "}"
        lines.append(f"const {bound} = {names[other]};")
    body = _DEFAULT.sub("", _IMPORT.sub("", text))
    exports = [
        found["function"] or found["class"] or found["constant"] for found in _EXPORT.finditer(body)
    ]
    body = _EXPORT.sub(lambda found: found["rest"], body)
    left = _LEFT.search(body)
    if left:
        raise JoinError(
            f"{path.name}: {left[0]!r} is an import or export in a form that is not joined"
        )
    parts.append(
        f"const {names[path]} = (() => {{\n"
        + "\n".join(lines)
        + f"\n{body}\nreturn {{ {', '.join(exports)} }};\n}})();"
    )


def _resolved(importing: Path, path: str) -> Path:
    """The file that an import names."""
    other = (importing.parent / _COMPONENT.sub(r"../\1/", path)).resolve()
    if not other.is_relative_to(BROWSER.resolve()):
        raise JoinError(f"{importing.name}: {path} is not a script of this package")
    return other
