"""The lesson: chapters, their claims with the numbers that show them, quiz and glossary.

It draws nothing and trains nothing: the page shows it, the laboratory runs its experiments.
"""
