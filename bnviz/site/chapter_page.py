"""ChapterPage: a chapter of the lesson beside its recorded experiment."""

import html
from functools import partial

from bnviz.export import keras_script
from bnviz.export.html_page import compressed_json
from bnviz.export.script_cells import KERAS_FILE, NOTEBOOK_FILE, TORCH_FILE
from bnviz.figures.view import View
from bnviz.lesson import axes_picture, typed_batch
from bnviz.lesson.chapters import CHAPTERS, Chapter
from bnviz.lesson.claims import evidence
from bnviz.recording import Recording
from bnviz.settings.written_numbers import written
from bnviz.site.prose import inline, prose
from bnviz.site.question_markup import question_markup
from bnviz.site.run_files import RunFiles
from bnviz.site.site_page import LESSON, QUIZ_PAGE, REMARK, START, WAITING, SitePage

#: Where the picture of axes will be.
_AXES = '<div data-replay="axes"></div>'


def address(chapter: Chapter) -> str:
    """Address of a chapter's page."""
    return f"{chapter.name}.html"


def chapter_page(chapter: Chapter, run: RunFiles) -> SitePage:
    """Returns the page of a chapter.

    Args:
        chapter: The chapter.
        run: Its recorded run, which begins at the chapter's step.
    """
    key = f"predict-{chapter.question.name}"
    before = [
        way(address(chapter)),
        f"<h1>{chapter.number} · {html.escape(chapter.title)}</h1>",
        f'<p class="site-statement">{inline(chapter.statement)}</p>',
        prose(chapter.text),
        _by_hand() if chapter.batch else "",
        "<h2>Predict first</h2>",
        question_markup(chapter.question, key=key, skip=True),
    ]
    after = [
        f'<div data-after="{key}" hidden>',
        f"<h2>Watch</h2>{prose(chapter.watch)}",
        _measured(chapter, run.recording),
        '<p><a href="map.html">See it on the phase map: many runs at once</a></p>'
        if chapter.phase_map
        else "",
        "</div>",
        _script(chapter) if chapter.script else "",
        "<h2>Try it yourself</h2>",
        f"<p>To train this with settings of your own, start the page: {START}; it opens this "
        f"chapter with <code>?mode=lesson&amp;chapter={chapter.number}</code> behind its address."
        "</p>",
        f'<p class="site-next">{_next(chapter)}</p>',
    ]
    message = f"A recorded run of chapter {chapter.number}."
    return SitePage(
        name=address(chapter),
        title=chapter.title,
        description=chapter.statement,
        body=f'<div class="site-text">\n{_lines(before)}\n</div>\n'
        f'<div class="site-stage">{_AXES if chapter.axes else ""}{WAITING}</div>\n'
        f'<div class="site-after">\n<p class="site-small">{REMARK}</p>\n{_lines(after)}\n</div>',
        section=LESSON,
        picture="chapter",
        data=partial(_data, chapter, run, message),
        remark=run.remark,
        layout="site-chapter",
        asks=True,
    )


def _data(chapter: Chapter, run: RunFiles, message: str) -> dict[str, bytes]:
    """What the page of a chapter draws, by element."""
    parts = run.begins(chapter.start_step, View.read({**chapter.view}), message)
    if chapter.axes:
        parts["axes"] = compressed_json(axes_picture.message())
    return parts


def way(here: str) -> str:
    """The way through the lesson as HTML: back, all places, and forward.

    Args:
        here: Address of the open page.
    """
    places = {address(each): f"{each.number} · {each.title}" for each in CHAPTERS.values()}
    places[QUIZ_PAGE] = "Quiz"
    addresses = list(places)
    at = addresses.index(here)

    def step(to: int, sign: str, words: str) -> str:
        if not 0 <= to < len(addresses):
            return f'<span aria-hidden="true">{sign}</span>'
        place = html.escape(places[addresses[to]])
        return f'<a href="{addresses[to]}" aria-label="{words}: {place}" title="{place}">{sign}</a>'

    options = "".join(
        f'<option value="{each}"{" selected" if each == here else ""}>{html.escape(words)}</option>'
        for each, words in places.items()
    )
    return (
        f'<div class="site-way">{step(at - 1, "‹", "Previous")}'
        f'<select aria-label="Chapter">{options}</select>{step(at + 1, "›", "Next")}</div>'
    )


def _next(chapter: Chapter) -> str:
    following = [each for each in CHAPTERS.values() if each.number == chapter.number + 1]
    if not following:
        return f'<a href="{QUIZ_PAGE}">Next: the quiz ›</a>'
    (after,) = following
    return f'<a href="{address(after)}">Next: {after.number} · {html.escape(after.title)} ›</a>'


def _measured(chapter: Chapter, recording: Recording) -> str:
    """What the claims measured over the seeds, and what the recorded run did."""
    parts = ["<h2>Measured</h2>"]
    for claim in chapter.claims:
        result = evidence.recorded()[claim.name]
        parts += [
            f"<p>{'✓' if result.holds else '✗'} {inline(result.verdict)}</p>",
            f'<p class="site-small">{inline(result.details)}</p>',
        ]
        sentence = claim.describe_run(recording)
        if sentence:
            parts.append(f"<p><em>This run:</em> {inline(sentence)}.</p>")
    return _lines(parts)


def _by_hand() -> str:
    """Batch Normalization of a small batch, step by step; other batches need the page."""
    steps = typed_batch.parse(typed_batch.EXAMPLE)
    scale, _ = steps.identity
    rows = {
        "x": steps.x,
        "x − mean": tuple(value - steps.mean for value in steps.x),
        "x̂": steps.x_hat,
    }
    cells = {
        name: "".join(f"<td>{written(value, '.3f')}</td>" for value in values)
        for name, values in rows.items()
    }
    table = "".join(f"<tr><th>{name}</th>{row}</tr>" for name, row in cells.items())
    return (
        "<h2>By hand</h2>\n"
        f"<p>One neuron's values for a batch: {typed_batch.EXAMPLE}. Mean "
        f"<strong>{written(steps.mean, '.4g')}</strong>, variance "
        f"<strong>{written(steps.variance, '.4g')}</strong>, √(variance + ε) "
        f"<strong>{written(scale, '.4g')}</strong>.</p>\n<table>{table}</table>"
    )


def _script(chapter: Chapter) -> str:
    """The experiment as a script to read and to take along."""
    return (
        "<h2>The script</h2>\n"
        f'<p><a href="{KERAS_FILE}" download>Script</a> · '
        f'<a href="{NOTEBOOK_FILE}" download>Notebook</a> · '
        f'<a href="{TORCH_FILE}" download>PyTorch</a></p>\n'
        "<details><summary>Read it</summary><pre><code>"
        f"{html.escape(keras_script.excerpt(chapter.settings))}</code></pre></details>"
    )


def _lines(parts: list[str]) -> str:
    return "\n".join(part for part in parts if part)
