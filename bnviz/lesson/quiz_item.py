"""QuizItem: a question of the quiz and the picture that answers it."""

from collections.abc import Mapping
from dataclasses import dataclass

from bnviz.lesson.question import Option, Question


@dataclass(frozen=True)
class QuizItem:
    """A question of the quiz and where to see its answer.

    Attributes:
        question: The question.
        chapter: Name of the chapter that shows the answer.
        view: The view of its recording that shows it: attributes of `bnviz.figures.view.View`.
    """

    question: Question
    chapter: str
    view: Mapping[str, object]


def item(
    name: str, chapter: str, view: Mapping[str, object], text: str, *options: Option
) -> QuizItem:
    """Returns a question of the quiz, with its options in the order in which they are shown."""
    return QuizItem(Question(name, text, options), chapter, view)
