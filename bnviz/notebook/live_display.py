"""LiveDisplay: where a notebook shows what grows: live, and then as a page that stays."""

import time
import warnings
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

from bnviz.recording import Recording

#: Returns a recording; None while it has no frames.
Source = Callable[[], Recording | None]
#: Seconds that showing new frames is expected to take, before that is known, and how many times as
#: long drawing another figure takes.
_EXPECTED, _FIGURE = 0.05, 5
#: Whether players can be shown while networks train.
CAN_BE_LIVE = find_spec("anywidget") is not None


class LiveDisplay:
    """Shows a recording in the cells of a notebook.

    While networks train it is a widget. When the cell that has trained them ends, a page takes its
    place that plays by itself, so that a saved notebook keeps it. What fails here is warned of and
    ends the display alone: a training goes on.

    Args:
        describe: Returns the recording in words.
        so_far: Returns what was measured.
        whole: The same, after measuring what had to wait.
    """

    def __init__(self, describe: Callable[[], str], so_far: Source, whole: Source) -> None:
        self._describe, self._so_far, self._whole = describe, so_far, whole
        self._player: Any = None
        self._shell: Any = None
        self._handle: Any = None
        # Whether the cells show the widget, and whether more was trained since a page was made.
        self._is_live = self._is_stale = self._failed = False
        self._trained = self._budget = self._spent = 0.0
        self._cost = _EXPECTED

    def appear(self, shell: Any) -> None:
        """Shows it in the cell that runs.

        Args:
            shell: IPython, with a kernel.
        """
        from IPython import display

        if self._shell is None:
            self._shell = shell
            self._handle = display.DisplayHandle()
        recording = None if self._is_live else self._whole()
        if recording is None and CAN_BE_LIVE:
            self._is_live = True
            bundle = self._live_bundle()
        else:
            bundle = self._still_bundle(recording)
        self._handle.display(bundle, raw=True)

    def widget(self) -> Any:
        """The widget, for front ends that show it themselves; without anywidget what to install."""
        if not CAN_BE_LIVE:
            return self._describe()
        # marimo closes the widget of a cell that runs again.
        self._player = None
        player = self._made()
        recording = self._whole()
        if recording is not None:
            self._show_whole(recording)
        self._is_live = True
        return player

    def update(self, message: str, trained: float, budget: float, *, at_end: bool) -> None:
        """Shows what was measured since, if that is due.

        Args:
            message: What is said of it, in a sentence.
            trained: Seconds for which the network has been trained.
            budget: Share of them that showing may take.
            at_end: Whether the training has ended.
        """
        if self._failed or (self._player is None and self._handle is None):
            return
        if not self._is_stale:
            self._is_stale = True
            if self._shell is not None:
                self._shell.events.register("post_run_cell", self._settle)
        # A training that begins has nothing of the time of those before it.
        if trained < self._trained:
            self._spent = 0.0
        self._trained, self._budget = trained, budget
        if not CAN_BE_LIVE or (not at_end and not self._pays(self._cost)):
            return
        begun = time.perf_counter()
        try:
            begins = self._show(message, at_end=at_end)
        except Exception as error:
            self._failed = True
            warnings.warn(f"the notebook shows this no longer: {error}", stacklevel=2)
        else:
            # The first figure comes with what a training prepares.
            self._spent += 0.0 if begins else time.perf_counter() - begun

    def _show(self, message: str, *, at_end: bool) -> bool:
        """Returns whether nothing was shown of this training before."""
        begun = time.perf_counter()
        player = self._made()
        if self._handle is not None and not self._is_live:
            self._is_live = True
            self._handle.update(self._live_bundle(), raw=True)
        if at_end and self._handle is None:
            # Nothing takes the widget's place there.
            recording = self._whole()
            if recording is not None:
                self._show_whole(recording)
            return False
        recording = self._so_far()
        if recording is None:
            return False
        if player.show(recording, message=message):
            return True
        self._cost = time.perf_counter() - begun
        if self._pays(_FIGURE * self._cost):
            player.draw_next()
        return False

    def _pays(self, seconds: float) -> bool:
        return self._spent + seconds <= self._budget * self._trained

    def _show_whole(self, recording: Recording) -> None:
        self._player.show(recording, message="", live=False)
        while self._player.draw_next():
            pass

    def _settle(self, *_: object) -> None:
        """Puts a page in place of the widget once a cell has ended that has trained."""
        self._is_stale = False
        self._shell.events.unregister("post_run_cell", self._settle)
        try:
            recording = self._whole()
            if recording is not None:
                self._handle.update(self._still_bundle(recording), raw=True)
                self._is_live = False
                # The page has all that the widget had, which would be saved a second time.
                self._made().close()
                self._player = None
        except Exception as error:
            warnings.warn(f"the notebook keeps no picture: {error}", stacklevel=2)

    def _made(self) -> Any:
        if self._player is None:
            from bnviz.notebook.live_player import LivePlayer

            self._player = LivePlayer()
        return self._player

    def _live_bundle(self) -> dict[str, Any]:
        return {**self._made()._repr_mimebundle_()[0], "text/plain": self._describe()}

    def _still_bundle(self, recording: Recording | None) -> dict[str, Any]:
        words = {"text/plain": self._describe()}
        if recording is None:
            return words
        # What draws takes a second to load.
        from bnviz.notebook.framed import still

        return {"text/html": still(recording), **words}
