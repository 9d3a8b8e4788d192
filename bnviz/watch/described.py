"""Described: the networks of a watch, as the header of its recording names them."""

from bnviz.recording.arm_colours import FURTHER_COLOURS, WITH_BN, WITHOUT_BN
from bnviz.recording.header_text import is_name
from bnviz.recording.networks import ArmSpec
from bnviz.watch.arm_callback import ArmCallback
from bnviz.watch.sample_sizes import SampleSizes

#: Colour of a network by what it normalizes by, if no other one has it.
_COLOURS = {"none": WITHOUT_BN, "batch": WITH_BN}


def specs(arms: list[ArmCallback]) -> tuple[ArmSpec, ...]:
    """The networks as a header names them."""
    further, taken, specs = iter(FURTHER_COLOURS), set(), []
    for number, arm in enumerate(arms, start=1):
        norms = tuple(tap.norm for tap in arm.reader.taps)  # type: ignore[union-attr]
        kinds = [norm.kind for norm in norms if norm is not None]
        kind = "batch" if "batch" in kinds else kinds[0] if kinds else "none"
        colour = _COLOURS.get(kind, "")
        if not colour or colour in taken:
            colour = next(further)
        taken.add(colour)
        specs.append(ArmSpec(f"arm_{number}", arm.label, kind, colour, norms))
    return tuple(specs)


def about(arms: list[ArmCallback], rate: float | None, sizes: SampleSizes | None) -> str:
    """How they are watched and trained, in a line."""
    taps = arms[0].reader.taps  # type: ignore[union-attr]
    total = arms[0].reader.num_activations  # type: ignore[union-attr]
    optimizers = " and ".join(
        dict.fromkeys(arm.optimizer for arm in arms if is_name(arm.optimizer))
    )
    of = "" if len(taps) == total else f" of {total}"
    at = "" if rate is None else f" at {rate:g}"
    return f"watched at {len(taps)}{of} activations, {optimizers}{at}, {sizes}"
