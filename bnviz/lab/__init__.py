"""The lab: networks, their training and measures. Else only `watch` imports TensorFlow."""

import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from bnviz.lab.quiet import quiet_stderr

# Set before TensorFlow is imported. The matrices are small: splitting a product among threads costs
# more than it saves, and each arm has a thread of its own anyway. A process in which models are
# only watched is others', and so are its threads.
if "bnviz.watch" not in sys.modules:
    os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")


@contextmanager
def _quick_imports() -> Iterator[None]:
    """Skips the optional imports of Keras that the lab does not need.

    Where they are installed, pandas and scikit-learn would cost a worker two seconds and 130 MB.
    The garbage collector, which frees nothing among new modules, would cost half a second. Both are
    restored at the end.
    """
    skipped = {"pandas", "sklearn"} - sys.modules.keys()
    # Importing a module that is None in `sys.modules` raises ImportError.
    sys.modules.update(dict.fromkeys(skipped))  # type: ignore[arg-type]
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()
        for name in skipped:
            del sys.modules[name]


with _quick_imports(), quiet_stderr():
    import keras  # noqa: F401
