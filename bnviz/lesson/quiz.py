"""Quiz: single-choice questions on the lesson, each with the chapter and view that answer it."""

from bnviz.lesson import quiz_basics, quiz_effects

#: All questions with the place of their answer, in order.
QUIZ = (*quiz_basics.ITEMS, *quiz_effects.ITEMS)
#: The questions alone, for scoring.
QUESTIONS = tuple(item.question for item in QUIZ)
