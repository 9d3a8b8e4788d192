"""Bundle: several files of a run as one, with a few lines on what they are."""

import io
import zipfile
from collections.abc import Mapping

from bnviz.export.event_files import event_files
from bnviz.export.html_page import training_command
from bnviz.findings.wording import listed, with_arm
from bnviz.recording import Recording
from bnviz.recording.header import RecordingHeader
from bnviz.recording.trained_networks import TrainedNetworks

README = "README.txt"


def curves(recording: Recording, link: str) -> bytes:
    """Returns a recording for TensorBoard, as a ZIP file.

    Args:
        recording: With at least one frame.
        link: Leads to the run on a page; empty if there is no such link.
    """
    return bundle(
        event_files(recording),
        "Curves and histograms of a run of bnviz for TensorBoard, a folder for each network.",
        "To see them, unpack this file and start: tensorboard --logdir FOLDER",
        origin(recording.header, link),
    )


def networks(trained: TrainedNetworks, recording: Recording, link: str) -> bytes:
    """Returns the networks of a recording for Keras, as a ZIP file.

    Args:
        trained: The networks.
        recording: Of the same settings, with at least as many frames.
        link: Leads to the run on a page; empty if there is no such link.
    """
    step = int(recording.frames[len(trained.digests) - 1]["step"])
    return bundle(
        trained.files,
        f"The networks of a run of bnviz at step {step:,}, and the examples of their validation.",
        'To load one: keras.models.load_model("with_bn.keras"); examples.npz scales inputs.',
        origin(recording.header, link),
        *remarks(trained, recording),
    )


def remarks(trained: TrainedNetworks, recording: Recording) -> list[str]:
    """Says in what networks are not those of a recording, a sentence each.

    Args:
        trained: The networks.
        recording: Of the same settings, with at least as many frames.
    """
    departs_at = trained.departs_at(recording)
    if departs_at < 0:
        return list(trained.omissions)
    recorded = trained.recorded(recording)
    last = int(recording.frames[len(trained.digests) - 1]["step"])
    pairs = [
        f"{accuracy:.4f} {with_arm(recording, arm)} (recorded: {recorded[arm][1]:.4f})"
        for arm, (_, accuracy) in trained.outcomes.items()
    ]
    return [
        *trained.omissions,
        "Trained again on this machine, the networks differ from the recorded ones from step "
        f"{departs_at:,} on, as they do on another processor or with another TensorFlow; their "
        f"validation accuracy at step {last:,} is {listed(pairs)}.",
    ]


def bundle(files: Mapping[str, bytes], *lines: str) -> bytes:
    """Returns files as a ZIP file; the same files give the same bytes.

    Args:
        files: Their contents, by path.
        lines: Of `README`.
    """
    packed = io.BytesIO()
    readme = "".join(f"{line}\n" for line in lines).encode()
    with zipfile.ZipFile(packed, "w") as archive:
        for path, data in {README: readme, **files}.items():
            archive.writestr(zipfile.ZipInfo(path), data, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def origin(header: RecordingHeader, link: str) -> str:
    """Says where a run is from: by its link, or by the command that trains it again."""
    if header.settings is None:
        return f"The run: {header.about} (trained outside of bnviz)"
    return f"The run: {link or training_command(header.settings)}"
