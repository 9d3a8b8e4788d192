"""Question: single choice, with a helpful reply to every answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Option:
    """One answer that can be chosen.

    Attributes:
        text: The answer.
        reply: What a learner who chose it reads.
        right: Whether it is the right one.
    """

    text: str
    reply: str
    right: bool = False


@dataclass(frozen=True)
class Question:
    """A question with one right answer.

    Attributes:
        name: Identifies it in links and among the answers.
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
            raise ValueError(f"{self.name} has {rights} right answers; exactly one is needed")

    @property
    def right(self) -> int:
        """Index of the right answer."""
        return [option.right for option in self.options].index(True)


@dataclass(frozen=True)
class Score:
    """The score of a quiz so far.

    Attributes:
        right: Number of questions answered correctly.
        answered: Number of questions answered.
        questions: Number of questions in the quiz.
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
        return f"{so_far}. Each answer names the chapter that shows it: look there and try again."


def right(text: str, reply: str) -> Option:
    """Returns the right answer of a question."""
    return Option(text, reply, right=True)


def score(questions: Sequence[Question], answers: Mapping[str, int]) -> Score:
    """Counts the right answers.

    Args:
        questions: The questions of the quiz.
        answers: Index of the chosen answer by the question's name. Unknown names and indices, which
            a broken link may hold, do not count.
    """
    chosen = [
        (question, answers[question.name])
        for question in questions
        if answers.get(question.name) in range(len(question.options))
    ]
    correct = sum(answer == question.right for question, answer in chosen)
    return Score(correct, len(chosen), len(questions))


def score_sentences(questions: Sequence[Question]) -> dict[tuple[int, int], str]:
    """The score in words by the numbers of right answers and of all answers."""
    number = len(questions)
    return {
        (right, answered): Score(right, answered, number).sentence
        for answered in range(number + 1)
        for right in range(answered + 1)
    }
