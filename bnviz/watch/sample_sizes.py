"""SampleSizes: how many examples a watched network is measured on, so that frames cost little."""

from dataclasses import dataclass

from bnviz.recording.frames import PROBE_SIZE, VALIDATION_SIZE


@dataclass(frozen=True)
class SampleSizes:
    """How many examples a network is measured on.

    Attributes:
        probe: Those on which distributions and gradients are measured.
        validation: Those on which loss and accuracy are; 0 if none were given.
    """

    probe: int
    validation: int

    def __str__(self) -> str:
        validation = f", validated on {self.validation:,}" if self.validation else ""
        return f"measured on {self.probe} training examples{validation}"


#: The sizes that are tried, in ascending order. Fewer examples would call neurons dead that are
#: not, and tell accuracies by five percent points only.
_LADDER = (
    SampleSizes(PROBE_SIZE // 4, VALIDATION_SIZE // 16),
    SampleSizes(PROBE_SIZE // 2, VALIDATION_SIZE // 8),
    SampleSizes(PROBE_SIZE, VALIDATION_SIZE // 4),
    SampleSizes(PROBE_SIZE, VALIDATION_SIZE),
)


def ladder(most: SampleSizes) -> list[SampleSizes]:
    """The sizes that are tried where no more than so many examples were given, ascending."""
    found = (
        SampleSizes(min(each.probe, most.probe), min(each.validation, most.validation))
        for each in _LADDER
    )
    return list(dict.fromkeys(found))
