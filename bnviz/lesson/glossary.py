"""Glossary: the terms of art, each explained in one sentence; of page and README the one source.

Texts of the lesson mark a term as `[[term]]`, or as `[[other words|term]]`.
"""

import re
from dataclasses import dataclass

_MARK = re.compile(r"\[\[([^\[\]|]+)(?:\|([^\[\]|]+))?\]\]")

#: The words that the project gives a meaning of its own, or that it must tell apart; the README
#: has these.
OF_README = {
    "arm": (
        "one of the networks compared: `none` (without BN), `bn` (with it), and a third of choice"
    ),
    "probe": "the fixed examples on which distributions are measured",
    "frame": "everything measured at one recorded step",
    "recording": "the settings and all frames of a run",
    "internal covariate shift": (
        "a layer's input distribution changes while the layers before it learn"
    ),
    "drift": (
        "how far a layer's distribution has moved (1-Wasserstein distance), in its standard "
        "deviations at step 0 or at the frame before"
    ),
    "gradient shift": (
        "how a layer's gradient changes when the layers before it take their step: the second "
        "meaning of covariate shift (Santurkar et al. 2018)"
    ),
    "intervention": "a change in mid-run, part of the settings",
}
#: Every term with its explanation: a sentence without capital and full stop.
TERMS = OF_README | {
    "accuracy": "the share of examples that a network classifies right",
    "activation": (
        "the function after a layer that is no straight line, such as sigmoid or ReLU; without it "
        "many layers could do no more than one"
    ),
    "batch": "the examples of one training step",
    "Batch Normalization": (
        "brings each neuron's values over a batch to mean 0 and standard deviation 1, then "
        "multiplies them by gamma and adds beta; BN for short"
    ),
    "beta": "the shift that BN learns for each neuron, 0 at first",
    "Dense": "Keras's name for a layer each neuron of which gets everything that comes in",
    "effective beta": (
        "the largest change of the gradient along a step, per length of the step: small where the "
        "loss landscape is smooth; not the beta of BN"
    ),
    "epsilon": "a small number added to the variance under the root; so nothing is divided by 0",
    "gamma": "the scale that BN learns for each neuron, 1 at first",
    "generalisation gap": "the validation loss minus the training loss",
    "gradient": "how the loss changes with each weight; a step goes against it",
    "hidden layer": "a layer between the input and the output of a network",
    "identity": "the function that gives back what came in",
    "inference": "the use of a trained network: nothing in it changes any more",
    "initialisation": "how the first weights are drawn, before anything is learnt",
    "layer": "neurons side by side that all get what the layer before them gives",
    "learning rate": "what the gradient is multiplied by to make a step: a high one, long steps",
    "loss": "a number for how wrong a network's answers are; training is to make it small",
    "loss landscape": "the loss as a height above all weights that a network could have",
    "momentum": (
        "in Keras's Batch Normalization the share of the moving statistics that is kept at each "
        "step; the rest comes from the batch"
    ),
    "moving statistics": (
        "running averages of the batches' means and variances, kept while training and used in "
        "inference"
    ),
    "neuron": "one number that a layer computes of each example, with weights of its own",
    "noisy BN": (
        "BN followed by noise that scales and shifts the values at random, by another law at each "
        "step"
    ),
    "overfitting": "learning the training examples by heart, at the cost of new ones",
    "pair certificate": "the proof that the networks compared differ in nothing but BN",
    "phase map": "a map of many runs: its axes are two settings, its colour tells how each ended",
    "pre-activation": (
        "what enters an activation: `W x + b` without BN, `gamma * x_hat + beta` with BN before it"
    ),
    "regularisation": "whatever keeps a network from learning its training examples by heart",
    "ReLU": "an activation: what is below 0 becomes 0, all else stays",
    "seed": "the number from which everything random in a run follows; the same seed, the same run",
    "sigmoid": "an activation that squeezes every number to one between 0 and 1",
    "standard deviation": "how far values typically lie from their mean: the root of the variance",
    "step": "one update of the weights, made from one batch",
    "validation": "measuring on examples that the network is not trained on",
    "variance": (
        "the mean of the squared distances from the mean; BN divides by the number of examples, "
        "not by one less"
    ),
    "weights": "the numbers that a network learns",
    "x_hat": "a value after normalization: (x - mean) / sqrt(variance + epsilon)",
}
_BY_LOWER = {term.lower(): term for term in TERMS}


class GlossaryError(ValueError):
    """A text that marks a term which is not in the glossary."""


@dataclass(frozen=True)
class Mention:
    """A term in a text.

    Attributes:
        words: As they stand in the text.
        term: One of `TERMS`.
    """

    words: str
    term: str

    @property
    def explanation(self) -> str:
        """What it means, in one sentence."""
        return sentence(self.term)


def sentence(term: str) -> str:
    """The explanation of a term as a whole sentence, in plain text."""
    words = TERMS[term].replace("`", "")
    return f"{words[0].upper()}{words[1:]}."


def parts(text: str) -> tuple[str | Mention, ...]:
    """A text in pieces: plain ones, and the terms marked in it, in order.

    Raises:
        GlossaryError: If a marked term is not known.
    """
    found: list[str | Mention] = []
    end = 0
    for match in _MARK.finditer(text):
        words, term = match[1], _BY_LOWER.get((match[2] or match[1]).lower())
        if term is None:
            raise GlossaryError(f"{match[0]} is marked, but no term of the glossary")
        found += [text[end : match.start()], Mention(words, term)]
        end = match.end()
    found.append(text[end:])
    return tuple(part for part in found if part)


def plain(text: str) -> str:
    """A text without its marks."""
    return "".join(part if isinstance(part, str) else part.words for part in parts(text))


def table() -> str:
    """The README's table of words, in Markdown."""
    rows = [f"| {term} | {meaning} |" for term, meaning in OF_README.items()]
    return "\n".join(["| word | meaning |", "|---|---|", *rows])
