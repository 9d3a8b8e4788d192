"""The lesson as it stands on the page: chapters, questions and the quiz."""
