"""Answers: what a network says of the shown examples, as a frame keeps it."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from bnviz.recording.frames import NO_ANSWER, NUM_GUESSES, NUM_SHOWN

#: The value of a probability of 1.
_MAX_BYTE = np.iinfo(np.uint8).max


def answers(logits: NDArray[np.float32], labels: NDArray[np.int32]) -> dict[str, NDArray[Any]]:
    """The most probable classes of each shown example, keyed by the names of a frame's fields.

    The probabilities are `exp(logits) / sum(exp(logits))`. Of equally probable classes the one with
    the lower number comes first, as in the accuracy.

    Args:
        logits: Shape (num_shown, num_classes).
        labels: The class of each example, shape (num_shown,).

    Returns:
        `answers` and `answer_probabilities`, shape (NUM_SHOWN, NUM_GUESSES), and
        `true_probability`, (NUM_SHOWN,). An example with a logit that is not finite has no answer.
    """
    classes = np.full((NUM_SHOWN, NUM_GUESSES), NO_ANSWER, np.uint16)
    probabilities = np.zeros((NUM_SHOWN, NUM_GUESSES), np.uint8)
    of_label = np.zeros(NUM_SHOWN, np.uint8)
    known = np.flatnonzero(np.isfinite(logits).all(axis=1))
    if len(known):
        found = logits[known].astype(np.float64)
        order = np.argsort(-found, axis=1, kind="stable")[:, :NUM_GUESSES]
        shares = np.exp(found - found.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        in_bytes = np.round(_MAX_BYTE * shares).astype(np.uint8)
        guesses = order.shape[1]
        classes[known, :guesses] = order
        probabilities[known, :guesses] = np.take_along_axis(in_bytes, order, axis=1)
        of_label[known] = in_bytes[np.arange(len(known)), labels[known]]
    return {
        "answers": classes,
        "answer_probabilities": probabilities,
        "true_probability": of_label,
    }
