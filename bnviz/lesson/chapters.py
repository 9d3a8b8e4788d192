"""Chapters: the lesson, one statement about Batch Normalization after the other.

Each has a text (`texts/NAME.md`), an experiment with a recording, what to show of it, a question to
be answered before, and claims with numbers over seeds.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from bnviz.lesson.claims.catalogue import OF_CHAPTERS
from bnviz.lesson.claims.claim import Claim
from bnviz.lesson.claims.experiments import FOLDER, RECORDED
from bnviz.lesson.predictions import PREDICTIONS
from bnviz.lesson.question import Question
from bnviz.settings import Settings

_TEXTS = Path(__file__).parent / "texts"
#: Heading of the part of a text that says what to look for.
_WATCH = "\n## Watch\n"
#: The axes of the phase map, as `python -m bnviz sweep` reads them.
_PHASE_MAP = ("learning_rate=0.01:10:log:16", "init_scale=0.1:10:log:16")


@dataclass(frozen=True)
class Chapter:
    """One statement and how it is shown.

    Attributes:
        name: As it stands in links.
        title: A few words.
        statement: What it is about, in one sentence.
        experiment: One of `bnviz.lesson.claims.experiments.RECORDED`.
        view: Attributes of `bnviz.figures.view.View` by name.
        controls: Settings that matter here; all others are folded away.
        settled_by: Name of the claim whose numbers answer its question; empty where the answer
            follows from the formula alone.
        begin: Step at which the cursor begins.
        phase_map: The axes of a phase map that belongs here, x and y; or none.
        batch: Whether the learner can type a small batch (`bnviz.lesson.typed_batch`).
        script: Whether the experiment's code is shown (`bnviz.export.keras_script`).
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

    @property
    def number(self) -> int:
        """Its place in the lesson, from 1."""
        return list(CHAPTERS).index(self.name) + 1

    @property
    def settings(self) -> Settings:
        """Of its experiment."""
        return RECORDED[self.experiment]

    @property
    def recording(self) -> Path:
        """File of the recording of its experiment, which others may share."""
        return FOLDER / f"{self.experiment}.npz"

    @property
    def question(self) -> Question:
        """What is asked before anything is shown."""
        return PREDICTIONS[self.name]

    @property
    def claims(self) -> tuple[Claim, ...]:
        """What was measured over seeds."""
        return OF_CHAPTERS[self.name]

    @property
    def text(self) -> str:
        """What it explains, in Markdown with formulas as $TeX$ and terms as `[[term]]`."""
        return self._parts[0]

    @property
    def watch(self) -> str:
        """What to look for in its run, in the same form."""
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
            "Without Batch Normalization the inputs of a layer keep changing while the network "
            "learns.",
            "depth",
            {"name": "drift"},
            ("hidden_layers", "activation", "learning_rate"),
            settled_by="deeper_layers_drift_more",
        ),
        Chapter(
            "normalization",
            "The normalization",
            "In each batch every neuron's values are brought to mean 0 and standard deviation 1.",
            "inside",
            {"name": "inside", "layer": 2},
            ("batch_size", "bn_epsilon"),
            settled_by="mean_0_deviation_1",
            batch=True,
        ),
        Chapter(
            "gamma-and-beta",
            "Gamma and beta",
            "A learnt scale and a learnt shift of each neuron give back what normalization takes.",
            "insertion",
            {"name": "layers"},
            ("bn_scale", "bn_center", "interventions"),
            settled_by="inserting_changes_nothing",
            start_step=70,
        ),
        Chapter(
            "position",
            "Where it stands",
            "Batch Normalization usually stands between the linear layer and its activation.",
            "position",
            {"name": "layers"},
            ("bn_position", "third_arm", "activation"),
            settled_by="before_keeps_the_inputs",
        ),
        Chapter(
            "learning-rate",
            "Higher learning rates",
            "With Batch Normalization a network stands learning rates that break it otherwise.",
            "rate",
            {"name": "layers"},
            ("learning_rate", "optimizer"),
            settled_by="only_bn_at_a_high_rate",
            phase_map=_PHASE_MAP,
        ),
        Chapter(
            "initialisation",
            "Less sensitivity to initialisation",
            "With Batch Normalization the size of the first weights matters much less.",
            "scale",
            {"name": "layers"},
            ("init_scale", "initializer", "learning_rate"),
            settled_by="only_bn_with_small_weights",
            phase_map=_PHASE_MAP,
        ),
        Chapter(
            "speed",
            "Faster convergence",
            "With Batch Normalization a deep network needs fewer steps to the same accuracy.",
            "speed",
            {"name": "layers"},
            ("learning_rate", "hidden_layers", "steps", "seed"),
            settled_by="fewer_steps",
        ),
        Chapter(
            "regularisation",
            "Regularisation",
            "The noise of the batches can narrow the gap between training and validation: a side "
            "effect, not the purpose.",
            "gap",
            {"name": "generalisation", "loss_axis": "log"},
            ("batch_size", "dataset", "noise"),
            settled_by="small_batches_narrow_more",
        ),
        Chapter(
            "inference",
            "Training and inference",
            "In training it goes by the batch, in use by moving averages of all batches.",
            "statistics",
            {"name": "inference"},
            ("bn_momentum", "batch_size"),
            settled_by="alone_is_chance",
        ),
        Chapter(
            "covariate-shift",
            "Is it really covariate shift?",
            "Inputs that shift more can train as well: what helps may be a smoother landscape.",
            "noise",
            {"name": "drift"},
            ("third_arm", "deep"),
            settled_by="noise_still_trains",
        ),
        Chapter(
            "no-help",
            "When it does not help",
            "With tiny batches, in shallow networks or by the clock it may bring nothing, or less.",
            "pairs",
            {"name": "layers"},
            ("batch_size", "hidden_layers", "initializer"),
            settled_by="pairs_are_too_small",
        ),
        Chapter(
            "keras",
            "In Keras",
            "The whole experiment in code that runs as it is.",
            "speed",
            {"name": "layers"},
            ("hidden_layers", "units", "activation", "optimizer", "bn_momentum", "bn_epsilon"),
            script=True,
        ),
    )
}
