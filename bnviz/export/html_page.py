"""HtmlPage: one HTML file with a script, what it draws, and nothing from elsewhere."""

import base64
import hashlib
import html
import json
import shlex
import string
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from bnviz.export.joined_script import joined_script, joined_style
from bnviz.player import BROWSER, PLOTLY
from bnviz.settings import Settings
from bnviz.settings.choices import UPLOAD
from bnviz.settings.settings import KINDS, is_relevant

#: Longest note, in characters.
MAX_NOTE = 2_000
_FOLDER = BROWSER / "replay"
#: What stands below a page, by whether it can be trained again.
_AGAIN = """<summary>Settings, and how to train this again</summary>
<p>$again</p>
<pre>$command</pre>
<table>$table</table>"""
_ELSEWHERE = (
    "These networks trained outside of bnviz, which watched them; it cannot train them again."
)


class PageError(ValueError):
    """What cannot be put into a page; the message is one sentence."""


@dataclass(frozen=True)
class Training:
    """How what a page shows is trained again.

    Attributes:
        settings: Its settings.
        command: The command that does so.
    """

    settings: Settings
    command: str

    @classmethod
    def of(cls, name: str, settings: Settings, usual: Settings, options: str) -> "Training":
        """Returns it with a command of the terminal.

        Args:
            name: Of the command.
            settings: The settings.
            usual: Those that it trains by itself.
            options: Its other options.
        """
        return cls(settings, command(name, settings, usual, options))

    @property
    def table(self) -> str:
        """The settings that have an effect as rows in HTML."""
        values = asdict(self.settings)
        return "\n".join(
            f"<tr><th>{html.escape(kind.label)}</th>"
            f"<td>{html.escape(self.settings.text(name))}</td></tr>"
            for name, kind in KINDS.items()
            if is_relevant(name, values)
        )


@dataclass(frozen=True)
class HtmlPage:
    """A page to be written. All texts are plain.

    Attributes:
        title: What it shows.
        about: More on that, in a line.
        script: Name of its script in the folder of the replay.
        data: What the script draws, by the id of its element; each is compressed.
        training: How to train it again; None if it was trained elsewhere.
        remark: What else there is to know, in a sentence.
        note: What its owner has to say of it.
        embed: Whether it is meant for a slide or another page: without title, note and controls.
        notebook: Whether it is meant for a cell of a notebook: without title, in its colours.
    """

    title: str
    about: str
    script: str
    data: Mapping[str, bytes]
    training: Training | None
    remark: str = ""
    note: str = ""
    embed: bool = False
    notebook: bool = False

    def text(self) -> str:
        """Returns the file's text.

        Raises:
            PageError: If the note is too long.
        """
        if len(self.note) > MAX_NOTE:
            length = f"{MAX_NOTE:,} characters, not {len(self.note):,}"
            raise PageError(f"a note may have {length}")
        script = joined_script(_FOLDER / self.script)
        data = {**self.data, "plotly": zlib.compress(PLOTLY.read_bytes(), 9)}
        return string.Template((_FOLDER / "replay.html").read_text(encoding="utf-8")).substitute(
            title=html.escape(self.title),
            about=html.escape(self.about),
            description=html.escape(self.note or self.about),
            note=f'<p class="note">{html.escape(self.note)}</p>' if self.note else "",
            details=self._details(),
            remark=html.escape(self.remark),
            place=" data-embed" if self.embed else " data-notebook" if self.notebook else "",
            policy=_policy(script),
            style=joined_style(_FOLDER / "replay.css"),
            data="\n".join(
                f'<script type="text/plain" id="{name}">{_text(part)}</script>'
                for name, part in data.items()
            ),
            script=script,
        )

    def _details(self) -> str:
        """How to train it again, or that this page cannot tell."""
        if self.training is None:
            return f"<summary>Where this was trained</summary>\n<p>{_ELSEWHERE}</p>"
        return string.Template(_AGAIN).substitute(
            again=html.escape(how_again(self.training.settings)),
            command=html.escape(self.training.command),
            table=self.training.table,
        )


def compressed_json(value: object) -> bytes:
    """Returns a value in JSON, compressed."""
    return zlib.compress(json.dumps(value, separators=(",", ":")).encode(), 9)


def how_again(settings: Settings) -> str:
    """Says what trains a page's settings again, before the command that does."""
    if settings.dataset == UPLOAD:
        return "Its examples came from a file, which is not in this page. With that file:"
    return "The page of bnviz trains it again with the settings below; so does the command:"


def training_command(settings: Settings) -> str:
    """Returns the command of the terminal that trains a run and saves it."""
    return command("train", settings, Settings(), "--out run.npz")


def command(name: str, settings: Settings, usual: Settings, options: str) -> str:
    """Returns a command of the terminal that trains settings.

    Args:
        name: Of the command.
        settings: The settings.
        usual: Those that it trains by itself.
        options: Its other options.
    """
    differing = [each for each in KINDS if getattr(settings, each) != getattr(usual, each)]
    data = []
    if settings.dataset == UPLOAD:
        differing = [each for each in differing if each not in ("dataset", "upload")]
        data = ["--data FILE"]
    changed = [f"--set {shlex.quote(f'{each}={settings.text(each)}')}" for each in differing]
    return " ".join(["bnviz", name, *changed, *data, options])


def _policy(script: str) -> str:
    """What the page may do: run its one script, and what that adds."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return (
        "default-src 'none'; base-uri 'none'; form-action 'none'; img-src data: blob:; "
        # The script adds the drawing library, which the file holds in a packed form.
        f"style-src 'unsafe-inline'; script-src 'sha256-{digest}' 'strict-dynamic'"
    )


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
