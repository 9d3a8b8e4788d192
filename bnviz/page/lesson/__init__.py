"""The lesson on the page: chapters, questions and the quiz."""
