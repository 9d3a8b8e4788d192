"""Predictions: the question that each chapter asks before it shows anything, by chapter name."""

from bnviz.lesson.question import Option, Question, right


def _question(name: str, text: str, *options: Option) -> Question:
    return Question(name, text, options)


PREDICTIONS = {
    question.name: question
    for question in (
        _question(
            "problem",
            "In the network without BN, the inputs of which hidden layer will drift most?",
            Option(
                "Those of the first",
                "A fair guess, since it sees the data first. But the data do not change, and no "
                "learning layer comes before it: its inputs move least.",
            ),
            right(
                "Those of the last",
                "Yes: all layers before it move, and it feels all of their changes.",
            ),
            Option(
                "All about equally",
                "That would be so if each layer felt only its own learning. But the changes of all "
                "layers before it add up, so the inputs of the last layer move most.",
            ),
        ),
        _question(
            "normalization",
            "A neuron has the values 2, 4 and 6 for the three examples of a batch. What does "
            "normalization turn the 4 into?",
            right("0", "Yes: 4 is the mean, and the mean always becomes 0."),
            Option(
                "1",
                "1 is what the standard deviation becomes. The 4 is the mean of the three values, "
                "and the mean is subtracted: it becomes 0.",
            ),
            Option(
                "4, as before",
                "It stays in the middle, but the middle moves: the mean, which is 4, is "
                "subtracted, so 0 is left.",
            ),
        ),
        _question(
            "gamma-and-beta",
            "At step 90, BN is inserted into the network without it, with gamma = √(variance + ε) "
            "and beta = mean in every neuron. What will its loss do at that step?",
            Option(
                "It jumps up, since everything is rescaled",
                "It would with gamma 1 and beta 0. But these two undo the normalization exactly, "
                "so the network computes the same as before.",
            ),
            Option(
                "It drops at once, since BN is better",
                "BN does not make any answer better by itself: at that step the network computes "
                "exactly the same as before. What changes is how it learns from here on.",
            ),
            right(
                "Nothing",
                "Yes: with these two, BN is the identity. What changes is how the network learns "
                "from here on.",
            ),
        ),
        _question(
            "position",
            "The third network has BN after the activation. What will the inputs of its first "
            "activation do, compared with those of the network with BN before it?",
            right(
                "Drift more",
                "Yes: what enters its activation is W x + b, which nothing holds in place.",
            ),
            Option(
                "Stay in place just as well",
                "The outputs of its activations are held in place, but what enters the first one "
                "is W x + b, and that is free to move.",
            ),
            Option(
                "Move so much that the network cannot be trained",
                "They do move more, but the next layer gets normalized values again, and that is "
                "enough: the network trains about as fast.",
            ),
        ),
        _question(
            "learning-rate",
            "Both networks get a learning rate of 1, a few times what suits the one without BN. "
            "Which of them will learn?",
            Option(
                "Both, the one with BN faster",
                "At a smaller rate, yes. At this rate, a few long steps are enough to break the "
                "network without BN for good.",
            ),
            right(
                "Only the one with BN",
                "Yes: long steps break the network without BN for good; the other one copes.",
            ),
            Option(
                "Neither",
                "BN has a limit too, but a higher one: at this rate, it still learns well.",
            ),
        ),
        _question(
            "initialisation",
            "All initial weights are divided by 10. Which network will learn?",
            Option(
                "Both: weights can grow in training",
                "They could, if a gradient reached them. Without BN, what passes through three "
                "layers of tiny weights is almost 0, and so is the gradient.",
            ),
            right(
                "Only the one with BN",
                "Yes: it divides by the standard deviation, so a factor of 10 in the weights "
                "cancels out.",
            ),
            Option(
                "Neither: the signal fades to 0",
                "Without BN it does. With BN, it is brought back to standard deviation 1 after "
                "every layer, however small the weights are.",
            ),
        ),
        _question(
            "speed",
            "The settings suit both networks. How many steps will the one with BN need to reach "
            "the same accuracy?",
            Option(
                "About as many",
                "That can happen, as chapter 11 shows. With three hidden layers, BN makes a "
                "clear difference.",
            ),
            right(
                "A few times fewer",
                "Yes: that is the usual size of the effect in small networks such as these.",
            ),
            Option(
                "A hundred times fewer",
                "That would be nice! Here it is a few times. It is more if the network without BN "
                "is badly off, as in chapters 5 and 6.",
            ),
        ),
        _question(
            "regularisation",
            "With which batches will BN narrow the gap between training and validation more?",
            right(
                "With small ones, of 8 examples",
                "Yes: the mean of 8 examples depends more on chance than that of 128, so there "
                "is more noise.",
            ),
            Option(
                "With large ones, of 128 examples",
                "Large batches give better estimates, and that is the point: good estimates mean "
                "little noise, and it is the noise that narrows the gap.",
            ),
            Option(
                "The size makes no difference",
                "That would be so if BN's mean and variance were always the same. But they are "
                "estimated from the batch, and estimates from few examples vary more.",
            ),
        ),
        _question(
            "inference",
            "A trained network with BN gets a single example and normalizes it by its own mean "
            "and variance. What will it answer?",
            Option(
                "The same as always",
                "Only if it uses other statistics. One value is its own mean, so x − mean is "
                "0 in every neuron, whatever the example is.",
            ),
            Option(
                "Slightly worse than usual",
                "Worse than that: one value is its own mean, so x − mean is 0 in every neuron, and "
                "nothing of the example is left.",
            ),
            right(
                "The same for every example",
                "Yes: one value is its own mean, so x − mean is 0 in every neuron; nothing of the "
                "example is left.",
            ),
        ),
        _question(
            "covariate-shift",
            "The third network has BN followed by noise that shifts the inputs of every layer "
            "anew at each step. How will it learn?",
            Option(
                "Worse than without BN",
                "That is what chapter 1 would lead us to expect. The inputs do shift more than "
                "without BN, and still it learns sooner.",
            ),
            Option(
                "The same as without BN",
                "One would think so if BN helped by holding inputs in place. But it still learns "
                "much sooner.",
            ),
            right(
                "Nearly as well as with BN",
                "Yes, that is the finding of 2018: the inputs shift more, and it hardly matters.",
            ),
        ),
        _question(
            "no-help",
            "The same two networks get batches of two examples. Which will do better?",
            right(
                "The one without BN",
                "Yes: in every neuron, one of the two examples becomes +1 and the other −1, and "
                "that is too little to learn from.",
            ),
            Option(
                "The one with BN",
                "So far it nearly always did. But the mean and variance of two examples say "
                "little: in every neuron, one becomes +1 and the other −1.",
            ),
            Option(
                "Both about equally",
                "BN is not just useless here, it does harm: in every neuron, one of the two "
                "examples becomes +1 and the other −1.",
            ),
        ),
        _question(
            "keras",
            "Why does the Dense layer before BN have use_bias=False?",
            Option(
                "To make the network smaller, at some loss",
                "It does save a few numbers, but at no loss: BN subtracts the mean, and the bias "
                "with it. Beta takes its place.",
            ),
            right(
                "BN would subtract the bias again",
                "Yes: a bias moves the mean, and the mean is subtracted. Beta takes its place.",
            ),
            Option(
                "Because BN needs inputs with mean 0",
                "BN takes any inputs and brings their mean to 0 itself. That is why a bias is "
                "useless: it would be subtracted with the mean.",
            ),
        ),
    )
}
