"""Compiled function: a TensorFlow function that is compiled once and called often."""

import threading
from collections.abc import Callable
from typing import Any

import tensorflow as tf

#: What each thread compiles at present.
_compiling = threading.local()
#: One entry per compilation; several threads append to it.
_xla_compilations: list[None] = []


def xla_compilations() -> int:
    """Returns how often XLA has compiled a function in this process."""
    return len(_xla_compilations)


def is_for_xla() -> bool:
    """Whether what this thread computes is compiled by XLA."""
    return getattr(_compiling, "for_xla", False)


class CompiledFunction:
    """A function of tensors that is compiled once for each combination of their shapes.

    A `tf.function` takes a quarter of a millisecond per call to look up which of its compiled
    versions fits the arguments, as long as many a training step, and as long again to compare a
    dozen arguments with the signature of that version. This class looks it up by the shapes, and
    compares nothing else.

    Args:
        function: Function to compile; the dtype of each of its tensors must never change.
        jit_compile: Whether XLA compiles it.
    """

    def __init__(self, function: Callable[..., Any], *, jit_compile: bool = False):
        self._jit_compile = jit_compile
        self._function = tf.function(function, jit_compile=jit_compile or None, autograph=False)
        self._by_shapes: dict[Any, Callable[[list[tf.Tensor]], Any]] = {}

    def prepare(self, *tensors: tf.Tensor) -> None:
        """Compiles it for tensors of these shapes, but for what XLA compiles at the first call."""
        self._compiled_for(tensors)

    def __call__(self, *tensors: tf.Tensor) -> Any:
        return self._compiled_for(tensors)([*tensors])

    def _compiled_for(self, tensors: tuple[tf.Tensor, ...]) -> Callable[[list[tf.Tensor]], Any]:
        shapes = tuple(tuple(tensor.shape) for tensor in tensors)
        compiled = self._by_shapes.get(shapes)
        if compiled is None:
            compiled = self._compile(tensors)
            self._by_shapes[shapes] = compiled
            _xla_compilations.extend([None] * self._jit_compile)
        return compiled

    def _compile(self, tensors: tuple[tf.Tensor, ...]) -> Callable[[list[tf.Tensor]], Any]:
        """The function for tensors of these shapes, as one of their list."""
        _compiling.for_xla = self._jit_compile
        try:
            concrete = self._function.get_concrete_function(*tensors)
        finally:
            _compiling.for_xla = False
        variables = concrete.captured_inputs
        # The concrete function itself would compare all arguments with its signature.
        call = concrete.inference_fn.call_preflattened
        return lambda flat: call(flat + variables)

    @property
    def compilations(self) -> int:
        """How often the function has been compiled."""
        return int(self._function.experimental_get_tracing_count())
