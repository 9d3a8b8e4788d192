"""Predictions: what each chapter asks before it shows anything, by the chapter's name."""

from bnviz.lesson.question import Option, Question


def _ask(name: str, text: str, *options: Option) -> Question:
    return Question(name, text, options)


def _right(text: str, reply: str) -> Option:
    return Option(text, reply, right=True)


PREDICTIONS = {
    question.name: question
    for question in (
        _ask(
            "problem",
            "In the network without BN: the inputs of which hidden layer will drift most?",
            Option(
                "Those of the first",
                "A fair guess, since it sees the data first. But the data do not change, and no "
                "learning layer stands before it: its inputs move least.",
            ),
            _right(
                "Those of the last",
                "Yes: all layers before it move, and it feels the changes of them all.",
            ),
            Option(
                "All about alike",
                "It would be so if each layer only felt its own learning. But the changes of all "
                "layers before it add up, so the last one's inputs move most.",
            ),
        ),
        _ask(
            "normalization",
            "A neuron has the values 2, 4 and 6 for the three examples of a batch. What does the "
            "normalization make of the 4?",
            _right("0", "Yes: 4 is the mean, and the mean always becomes 0."),
            Option(
                "1",
                "1 is what the standard deviation becomes. The 4 is the mean of the three, and "
                "the mean is subtracted: it becomes 0.",
            ),
            Option(
                "4, as it was",
                "It stays in the middle, but the middle moves: the mean, which is 4, is "
                "subtracted, so 0 is left.",
            ),
        ),
        _ask(
            "gamma-and-beta",
            "At step 90 BN is put into the network without it, with gamma = √(variance + ε) and "
            "beta = mean in every neuron. What will its loss do at that step?",
            Option(
                "It jumps up, since everything is rescaled",
                "So it would with gamma 1 and beta 0. But these two undo the normalization "
                "exactly, so the network computes what it computed before.",
            ),
            Option(
                "It drops at once, since BN is better",
                "BN makes no answer better by itself: at that step the network computes exactly "
                "what it computed before. What changes is how it learns from here on.",
            ),
            _right(
                "Nothing",
                "Yes: with these two BN is the identity. What changes is how it learns from here "
                "on.",
            ),
        ),
        _ask(
            "position",
            "The third network has BN after the activation. What will the inputs of its first "
            "activation do, beside those of the network with BN before it?",
            _right(
                "Drift more",
                "Yes: what enters its activation is W x + b, which nothing holds in place.",
            ),
            Option(
                "Keep their place just as well",
                "What comes out of its activations is held in place, but what enters the first "
                "one is W x + b, and that is free to move.",
            ),
            Option(
                "Move so much that it cannot be trained",
                "They do move more, but the next layer gets normalized values again, and that is "
                "enough: it is trained about as fast.",
            ),
        ),
        _ask(
            "learning-rate",
            "Both networks get a learning rate of 1, a few times what suits the one without BN. "
            "Which of them will learn?",
            Option(
                "Both, the one with BN faster",
                "At a smaller rate, yes. At this one a few long steps are enough to break the "
                "network without BN for good.",
            ),
            _right(
                "Only the one with BN",
                "Yes: long steps break the network without BN for good; the other stands them.",
            ),
            Option(
                "Neither",
                "BN has a limit, too, but it lies higher: at this rate it still learns well.",
            ),
        ),
        _ask(
            "initialisation",
            "All first weights are divided by 10. Which network will learn?",
            Option(
                "Both: weights can grow while training",
                "They could, if a gradient reached them. Without BN what passes three layers of "
                "tiny weights is almost 0, and so is the gradient.",
            ),
            _right(
                "Only the one with BN",
                "Yes: it divides by the standard deviation, so a factor of 10 in the weights "
                "falls out again.",
            ),
            Option(
                "Neither: the signal fades to 0",
                "Without BN it does. With BN it is brought back to standard deviation 1 after "
                "every layer, however small the weights are.",
            ),
        ),
        _ask(
            "speed",
            "Good settings for both networks. How many steps will the one with BN need to the "
            "same accuracy?",
            Option(
                "About as many",
                "That can happen, chapter 11 shows where. With three hidden layers it makes a "
                "clear difference.",
            ),
            _right(
                "A few times fewer",
                "Yes: that is the usual size of it in small networks such as these.",
            ),
            Option(
                "A hundred times fewer",
                "That would be nice! It is a few times here; it gets more where the network "
                "without BN is badly off, as in chapters 5 and 6.",
            ),
        ),
        _ask(
            "regularisation",
            "With which batches will BN narrow the gap between training and validation more?",
            _right(
                "With small ones, of 8 examples",
                "Yes: the mean of 8 examples depends more on chance than that of 128, so there "
                "is more noise.",
            ),
            Option(
                "With large ones, of 128 examples",
                "Large batches give the better estimates, and that is the point: good estimates "
                "mean little noise, and it is the noise that narrows the gap.",
            ),
            Option(
                "The size makes no difference",
                "It would be so if BN's mean and variance were always the same. But they are "
                "estimates from the batch, and those from few examples vary more.",
            ),
        ),
        _ask(
            "inference",
            "A trained network with BN gets one single example and normalizes it by its own mean "
            "and variance. What will it answer?",
            Option(
                "What it always does",
                "Only if it goes by other statistics. One value is its own mean, so x − mean is "
                "0 in every neuron, whatever the example is.",
            ),
            Option(
                "A little less well than usual",
                "Worse than that: one value is its own mean, so x − mean is 0 in every neuron, and "
                "nothing of the example is left.",
            ),
            _right(
                "The same for every example",
                "Yes: one value is its own mean, so x − mean is 0 in every neuron; nothing of the "
                "example is left.",
            ),
        ),
        _ask(
            "covariate-shift",
            "The third network has BN, and then noise that shifts every layer's inputs anew at "
            "each step. How will it learn?",
            Option(
                "Worse than without BN",
                "That is what chapter 1 would make us expect. The inputs do shift more than "
                "without BN, and still it learns sooner.",
            ),
            Option(
                "Just as without BN",
                "One would think so if BN helped by holding inputs in place. But it still learns "
                "much sooner.",
            ),
            _right(
                "Nearly as well as with BN",
                "Yes, that is the finding of 2018: the inputs shift more, and it hardly matters.",
            ),
        ),
        _ask(
            "no-help",
            "The same two networks with batches of two examples. Which will do better?",
            _right(
                "The one without BN",
                "Yes: of two examples one becomes +1 and the other −1 in every neuron, and that is "
                "too little to learn from.",
            ),
            Option(
                "The one with BN",
                "So far it nearly always did. But mean and variance of two examples say little: "
                "one becomes +1, the other −1, in every neuron.",
            ),
            Option(
                "Both alike",
                "BN does not just lose its use here, it does harm: of two examples one becomes +1 "
                "and the other −1, in every neuron.",
            ),
        ),
        _ask(
            "keras",
            "Why is there use_bias=False in the Dense layer before BN?",
            Option(
                "To make the network smaller, at some loss",
                "It does save a few numbers, but at no loss: BN subtracts the mean, and the bias "
                "with it. Beta takes its place.",
            ),
            _right(
                "BN would subtract the bias again",
                "Yes: a bias moves the mean, and the mean is subtracted. Beta takes its place.",
            ),
            Option(
                "Because BN needs inputs with mean 0",
                "BN takes any inputs and makes their mean 0 itself. That is why a bias is of no "
                "use: it would be subtracted with the mean.",
            ),
        ),
    )
}
