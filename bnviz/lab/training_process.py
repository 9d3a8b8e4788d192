"""TrainingProcess: trains a run in a process of its own, which answers with its frames.

Its input is the settings as JSON. It answers with what is drawn of the shown examples, as one line
of JSON, and then with whole frames, as they come.
"""

import os
import sys

from bnviz.lab.experiment import Experiment
from bnviz.settings import Settings


def main() -> None:
    """Answers one request."""
    # What libraries print must not come between the frames.
    answer = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    experiment = Experiment(Settings.from_json(sys.stdin.read()))
    answer.write(experiment.shown.to_json().encode() + b"\n")
    with experiment.turn() as frames:
        for frame in frames:
            if frame is not None:
                answer.write(frame.tobytes())
                answer.flush()


if __name__ == "__main__":
    main()
