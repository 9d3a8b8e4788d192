"""ScriptData: Python code, as text, that gets the examples of a data set without this package.

The built-in tables are packed into the code, since Keras does not have them. Points in the plane
are generated from the seed, exactly as the laboratory generates them.
"""

import base64
import textwrap
from dataclasses import dataclass
from functools import cache

from bnviz.data import builtin
from bnviz.data.preparation import SPLIT_SEED, VALIDATION_SHARE
from bnviz.frames import VALIDATION_SIZE
from bnviz.settings import PLANE_DATASETS, UPLOAD, Settings

#: File that the script reads for an uploaded data set.
UPLOAD_FILE = "examples.npz"
#: Characters per line of packed examples.
_WIDTH = 96


@dataclass(frozen=True)
class DataCode:
    """Code that gets a data set.

    Attributes:
        modules: Modules of the standard library that it imports.
        define: Code that defines `examples()`, which returns features and classes for training,
            then for validation.
        packed: Code that defines the packed table read by `examples`; empty for most data sets.
    """

    modules: tuple[str, ...]
    define: str
    packed: str = ""


def data_code(settings: Settings) -> DataCode:
    """Returns the code that gets the data set of a run."""
    name = settings.dataset
    if name in builtin.TABLES:
        scale = "x = x / 16" if name == "digits" else _STANDARDIZE
        return DataCode(("base64", "lzma"), _SPLIT + _of_split(_READ_TABLE, scale), packed(name))
    if name in PLANE_DATASETS:
        points = _POINTS[name].format(noise=repr(settings.noise))
        return DataCode((), points + _SPLIT + _of_split("x, y = points()", _STANDARDIZE))
    if name == UPLOAD:
        return DataCode((), _SPLIT + _of_split(_READ_FILE, _STANDARDIZE))
    return DataCode((), _DOWNLOAD.format(name=name, most=VALIDATION_SIZE))


@cache
def packed(name: str) -> str:
    """Returns code that defines a packed table."""
    letters = base64.b85encode(builtin.packed(name)).decode("ascii")
    lines = "\n".join(textwrap.wrap(letters, _WIDTH))
    return f'PACKED = """\n{lines}\n"""\n'


def _of_split(read: str, scale: str) -> str:
    """Returns code that defines `examples`; `read` loads `x` and `y`, `scale` scales `x`."""
    lines = [*read.splitlines(), "train, validation = split(y)", *scale.splitlines(), _RETURN]
    return "def examples():\n" + textwrap.indent("\n".join(lines), "    ") + "\n"


_RETURN = """\
x = x.astype("float32")
return x[train], y[train], x[validation], y[validation]"""
_READ_TABLE = """\
text = lzma.decompress(base64.b85decode("".join(PACKED.split()))).decode()
table = np.loadtxt(text.splitlines(), delimiter=",")
x, y = table[:, :-1], table[:, -1].astype(int)"""
_READ_FILE = f"""\
with np.load("{UPLOAD_FILE}") as file:  # x: one row per example; y: whole numbers from 0
    x, y = file["x"].astype(float), file["y"]"""
_STANDARDIZE = """\
mean, std = x[train].mean(axis=0), x[train].std(axis=0)
x = (x - mean) / np.where(std > 0, std, 1)"""
_SPLIT = f'''\
def split(y):
    """Holds out a share of each class for validation, always the same examples."""
    generator = np.random.default_rng({SPLIT_SEED})
    train, validation = [], []
    for number in np.unique(y):
        members = generator.permutation(np.flatnonzero(y == number))
        held_out = max(1, round({VALIDATION_SHARE} * len(members)))
        validation.append(members[:held_out])
        train.append(members[held_out:])
    train, validation = np.concatenate(train), np.concatenate(validation)
    return generator.permutation(train), generator.permutation(validation)


'''
_DOWNLOAD = '''\
def examples():
    """Returns the examples; Keras downloads them the first time."""
    (x_train, y_train), (x_test, y_test) = keras.datasets.{name}.load_data()
    # The page measures on the same {most:,} of the examples for validation.
    chosen = np.sort(np.random.default_rng(0).permutation(len(x_test))[:{most}])

    def pixels(images):
        return images.reshape(len(images), -1).astype("float32") / 255

    return pixels(x_train), y_train, pixels(x_test[chosen]), y_test[chosen]
'''
#: Code that defines `points()`, which returns 1,000 points in the plane and their classes.
_POINTS = {
    "moons": '''\
def points():
    """Returns two interleaving half circles."""
    generator = np.random.RandomState(SEED)
    angle = np.linspace(0, np.pi, 500)
    upper = np.column_stack([np.cos(angle), np.sin(angle)])
    lower = np.column_stack([1 - np.cos(angle), 0.5 - np.sin(angle)])
    order = np.arange(1000)
    generator.shuffle(order)
    x, y = np.concatenate([upper, lower])[order], np.repeat([0, 1], 500)[order]
    return x + generator.normal(scale={noise}, size=x.shape), y


''',
    "circles": '''\
def points():
    """Returns a circle within a circle."""
    generator = np.random.RandomState(SEED)
    angle = np.linspace(0, 2 * np.pi, 500, endpoint=False)
    outer = np.column_stack([np.cos(angle), np.sin(angle)])
    order = np.arange(1000)
    generator.shuffle(order)
    x, y = np.concatenate([outer, 0.5 * outer])[order], np.repeat([0, 1], 500)[order]
    return x + generator.normal(scale={noise}, size=x.shape), y


''',
    "spiral": '''\
def points():
    """Returns two spiral arms of one and a half turns."""
    generator = np.random.default_rng(SEED)
    y = np.arange(1000) % 2
    share = np.sqrt(generator.uniform(0.01, 1.0, 1000))
    angle = 3 * np.pi * share + np.pi * y
    x = 3 * share[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    return x + {noise} * generator.standard_normal(x.shape), y


''',
    "xor": '''\
def points():
    """Returns four squares; those on the same diagonal have the same class."""
    generator = np.random.default_rng(SEED)
    signs = np.array([[1, 1], [-1, 1], [-1, -1], [1, -1]])[np.arange(1000) % 4]
    x = signs * generator.uniform(0.1, 2.0, (1000, 2))
    return x + {noise} * generator.standard_normal(x.shape), np.arange(1000) % 2


''',
    "gaussians": '''\
def points():
    """Returns two round clouds."""
    generator = np.random.default_rng(SEED)
    y = np.arange(1000) % 2
    x = (0.1 + {noise}) * generator.standard_normal((1000, 2)) + (1 - 2 * y)[:, None]
    return x, y


''',
}
