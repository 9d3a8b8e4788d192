"""Claims: what the chapters state, as named checks over seeds.

`python -m bnviz claims` runs them, and `bnviz.lesson.evidence` keeps what came out. Which numbers
show a claim stands here, before they are known.
"""

from bnviz.lesson import basics, benefits, limits
from bnviz.lesson.claim import Claim

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
    "inference": limits.INFERENCE,
    "covariate-shift": limits.NOISE,
    "no-help": limits.NO_HELP,
    "keras": limits.KERAS,
}
#: Every claim by its name.
CLAIMS = {claim.name: claim for claims in OF_CHAPTERS.values() for claim in claims}
