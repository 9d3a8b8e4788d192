"""Claims: what the chapters state, as named checks over seeds.

`python -m bnviz claims` checks them, and `bnviz.lesson.claims.evidence` keeps the outcome. Which
numbers support a claim is stated here, before they are known.
"""

from bnviz.lesson.claims import basics, benefits, drawbacks
from bnviz.lesson.claims.claim import Claim

#: The claims of each chapter by its name.
OF_CHAPTERS: dict[str, tuple[Claim, ...]] = {
    "problem": basics.PROBLEM,
    "normalization": basics.NORMALIZATION,
    "gamma-and-beta": basics.GAMMA_AND_BETA,
    "position": basics.POSITION,
    "learning-rate": benefits.RATE,
    "initialisation": benefits.SCALE,
    "speed": benefits.SPEED,
    "regularisation": benefits.GAP,
    "inference": drawbacks.INFERENCE,
    "covariate-shift": drawbacks.NOISE,
    "no-help": drawbacks.NO_HELP,
    "keras": drawbacks.KERAS,
}
#: Every claim by its name.
CLAIMS = {claim.name: claim for claims in OF_CHAPTERS.values() for claim in claims}
