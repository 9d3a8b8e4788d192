"""Bundle: several files of a run as one, with three lines on what they are."""

import io
import zipfile
from collections.abc import Mapping

from bnviz.export.event_files import event_files
from bnviz.export.html_page import training_command
from bnviz.recording import Recording
from bnviz.settings import Settings

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
        origin(recording.settings, link),
    )


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


def origin(settings: Settings, link: str) -> str:
    """Says where a run is from: by its link, or by the command that trains it again."""
    return f"The run: {link or training_command(settings)}"
