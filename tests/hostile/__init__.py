"""Hostile: bad input of every kind, made from a seed, and what must come of it.

`tests/test_fuzzing.py` tries some hundred cases, `tests/benchmarks/fuzzing.py` ten thousand and
more. A case is named by its kind, the seed and its number, and can be tried again alone.
"""
