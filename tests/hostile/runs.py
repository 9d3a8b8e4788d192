"""Runs: settings at their bounds, and hostile files that were accepted, trained for real."""

from random import Random

from bnviz.data import uploads
from bnviz.data.bounds import UploadError
from bnviz.data.dataset import Dataset
from bnviz.engine import Engine
from bnviz.settings import Settings
from bnviz.settings.kinds import Choice, Flag, Float, Integer
from bnviz.settings.settings import KINDS
from tests.hostile import files, tables
from tests.hostile.outcomes import assert_presentable

#: Seconds after which a worker counts as hung.
PATIENCE = 120
#: Values that keep a run short, and data sets that need the network or a file.
_SMALL = {"steps": (1, 2, 3), "units": (2, 3, 5), "hidden_layers": (1, 1, 2)}
_UNAVAILABLE = ("mnist", "fashion_mnist", "cifar10", "upload")
_INTERVENTIONS = (
    "",
    "1:insert_bn",
    "1:remove_bn,1:freeze_bn",
    "1:learning_rate=10,2:insert_bn,2:remove_bn",
    "3:freeze_bn",
)


def extreme(random: Random) -> Settings:
    """Settings that each have their lowest, highest or default value."""
    values = {}
    for name, kind in KINDS.items():
        match kind:
            case Choice(options=options):
                values[name] = random.choice([each for each in options if each not in _UNAVAILABLE])
            case Integer() | Float():
                values[name] = random.choice((kind.low, kind.high, getattr(Settings(), name)))
            case Flag():
                values[name] = random.choice((True, False))
    values |= {name: random.choice(options) for name, options in _SMALL.items()}
    return Settings(**values, interventions=random.choice(_INTERVENTIONS))


def accepted_data(random: Random) -> Dataset:
    """The data of a hostile file that is not refused."""
    while True:
        make, name = random.choice(((tables.table, "a.csv"), (files.archive, "a.npz")))
        try:
            return uploads.read(name, make(random)).dataset
        except UploadError:
            continue


def attempt(engine: Engine, seed: int, number: int) -> str:
    """Trains one case in a worker; returns how it ended.

    Raises:
        AssertionError: If the worker hangs, or the run fails with a programming error.
    """
    random = Random(f"run {seed} {number}")
    settings, data = extreme(random), None
    if random.random() < 0.5:
        data = accepted_data(random)
        settings = settings.replace(dataset="upload", upload=data.digest.hex()[:32])
    run = engine.start(settings, data)
    assert run.wait(PATIENCE), f"no end after {PATIENCE} s: {settings.to_query()}"
    assert "failed with an error" not in run.error, f"{run.error} {settings.to_query()}"
    if run.error:
        assert_presentable(run.error)
    return run.state
