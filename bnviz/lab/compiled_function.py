"""Program: a compiled TensorFlow function that is called often."""

from collections.abc import Callable
from typing import Any

import tensorflow as tf

#: Added to by several threads.
_xla_compilations: list[None] = []


def xla_compilations() -> int:
    """How often XLA has compiled a program in this process, single networks and stacks alike."""
    return len(_xla_compilations)


class CompiledFunction:
    """A function of tensors, compiled once for each of their shapes.

    A `tf.function` takes a quarter of a millisecond a call to find out which of its compiled forms
    fits, as long as many a training step takes; shapes alone tell it here.

    Args:
        function: Its arguments are tensors, the type of each always the same.
        jit_compile: Whether XLA compiles it.
    """

    def __init__(self, function: Callable[..., Any], *, jit_compile: bool = False):
        self._jit_compile = jit_compile
        self._function = tf.function(function, jit_compile=jit_compile or None, autograph=False)
        self._forms: dict[Any, Callable[..., Any]] = {}

    def __call__(self, *given: tf.Tensor) -> Any:
        shapes = tuple(tuple(tensor.shape) for tensor in given)
        form = self._forms.get(shapes)
        if form is None:
            form = self._forms[shapes] = self._function.get_concrete_function(*given)
            _xla_compilations.extend([None] * self._jit_compile)
        return form(*given)

    @property
    def compilations(self) -> int:
        """How often it has been compiled."""
        return int(self._function.experimental_get_tracing_count())
