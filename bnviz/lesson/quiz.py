"""Quiz: what the lesson was about, single choice, each answer with the place that shows it."""

from collections.abc import Mapping
from dataclasses import dataclass

from bnviz.lesson.question import Option, Question


@dataclass(frozen=True)
class QuizItem:
    """A question of the quiz and where its answer can be seen.

    Attributes:
        question: What is asked.
        chapter: Name of the chapter that shows the answer.
        view: View of its recording that shows it: attributes of `bnviz.figures.view.View`.
    """

    question: Question
    chapter: str
    view: Mapping[str, object]


def _item(
    name: str, chapter: str, view: Mapping[str, object], text: str, *options: Option
) -> QuizItem:
    return QuizItem(Question(name, text, options), chapter, view)


def _right(text: str, reply: str) -> Option:
    return Option(text, reply, right=True)


QUIZ = (
    _item(
        "addresses",
        "problem",
        {"name": "drift"},
        "Which problem was Batch Normalization made for?",
        Option(
            "Overfitting: a network learns its examples by heart",
            "It can help a little against that, but as a side effect. It was made for layers "
            "whose inputs keep changing while the layers before them learn.",
        ),
        _right(
            "Internal covariate shift: the inputs of layers keep changing while they learn",
            "Right: that slows training down, or stops it. (Whether it is the reason why BN "
            "helps is asked in chapter 10.)",
        ),
        Option(
            "Too little memory: values take less room when normalized",
            "Normalized values take as much room as others. It was made for layers whose inputs "
            "keep changing while the layers before them learn.",
        ),
        Option(
            "Data sets with features on different scales",
            "That is close: features are often standardized before training. BN does so for "
            "the inputs of every layer, again and again, as these keep changing.",
        ),
    ),
    _item(
        "gamma-and-beta",
        "gamma-and-beta",
        {"name": "scale_and_shift"},
        "What do gamma and beta do?",
        Option(
            "They are the batch's standard deviation and mean",
            "Those two are measured, not learnt. Gamma and beta come after them: they scale and "
            "shift what was normalized. If they equal them, they undo it.",
        ),
        Option(
            "They set how fast the moving averages follow",
            "That is what the momentum does. Gamma and beta scale and shift each neuron's "
            "normalized values, and are learnt.",
        ),
        _right(
            "They scale and shift each neuron's normalized values, and are learnt",
            "Right: so each neuron can have the mean and spread that serve the network best, "
            "even those that it had before.",
        ),
        Option(
            "They choose how large the batches are",
            "The batch size is a setting of yours. Gamma and beta are learnt: they scale and "
            "shift each neuron's normalized values.",
        ),
    ),
    _item(
        "over-what",
        "normalization",
        {"name": "inside", "layer": 2},
        "Over which values are mean and variance taken in training?",
        _right(
            "One neuron's values for all examples of the batch",
            "Right: every neuron for itself, over the batch.",
        ),
        Option(
            "One example's values in all neurons of the layer",
            "That is layer normalization, a relative of it. BN takes one neuron at a time, over "
            "the examples of the batch.",
        ),
        Option(
            "All values of the layer together",
            "Then a neuron with large values would press the others flat. BN takes one neuron at "
            "a time, over the examples of the batch.",
        ),
    ),
    _item(
        "epsilon",
        "normalization",
        {"name": "inside", "layer": 2},
        "A neuron has the same value for every example of a batch. What saves the division?",
        Option(
            "Gamma, which is then set to 0",
            "Gamma is learnt and not set for a batch. It is epsilon: it is added to the variance "
            "under the root, so that the root is never 0.",
        ),
        _right(
            "Epsilon: it is added to the variance under the root",
            "Right: 0 is divided by √ε, and 0 comes out.",
        ),
        Option(
            "Nothing: the result is infinite",
            "So it would be without epsilon, which is added to the variance under the root: 0 is "
            "divided by √ε, and 0 comes out.",
        ),
    ),
    _item(
        "identity",
        "normalization",
        {"name": "inside", "layer": 2, "by_hand": "identity"},
        "With which gamma and beta does BN give back what came in?",
        Option(
            "gamma = 1 and beta = 0",
            "With these the normalized values stay as they are: mean 0, standard deviation 1. To "
            "undo the normalization takes gamma = √(variance + ε) and beta = mean.",
        ),
        _right(
            "gamma = √(variance + ε) and beta = mean",
            "Right: so BN takes nothing away that the network could do without it.",
        ),
        Option(
            "There are none: normalization cannot be undone",
            "It can: gamma = √(variance + ε) and beta = mean take it back exactly. That is why it "
            "costs the network nothing that it could do without BN.",
        ),
    ),
    _item(
        "place",
        "position",
        {"name": "layers"},
        "Where does BN usually stand?",
        _right(
            "Between the linear layer and its activation",
            "Right: Dense, BatchNormalization, Activation. There it decides what enters the "
            "activation.",
        ),
        Option(
            "Before the first layer only",
            "There it would standardize the data alone. It stands in every hidden layer, between "
            "the linear map and the activation.",
        ),
        Option(
            "After the output layer",
            "The network's answers are not normalized: they may be as sure as they like. BN "
            "stands in hidden layers, between the linear map and the activation.",
        ),
    ),
    _item(
        "high-rate",
        "learning-rate",
        {"name": "gradients"},
        "A neuron's weights have grown ten times as large. What does BN make of that?",
        Option(
            "Its output grows ten times, too",
            "Without BN it would. With BN mean and standard deviation grow as much, and are "
            "taken out again: the output stays.",
        ),
        _right(
            "The output stays, and the gradient of these weights gets ten times smaller",
            "Right (all but epsilon): what has grown too fast slows down by itself, so that high "
            "learning rates do less harm.",
        ),
        Option(
            "The output stays, and the gradient gets ten times larger",
            "The first half is right. The gradient gets ten times smaller, which is as well: what "
            "has grown too fast slows down by itself.",
        ),
    ),
    _item(
        "small-weights",
        "initialisation",
        {"name": "layers"},
        "All first weights are a tenth of what they should be. Why does the network with BN learn "
        "nevertheless?",
        Option(
            "It draws them anew until they fit",
            "It leaves the weights alone. But it divides by the standard deviation of what they "
            "give, which is ten times smaller, too: the factor falls out.",
        ),
        Option(
            "It multiplies the learning rate by ten",
            "It never touches the learning rate. It divides by the standard deviation, which is "
            "ten times smaller, too: the factor falls out.",
        ),
        _right(
            "It divides by the standard deviation, which is ten times smaller, too",
            "Right: BN(a·W x) = BN(W x), as long as the variance is large beside epsilon.",
        ),
    ),
    _item(
        "side-effect",
        "regularisation",
        {"name": "generalisation", "loss_axis": "log"},
        "Why can BN narrow the gap between training and validation?",
        Option(
            "It makes the weights smaller",
            "It does not, the L2 penalty does. BN adds noise: which examples share a batch is "
            "chance, and each is shifted and scaled by the others.",
        ),
        _right(
            "The mean and variance of a batch depend on chance, which adds noise in training",
            "Right: and small batches add more. It is a side effect, and no law.",
        ),
        Option(
            "It leaves some examples out",
            "Every example is used. But it is shifted and scaled by those that happen to be in "
            "its batch, and that is noise.",
        ),
    ),
    _item(
        "single",
        "inference",
        {"name": "inference"},
        "The trained network gets one single example. By which statistics does BN go?",
        Option(
            "By those of the example itself",
            "It would be its own mean, and nothing of it would be left. The moving averages, kept "
            "in training, take their place.",
        ),
        _right(
            "By the moving averages that were kept in training",
            "Right: so the answer for an example does not depend on what else is asked.",
        ),
        Option(
            "By mean 0 and variance 1",
            "That is where the moving averages begin. In training they follow the batches, and in "
            "use BN goes by them.",
        ),
    ),
    _item(
        "momentum",
        "inference",
        {"name": "inference"},
        "In Keras the momentum of BN is 0.99. What share of the moving average does one batch "
        "change?",
        Option(
            "99 %",
            "In some other libraries momentum is the share that is replaced. In Keras it is the "
            "share that is kept: one batch changes 1 %.",
        ),
        _right(
            "1 %",
            "Right: 99 % is kept at each step, so that it takes hundreds of steps to forget the "
            "start.",
        ),
        Option(
            "None: it is the momentum of the optimizer",
            "The optimizer may have a momentum of its own. This one belongs to BN: 99 % of the "
            "moving average is kept, one batch changes 1 %.",
        ),
    ),
    _item(
        "objection",
        "covariate-shift",
        {"name": "drift"},
        "What did noise after BN show in 2018?",
        Option(
            "That BN needs noise to work",
            "It works without, slightly better. The noise was put in to make the inputs shift, "
            "and training hardly suffered.",
        ),
        Option(
            "That training fails once the inputs shift",
            "That was the expectation. The inputs shifted more than without BN, and training "
            "hardly suffered.",
        ),
        _right(
            "That training hardly suffers though the inputs shift more",
            "Right: so holding them in place cannot be the whole reason. A smoother loss "
            "landscape may be.",
        ),
    ),
    _item(
        "pairs",
        "no-help",
        {"name": "layers"},
        "Why does BN fail with batches of two?",
        Option(
            "Two examples take too long to compute",
            "They are quick. But of two values one becomes +1 and the other −1, whatever they "
            "were: too little is left to learn from.",
        ),
        _right(
            "Of two values one becomes +1 and the other −1, whatever they were",
            "Right (all but epsilon): too little is left to learn from, and the moving statistics "
            "are wrong, too.",
        ),
        Option(
            "Gamma and beta cannot be learnt from two examples",
            "They are learnt as all weights are. The trouble comes before: of two values one "
            "becomes +1 and the other −1, whatever they were.",
        ),
    ),
)
#: The questions alone, for scoring.
QUESTIONS = tuple(item.question for item in QUIZ)
