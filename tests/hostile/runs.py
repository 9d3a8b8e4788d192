"""Runs: settings at the ends of what is allowed, and files just taken, trained for real."""

from random import Random

from bnviz.data import uploads
from bnviz.data.dataset import Dataset
from bnviz.engine import Engine
from bnviz.kinds import Choice, Flag, Float, Integer
from bnviz.settings import KINDS, Settings
from tests.hostile import files
from tests.hostile.kinds import sentence

#: Seconds after which a worker counts as hung.
PATIENCE = 120
#: Settings that decide how long a run takes, or need the network.
_SMALL = {"steps": (1, 2, 3), "units": (2, 3, 5), "hidden_layers": (1, 1, 2)}
_NOT_HERE = ("mnist", "fashion_mnist", "upload")
_CHANGES = (
    "",
    "1:insert_bn",
    "1:remove_bn,1:freeze_bn",
    "1:learning_rate=10,2:insert_bn,2:remove_bn",
    "3:freeze_bn",
)


def extreme(random: Random) -> Settings:
    """Settings of which each has its lowest, its highest or its usual value."""
    values = {}
    for name, kind in KINDS.items():
        match kind:
            case Choice(options=options):
                values[name] = random.choice([each for each in options if each not in _NOT_HERE])
            case Integer() | Float():
                values[name] = random.choice((kind.low, kind.high, getattr(Settings(), name)))
            case Flag():
                values[name] = random.choice((True, False))
    values |= {name: random.choice(options) for name, options in _SMALL.items()}
    return Settings(**values, interventions=random.choice(_CHANGES))


def taken(random: Random) -> Dataset:
    """A hostile file that is not refused."""
    while True:
        make, name = random.choice(((files.table, "a.csv"), (files.archive, "a.npz")))
        try:
            return uploads.read(name, make(random))
        except uploads.UploadError:
            continue


def attempt(engine: Engine, seed: int, number: int) -> str:
    """Trains one case in a worker; returns how it ended.

    Raises:
        AssertionError: If the worker hangs, or the run ends with an error of the program.
    """
    random = Random(f"run {seed} {number}")
    settings, data = extreme(random), None
    if random.random() < 0.5:
        data = taken(random)
        settings = settings.replace(dataset="upload", upload=data.digest.hex()[:32])
    run = engine.start(settings, data)
    assert run.wait(PATIENCE), f"no end after {PATIENCE} s: {settings.to_query()}"
    assert "failed with an error" not in run.error, f"{run.error} {settings.to_query()}"
    if run.error:
        sentence(run.error)
    return run.state
