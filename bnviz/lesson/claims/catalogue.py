"""Catalogue: every claim of the lesson, by chapter and by name.

A claim names the runs that test it, the numbers taken from them and what these must show, before
any of them is known. `python -m bnviz claims` checks the claims, and
`bnviz.lesson.claims.evidence` keeps the results.
"""

from bnviz.lesson.claims import (
    basics,
    benefits,
    default_run,
    drawbacks,
    reasons,
    relatives,
)
from bnviz.lesson.claims.claim import Claim

#: The claims of each chapter, by the chapter's name.
OF_CHAPTERS: dict[str, tuple[Claim, ...]] = {
    "problem": basics.PROBLEM,
    "normalization": basics.NORMALIZATION,
    "gamma-and-beta": basics.GAMMA_AND_BETA,
    "position": basics.POSITION,
    "learning-rate": benefits.RATE,
    "initialisation": benefits.SCALE,
    "speed": (*benefits.SPEED, *default_run.SPEED),
    "regularisation": benefits.GAP,
    "inference": drawbacks.INFERENCE,
    "covariate-shift": (*reasons.NOISE, *default_run.NOISE),
    "no-help": drawbacks.NO_HELP,
    "keras": drawbacks.KERAS,
    "vanishing-gradients": reasons.VANISHING,
    "relatives": relatives.RELATIVES,
}
#: Every claim, by name.
CLAIMS = {claim.name: claim for claims in OF_CHAPTERS.values() for claim in claims}
