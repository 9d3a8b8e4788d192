"""Tidy: the numbers of a recording as a table with one row a step, network, layer and measure."""

import csv
import io

from bnviz.recording import Recording
from bnviz.recording.series import series

#: The columns of the table.
COLUMNS = ("step", "arm", "layer", "measure", "value")


def tidy(recording: Recording) -> str:
    """Returns the curves and the numbers of the layers as CSV.

    Histograms, digests, and what is kept of single neurons and single examples are left out: the
    recording's own file has them.

    Args:
        recording: With any number of frames.

    Returns:
        A line with `COLUMNS`, then the rows, in the order of measures, arms, layers and steps.
        Layers are numbered from 1, the output layer after the hidden ones; the column is empty for
        what belongs to a whole network. Percentiles and the like end the name of their measure, as
        in `pre_activation_percentiles_50`. Numbers that are not known are empty.
    """
    # A run that goes on adds frames meanwhile.
    recording = recording.snapshot()
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    steps = recording.frames["step"].tolist()
    own = recording.header.settings is not None
    names = {arm.name: arm.name if own else arm.label for arm in recording.header.arms}
    for each in series(recording):
        for step, value in zip(steps, each.values.tolist(), strict=True):
            shown = "" if value != value else f"{value:.7g}"
            writer.writerow((step, names[each.arm], each.layer or "", each.name, shown))
    return text.getvalue()
