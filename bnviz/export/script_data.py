"""ScriptData: Python code, as text, that gets the examples of a data set without this package.

The built-in tables are packed into the code, since Keras does not have them. Points in the plane
are generated from the seed, exactly as the laboratory generates them. A viewer's own examples are
read from a file. Split and scale repeat `bnviz.data.preparation` operation by operation, so that
their results are equal bit by bit.
"""

import base64
import textwrap
from dataclasses import dataclass
from functools import cache

from bnviz.data import builtin
from bnviz.data.array_examples import TRAINING, VALIDATION
from bnviz.data.examples_file import FILE_NAME
from bnviz.data.preparation import MIN_PIXELS, PIXEL_VALUES, SPLIT_SEED, VALIDATION_SHARE
from bnviz.recording.frames import VALIDATION_SIZE
from bnviz.settings import Settings
from bnviz.settings.choices import CIFAR10_PARTS, IMAGE_SHAPES, PLANE_DATASETS, UPLOAD

#: Characters per line of packed examples.
_WIDTH = 96


def image_code(settings: Settings) -> str:
    """Returns code that defines `IMAGE`, the height, width and channels of the examples.

    Args:
        settings: An experiment with images.
    """
    if settings.dataset != UPLOAD:
        shape = IMAGE_SHAPES[settings.dataset]
        return f"# Height, width and channels of the images.\nIMAGE = {shape}\n"
    return _READ_IMAGE


@dataclass(frozen=True)
class DataCode:
    """Code that gets a data set.

    Attributes:
        modules: Modules of the standard library that it imports.
        define: Code that defines `examples()`, which returns features and classes for training,
            then for validation.
        packed: Code that defines the packed table read by `examples`; empty for most data sets.
        measured: Code that keeps the validation examples that the page measures on; empty if there
            are never more of them.
    """

    modules: tuple[str, ...]
    define: str
    packed: str = ""
    measured: str = ""


def data_code(settings: Settings, *, library: str = "keras") -> DataCode:
    """Returns the code that gets the data set of a run.

    Args:
        settings: The experiment.
        library: What downloads MNIST and its like: "keras", or "torchvision".
    """
    name = settings.dataset
    if name in builtin.TABLES:
        if name == "digits":
            define = _SPLIT + _of_split(_READ_TABLE + _DIVIDE, "")
        else:
            define = _SPLIT + _STANDARDIZE + _of_split(_READ_TABLE, "standardized")
        return DataCode(("base64", "lzma"), define, packed(name))
    if name in PLANE_DATASETS:
        points = _POINTS[name].format(noise=repr(settings.noise))
        of_split = _of_split("x, y = points()\n", "standardized")
        return DataCode((), points + _SPLIT + _STANDARDIZE + of_split)
    if name == UPLOAD:
        return DataCode((), _SPLIT + _STANDARDIZE + _SCALE + _READ_FILE, measured=_MEASURED)
    if name == "cifar10":
        define = {"keras": _CIFAR10, "torchvision": _CIFAR10_BY_TORCHVISION}[library]
    elif library == "torchvision":
        define = _DOWNLOAD_BY_TORCHVISION.format(name=_TORCHVISION[name])
    else:
        define = _DOWNLOAD.format(name=name)
    return DataCode((), define, measured=_MEASURED)


def _pairs(pairs: tuple[tuple[str, str], ...]) -> str:
    """Returns pairs of names as the lines of a tuple in code."""
    return "".join(f'    ("{x}", "{y}"),\n' for x, y in pairs)


@cache
def packed(name: str) -> str:
    """Returns code that defines a packed table."""
    letters = base64.b85encode(builtin.packed(name)).decode("ascii")
    lines = "\n".join(textwrap.wrap(letters, _WIDTH))
    return f'PACKED = """\n{lines}\n"""\n'


def _of_split(read: str, scale: str) -> str:
    """Returns code that defines `examples`.

    Args:
        read: Code that loads `x` and `y`.
        scale: Name of the function that scales both parts; empty if `x` is scaled already.
    """
    parts = "x[train], x[validation]"
    scaled = f"x_train, x_validation = {scale}({parts})\n" if scale else ""
    lines = f"{read}train, validation = split(y)\n{scaled}"
    lines += f"return {'x_train' if scale else 'x[train]'}, y[train], "
    lines += f"{'x_validation' if scale else 'x[validation]'}, y[validation]\n"
    return _EXAMPLES + textwrap.indent(lines, "    ")


_EXAMPLES = '''\
def examples():
    """Returns features and classes for training, then those for validation."""
'''
_READ_TABLE = """\
text = lzma.decompress(base64.b85decode("".join(PACKED.split()))).decode()
table = np.loadtxt(text.splitlines(), delimiter=",")
x, y = table[:, :-1], table[:, -1].astype(int)
"""
_DIVIDE = 'x = (x / 16).astype("float32")\n'
_STANDARDIZE = '''\
def standardized(train, validation):
    """Scales each feature to mean 0 and standard deviation 1 over the training examples."""
    mean = train.mean(axis=0, dtype=float)
    # Sums of 4,096 examples at a time are rounded as on the page.
    parts = [train[start : start + 4096] for start in range(0, len(train), 4096)]
    std = np.sqrt(sum(np.square(part - mean).sum(axis=0) for part in parts) / len(train))
    constant = train.max(axis=0) == train.min(axis=0)
    mean = np.where(constant, train[0], mean)
    std = np.where(constant | (std == 0), 1.0, std)
    return [((part - mean) / std).astype("float32") for part in (train, validation)]


'''
_SCALE = f'''\
def are_pixels(x):
    """Whether all values are whole and in the range of pixels."""
    return x.min() >= {PIXEL_VALUES[0]} and x.max() <= {PIXEL_VALUES[1]} and (x % 1 == 0).all()


def scaled(train, validation):
    """Divides pixels by the largest of the training examples, and standardizes all else."""
    largest, parts = np.float32(train.max()), (train, validation)
    if train.shape[1] >= {MIN_PIXELS} and largest > 0 and all(map(are_pixels, parts)):
        return [part.astype("float32") / largest for part in parts]
    return standardized(train, validation)


'''
_READ_FILE = f'''\
# Names of the arrays of features and classes, in lower case, and of those of a validation set.
TRAINING = (
{_pairs(TRAINING)})
VALIDATION = (
{_pairs(VALIDATION)})


def part_of(file, pairs):
    """Returns the features, one row an example, and the class numbers of a part, or None."""
    names = {{name.lower(): name for name in file.files}}
    found = [pair for pair in pairs if names.keys() >= set(pair)]
    if not found:
        return None
    x, y = (file[names[name]] for name in found[0])
    if y.dtype.kind not in "biuf":
        raise ValueError("The classes are text; the {FILE_NAME} of the page has numbers.")
    x = x.reshape(len(x), int(np.prod(x.shape[1:])))
    y = y.argmax(axis=1) if y.ndim == 2 and y.shape[1] > 1 else y.reshape(-1)
    present = ~(np.isnan(x).any(axis=1) | np.isnan(y))
    return x[present], y[present]


def examples():
    """Returns features and classes for training, then those for validation."""
    with np.load("{FILE_NAME}") as file:
        training, validation = part_of(file, TRAINING), part_of(file, VALIDATION)
    if training is None:
        raise ValueError("{FILE_NAME} needs the arrays x and y, or x_train and y_train.")
    x, y = training
    if validation is None or not len(validation[1]):
        y = np.unique(y, return_inverse=True)[1]
        train, held_out = split(y)
        x_train, x_validation, y_train, y_validation = x[train], x[held_out], y[train], y[held_out]
    else:
        x_train, x_validation = x, validation[0]
        y = np.unique(np.concatenate([y, validation[1]]), return_inverse=True)[1]
        y_train, y_validation = y[: len(x_train)], y[len(x_train) :]
    x_train, x_validation = scaled(x_train, x_validation)
    return x_train, y_train, x_validation, y_validation
'''
_READ_IMAGE = f'''\
def image_shape():
    """Returns height, width and channels of the images."""
    with np.load("{FILE_NAME}") as file:
        names = {{name.lower(): name for name in file.files}}
        pair = next(pair for pair in TRAINING if names.keys() >= set(pair))
        return (*file[names[pair[0]]].shape[1:], 1)[:3]


IMAGE = image_shape()
'''
_SPLIT = f'''\
def split(y):
    """Holds out a share of each class for validation, always the same examples."""
    generator = np.random.default_rng({SPLIT_SEED})
    train, validation = [], []
    for number in np.unique(y):
        members = generator.permutation(np.flatnonzero(y == number))
        # A class with a single example keeps it for training.
        held_out = max(1, round(len(members) * {VALIDATION_SHARE})) if len(members) > 1 else 0
        validation.append(members[:held_out])
        train.append(members[held_out:])
    train, validation = np.concatenate(train), np.concatenate(validation)
    return generator.permutation(train), generator.permutation(validation)


'''
_DOWNLOAD = '''\
def examples():
    """Returns the examples; Keras downloads them the first time."""
    (x_train, y_train), (x_test, y_test) = keras.datasets.{name}.load_data()

    def pixels(images):
        return images.reshape(len(images), -1).astype("float32") / 255

    return pixels(x_train), y_train, pixels(x_test), y_test
'''
#: What torchvision calls the data sets.
_TORCHVISION = {"mnist": "MNIST", "fashion_mnist": "FashionMNIST"}
_DOWNLOAD_BY_TORCHVISION = '''\
def examples():
    """Returns the examples; torchvision downloads them the first time."""
    from torchvision.datasets import {name}

    train, test = ({name}("data", train=train, download=True) for train in (True, False))

    def pixels(part):
        images = np.asarray(part.data)
        return images.reshape(len(images), -1).astype("float32") / 255

    return pixels(train), np.asarray(train.targets), pixels(test), np.asarray(test.targets)
'''
_NUM_TRAIN, _NUM_TEST = CIFAR10_PARTS
_CIFAR10 = f'''\
def examples():
    """Returns the first examples; Keras downloads all of them the first time."""
    (x_train, y_train), (x_test, y_test) = keras.datasets.cifar10.load_data()

    def first(x, y, count):
        return x[:count].reshape(count, -1).astype("float32") / 255, y[:count, 0]

    return *first(x_train, y_train, {_NUM_TRAIN}), *first(x_test, y_test, {_NUM_TEST})
'''
_CIFAR10_BY_TORCHVISION = f'''\
def examples():
    """Returns the first examples; torchvision downloads all of them the first time."""
    from torchvision.datasets import CIFAR10

    def first(count, train):
        part = CIFAR10("data", train=train, download=True)
        x = part.data[:count].reshape(count, -1).astype("float32") / 255
        return x, np.asarray(part.targets[:count])

    return *first({_NUM_TRAIN}, train=True), *first({_NUM_TEST}, train=False)
'''
_MEASURED = f"""\
# The page measures on the same {VALIDATION_SIZE:,} of the examples for validation.
chosen = np.sort(np.random.default_rng(0).permutation(len(x_validation))[:{VALIDATION_SIZE}])
x_validation, y_validation = x_validation[chosen], y_validation[chosen]
"""
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
