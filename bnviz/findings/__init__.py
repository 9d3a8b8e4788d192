"""Findings: the numbers of a recording, compared and put into words."""
