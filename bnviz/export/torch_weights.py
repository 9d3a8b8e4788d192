"""TorchWeights: Python code, as text, that draws the initial weights of the laboratory with NumPy.

The laboratory draws them by TensorFlow's stateless random numbers: Philox 4x32-10 (Salmon et al.,
*Parallel Random Numbers: As Easy as 1, 2, 3*, 2011), whose words become uniform numbers by their
last 23 bits and normal ones by the transform of Box & Muller (1958). Uniform numbers are equal bit
by bit, normal ones up to rounding.
"""

from bnviz.settings import Settings
from bnviz.settings.architectures import convolves

#: What Keras divides the variance of uniform and normal initial weights by, from inputs `n_in` and
#: outputs `n_out` of a layer; variances are 1 over it, or 2 (He).
_FANS = {
    "glorot_uniform": (1, "(n_in + n_out) / 2"),
    "glorot_normal": (1, "(n_in + n_out) / 2"),
    "he_uniform": (2, "n_in"),
    "he_normal": (2, "n_in"),
    "lecun_normal": (1, "n_in"),
}
#: Standard deviation of a standard normal distribution that is cut off at -2 and 2.
_CUT_STD = 0.87962566103423978


def weights_code(settings: Settings) -> str:
    """Returns code that defines `initial_kernel(n_in, n_out, seed)`.

    With convolutions the function has one more argument, the number of positions that a kernel
    covers, and `n_in` and `n_out` count channels.

    Args:
        settings: The experiment; `architecture`, `initializer`, `init_stddev` and `init_scale` are
            read.
    """
    name = settings.initializer
    covers = convolves(settings.architecture)
    area = "area * " * covers
    shape, given = f"({area}n_in, n_out)", ", area" * covers
    if name == "random_normal":
        draw, bound = _NORMAL, f"std = {settings.init_stddev!r}"
        drawn = f"std * standard_normal(seed, {area}n_in * n_out)"
    elif name.endswith("uniform"):
        variance, fan = _FANS[name]
        draw, bound = "", f"limit = np.float32(np.sqrt({3 * variance} / ({area}{fan})))"
        drawn = f"uniform(words(seed, {area}n_in * n_out)) * (limit + limit) - limit"
    else:
        variance, fan = _FANS[name]
        draw = _NORMAL.partition("def standard_normal")[0] + _CUT_NORMAL
        bound = f"std = np.sqrt({variance} / ({area}{fan})) / {_CUT_STD}"
        drawn = f"std * cut_normal(seed, {area}n_in * n_out)"
    scale = "" if settings.init_scale == 1 else f"{settings.init_scale!r} * "
    return f'''{_WORDS}{draw}
def initial_kernel(n_in, n_out, seed{given}):
    """Returns the initial weights of a layer, shape {shape}."""
    {bound}
    drawn = {drawn}
    return ({scale}drawn.reshape{shape}).astype("float32")
'''


_WORDS = '''\
def philox(counter, key):
    """Returns four random words of 32 bits for each counter (Salmon et al. 2011)."""
    word, half = np.uint64(0xFFFFFFFF), np.uint64(32)
    a, b, c, d = (np.asarray(part, "uint64") for part in counter)
    low, high = (np.uint64(part) for part in key)
    for _ in range(10):
        left, right = np.uint64(0xD2511F53) * a, np.uint64(0xCD9E8D57) * c
        a, b, c, d = (right >> half) ^ b ^ low, right & word, (left >> half) ^ d ^ high, left & word
        low, high = (low + np.uint64(0x9E3779B9)) & word, (high + np.uint64(0xBB67AE85)) & word
    return np.stack([a, b, c, d], axis=-1).astype("uint32")


def blocks(seed, numbers):
    """Returns the blocks of four words with these numbers, in TensorFlow's stream of a seed."""
    # TensorFlow scrambles the seed first, and Keras keeps it below 2^31 - 2.
    *key, high, highest = philox((seed % (2**31 - 2), 0, 0, 0), (0x3EC8F720, 0x02461E29))
    numbers = np.asarray(numbers, "uint64")
    rest = (np.full_like(numbers, part) for part in (high, highest))
    return philox((numbers & np.uint64(0xFFFFFFFF), numbers >> np.uint64(32), *rest), key)


def words(seed, count):
    """Returns the first random words of a seed."""
    return blocks(seed, np.arange(-(-count // 4))).reshape(-1)[:count]


def uniform(words):
    """Returns a number from 0 to 1 for each word, by its last 23 bits."""
    return ((words & 0x7FFFFF) | 0x3F800000).view("float32") - np.float32(1)

'''
_NORMAL = '''
def box_muller(blocks):
    """Returns normal numbers, two from each two words (Box & Muller 1958)."""
    pairs = uniform(blocks).reshape(*blocks.shape[:-1], 2, 2)
    radius = np.sqrt(-2 * np.log(np.maximum(pairs[..., 0], np.float32(1e-7))))
    angle = np.float32(2 * np.pi) * pairs[..., 1]
    both = np.stack([np.sin(angle) * radius, np.cos(angle) * radius], axis=-1)
    return both.reshape(blocks.shape)


def standard_normal(seed, count):
    """Returns the first normal numbers of a seed."""
    return box_muller(blocks(seed, np.arange(-(-count // 4)))).reshape(-1)[:count]

'''
_CUT_NORMAL = '''\
def cut_normal(seed, count):
    """Returns the first normal numbers of a seed between -2 and 2; others are drawn again."""
    drawn = np.empty((-(-count // 4), 4), "float32")
    filled, attempt = np.zeros(len(drawn), int), 0
    while (short := np.flatnonzero(filled < 4)).size:
        # Each four numbers have 256 blocks of words of their own.
        for column in box_muller(blocks(seed, short * 256 + attempt)).T:
            kept = (np.abs(column) < 2) & (filled[short] < 4)
            rows = short[kept]
            drawn[rows, filled[rows]] = column[kept]
            filled[rows] += 1
        attempt += 1
    return drawn.reshape(-1)[:count]

'''
