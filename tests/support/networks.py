"""Headers of networks that no settings describe."""

from collections.abc import Sequence

from bnviz.recording.arm_colours import FURTHER_COLOURS, WITH_BN, WITHOUT_BN
from bnviz.recording.header import RecordingHeader, quantities
from bnviz.recording.networks import ArmSpec, LayerSpec, NormSpec

BEFORE, AFTER = (NormSpec("batch", position, 1e-3) for position in ("before", "after"))
BY_EXAMPLE = NormSpec("layer", "before", 1e-6)
#: Activations and kinds that the layers take in turn; the names of two are known to no figure.
ACTIVATIONS = ("relu", "tanh", "hard_silu", "", "sigmoid")
UNKNOWN = ("drift_whole", "batches_digest")


def arm(number: int, label: str, norms: Sequence[NormSpec | None]) -> ArmSpec:
    """A network that normalizes as given at its layers."""
    kinds = [norm.kind for norm in norms if norm is not None]
    kind = "batch" if "batch" in kinds else kinds[0] if kinds else "none"
    colours = {"none": WITHOUT_BN, "batch": WITH_BN}
    return ArmSpec(
        f"arm_{number}", label, kind, colours.get(kind, FURTHER_COLOURS[0]), norms=tuple(norms)
    )


def header_of(arms: int, widths: Sequence[int], **others: object) -> RecordingHeader:
    """Up to three networks with layers of these widths; the first one is without BN."""
    layers = tuple(
        LayerSpec(
            f"block_{number}/conv_relu",
            width,
            ACTIVATIONS[number % len(ACTIVATIONS)],
            "convolution" if number % 2 else "dense",
            16 if number % 2 else 1,
        )
        for number, width in enumerate(widths)
    )
    mixed = (BEFORE, None, AFTER)
    every = [
        arm(1, "plain", [None] * len(widths)),
        arm(2, "with BN", [mixed[n % 3] for n in range(len(widths))]),
        arm(3, "LayerNorm", [BY_EXAMPLE] * len(widths)),
    ]
    facts = {
        "steps": (0, 1, 2, 5, 9),
        "title": "Networks of mine",
        "about": "2 networks, watched",
        "unknown": UNKNOWN,
    }
    return RecordingHeader(
        arms=tuple(every[:arms]),
        layers=layers,
        quantities=quantities(layers),
        **{**facts, **others},
    )
