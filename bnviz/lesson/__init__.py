"""The lesson: chapters, claims and the numbers that support them, quiz and glossary.

It draws nothing and trains nothing: the page shows it, and the laboratory runs its experiments.
"""
