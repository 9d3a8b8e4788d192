"""Seed check: the study of a run with other seeds, which shows how far its result holds."""

from bnviz.recording.frames import ARM_LABELS
from bnviz.recording.other_seeds import OTHER_SEEDS, seeds_beside
from bnviz.settings import Settings
from bnviz.settings.choices import STUDY_ARMS
from bnviz.studies.seeds import SeedBands

#: The settings with which a run is not checked, and what these are called: those of
#: `bnviz.studies.study.UNUSED` with which it has other results.
_UNLIKE = {
    "dropout": "dropout",
    "interventions": "changes in mid-run",
}


def seed_check(settings: Settings, others: int = OTHER_SEEDS) -> SeedBands:
    """The study of a run with other seeds.

    Args:
        settings: Settings of the run, with which `unchecked` is empty.
        others: Number of other seeds.
    """
    return SeedBands(settings.replace(seed=seeds_beside(settings.seed, others)[0]), others)


def unchecked(settings: Settings) -> str:
    """Why a run is not checked on other seeds, in one sentence; empty if it can.

    Many networks are trained together, which cannot do all that one run can. A third network is not
    trained with other seeds, and costly measures are not taken; neither changes the other results.
    """
    default = Settings()
    unlike = [
        words
        for name, words in _UNLIKE.items()
        if getattr(settings, name) != getattr(default, name)
    ]
    if settings.second_arm not in STUDY_ARMS:
        unlike.append(ARM_LABELS[settings.second_arm])
    if not unlike:
        return ""
    return f"Not checked on other seeds, which are not trained with {' and '.join(unlike)}."
