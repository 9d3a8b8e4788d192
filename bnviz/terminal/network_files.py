"""NetworkFiles: what `export` writes for Keras and for TensorBoard."""

import argparse
import sys
from collections.abc import Container, Iterable, Mapping
from pathlib import Path

from bnviz.data.dataset import Dataset
from bnviz.export import bundle
from bnviz.export.event_files import FILE_NAME, event_files
from bnviz.recording import Recording
from bnviz.recording.header import arm_file_name, arm_file_names
from bnviz.recording.trained_networks import TrainedNetworks
from bnviz.settings.choices import UPLOAD
from bnviz.terminal.options import CommandError, read_data
from bnviz.terminal.training import ProgressBar, timed

#: Files by their path below what an option gives, which is "." for a single file, and what there
#: is to say of each.
Files = Mapping[str, tuple[bytes, str]]


def keras(recording: Recording, given: argparse.Namespace) -> Files:
    """Trains the networks of a recording again and returns them as files for Keras.

    What the files leave out, and whether the networks are those that were recorded, is said on
    standard error.

    Args:
        recording: The recording.
        given: The options, of which `keras`, `data` and those of `add_data_options` are read.

    Raises:
        CommandError: If the networks cannot be trained again, or the folder holds one of another
            run.
        KeyboardInterrupt: If Ctrl-C ended it.
    """
    folder = Path(given.keras)
    known = (folder / f"{name}.keras" for name in arm_file_names())
    arms = recording.layout.arms
    names = {arm: f"{arm_file_name(recording.settings, arm)}.keras" for arm in arms}
    _refuse_others(folder, "--keras", filter(Path.exists, known), names.values())
    dataset = _dataset(recording, given)
    made: list[TrainedNetworks] = []

    def train(bar: ProgressBar) -> None:
        from bnviz.lab.network_training import NetworkTraining

        training = NetworkTraining(recording.settings, dataset, num_frames=len(recording))
        last = int(recording.frames[-1]["step"])

        def progress() -> bool:
            bar.show(training.step / max(1, last), f"step {training.step:,} of {last:,}")
            return True

        training.advance(progress, lambda: True)
        made.extend(filter(None, [training.networks]))

    if timed(train)[1]:
        raise KeyboardInterrupt
    (networks,) = made
    for sentence in bundle.remarks(networks, recording):
        print(f"bnviz: {sentence}", file=sys.stderr)
    remarks = {
        names[arm]: f"loss {loss:.4f} and accuracy {accuracy:.4f} on the validation examples"
        for arm, (loss, accuracy) in networks.outcomes.items()
    }
    scaled = (
        "the validation examples, scaled as the networks take them; features of others are scaled "
        "by (x - offset) / unit, which are in it"
    )
    return {name: (data, remarks.get(name, scaled)) for name, data in networks.files.items()}


def tensorboard(recording: Recording, folder: Path) -> Files:
    """Returns a recording as files for TensorBoard.

    Args:
        recording: The recording.
        folder: Where the files are going to be.

    Raises:
        CommandError: If the recording is empty, or the folder holds a network of another run.
    """
    if len(recording) == 0:
        raise CommandError("a run has to have begun before its curves can be saved")
    files = event_files(recording)
    _refuse_others(folder, "--tensorboard", folder.glob(f"*/{FILE_NAME}"), files)
    remark = f"'tensorboard --logdir {folder}' shows it"
    return {path: (data, remark) for path, data in files.items()}


def _refuse_others(folder: Path, option: str, files: Iterable[Path], ours: Container[str]) -> None:
    """Refuses a folder with the file of a network that the recording does not have.

    Args:
        folder: Where the files are going to be.
        option: What named it.
        files: Those of networks that it holds.
        ours: Those of the recording, by their path below the folder.
    """
    for file in sorted(files):
        name = file.relative_to(folder).as_posix()
        if name not in ours:
            raise CommandError(
                f"{option} {folder} holds a network of another run, {name}: "
                "name another folder, or remove it"
            )


def _dataset(recording: Recording, given: argparse.Namespace) -> Dataset | None:
    """The examples of a run that has its own, from the file that the options name."""
    settings = recording.settings
    if settings.dataset != UPLOAD:
        if given.data is not None:
            raise CommandError(f"this run trained on {settings.dataset}, so --data has no use")
        return None
    if given.data is None:
        raise CommandError("the examples of this run came from a file: --keras needs --data FILE")
    dataset = read_data(Path(given.data), given).dataset
    digest = dataset.digest.hex()
    # The page names a file by a key of its own, so what counts is the data of the frames.
    recorded = recording.certificate.data.values() if len(recording) else (settings.upload,)
    if not all(digest.startswith(each) for each in recorded):
        raise CommandError(
            f"--data {given.data} is not the file of this run, or is not read as it was then"
        )
    return dataset
