"""Findings: what the numbers of a recording say, as figures and as sentences."""
