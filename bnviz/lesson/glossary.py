"""Glossary: the terms of art, each explained in one sentence. Page and README take them from here.

Texts of the lesson mark a term as `[[term]]`, or as `[[other words|term]]`.
"""

import re
from dataclasses import dataclass

_MARK = re.compile(r"\[\[([^\[\]|]+)(?:\|([^\[\]|]+))?\]\]")

#: Words to which the project gives a meaning of its own, or that it must tell apart. The README
#: lists these.
OF_README = {
    "arm": (
        "one of the networks compared: `none` (without BN), `bn` (with BN), or an optional third"
    ),
    "probe": "the fixed examples on which distributions are measured",
    "frame": "everything measured at one recorded step",
    "recording": "the settings and all frames of a run",
    "values in a layer": "what enters its activation: its pre-activations",
    "what reaches a layer": ("what its weights get from the layers before it, and cannot change"),
    "internal covariate shift": (
        "the change of what reaches a layer because the layers before it learn (Ioffe & Szegedy "
        "2015)"
    ),
    "drift": (
        "how far the values in a layer have moved since step 0 or the last frame: the "
        "1-Wasserstein distance of each neuron's values, averaged over the neurons"
    ),
    "moved by the layers before it": (
        "the drift that a layer's values would have if it had kept its weights: what reaches it "
        "has changed"
    ),
    "moved by its own weights": (
        "the drift that a layer's values would have if what reaches it had not changed"
    ),
    "pooled drift": (
        "the 1-Wasserstein distance of all values of a layer together from those at step 0 or at "
        "the previous frame, in their own unit or in standard deviations; it does not see neurons "
        "that change places"
    ),
    "gradient shift": (
        "how much a layer's gradient changes when the layers before it take their step, also "
        "relative to the gradient: the second meaning of covariate shift (Santurkar et al. 2018)"
    ),
    "intervention": "a change in mid-run, part of the settings",
}
#: Every term with its explanation: a sentence without its capital and full stop.
TERMS = OF_README | {
    "accuracy": "the share of examples that a network classifies correctly",
    "activation": (
        "the nonlinear function after a layer, such as sigmoid or ReLU; without it, many layers "
        "could do no more than one"
    ),
    "axis": (
        "a direction of an array of values: over the examples, over the neurons or channels, over "
        "the positions of an image"
    ),
    "batch": "the examples of one training step",
    "Batch Normalization": (
        "brings each neuron's values over a batch to mean 0 and standard deviation 1, then "
        "multiplies them by gamma and adds beta; BN for short"
    ),
    "batch renormalization": (
        "BN whose normalized values are scaled and shifted in training, within bounds, to what the "
        "moving statistics would give (Ioffe 2017)"
    ),
    "beta": "the shift that BN learns for each neuron, initially 0",
    "Dense": "Keras's name for a layer in which each neuron receives all inputs",
    "dropout": "sets a random share of a layer's values to 0 in training, not in inference",
    "dynamic tanh": (
        "multiplies values by a number that is learnt and takes the tanh, in place of a "
        "normalization (Zhu et al. 2025)"
    ),
    "effective beta": (
        "the largest change of the gradient along a step, per unit of step length: small where the "
        "loss landscape is smooth; not the beta of BN"
    ),
    "effective rate": (
        "the learning rate divided by the square of the weights' norm: what decides how far a step "
        "turns weights whose size BN cancels"
    ),
    "epsilon": "a small number added to the variance under the root, to avoid a division by 0",
    "exact statistics": (
        "mean and variance over all training examples, computed once for inference"
    ),
    "gamma": "the scale that BN learns for each neuron, initially 1 unless a setting says 0",
    "generalisation gap": (
        "the validation loss minus the training loss, both by the moving statistics"
    ),
    "ghost BN": (
        "BN that takes its statistics over small parts of a large batch, each by itself (Hoffer et "
        "al. 2017)"
    ),
    "gradient": "how the loss changes with each weight; a step goes against it",
    "group normalization": (
        "normalizes groups of neurons or channels within each example (Wu & He 2018)"
    ),
    "hidden layer": "a layer between the input and the output of a network",
    "identity": "the function that returns its input unchanged",
    "inference": "the use of a trained network, in which nothing changes any more",
    "initialisation": "how the weights are drawn before training",
    "instance normalization": (
        "normalizes each channel of each example over its positions (Ulyanov et al. 2016)"
    ),
    "L2 penalty": "a multiple of the sum of all squared weights, added to the loss",
    "layer": "neurons side by side that all receive the output of the layer before them",
    "layer normalization": (
        "normalizes all neurons of a layer within each example (Ba et al. 2016), here in a "
        "convolution all channels at all positions"
    ),
    "learning rate": (
        "the factor by which the gradient is multiplied to make a step: a high rate makes long "
        "steps"
    ),
    "loss": "a number for how wrong a network's answers are; training makes it small",
    "loss landscape": "the loss as a height above all weights that a network could have",
    "momentum": (
        "in Keras's Batch Normalization, the share of the moving statistics that is kept at each "
        "step; the rest comes from the batch"
    ),
    "moving statistics": (
        "running averages of the batches' means and variances, updated in training and used in "
        "inference"
    ),
    "neuron": "a unit of a layer: it computes one number per example, with weights of its own",
    "noisy BN": (
        "BN followed by noise that scales and shifts the values at random, from a new distribution "
        "at each step"
    ),
    "overfitting": "memorizing the training examples, at the cost of new ones",
    "pair certificate": (
        "digests which show that the networks compared share data, initial kernels and batches"
    ),
    "phase map": (
        "a map of many runs: its axes are two settings, its colour shows how each run ended"
    ),
    "pre-activation": (
        "what enters an activation: `W x + b` without BN, `gamma * x_hat + beta` with BN before "
        "it; at the end of a residual block with what the skip adds"
    ),
    "regularisation": "anything that keeps a network from memorizing its training examples",
    "ReLU": "an activation that sets everything below 0 to 0 and keeps the rest",
    "residual network": (
        "a network with skips: what reaches two layers is added to what they make of it (He et al. "
        "2015)"
    ),
    "RMS normalization": (
        "layer normalization that subtracts no mean: it divides by the root of the mean square "
        "(Zhang & Sennrich 2019), in a convolution at each position by itself"
    ),
    "saturated": "so far from 0 that the activation is flat and lets hardly any gradient through",
    "seed": (
        "the number that determines everything random in a run: the same seed gives the same run"
    ),
    "sigmoid": "an activation that squeezes any number into the range from 0 to 1",
    "standard deviation": (
        "how far values typically lie from their mean: the square root of the variance"
    ),
    "step": "one update of the weights, made from one batch",
    "validation": "measuring on examples that the network is not trained on",
    "variance": (
        "the mean of the squared distances from the mean; BN divides by the number of examples, "
        "not by one less"
    ),
    "variance shift": (
        "a difference between the variance in training, by which the moving statistics are kept, "
        "and the variance in inference"
    ),
    "vanishing gradient": "a gradient that fades to almost 0 on its way to the first layers",
    "weight normalization": (
        "learns how long the weights of a neuron are apart from where they point (Salimans & "
        "Kingma 2016)"
    ),
    "weights": "the numbers that a network learns",
    "x_hat": "a value after normalization: (x - mean) / sqrt(variance + epsilon)",
}
_BY_LOWER = {term.lower(): term for term in TERMS}


class GlossaryError(ValueError):
    """A text marks a term that is not in the glossary."""


@dataclass(frozen=True)
class Mention:
    """A term in a text.

    Attributes:
        words: The words in the text.
        term: One of `TERMS`.
    """

    words: str
    term: str

    @property
    def explanation(self) -> str:
        """The term's explanation as a sentence."""
        return sentence(self.term)


def sentence(term: str) -> str:
    """Returns the explanation of a term as a full sentence in plain text."""
    words = TERMS[term].replace("`", "")
    return f"{words[0].upper()}{words[1:]}."


def parts(text: str) -> tuple[str | Mention, ...]:
    """Splits a text into plain pieces and the terms marked in it, in order.

    Raises:
        GlossaryError: If a marked term is not in the glossary.
    """
    found: list[str | Mention] = []
    end = 0
    for match in _MARK.finditer(text):
        words, term = match[1], _BY_LOWER.get((match[2] or match[1]).lower())
        if term is None:
            raise GlossaryError(f"{match[0]} is marked, but it is not in the glossary")
        found += [text[end : match.start()], Mention(words, term)]
        end = match.end()
    found.append(text[end:])
    return tuple(part for part in found if part)


def plain(text: str) -> str:
    """Returns a text without its marks."""
    return "".join(part if isinstance(part, str) else part.words for part in parts(text))


def table() -> str:
    """Returns the README's table of words, in Markdown."""
    rows = [f"| {term} | {meaning} |" for term, meaning in OF_README.items()]
    return "\n".join(["| word | meaning |", "|---|---|", *rows])
