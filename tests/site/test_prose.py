"""The lesson's texts as HTML."""

import pytest

from bnviz.lesson.chapters import CHAPTERS
from bnviz.site.prose import inline, prose


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a < b & c", "a &lt; b &amp; c"),
        ("*so* `a < b`", "<em>so</em> <code>a &lt; b</code>"),
        ("$a$", "<math><mrow><mi>a</mi></mrow></math>"),
    ],
)
def test_marks_become_elements_and_all_else_is_text(text, written):
    assert inline(text) == written


def test_a_term_leads_to_the_glossary_and_carries_its_explanation():
    assert inline("the [[batches|batch]]") == (
        'the <a href="glossary.html#term-batch" title="The examples of one training step.">'
        "batches</a>"
    )


def test_code_with_empty_lines_is_one_block():
    assert prose("one\n\n```python\na\n\nb\n```\n\ntwo") == (
        "<p>one</p>\n<pre><code>a\n\nb</code></pre>\n<p>two</p>"
    )


@pytest.mark.parametrize("name", CHAPTERS)
def test_no_mark_of_a_chapter_is_left(name):
    written = prose(CHAPTERS[name].text) + prose(CHAPTERS[name].watch)
    for mark in ("$", "[[", "```", "\\"):
        assert mark not in written
