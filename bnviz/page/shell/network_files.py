"""NetworkFiles: the networks of the run on the stage, trained again to be taken along.

A button asks for them; once a worker has trained them, another one in its place downloads them.
"""

import weakref
from functools import partial

import streamlit as st

from bnviz.engine.network_run import NetworkRun
from bnviz.export import bundle
from bnviz.export.replay_process import ReplayProcessError
from bnviz.page.forms import own_data
from bnviz.page.shell import rerun, session
from bnviz.page.shell.markup import plain
from bnviz.page.shell.polling import pause
from bnviz.page.shell.shown_run import waiting
from bnviz.recording import Recording
from bnviz.settings import Settings
from bnviz.settings.choices import UPLOAD

LABEL = "Trained networks (.keras)"
_HELP = (
    "A file of each network that Keras opens without bnviz, in one ZIP file. A run keeps no "
    "weights, so the networks are trained again first."
)
#: Least seconds between two looks at how far they are.
_PAUSE = 0.5


def asked_for(recording: Recording) -> NetworkRun | None:
    """The networks that this viewer has asked for of a run; None if of none, or of another one.

    Args:
        recording: Of the run on the stage.
    """
    asked = session.viewer().network_run
    settings = recording.header.settings
    if asked is None or asked.settings != settings or asked.num_frames > len(recording):
        return None
    return asked


def draw_button(recording: Recording, name: str, link: str, *, complete: bool, key: str) -> None:
    """Draws the button that asks for the networks, stops their training, or downloads them.

    Args:
        recording: Of the run on the stage, with at least one frame.
        name: With which the file's name begins.
        link: Leads to the run; empty if there is no such link.
        complete: Whether no more frames are to come.
        key: Distinguishes the button from others of the page.
    """
    asked = asked_for(recording)
    if asked is not None and asked.networks is not None:
        st.download_button(
            LABEL,
            data=partial(_packed, weakref.ref(asked), weakref.ref(recording), link),
            file_name=f"{name}_networks.zip",
            mime="application/zip",
            help="The networks that were trained again, in one ZIP file.",
            on_click="ignore",
            key=f"{key}_download",
            icon=":material/download:",
        )
    elif session.is_active(asked):
        st.button("Stop training them", on_click=_stop, key=f"{key}_stop", icon=":material/stop:")
    else:
        st.button(
            LABEL,
            # The session keeps the button for minutes after a page was closed, but no frames.
            on_click=_ask,
            args=(weakref.ref(recording),),
            disabled=not complete or _lacks_file(recording.settings),
            help=_HELP,
            key=key,
            icon=":material/model_training:",
        )


def draw_state(recording: Recording) -> None:
    """Draws what becomes of the networks, or why there can be none, if there is anything to say.

    Args:
        recording: Of the run on the stage.
    """
    asked = asked_for(recording)
    if asked is None:
        if _lacks_file(recording.settings):
            st.caption(
                "The networks of this run cannot be trained again here: its examples came from a "
                "file that this tab does not have. “bnviz export --keras” takes it with --data."
            )
    elif session.is_active(asked):
        milliseconds = pause(asked.state, session.engine().viewers)
        rerun.fragment(_draw_progress, every=max(_PAUSE, milliseconds / 1e3))()
    elif asked.networks is not None:
        st.caption(plain(" ".join(_sentences(asked, recording))))
    elif asked.error:
        st.warning(plain(asked.error))


def _draw_progress() -> None:
    """Draws how far the training is; at its end the whole page is drawn again."""
    asked = session.viewer().network_run
    if asked is None or not session.is_active(asked):
        rerun.request()
    elif asked.state == "queued":
        st.caption(plain(f"Training the networks again. {waiting(asked, session.engine())}"))
    else:
        step = round(asked.progress * asked.settings.steps)
        st.caption(plain(f"Training the networks again: step {step:,}."))


def _sentences(asked: NetworkRun, recording: Recording) -> list[str]:
    """What is to be said of networks that were trained again."""
    if asked.networks is None:
        return []
    last = int(recording.frames[asked.num_frames - 1]["step"])
    sentences = [f"Trained again from the seed, up to step {last:,}."]
    if asked.networks.departs_at(recording) < 0:
        sentences.append("The losses are those of the recording, bit for bit.")
    return [*sentences, *bundle.remarks(asked.networks, recording)]


def _lacks_file(settings: Settings) -> bool:
    """Whether the examples of a run came from a file that this session does not hold."""
    return settings.dataset == UPLOAD and own_data.source(settings.upload) is None


def _ask(held: "weakref.ref[Recording]") -> None:
    """Has the networks of a run trained again, unless it is not there any more."""
    recording = held()
    settings = None if recording is None else recording.header.settings
    if recording is None or settings is None or not len(recording) or _lacks_file(settings):
        return
    source = own_data.source(settings.upload)
    asked = session.engine().networks(settings, len(recording), source, session.origin())
    session.viewer().start_networks(asked)


def _stop() -> None:
    """Stops the training for this viewer, and altogether unless others wait for it."""
    asked = session.viewer().network_run
    if asked is not None:
        session.viewer().stop(asked)


def _packed(
    held: "weakref.ref[NetworkRun]", recorded: "weakref.ref[Recording]", link: str
) -> bytes:
    """The networks of a run as one file.

    Raises:
        ReplayProcessError: If they are not there any more.
    """
    asked, recording = held(), recorded()
    if asked is None or asked.networks is None or recording is None:
        raise ReplayProcessError("These networks are not held any more.")
    return bundle.networks(asked.networks, recording, link)
