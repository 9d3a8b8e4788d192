"""Scripts and styles of the player, joined for a file."""

import re

import pytest

from bnviz.export import joined_script as joining
from bnviz.export.joined_script import JoinError, joined_script, joined_style
from bnviz.player import BROWSER


@pytest.fixture
def scripts(tmp_path, monkeypatch):
    """Writes modules to a folder of their own, and joins what the first one imports."""
    monkeypatch.setattr(joining, "BROWSER", tmp_path)

    def join(**modules):
        for name, text in modules.items():
            (tmp_path / f"{name}.js").write_text(text)
        return joined_script(tmp_path / f"{next(iter(modules))}.js")

    return join


def test_each_module_is_there_once_before_those_that_import_it(scripts):
    joined = scripts(
        entry='import { a } from "./a.js";\nimport { b as c } from "./b.js";\na(c);\n',
        a='import * as b from "./b.js";\nexport function a() {}\n',
        b="export const b = 1;\n",
    )
    assert joined.count("const b = 1;") == 1
    assert joined.index("const b = 1;") < joined.index("function a()") < joined.index("a(c);")
    assert "return { b };" in joined
    assert re.search(r"const \{ b: c \} = module_\d;", joined)


@pytest.mark.parametrize(
    "text",
    [
        'import a from "./a.js";\n',
        'import "./a.js";\n',
        "export { a };\n",
        "export let a = 1;\n",
    ],
)
def test_other_forms_are_refused(scripts, text):
    with pytest.raises(JoinError, match="in a form that is not joined"):
        scripts(entry=text, a="export const a = 1;\n")


def test_what_lies_elsewhere_is_refused(scripts):
    with pytest.raises(JoinError, match="not a script of this package"):
        scripts(entry='import { a } from "../../a.js";\n')


def test_no_text_ends_the_element_of_the_script(scripts):
    assert "</script" not in scripts(entry='const a = "</script>";\n')


def test_the_style_of_the_replay_imports_nothing_more():
    style = joined_style(BROWSER / "replay" / "replay.css")
    assert "@import" not in style
    assert "url(" not in style
    assert style.index("--bnviz-ink:") < style.index("data-embed")
