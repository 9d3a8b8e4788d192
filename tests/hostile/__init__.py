"""Hostile: bad input at every entry point, generated from a seed, and how each case may end.

`test_fuzzing.py` tries some hundred cases, `tests/benchmarks/fuzzing.py` ten thousand and more. A
case is identified by its entry point, the seed and its number, so that it can be repeated alone.
"""
