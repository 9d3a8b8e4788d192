"""QuestionMarkup: a single-choice question as HTML, with replies that are hidden at first."""

from bnviz.lesson.question import Question
from bnviz.site.prose import inline


def question_markup(question: Question, *, key: str, skip: bool = False) -> str:
    """Returns a question as HTML.

    Args:
        question: The question.
        key: Name under which the browser keeps the answer.
        skip: Whether the reader may see the answer without giving one.
    """
    options = "\n".join(
        f'<button type="button" value="{number}">{inline(option.text)}</button>'
        for number, option in enumerate(question.options)
    )
    replies = "\n".join(
        f'<p class="site-reply" role="status" data-option="{number}" hidden>'
        f"{inline(option.reply)}</p>"
        for number, option in enumerate(question.options)
    )
    skipping = '<button type="button" class="site-skip">Skip the prediction</button>'
    return (
        f'<div class="site-question" data-question="{key}" data-right="{question.right}">\n'
        f"<p>{inline(question.text)}</p>\n{options}\n{replies}\n{skipping if skip else ''}</div>"
    )
