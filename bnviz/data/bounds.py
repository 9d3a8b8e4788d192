"""Bounds: how large an uploaded file may be, and what a data set must hold."""

#: Maximum size of a file in bytes.
MAX_FILE_BYTES = 20_000_000
#: Maximum size in bytes of all arrays in an NPZ file, uncompressed.
MAX_DECODED_BYTES = 200_000_000
#: Maximum number of examples times features: all of MNIST fits, which is 220 MB as float32.
MAX_VALUES = 60_000_000
#: The bytes that so many features take as float32, once they can be trained on.
MAX_EXAMPLES_BYTES = 4 * MAX_VALUES
#: The same for a table, whose values are float64: as many as a file of one-digit numbers holds.
MAX_TABLE_VALUES = 10_000_000
#: Minimum and maximum number of examples, of features and of classes.
EXAMPLES = (2, 70_000)
FEATURES = (1, 1_024)
CLASSES = (2, 100)
#: The same of features in an NPZ file, which may hold images of 32 × 32 pixels in colours.
ARRAY_FEATURES = (1, 3_072)
#: Maximum number of columns of a table: features, a class, and one that counts the rows.
MAX_COLUMNS = FEATURES[1] + 2
#: Minimum number of examples on either side of the split.
MIN_EXAMPLES_EACH = 2
#: Maximum number of different words in a column whose words become features.
MAX_WORDS = 20
#: Maximum absolute value of a feature, so that its square does not overflow.
MAX_VALUE = 1e30


class UploadError(ValueError):
    """A file that cannot be trained on; the message is one sentence that says why."""


def check_values(count: int, max_bytes: int) -> None:
    """Checks the memory that this many features take as float32, as they are trained on.

    Raises:
        UploadError: If it is more than allowed.
    """
    if 4 * count > max_bytes:
        raise UploadError(
            f"The file holds {count / 1e6:.1f} million values, which take {4 * count / 1e6:.0f} MB "
            f"in memory; at most {max_bytes / 1e6:.0f} MB can be trained on: keep fewer examples, "
            "or make images smaller."
        )


def check_count(count: int, bounds: tuple[int, int], what: str) -> None:
    """Checks a number against its bounds.

    Raises:
        UploadError: If it is outside.
    """
    low, high = bounds
    if not low <= count <= high:
        raise UploadError(f"The number of {what} is {count}; it must be from {low} to {high}.")
