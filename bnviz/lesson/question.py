"""Question: single choice, with a kind word on every answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Option:
    """One answer that can be chosen.

    Attributes:
        text: The answer.
        reply: What is said to someone who chose it.
        right: Whether it is the right one.
    """

    text: str
    reply: str
    right: bool = False


@dataclass(frozen=True)
class Question:
    """A question with one right answer.

    Attributes:
        name: Names it in links and among the answers.
        text: The question.
        options: The answers, in the order in which they are shown.

    Raises:
        ValueError: If not exactly one answer is right.
    """

    name: str
    text: str
    options: tuple[Option, ...]

    def __post_init__(self) -> None:
        rights = sum(option.right for option in self.options)
        if rights != 1:
            raise ValueError(f"{self.name} has {rights} right answers; one is needed")

    @property
    def right(self) -> int:
        """Index of the right answer."""
        return [option.right for option in self.options].index(True)


@dataclass(frozen=True)
class Score:
    """How a quiz has gone so far.

    Attributes:
        right: Questions answered right.
        answered: Questions answered.
        questions: Questions that there are.
    """

    right: int
    answered: int
    questions: int

    @property
    def sentence(self) -> str:
        """The score in words."""
        if self.answered == 0:
            return f"{self.questions} questions, none answered yet."
        so_far = f"{self.right} of {self.answered} right"
        left = self.questions - self.answered
        if left:
            return f"{so_far}, {left} to go."
        if self.right == self.questions:
            return f"{so_far}: all of them!"
        return (
            f"{so_far}. Each answer names the chapter that shows it: look once more, and try again."
        )


def score(questions: Sequence[Question], answers: Mapping[str, int]) -> Score:
    """Counts right answers.

    Args:
        questions: Those asked.
        answers: Index of the chosen answer by the question's name; what answers no question or is
            no answer of it, as a wrong link may hold, does not count.
    """
    chosen = [
        (question, answers[question.name])
        for question in questions
        if answers.get(question.name) in range(len(question.options))
    ]
    right = sum(answer == question.right for question, answer in chosen)
    return Score(right, len(chosen), len(questions))
