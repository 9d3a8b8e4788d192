"""LiveDisplay: where a notebook shows what grows: live, and then as a page that stays."""

import math
import threading
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
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


@dataclass
class _Account:
    """What showing one training may take and has taken, in seconds."""

    allowed: float = 0.0
    spent: float = 0.0
    # Whether a first figure and a first end were shown, which it need not pay for.
    has_begun: bool = False
    has_ended: bool = False

    @property
    def left(self) -> float:
        return self.allowed - self.spent


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
        # Whether the cells show the widget, and whether a page will take its place.
        self._is_live = self._settles = self._failed = False
        self._accounts: dict[str, _Account] = {}
        self._cost = _EXPECTED

    @property
    def is_shown_live(self) -> bool:
        """Whether somebody can see what is measured while networks train."""
        is_shown = self._player is not None or self._handle is not None
        return CAN_BE_LIVE and is_shown and not self._failed

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
        # marimo closes the connection of a cell that runs again, and leaves the widget as it is.
        if self._player is not None and getattr(self._player.comm, "_closed", True):
            self._player = None
        player = self._made()
        recording = self._whole()
        if recording is not None:
            player.show(recording, message="", live=False)
            player.draw()
        self._is_live = True
        return player

    def update(
        self, training: str, message: str, trained: float, budget: float, *, at_end: bool
    ) -> None:
        """Shows what was measured since, if that is due.

        Args:
            training: Names the network that is trained; each pays for its own.
            message: What is said of it, in a sentence.
            trained: Seconds for which the network has been trained.
            budget: Share of them that showing may take.
            at_end: Whether the training has ended.
        """
        if self._failed or (self._player is None and self._handle is None):
            return
        # A cell that ends says nothing of what goes on beside it.
        in_cell = threading.current_thread() is threading.main_thread()
        if self._shell is not None and in_cell and not self._settles:
            self._settles = True
            self._shell.events.register("post_run_cell", self._settle)
        account = self._accounts.setdefault(training, _Account())
        account.allowed = budget * trained
        if CAN_BE_LIVE and (at_end or account.left >= self._cost):
            self._try_to_show(account, message, whole=at_end and not self._settles)

    def end(self) -> None:
        """Shows all that there is once no more comes, whatever has ended it."""
        if self._handle is not None:
            self._settle()
        elif self._player is not None and not self._failed:
            self._try_to_show(_Account(), "", whole=True)

    def _try_to_show(self, account: _Account, message: str, *, whole: bool) -> None:
        begun = time.perf_counter()
        try:
            is_free = self._show(account, message, whole=whole)
        except Exception as error:
            self._failed = True
            warnings.warn(f"the notebook shows this no longer: {error}", stacklevel=3)
        else:
            account.spent += 0.0 if is_free else time.perf_counter() - begun

    def _show(self, account: _Account, message: str, *, whole: bool) -> bool:
        """Returns whether it was the first time, for which the training need not pay.

        Args:
            account: What the training pays for.
            message: What is said of it.
            whole: Whether nothing takes the widget's place later.
        """
        begun = time.perf_counter()
        player = self._made()
        if self._handle is not None and not self._is_live:
            self._is_live = True
            self._handle.update(self._live_bundle(), raw=True)
        recording = self._whole() if whole else self._so_far()
        if recording is None:
            return False
        if whole:
            is_first, account.has_ended = not account.has_ended, True
            player.show(recording, message="", live=False)
            left = math.inf if is_first else account.left - (time.perf_counter() - begun)
            if left >= _FIGURE * self._cost:
                player.draw(left)
            return is_first
        if player.show(recording, message=message):
            # The first figure comes with what a training prepares.
            is_first, account.has_begun = not account.has_begun, True
            return is_first
        self._cost = time.perf_counter() - begun
        if account.left >= _FIGURE * self._cost:
            player.draw(0.0)
        return False

    def _settle(self, *_: object) -> None:
        """Puts a page in place of the widget once a cell has ended that has trained."""
        from IPython.core.displaypub import CapturingDisplayPublisher

        # What %%capture captures is a cell in a cell: at its end the page would be captured, too.
        if isinstance(self._shell.display_pub, CapturingDisplayPublisher):
            return
        if self._settles:
            self._settles = False
            self._shell.events.unregister("post_run_cell", self._settle)
        try:
            self._handle.update(self._still_bundle(self._whole()), raw=True)
            self._is_live = False
            if self._player is not None:
                self._player.withdraw()
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
