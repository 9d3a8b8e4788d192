"""NetworkTraining: a run that is trained again for its networks, which no recording holds."""

from collections.abc import Callable

from bnviz.data.dataset import Dataset
from bnviz.lab.experiment import Experiment, ExperimentError
from bnviz.lab.keras_files import network_files, omissions, outcomes, portable
from bnviz.lab.training import never
from bnviz.recording.header import arm_file_name
from bnviz.recording.trained_networks import TrainedNetworks, frame_digest
from bnviz.settings import Settings


class NetworkTraining:
    """A run that is trained again up to one of its frames; it can be set aside as `Experiment` can.

    Args:
        settings: Settings of the run.
        dataset: The examples, if `settings.dataset` is "upload".
        num_frames: Number of the frame, from 1.

    Attributes:
        step: The last step that was measured.
        networks: What it is trained for; None before its end.

    Raises:
        ExperimentError: If the run has no such frame or its examples are not available.
    """

    def __init__(self, settings: Settings, dataset: Dataset | None = None, *, num_frames: int):
        if num_frames < 1:
            raise ExperimentError("a run has to have begun before its networks can be saved")
        self.step = 0
        self.networks: TrainedNetworks | None = None
        self._settings = settings
        self._experiment = Experiment(settings, dataset, num_frames=num_frames)
        self._digests: list[bytes] = []

    def advance(
        self,
        should_continue: Callable[[], bool],
        should_prepare: Callable[[], bool],
        should_stop: Callable[[], bool] = never,
    ) -> bool:
        """Trains on; nothing else in this process trains meanwhile.

        Args:
            should_continue: Asked after each frame whether to go on now.
            should_prepare: The same while networks are being compiled.
            should_stop: As for `Experiment.turn`.

        Returns:
            Whether the networks are there.
        """
        with self._experiment.turn(should_stop) as frames:
            for frame in frames:
                if frame is None:
                    if not should_prepare():
                        return False
                    continue
                self._digests.append(frame_digest(frame, self._experiment.arms))
                self.step = int(frame["step"])
                if not should_continue():
                    return False
            if should_stop():
                return False
            self.networks = self._networks()
        return True

    def close(self) -> None:
        """Ends the run, so that what it holds is released now."""
        self._experiment.close()

    def _networks(self) -> TrainedNetworks:
        arms, data = self._experiment.arms, self._experiment.data
        models = {
            name: portable(
                arm.compiled.network,
                self._settings,
                learning_rate=arm.compiled.trainer.learning_rate,
                name=arm_file_name(self._settings, name),
            )
            for name, arm in arms.items()
        }
        return TrainedNetworks(
            network_files(models, data, self._settings),
            outcomes(models, data),
            omissions(arms, self._settings),
            tuple(self._digests),
        )
