"""Quiz, second part: what Batch Normalization changes, and where it fails (chapters 5 to 14)."""

from bnviz.lesson.claims.experiments import PLAIN
from bnviz.lesson.question import Option, right
from bnviz.lesson.quiz_item import item

ITEMS = (
    item(
        "high-rate",
        "learning-rate",
        {"name": "gradients"},
        "A neuron's weights have grown ten times as large. How does BN respond?",
        Option(
            "Its output grows ten times too",
            "Without BN it would. With BN, the mean and the standard deviation grow just as much "
            "and are taken out again: the output stays the same.",
        ),
        right(
            "The output stays the same, and the gradient of these weights gets ten times smaller",
            "Right (up to epsilon): weights that have grown too fast slow down by themselves, so "
            "high learning rates do less harm.",
        ),
        Option(
            "The output stays the same, and the gradient gets ten times larger",
            "The first half is right. The gradient gets ten times smaller, which is a good thing: "
            "weights that have grown too fast slow down by themselves.",
        ),
    ),
    item(
        "small-weights",
        "initialisation",
        {"name": "layers"},
        "All initial weights are a tenth of what they should be. Why does the network with BN "
        "still learn?",
        Option(
            "It draws them again until they fit",
            "It leaves the weights alone. But it divides by the standard deviation of their "
            "outputs, which is ten times smaller too: the factor cancels out.",
        ),
        Option(
            "It multiplies the learning rate by ten",
            "It never touches the learning rate. It divides by the standard deviation, which is "
            "ten times smaller too: the factor cancels out.",
        ),
        right(
            "It divides by the standard deviation, which is ten times smaller too",
            "Right: BN(a·W x) = BN(W x), as long as the variance is large compared with epsilon.",
        ),
    ),
    item(
        "side-effect",
        "regularisation",
        {"name": "generalisation", "loss_axis": "log"},
        "Why can BN keep a network from memorizing its training examples?",
        Option(
            "It makes the weights smaller",
            "That is what the L2 penalty does. BN adds noise: which examples share a batch is "
            "random, and each example is shifted and scaled by the others.",
        ),
        right(
            "The mean and variance of a batch depend on chance, which adds noise in training",
            "Right: and small batches add more. It is a side effect, and not a law.",
        ),
        Option(
            "It leaves out some examples",
            "Every example is used. But each is shifted and scaled by those that happen to be in "
            "its batch, and that is noise.",
        ),
    ),
    item(
        "single",
        "inference",
        {"name": "inference"},
        "The trained network gets a single example. Which statistics does BN use?",
        Option(
            "Those of the example itself",
            "It would be its own mean, and nothing of it would be left. BN uses the moving "
            "averages kept in training instead.",
        ),
        right(
            "The moving averages kept in training",
            "Right: so the answer for an example does not depend on the others that are asked.",
        ),
        Option(
            "Mean 0 and variance 1",
            "That is where the moving averages start. In training they follow the batches, and in "
            "inference BN uses them.",
        ),
    ),
    item(
        "momentum",
        "inference",
        {"name": "inference"},
        "In Keras, the momentum of BN is 0.99. What share of the moving average does one batch "
        "change?",
        Option(
            "99 %",
            "In some other libraries, momentum is the share that is replaced. In Keras it is the "
            "share that is kept: one batch changes 1 %.",
        ),
        right(
            "1 %",
            "Right: 99 % is kept at each step, so it takes hundreds of steps to forget the start.",
        ),
        Option(
            "None: it is the momentum of the optimizer",
            "The optimizer may have a momentum of its own. This one belongs to BN: 99 % of the "
            "moving average is kept, one batch changes 1 %.",
        ),
    ),
    item(
        "objection",
        "covariate-shift",
        {"name": "drift"},
        "What did noise after BN show in 2018?",
        Option(
            "That BN needs noise to work",
            "It works without noise as well. The noise was added to make what reaches each layer "
            "shift from step to step, and training hardly suffered.",
        ),
        Option(
            "That training fails once the inputs of layers shift",
            "That was the expectation. With the noise they shifted more from step to step than "
            "with BN alone, and training hardly suffered.",
        ),
        right(
            "That training hardly suffers although the inputs of layers shift more than with BN",
            "Right: so holding them in place is not all that BN does. A smoother loss landscape "
            "was proposed instead, and chapter 10 shows where that is so and where not.",
        ),
    ),
    item(
        "pairs",
        "no-help",
        {"name": "layers"},
        "Why does BN fail with batches of two?",
        Option(
            "Two examples take too long to compute",
            "They are quick. But of two values, one becomes +1 and the other −1, whatever they "
            "were: hardly any gradient is left to learn from.",
        ),
        right(
            "Of two values, one becomes +1 and the other −1, whatever they were",
            "Right (up to epsilon): hardly any gradient is left to learn from. Better statistics "
            "in inference change nothing about it.",
        ),
        Option(
            "Gamma and beta cannot be learnt from two examples",
            "They are learnt like all weights. The trouble comes earlier: of two values, one "
            "becomes +1 and the other −1, whatever they were.",
        ),
    ),
    item(
        "whose-doing",
        "vanishing-gradients",
        {"name": "drift"},
        "Without BN, the values in the last of four sigmoid layers move far. Whose doing is it?",
        Option(
            "That of the layers before it: internal covariate shift",
            "So it is in the ReLU network of chapter 1. Here the gradient has faded before it "
            "reaches those layers, and they hardly move.",
        ),
        Option(
            "That of the data, which differ from batch to batch",
            "The picture is measured on the same examples at every step. What moves the values "
            "are weights, and here those of the last layer itself.",
        ),
        right(
            "Its own: the gradient fades before it reaches the layers before",
            "Right: so the same picture can have another reason. Look who moves the values.",
        ),
    ),
    item(
        "relatives",
        "relatives",
        {"name": "layers"},
        "In training, which normalization gives an example the same values in any batch?",
        right(
            "Layer normalization: its axis runs over the neurons of one example",
            "Right: so it needs no moving statistics. Group, instance and RMS normalization, "
            "too, stay within one example.",
        ),
        Option(
            "Batch Normalization: its axis runs over the examples of the batch",
            "That makes an example depend on its batch: another batch has another mean. "
            "Normalizations within one example, such as layer normalization, do not have this.",
        ),
        Option(
            "None: a mean always depends on the other examples",
            "The mean of one example's own values does not. Layer normalization takes it over the "
            "neurons, and no other example plays a part.",
        ),
    ),
    item(
        "skips",
        "relatives",
        {"name": "layers"},
        f"Digits, {PLAIN.hidden_layers} layers, each network at its best learning rate: "
        "which one ended most accurate?",
        Option(
            "The plain one with BN: skips do not normalize",
            "They do not. But skips without BN ended more accurate than BN without skips, and both "
            "together more accurate than either.",
        ),
        right(
            "The residual one with BN",
            "Right, in each of nine seeds: skips helped more than BN, and both together most.",
        ),
        Option(
            "The residual one without BN: with skips, BN adds nothing",
            "Skips alone did help more than BN alone. But the residual network with BN ended more "
            "accurate still, in each of nine seeds.",
        ),
    ),
)
