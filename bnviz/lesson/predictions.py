"""Predictions: the question that each chapter asks before it shows anything, by chapter name."""

from bnviz.lesson.question import Option, Question, right


def _question(name: str, text: str, *options: Option) -> Question:
    return Question(name, text, options)


PREDICTIONS = {
    question.name: question
    for question in (
        _question(
            "problem",
            "In the network without BN, what will move the values in the last hidden layer "
            "further?",
            Option(
                "Its own weights: they are what the layer learns",
                "They do move them. But here the layers before it move them several times as far: "
                "four layers learn before this one, and it receives what they make of the data.",
            ),
            right(
                "The layers before it: they change what reaches it",
                "Yes, several times as far as its own weights. With BN it is the other way round.",
            ),
            Option(
                "Both about equally",
                "That would be a fair guess for any one layer. But four layers learn before this "
                "one, and here they move its values several times as far as its own weights do.",
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
            "and beta = mean in every neuron. What will its validation loss do at that step?",
            Option(
                "It jumps up, since everything is rescaled",
                "It would with gamma 1 and beta 0. But these two undo the normalization by the "
                "statistics they were computed from, and the validation loss is measured by those.",
            ),
            Option(
                "It drops at once, since BN is better",
                "BN does not make any answer better by itself: by fixed statistics, the network "
                "computes the same as before. What changes is how it learns from here on.",
            ),
            right(
                "Nothing",
                "Yes: with these two and the statistics they belong to, BN is the identity. What "
                "changes is how the network learns from here on.",
            ),
        ),
        _question(
            "position",
            "Three networks learn: without BN, with BN before the activation, and with BN after "
            "it. Which of those with BN will save steps?",
            right(
                "Both",
                "Yes: either place is enough here. Which is better has been debated ever since.",
            ),
            Option(
                "Only the one with BN before the activation",
                "There BN decides what enters the activation. But BN after it decides what the "
                "next layer receives, and here that saves steps as well.",
            ),
            Option(
                "Only the one with BN after the activation",
                "The next layer then receives normalized values. But BN before the activation, the "
                "place that its authors chose, saves steps here as well.",
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
            "With which batches will BN raise the loss on the training examples more?",
            right(
                "With small ones, of 8 examples",
                "Yes: the mean of 8 examples depends more on chance than that of 128, so there "
                "is more noise.",
            ),
            Option(
                "With large ones, of 128 examples",
                "Large batches give better estimates, and that is the point: good estimates mean "
                "little noise, and it is the noise that keeps a network from a close fit.",
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
            "The third network has BN followed by noise that shifts what reaches every layer "
            "anew at each step. How will it learn?",
            Option(
                "Worse than without BN",
                "From step to step the values do move more than with BN, but the network learns "
                "nearly as well as with BN, and sooner than without.",
            ),
            Option(
                "The same as without BN",
                "One would think so if BN helped only by holding values in place. But it still "
                "learns much sooner.",
            ),
            right(
                "Nearly as well as with BN",
                "Yes, that is the finding of 2018: more shift from step to step than with BN "
                "alone, and it hardly matters.",
            ),
        ),
        _question(
            "no-help",
            "The same two networks get batches of two examples. Which will do better?",
            right(
                "The one without BN",
                "Yes: in every neuron, one of the two examples becomes +1 and the other −1, "
                "whatever they were, and hardly any gradient is left to learn from.",
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
        _question(
            "vanishing-gradients",
            "Four layers of sigmoids, no BN. Which of them will receive the smallest gradient?",
            right(
                "The first",
                "Yes: the gradient comes from the output, and every layer on the way makes it "
                "smaller.",
            ),
            Option(
                "The last",
                "It is next to the output, where the gradient comes from, so it receives most. On "
                "the way to the first layer, every sigmoid makes the gradient smaller.",
            ),
            Option(
                "All about the same",
                "With BN, roughly so. Without it, every sigmoid on the way multiplies the gradient "
                "by its slope, which is at most 1/4: the first layer receives least.",
            ),
        ),
        _question(
            "relatives",
            "Batches of two, and the third network has group normalization: three groups of four "
            "neurons, within each example. How will it end?",
            Option(
                "As badly as BN",
                "BN suffers because a value has just one other beside it. Here the four neurons of "
                "a group share a mean and a variance, however many examples there are.",
            ),
            Option(
                "Less accurate than BN",
                "It normalizes over as few as four values, but that is more than two, and they are "
                "those of the example itself. It ends more accurate.",
            ),
            right(
                "More accurate than BN",
                "Yes: the other example no longer matters, and four values keep more of what they "
                "were than two.",
            ),
        ),
    )
}
