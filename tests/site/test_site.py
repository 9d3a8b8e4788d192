"""The pages of the site, without the data of their pictures."""

import base64
import hashlib
import re
import signal
import struct
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest

from bnviz.lesson import glossary
from bnviz.lesson.chapters import CHAPTERS
from bnviz.lesson.presets import PRESETS
from bnviz.lesson.quiz import QUIZ
from bnviz.site.preview import HEIGHT, PICTURE, WIDTH
from bnviz.site.prose import anchor
from bnviz.site.run_files import RunFiles
from bnviz.site.site import files, pages, run_files, shared_files, site_script
from bnviz.site.site_page import TITLE
from bnviz.terminal import site_command
from bnviz.terminal.main import main
from bnviz.terminal.options import INTERRUPTED, CommandError


class Read(HTMLParser):
    """What a page links to, the ids that it has, and its words."""

    def __init__(self, text):
        super().__init__()
        self.links, self.ids, self.words = [], [], ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.ids += [found["id"]] if "id" in found else []
        self.links += [found[name] for name in ("href", "src") if name in found]
        if tag == "option" and found["value"].endswith(".html"):
            self.links.append(found["value"])

    def handle_data(self, data):
        self.words += data


@pytest.fixture(scope="module")
def texts():
    return {
        page.name: replace(page, data=dict, remark=lambda: "How many frames.").text()
        for page in pages(run_files())
    }


@pytest.fixture(scope="module")
def read(texts):
    return {name: Read(text) for name, text in texts.items()}


def test_all_links_lead_to_something_in_the_site(read):
    written = {*read, *(address for address, _ in shared_files())}
    for name, page in read.items():
        for link in page.links:
            address = urlsplit(link)
            if address.scheme == "data":
                continue
            assert (address.scheme, address.netloc) == ("", ""), (name, link)
            assert not address.path.startswith("/"), (name, link)
            assert address.path in written, (name, link)
            # What is behind the # of a page with a picture is a view.
            if "=" not in address.fragment and address.fragment:
                assert address.fragment in read[address.path].ids, (name, link)


def test_every_page_can_be_reached_from_the_first(read):
    reached, left = set(), ["index.html"]
    while left:
        name = left.pop()
        if name in read and name not in reached:
            reached.add(name)
            left += [urlsplit(link).path for link in read[name].links]
    assert reached == set(read)


def test_every_id_is_there_once(read):
    for name, page in read.items():
        assert max(Counter(page.ids).values(), default=1) == 1, name


def test_all_chapters_presets_terms_and_questions_are_in_it(read):
    for chapter in CHAPTERS.values():
        assert chapter.title in read[f"{chapter.name}.html"].words
    for preset in PRESETS.values():
        assert preset.sentence in read["experiments.html"].words
    assert {anchor(term) for term in glossary.TERMS} <= set(read["glossary.html"].ids)
    for item in QUIZ:
        assert item.question.text in read["quiz.html"].words


def test_each_page_with_a_run_says_how_many_frames_it_has(read):
    names = {page.name for page in pages(run_files()) if page.picture in ("chapter", "experiment")}
    assert {name for name, page in read.items() if "How many frames." in page.words} == names


def test_what_answers_a_question_is_hidden(texts):
    for chapter in CHAPTERS.values():
        text = texts[f"{chapter.name}.html"]
        before, hidden, after = text.partition("<div data-after=")
        assert hidden
        assert after.partition(">")[0].endswith(" hidden")
        assert "<h2>Watch</h2>" not in before
        assert before.count('class="site-reply"') == before.count(" hidden>") == 3


def test_a_page_allows_no_script_but_those_of_the_site(texts):
    for text in texts.values():
        policy = text.partition('Content-Security-Policy" content="')[2].partition('"')[0]
        assert "default-src 'none'" in policy
        (scripts,) = [part for part in policy.split("; ") if part.startswith("script-src")]
        (written,) = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(written.encode()).digest()).decode()
        assert scripts == f"script-src 'self' 'sha256-{digest}'"


def test_the_script_keeps_all_but_its_comments():
    script = site_script()
    assert "class Player {" in script
    assert not re.search(r"^ *(//.*|/\*\*.*\*/)$", script, re.MULTILINE)
    assert "import.meta" not in script


def test_a_chapter_shows_its_run_only_up_to_where_it_begins():
    chapter = CHAPTERS["gamma-and-beta"]
    run = RunFiles(chapter.recording, (chapter.start_step,))
    steps = run.recording.frames["step"][run.frames.indices[: run.count_to(chapter.start_step)]]
    assert steps[-1] == chapter.start_step
    assert run.counts[0] > len(steps)
    assert sum(run.counts) == len(run.frames.indices)


class Told(HTMLParser):
    """What a page tells those who show previews of it."""

    def __init__(self, text):
        super().__init__()
        self.told = {}
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        if tag == "meta" and "content" in found:
            self.told[found.get("property") or found.get("name")] = found["content"]


ADDRESS = "https://example.org/course/"


@pytest.mark.parametrize("address", ["", ADDRESS])
def test_a_preview_of_each_page_says_what_is_on_it_and_shows_a_picture(address):
    for page in pages(run_files()):
        bare = replace(page, data=dict, remark=str)
        told = Told(bare.text(address)).told
        assert told["og:title"] == f"{page.title}{TITLE}"
        assert told["og:description"] == told["description"] == page.description
        assert told["og:image"] == f"{address}{PICTURE.name}"
        place = "" if page.name == "index.html" else page.name
        assert told.get("og:url", "") == (f"{address}{place}" if address else "")


def test_the_picture_of_previews_is_in_the_site_and_as_large_as_pages_say():
    name, data = next(iter(files()))
    assert name == PICTURE.name
    assert data.startswith(b"\x89PNG")
    assert struct.unpack(">II", data[16:24]) == (WIDTH, HEIGHT)


@pytest.mark.parametrize("given", [ADDRESS, ADDRESS.rstrip("/")])
def test_the_address_of_a_site_ends_in_a_slash(given, tmp_path, monkeypatch):
    monkeypatch.setattr(
        "bnviz.site.site.files", lambda address: [*SITE, ("address", address.encode())]
    )
    assert main(["site", str(tmp_path / "site"), "--address", given]) == 0
    assert held(tmp_path / "site")["address"] == ADDRESS.encode()


@pytest.mark.parametrize(
    "given",
    [
        "example.org",
        "ftp://example.org",
        "https://",
        "//example.org/",
        "https://example.org/?a=1",
        "https://example.org/ a",
        "https://[",
        "https://example.org/course/index.html",
        "https://example.org:abc/",
        "javascript:alert(1)",
    ],
)
def test_an_address_that_is_not_that_of_a_site_is_refused(given, tmp_path, capsys):
    assert main(["site", str(tmp_path / "site"), "--address", given]) == 2
    assert f"--address {given} must be" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_named(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert main(["site", str(tmp_path / "file" / "site")]) == 2
    assert "file/site: " in capsys.readouterr().err


SITE = [("index.html", f"<title>Start{TITLE}</title>".encode()), ("runs/default/0.js", b"0")]


def held(folder):
    paths = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


@pytest.mark.parametrize("made", [True, False])
def test_a_site_is_written_to_a_new_or_an_empty_folder_and_nothing_beside_it(made, tmp_path):
    folder = tmp_path / "site"
    if made:
        folder.mkdir()
    assert site_command.write(SITE, folder) == (2, sum(len(data) for _, data in SITE))
    assert held(folder) == dict(SITE)
    assert list(tmp_path.iterdir()) == [folder]


def test_an_earlier_site_is_replaced(tmp_path):
    site_command.write([*SITE, ("runs/default/1.js", b"old")], tmp_path / "site")
    site_command.write(SITE, tmp_path / "site")
    assert held(tmp_path / "site") == dict(SITE)


@pytest.mark.parametrize("site_too", [False, True])
@pytest.mark.parametrize("name", ["index.html", "notes/mine.txt", "quiz.html"])
def test_a_folder_with_anything_else_is_refused_and_stays_as_it_is(name, site_too, tmp_path):
    folder = tmp_path / "site"
    if site_too:
        site_command.write(SITE, folder)
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text("mine")
    before = held(folder)
    with pytest.raises(CommandError, match="name a new folder"):
        site_command.write(SITE, folder)
    assert held(folder) == before
    assert list(tmp_path.iterdir()) == [folder]


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_site_leaves_nothing(sent, tmp_path, monkeypatch):
    handler = signal.getsignal(signal.SIGTERM)

    def interrupted():
        yield from SITE
        signal.raise_signal(sent)

    monkeypatch.setattr("bnviz.site.site.files", lambda _: interrupted())
    assert main(["site", str(tmp_path / "site")]) == INTERRUPTED
    assert list(tmp_path.iterdir()) == []
    assert signal.getsignal(signal.SIGTERM) == handler
