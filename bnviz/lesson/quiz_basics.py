"""Quiz, first part: what Batch Normalization is for and what it computes (chapters 1 to 4)."""

from bnviz.lesson.question import Option, right
from bnviz.lesson.quiz_item import item

ITEMS = (
    item(
        "addresses",
        "problem",
        {"name": "drift"},
        "Which problem was Batch Normalization made for?",
        Option(
            "Overfitting: a network memorizes its training examples",
            "It can help a little against that, but as a side effect. It was made for layers "
            "whose inputs keep changing while the layers before them learn.",
        ),
        right(
            "Internal covariate shift: the inputs of layers change because those before them learn",
            "Right: its authors held that this slows training down. (Chapter 10 asks whether it is "
            "the reason why BN helps.)",
        ),
        Option(
            "Too little memory: normalized values take less space",
            "Normalized values take as much space as others. It was made for layers whose inputs "
            "keep changing while the layers before them learn.",
        ),
        Option(
            "Data sets with features on different scales",
            "That is close: features are often standardized before training. BN does this for "
            "the inputs of every layer, again and again, as they keep changing.",
        ),
    ),
    item(
        "gamma-and-beta",
        "gamma-and-beta",
        {"name": "scale_and_shift"},
        "What do gamma and beta do?",
        Option(
            "They are the batch's standard deviation and mean",
            "Those two are measured, not learnt. Gamma and beta come after them: they scale and "
            "shift the normalized values. If they equal those two, they undo the normalization.",
        ),
        Option(
            "They set how fast the moving averages follow",
            "That is what the momentum does. Gamma and beta scale and shift each neuron's "
            "normalized values, and they are learnt.",
        ),
        right(
            "They scale and shift each neuron's normalized values, and they are learnt",
            "Right: so each neuron can have the mean and spread that serve the network best, "
            "even those that it had before.",
        ),
        Option(
            "They choose the size of the batches",
            "You choose the batch size. Gamma and beta are learnt: they scale and shift each "
            "neuron's normalized values.",
        ),
    ),
    item(
        "over-what",
        "normalization",
        {"name": "inside", "layer": 2},
        "Over which values does BN take the mean and variance in training?",
        right(
            "One neuron's values for all examples of the batch",
            "Right: each neuron on its own, over the batch.",
        ),
        Option(
            "One example's values in all neurons of the layer",
            "That is layer normalization, a relative of BN. BN takes one neuron at a time, over "
            "the examples of the batch.",
        ),
        Option(
            "All values of the layer together",
            "Then a neuron with large values would flatten the others. BN takes one neuron at "
            "a time, over the examples of the batch.",
        ),
    ),
    item(
        "epsilon",
        "normalization",
        {"name": "inside", "layer": 2},
        "A neuron has the same value for every example of a batch. What prevents a division by 0?",
        Option(
            "Gamma, which is then set to 0",
            "Gamma is learnt, not set for each batch. It is epsilon: it is added to the variance "
            "under the root, so that the root is never 0.",
        ),
        right(
            "Epsilon: it is added to the variance under the root",
            "Right: 0 is divided by √ε, and the result is 0.",
        ),
        Option(
            "Nothing: the result is infinite",
            "It would be without epsilon, which is added to the variance under the root: 0 is "
            "divided by √ε, and the result is 0.",
        ),
    ),
    item(
        "identity",
        "normalization",
        {"name": "inside", "layer": 2, "by_hand": "identity"},
        "With which gamma and beta does BN return its input?",
        Option(
            "gamma = 1 and beta = 0",
            "With these, the normalized values stay as they are: mean 0, standard deviation 1. "
            "Undoing the normalization takes gamma = √(variance + ε) and beta = mean.",
        ),
        right(
            "gamma = √(variance + ε) and beta = mean",
            "Right, for the batch or the fixed statistics that these two come from: so BN takes "
            "away nothing that the network could do without it.",
        ),
        Option(
            "There are none: normalization cannot be undone",
            "It can: gamma = √(variance + ε) and beta = mean undo it for the batch that they come "
            "from. That is why BN takes away nothing that the network could do without it.",
        ),
    ),
    item(
        "place",
        "position",
        {"name": "layers"},
        "Where does BN usually go?",
        right(
            "Between the linear layer and its activation",
            "Right: Dense, BatchNormalization, Activation. There it decides what enters the "
            "activation.",
        ),
        Option(
            "Only before the first layer",
            "There it would standardize only the data. It goes into every hidden layer, between "
            "the linear map and the activation.",
        ),
        Option(
            "After the output layer",
            "The network's answers are not normalized: they may be as confident as they like. BN "
            "goes into hidden layers, between the linear map and the activation.",
        ),
    ),
)
