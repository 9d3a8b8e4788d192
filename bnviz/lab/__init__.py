"""The laboratory: data, networks, training, measuring. TensorFlow lives here and nowhere else."""

import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

# Before TensorFlow is imported. The matrices are small: sharing one product among threads takes
# longer than it saves, and each arm has a thread of its own anyway.
os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")


@contextmanager
def _quick_imports() -> Iterator[None]:
    """Imports without what Keras takes along where it is installed, and the laboratory needs not.

    Pandas and scikit-learn would cost a worker two seconds and 130 MB, the garbage collector, which
    finds nothing among new modules, half a second. All are as before at the end.
    """
    left_off = {"pandas", "sklearn"} - sys.modules.keys()
    sys.modules.update(dict.fromkeys(left_off))  # type: ignore[arg-type]
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()
        for name in left_off:
            del sys.modules[name]


with _quick_imports():
    import keras  # noqa: F401
