"""Chapters: the lesson as a sequence of statements about Batch Normalization.

Each chapter has a text (`texts/NAME.md`), a recorded experiment, the view that shows it, a question
to answer beforehand, and claims with numbers over several seeds.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from bnviz.lesson.claims.catalogue import OF_CHAPTERS
from bnviz.lesson.claims.claim import Claim
from bnviz.lesson.claims.experiments import EXPERIMENTS, FILES
from bnviz.lesson.predictions import PREDICTIONS
from bnviz.lesson.question import Question
from bnviz.settings import Settings

_TEXTS = Path(__file__).parent / "texts"
#: Heading of the part of a text that says what to watch for.
_WATCH = "\n## Watch\n"
#: The axes of the phase map, as `python -m bnviz sweep` reads them.
_PHASE_MAP = ("learning_rate=0.01:10:log:16", "init_scale=0.1:10:log:16")


@dataclass(frozen=True)
class Chapter:
    """One statement and how it is shown.

    Attributes:
        name: Name in links.
        title: A few words.
        statement: The statement, in one sentence.
        experiment: One of `bnviz.lesson.claims.experiments.EXPERIMENTS`.
        view: Attributes of `bnviz.figures.view.View` by name.
        controls: Settings that matter here; the form folds away all others.
        settled_by: Name of the claim whose numbers answer the question; empty if the answer follows
            from the formula alone.
        start_step: Step at which the cursor starts.
        phase_map: The axes x and y of a phase map for this chapter; may be empty.
        batch: Whether the learner can type a small batch (`bnviz.lesson.typed_batch`).
        script: Whether the code of the experiment is shown (`bnviz.export.keras_script`).
        axes: Whether the picture of axes stands above the run (`bnviz.lesson.axes_picture`).
    """

    name: str
    title: str
    statement: str
    experiment: str
    view: Mapping[str, object]
    controls: tuple[str, ...]
    settled_by: str = field(default="", kw_only=True)
    start_step: int = field(default=0, kw_only=True)
    phase_map: tuple[str, ...] = field(default=(), kw_only=True)
    batch: bool = field(default=False, kw_only=True)
    script: bool = field(default=False, kw_only=True)
    axes: bool = field(default=False, kw_only=True)

    @property
    def number(self) -> int:
        """Position in the lesson, counted from 1."""
        return list(CHAPTERS).index(self.name) + 1

    @property
    def settings(self) -> Settings:
        """Settings of the experiment."""
        return EXPERIMENTS[self.experiment]

    @property
    def recording(self) -> Path:
        """File of the recorded experiment; several chapters may share it."""
        return FILES[self.experiment]

    @property
    def question(self) -> Question:
        """The question asked before anything is shown."""
        return PREDICTIONS[self.name]

    @property
    def claims(self) -> tuple[Claim, ...]:
        """The claims measured over several seeds."""
        return OF_CHAPTERS[self.name]

    @property
    def text(self) -> str:
        """The explanation, in Markdown with formulas as $TeX$ and terms as `[[term]]`."""
        return self._parts[0]

    @property
    def watch(self) -> str:
        """What to watch for in the run, in the same format."""
        return self._parts[1]

    @cached_property
    def _parts(self) -> tuple[str, str]:
        whole = (_TEXTS / f"{self.name}.md").read_text(encoding="utf-8")
        text, _, watch = whole.partition(_WATCH)
        return text.strip(), watch.strip()


#: The chapters in their order, by name.
CHAPTERS = {
    chapter.name: chapter
    for chapter in (
        Chapter(
            "problem",
            "The problem",
            "While a network learns, what reaches a layer changes, because the layers before it "
            "learn too.",
            "default",
            {"name": "drift"},
            ("hidden_layers", "activation", "learning_rate"),
            settled_by="before_against_own",
        ),
        Chapter(
            "normalization",
            "The normalization",
            "In each batch, every neuron's values are brought to mean 0 and standard deviation 1.",
            "inside",
            {"name": "inside", "layer": 2},
            ("batch_size", "bn_epsilon"),
            settled_by="mean_0_deviation_1",
            batch=True,
        ),
        Chapter(
            "gamma-and-beta",
            "Gamma and beta",
            "A learnt scale and shift for each neuron give back what normalization takes away.",
            "insertion",
            {"name": "layers"},
            ("bn_scale", "bn_center", "interventions"),
            settled_by="inserting_changes_nothing",
            start_step=70,
        ),
        Chapter(
            "position",
            "Where it goes",
            "Batch Normalization usually goes between the linear layer and its activation.",
            "position",
            {"name": "layers"},
            ("bn_position", "third_arm", "activation"),
            settled_by="both_places_train",
        ),
        Chapter(
            "learning-rate",
            "Higher learning rates",
            "With Batch Normalization, a network can take learning rates that break it otherwise.",
            "rate",
            {"name": "layers"},
            ("learning_rate", "optimizer"),
            settled_by="only_bn_at_a_high_rate",
            phase_map=_PHASE_MAP,
        ),
        Chapter(
            "initialisation",
            "Less sensitivity to initialisation",
            "With Batch Normalization, the size of the initial weights matters much less.",
            "scale",
            {"name": "layers"},
            ("init_scale", "initializer", "learning_rate"),
            settled_by="only_bn_with_small_weights",
            phase_map=_PHASE_MAP,
        ),
        Chapter(
            "speed",
            "Faster convergence",
            "With Batch Normalization, a deep network reaches the same accuracy in fewer steps.",
            "speed",
            {"name": "layers"},
            ("learning_rate", "hidden_layers", "steps", "seed"),
            settled_by="fewer_steps",
        ),
        Chapter(
            "regularisation",
            "Regularisation",
            "The noise of the batches keeps a network from fitting its training examples closely: "
            "a side effect, not the purpose.",
            "gap",
            {"name": "generalisation", "loss_axis": "log"},
            ("batch_size", "dataset", "noise", "l2", "dropout", "dropout_position"),
            settled_by="small_batches_fit_less",
        ),
        Chapter(
            "inference",
            "Training and inference",
            "In training it uses the statistics of the batch, in inference moving averages of all "
            "batches.",
            "statistics",
            {"name": "inference"},
            ("bn_momentum", "batch_size"),
            settled_by="alone_is_chance",
        ),
        Chapter(
            "covariate-shift",
            "Is it really covariate shift?",
            "With noise after it, Batch Normalization lets inputs shift more from step to step and "
            "helps nearly as well. Why it helps is open.",
            "noise",
            {"name": "drift", "since": "last"},
            ("third_arm", "deep"),
            settled_by="noise_still_trains",
        ),
        Chapter(
            "no-help",
            "When it does not help",
            "With tiny batches, in shallow or in very deep networks, or by the clock, it may gain "
            "nothing or even lose.",
            "pairs",
            {"name": "layers"},
            ("batch_size", "hidden_layers", "initializer"),
            settled_by="pairs_are_too_small",
        ),
        Chapter(
            "keras",
            "In Keras",
            "The whole experiment as code that runs as it is.",
            "speed",
            {"name": "layers"},
            ("hidden_layers", "units", "activation", "optimizer", "bn_momentum", "bn_epsilon"),
            script=True,
        ),
        Chapter(
            "vanishing-gradients",
            "Vanishing gradients",
            "Through layers of sigmoids the gradient fades, and the first layers hardly learn. "
            "Batch Normalization keeps it up.",
            "depth",
            {"name": "gradients"},
            ("hidden_layers", "activation", "learning_rate"),
            settled_by="gradient_vanishes",
        ),
        Chapter(
            "relatives",
            "Relatives",
            "Normalizations differ in which values share their statistics: only Batch "
            "Normalization and its variants take them over several examples.",
            "relatives",
            {"name": "layers"},
            ("third_arm", "batch_size", "learning_rate", "steps"),
            settled_by="group_norm_learns_from_pairs",
            axes=True,
        ),
    )
}
#: Chapters whose experiment of the first version is another chapter's now. A link of then to a run
#: of it opens the other.
MOVED = {"problem": "vanishing-gradients"}
