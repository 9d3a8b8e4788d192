"""Objective: what a compiled model minimizes, as far as it is known from outside."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf

#: Part of the names of losses whose models classify.
_CLASSIFYING = "crossentropy"


class Objective:
    """The loss of a model with one output, and the share of examples that it classifies correctly.

    The loss is without penalties on weights. Both are NaN for models of which more or other losses
    are minimized, and the share for those that do not classify.

    Args:
        model: A compiled model.

    Attributes:
        is_known: Whether a loss is known that is minimized by a training step of Keras.
        classifies: Whether a share is known.
    """

    def __init__(self, model: keras.Model):
        given = getattr(model, "loss", None)
        own_step = type(model).train_step is not keras.Model.train_step
        own_loss = type(model).compute_loss is not keras.Model.compute_loss
        simple = isinstance(given, str) or callable(given)
        self._loss: Callable[..., Any] | None = keras.losses.get(given) if simple else None
        self.is_known = self._loss is not None and not own_step and not own_loss
        name = getattr(self._loss, "name", None) or getattr(self._loss, "__name__", "")
        self.classifies = _CLASSIFYING in str(name)
        self._from_logits = bool(getattr(self._loss, "_fn_kwargs", {}).get("from_logits", False))

    def of(self, y: tf.Tensor, made: Any) -> tuple[tf.Tensor, tf.Tensor]:
        """Mean loss and share of correct answers of what a model made of some examples."""
        unknown = tf.constant(np.nan, tf.float32)
        if self._loss is None or not isinstance(made, tf.Tensor):
            return unknown, unknown
        made = tf.cast(made, tf.float32)
        loss = tf.reduce_mean(tf.cast(self._loss(y, made), tf.float32))
        return loss, self._share(y, made) if self.classifies else unknown

    def _share(self, y: tf.Tensor, made: tf.Tensor) -> tf.Tensor:
        if made.shape[-1] == 1:
            said = tf.cast(made > (0.0 if self._from_logits else 0.5), tf.int64)
            said, true = tf.reshape(said, [-1]), tf.reshape(tf.cast(y, tf.int64), [-1])
        else:
            said, true = tf.argmax(made, axis=-1), classes_of(y, made.shape[-1])
        return tf.reduce_mean(tf.cast(tf.reshape(said, [-1]) == tf.reshape(true, [-1]), tf.float32))


def classes_of(y: Any, count: int) -> Any:
    """Class numbers of answers, which may be vectors with a 1 at the class."""
    y = tf.convert_to_tensor(y)
    one_hot = len(y.shape) > 1 and y.shape[-1] == count and count > 1
    return tf.argmax(y, axis=-1) if one_hot else tf.cast(y, tf.int64)
