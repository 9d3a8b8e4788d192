"""The lesson is complete: texts, questions, recordings and the links between them."""

import re

import pytest

from bnviz.figures.view import View
from bnviz.figures.views.catalogue import VIEWS
from bnviz.lesson import glossary
from bnviz.lesson.chapters import CHAPTERS
from bnviz.lesson.claims import experiments
from bnviz.lesson.claims.catalogue import OF_CHAPTERS
from bnviz.lesson.predictions import PREDICTIONS
from bnviz.lesson.question import Option, Question, score
from bnviz.lesson.quiz import QUESTIONS, QUIZ
from bnviz.recording import Recording
from bnviz.recording.frame_layout import FrameLayout
from bnviz.settings import Settings
from bnviz.settings.kinds import Float, Integer
from bnviz.settings.settings import KINDS
from tests.support import ROOT

ASKED = {f"quiz {item.question.name}": item.question for item in QUIZ}
ASKED |= {f"chapter {name}": question for name, question in PREDICTIONS.items()}


def is_drawn(view, settings):
    """Returns whether a view, given by its attributes, exists for a recording of these settings."""
    drawn = View(**view)
    layout = FrameLayout.of(settings)
    return (
        View.read(view) == drawn
        and VIEWS[drawn.name].lacking(layout) is None
        and drawn.layer <= layout.hidden_layers
    )


def test_there_are_fourteen_chapters_with_names_for_links():
    assert [chapter.number for chapter in CHAPTERS.values()] == list(range(1, 15))
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", name) for name in CHAPTERS)
    assert list(CHAPTERS) == list(OF_CHAPTERS) == list(PREDICTIONS)


@pytest.mark.parametrize("chapter", CHAPTERS.values(), ids=lambda chapter: chapter.name)
class TestChapter:
    def test_text_is_short_and_says_what_to_watch_for(self, chapter):
        paragraphs = [part for part in chapter.text.split("\n\n") if not part.startswith("$$")]
        assert 2 <= len(paragraphs) <= 7
        assert len(chapter.text.split()) <= 190
        assert 10 <= len(chapter.watch.split()) <= 70
        assert "##" not in chapter.text + chapter.watch
        assert chapter.statement.endswith(".")

    def test_texts_mark_only_terms_of_the_glossary(self, chapter):
        found = [
            part for part in glossary.parts(chapter.text) if isinstance(part, glossary.Mention)
        ]
        assert found
        assert "[[" not in glossary.plain(chapter.text + chapter.watch)

    def test_formulas_are_closed(self, chapter):
        assert chapter.text.replace("$$", "").count("$") % 2 == 0
        assert chapter.text.count("$$") % 2 == 0
        assert chapter.text.count("{") == chapter.text.count("}")

    def test_experiment_can_be_shown_as_it_says(self, chapter):
        settings = chapter.settings
        assert is_drawn(chapter.view, settings)
        assert 0 <= chapter.start_step < settings.steps
        assert chapter.controls
        assert set(chapter.controls) <= set(KINDS)

    def test_axes_of_a_phase_map_are_settings_in_their_bounds(self, chapter):
        for axis in chapter.phase_map:
            name, low, high, scale, count = re.fullmatch(
                r"(\w+)=([\d.]+):([\d.]+):(log|linear):(\d+)", axis
            ).groups()
            kind = KINDS[name]
            assert isinstance(kind, Float | Integer)
            assert kind.low <= float(low) < float(high) <= kind.high
            assert scale == "linear" or float(low) > 0
            assert 2 <= int(count) <= 24
        assert len(chapter.phase_map) in (0, 2)


def test_chapters_of_ranges_have_a_phase_map():
    with_map = [name for name, chapter in CHAPTERS.items() if chapter.phase_map]
    assert with_map == ["learning-rate", "initialisation"]


def test_recordings_are_those_of_the_chapters_and_small():
    files = {path.stem: path for path in experiments.FOLDER.iterdir()}
    assert set(files) == set(experiments.RECORDED)
    assert sum(path.stat().st_size for path in files.values()) < experiments.MAX_BYTES
    assert {chapter.experiment for chapter in CHAPTERS.values()} == set(experiments.EXPERIMENTS)
    for name, path in experiments.FILES.items():
        recording = Recording.load(path)
        assert recording.settings == experiments.EXPERIMENTS[name]
        assert recording.complete
        assert recording.certificate.holds


def test_the_page_starts_with_the_experiment_of_the_first_chapter():
    assert next(iter(CHAPTERS.values())).settings == Settings()


#: Digests of the recorded experiments: other defaults change none of them.
DIGESTS = {
    "depth": "b2d7a9750113181f",
    "inside": "58e6d269e61bf4f7",
    "insertion": "df6d0b8399ef382c",
    "position": "0fc5d4cf5deee633",
    "rate": "5de866bad36a4f82",
    "scale": "e94b6de5e7b5e432",
    "speed": "4e07b869d5eac04e",
    "gap": "d9a65ad707a61989",
    "statistics": "e3fd77ed08b9bb6d",
    "noise": "57f6c3aca0c16e6a",
    "pairs": "505c684b1e4feff4",
    "relatives": "37106f3cd500cdab",
}


def test_experiments_name_all_that_decides_them():
    digests = {name: settings.digest for name, settings in experiments.RECORDED.items()}
    assert digests == DIGESTS


@pytest.mark.parametrize("question", ASKED.values(), ids=ASKED)
def test_every_answer_has_a_reply(question):
    texts = [option.text for option in question.options]
    assert len(set(texts)) == len(texts) >= 3
    for option in question.options:
        assert option.reply.endswith((".", ")"))
        # The reply to a wrong answer explains.
        assert len(option.reply.split()) >= 10 or option.right
        assert not option.reply.lower().startswith(("no,", "no:", "wrong"))


def test_a_question_has_exactly_one_right_answer():
    good, bad = Option("a", "Yes.", right=True), Option("b", "Not quite.")
    assert Question("one", "Which?", (bad, good)).right == 1
    for options in ((bad, bad), (good, good)):
        with pytest.raises(ValueError, match="right answers; exactly one is needed"):
            Question("other", "Which?", options)


def test_right_answers_are_not_all_in_one_position():
    for questions in (QUESTIONS, PREDICTIONS.values()):
        places = [question.right for question in questions]
        assert max(map(places.count, places)) <= 0.7 * len(places)


class TestQuiz:
    def test_asks_the_two_questions_of_the_lesson_and_eight_more(self):
        names = [question.name for question in QUESTIONS]
        assert names[:2] == ["addresses", "gamma-and-beta"]
        assert len(set(names)) == len(names) >= 10

    @pytest.mark.parametrize("item", QUIZ, ids=lambda item: item.question.name)
    def test_links_to_a_chapter_and_a_view_that_its_recording_has(self, item):
        assert is_drawn(item.view, CHAPTERS[item.chapter].settings)

    def test_score_counts_only_right_answers(self):
        right = {question.name: question.right for question in QUESTIONS}
        assert score(QUESTIONS, {}).sentence.endswith("none answered yet.")
        whole = score(QUESTIONS, right)
        assert (whole.right, whole.answered) == (len(QUESTIONS), len(QUESTIONS))
        assert "all of them" in whole.sentence
        first, second, *_ = QUESTIONS
        wrong = (second.right + 1) % len(second.options)
        part = score(QUESTIONS, {first.name: first.right, second.name: wrong})
        assert (part.right, part.answered) == (1, 2)

    @pytest.mark.parametrize("answer", [-1, 99, "0", None])
    def test_an_invalid_answer_does_not_count(self, answer):
        given = {QUESTIONS[0].name: answer, "no-such-question": 0}
        assert score(QUESTIONS, given).answered == 0


class TestGlossary:
    def test_terms_differ_in_more_than_capitals_and_are_sentences(self):
        assert len({term.lower() for term in glossary.TERMS}) == len(glossary.TERMS)
        for term in glossary.TERMS:
            assert re.fullmatch(r"[^a-z].*\w\)?\.", glossary.sentence(term)), term
            assert glossary.TERMS[term][-1] != "."

    def test_text_is_split_at_its_marks(self):
        mention = glossary.Mention
        assert glossary.parts("A [[Batch]] of [[layers|layer]].") == (
            "A ",
            mention("Batch", "batch"),
            " of ",
            mention("layers", "layer"),
            ".",
        )
        assert glossary.plain("A [[Batch]] of [[layers|layer]].") == "A Batch of layers."

    def test_an_unknown_term_is_refused(self):
        with pytest.raises(glossary.GlossaryError, match="moonlight"):
            glossary.parts("By [[moonlight]].")

    def test_every_term_is_used_by_a_text_or_the_readme(self):
        used = set(glossary.OF_README)
        for chapter in CHAPTERS.values():
            for part in glossary.parts(chapter.text + chapter.watch):
                if isinstance(part, glossary.Mention):
                    used.add(part.term)
        assert used == set(glossary.TERMS)

    def test_the_readme_has_the_table_of_the_glossary(self):
        assert f"\n{glossary.table()}\n" in (ROOT / "README.md").read_text(encoding="utf-8")
