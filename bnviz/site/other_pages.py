"""OtherPages: the pages of the site beside the chapters."""

import html
import json
from collections.abc import Callable, Mapping
from functools import partial

from bnviz.export.html_page import command, compressed_json
from bnviz.export.study_page import map_messages, seeds_messages
from bnviz.figures.view import View
from bnviz.lesson import glossary
from bnviz.lesson.chapters import CHAPTERS
from bnviz.lesson.presets import PRESETS
from bnviz.lesson.question import score_sentences
from bnviz.lesson.quiz import QUESTIONS, QUIZ
from bnviz.player.map_content import recorded_map
from bnviz.player.seeds_content import recorded_seeds
from bnviz.settings import Settings
from bnviz.site.chapter_page import address, way
from bnviz.site.prose import GLOSSARY, anchor, inline
from bnviz.site.question_markup import question_markup
from bnviz.site.run_files import RunFiles
from bnviz.site.site_page import LESSON, QUIZ_PAGE, STAGE, START, WAITING, SitePage

_TRAIN = f"Nothing is trained here. To train with settings of your own, start the page: {START}."


def front_page(run: RunFiles) -> SitePage:
    """Returns the first page: the default run, and the way to everything else.

    Args:
        run: The run of the first preset.
    """
    chapters = "".join(
        f'<li><a href="{address(each)}">{html.escape(each.title)}</a></li>'
        for each in CHAPTERS.values()
    )
    about = (
        "Two copies of one network learn side by side, on the same data and from the same weights; "
        "one has Batch Normalization. What you see was recorded while they learnt."
    )
    body = (
        "<h1>Batch Normalization, seen</h1>\n"
        f'<p class="site-about">{about} <a href="{LESSON}">Begin the lesson ›</a></p>\n'
        f"{STAGE}\n"
        f"<h2>The lesson</h2>\n<ol>{chapters}</ol>\n"
        f'<p>At the end there is a <a href="{QUIZ_PAGE}">quiz</a>.</p>\n<p>{_TRAIN}</p>'
    )
    return SitePage(
        name="index.html",
        title="Start",
        description=about,
        body=body,
        section="index.html",
        picture="experiment",
        data=partial(run.plays, View()),
        remark=run.remark,
    )


def preset_address(name: str) -> str:
    """Address of a preset's page."""
    return f"experiment-{name}.html"


def experiments_page() -> SitePage:
    """Returns the list of all presets."""
    cards = "\n".join(
        f'<li><a href="{preset_address(name)}">{html.escape(preset.title)}</a>'
        f'<p class="site-small">{inline(preset.sentence)}</p></li>'
        for name, preset in PRESETS.items()
    )
    about = "Recorded runs, each with what it shows in all of its seeds."
    return SitePage(
        name="experiments.html",
        title="Experiments",
        description=about,
        body=f'<h1>Experiments</h1>\n<p>{about}</p>\n<ul class="site-cards">{cards}</ul>\n'
        f"<p>{_TRAIN}</p>",
        section="experiments.html",
    )


def experiment_page(name: str, run: RunFiles) -> SitePage:
    """Returns the page of a preset.

    Args:
        name: A key of `PRESETS`.
        run: Its recorded run.
    """
    preset = PRESETS[name]
    again = command("train", preset.settings, Settings(), "--out run.npz")
    return SitePage(
        name=preset_address(name),
        title=preset.title,
        description=preset.sentence,
        body=f"<h1>{html.escape(preset.title)}</h1>\n"
        f'<p class="site-about">{inline(preset.sentence)} '
        '<a href="experiments.html">All experiments</a></p>\n'
        f"{STAGE}\n<p>This trains it again (after {START.partition(',')[0]}):</p>\n"
        f"<pre><code>{html.escape(again)}</code></pre>",
        section="experiments.html",
        picture="experiment",
        data=partial(run.plays, View(name=preset.view or View().name)),
        remark=run.remark,
    )


def map_page() -> SitePage:
    """Returns the recorded phase map."""
    known = recorded_map()
    return _study("map.html", "Phase map", known.sentence(), partial(map_messages, known))


def seeds_page() -> SitePage:
    """Returns the recorded result over many seeds."""
    bands = recorded_seeds()
    return _study("seeds.html", "Seeds", bands.sentence(), partial(seeds_messages, bands))


def _study(
    name: str, title: str, about: str, messages: Callable[[], Mapping[str, object]]
) -> SitePage:
    return SitePage(
        name=name,
        title=title,
        description=about,
        body=f"<h1>{title}</h1>\n{WAITING}\n<p>{_TRAIN}</p>",
        section=name,
        picture="study",
        data=lambda: {"data": compressed_json(messages())},
    )


def quiz_page() -> SitePage:
    """Returns the quiz; each answered question leads to the view that shows its answer."""
    parts = []
    for number, item in enumerate(QUIZ, start=1):
        key, chapter = f"quiz-{item.question.name}", CHAPTERS[item.chapter]
        view = View.read({**item.view}).to_dict()
        chosen = [f"{each}={view[each]}" for each in item.view if each != "name"]
        place = "&amp;".join([f"view={view['name']}", *chosen])
        parts.append(
            f"<h2>Question {number}</h2>\n{question_markup(item.question, key=key)}\n"
            f'<p data-after="{key}" hidden><a href="{address(chapter)}#{place}">See it in chapter '
            f"{chapter.number}: {html.escape(chapter.title)}</a></p>"
        )
    sentences = score_sentences(QUESTIONS)
    known = json.dumps({f"{right} {given}": said for (right, given), said in sentences.items()})
    return SitePage(
        name=QUIZ_PAGE,
        title="Quiz",
        description=f"{len(QUIZ)} questions on Batch Normalization.",
        body=f'{way(QUIZ_PAGE)}\n<h1>Quiz</h1>\n<p class="site-statement" role="status" '
        f'data-scores="{html.escape(known)}">{sentences[0, 0]}</p>\n' + "\n".join(parts),
        section=QUIZ_PAGE,
    )


def glossary_page() -> SitePage:
    """Returns all terms with their explanations."""
    terms = "\n".join(
        f'<div id="{anchor(term)}"><dt>{html.escape(term)}</dt>'
        f"<dd>{html.escape(glossary.sentence(term))}</dd></div>"
        for term in sorted(glossary.TERMS, key=str.lower)
    )
    return SitePage(
        name=GLOSSARY,
        title="Glossary",
        description="The terms of the lesson, each in one sentence.",
        body=f'<h1>Glossary</h1>\n<dl class="site-terms">{terms}</dl>',
        section=GLOSSARY,
    )
