"""Compiled function: a TensorFlow function that is compiled once and called often."""

from collections.abc import Callable
from typing import Any

import tensorflow as tf

#: One entry per compilation; several threads append to it.
_xla_compilations: list[None] = []


def xla_compilations() -> int:
    """Returns how often XLA has compiled a function in this process."""
    return len(_xla_compilations)


class CompiledFunction:
    """A function of tensors that is compiled once for each combination of their shapes.

    A `tf.function` takes a quarter of a millisecond per call to look up which of its compiled
    versions fits the arguments, as long as many a training step. This class looks it up by the
    shapes alone.

    Args:
        function: Function to compile; the dtype of each of its tensors must never change.
        jit_compile: Whether XLA compiles it.
    """

    def __init__(self, function: Callable[..., Any], *, jit_compile: bool = False):
        self._jit_compile = jit_compile
        self._function = tf.function(function, jit_compile=jit_compile or None, autograph=False)
        self._by_shapes: dict[Any, Callable[..., Any]] = {}

    def __call__(self, *tensors: tf.Tensor) -> Any:
        shapes = tuple(tuple(tensor.shape) for tensor in tensors)
        compiled = self._by_shapes.get(shapes)
        if compiled is None:
            compiled = self._function.get_concrete_function(*tensors)
            self._by_shapes[shapes] = compiled
            _xla_compilations.extend([None] * self._jit_compile)
        return compiled(*tensors)

    @property
    def compilations(self) -> int:
        """How often the function has been compiled."""
        return int(self._function.experimental_get_tracing_count())
