"""FollowedStage: what the player shows of a file that another process goes on writing."""

import dataclasses

from bnviz.page.shell.followed_file import TOKEN, FollowedFile
from bnviz.page.shell.polling import MAX_WAIT
from bnviz.player.content import StageContent

#: Milliseconds between two requests while frames are to come.
POLL = 500
#: Seconds without a change after which the training may have stopped, whatever the file says.
QUIET = 60.0


def awaited(file: FollowedFile) -> str:
    """Says that a file has not been read yet, in one line; "" if it has."""
    now = file.now()
    if now.run is not None:
        return ""
    why = f"cannot be read yet ({now.trouble})" if now.trouble else "is being read"
    return f"{file.path.name} {why}. It is shown once it can be; until then, a recorded run is."


def content(file: FollowedFile, meanwhile: StageContent) -> StageContent:
    """What the player shows of a followed file.

    Args:
        file: The file.
        meanwhile: What it shows until the file has been read.
    """
    now, name = file.now(), file.path.name
    if now.run is None or now.run.recording is None:
        return dataclasses.replace(meanwhile, poll=POLL, message=awaited(file))
    recording = now.run.recording
    last, steps = int(recording.frames[-1]["step"]), recording.header.num_steps
    if now.grows:
        # Of a training whose length is not known the file names the next step.
        length = f" of {steps:,}" if steps > last + 1 else ""
        message = f"{name}: being trained by another program, step {last:,}{length}."
    elif recording.complete:
        message = f"{name}: trained to the last step, {last:,}."
    else:
        message = f"{name}: a recording up to step {last:,} of {steps:,}."
    if now.trouble:
        message += f" The file cannot be read now ({now.trouble}); this is what it held before."
    elif now.grows and now.quiet > QUIET:
        minutes = int(now.quiet // 60)
        message += f" Nothing new for {minutes} min: the training may have stopped."
    return StageContent(
        f"{TOKEN} {now.generation}",
        recording,
        "running" if now.grows else "finished",
        message,
        poll=POLL if now.grows else MAX_WAIT,
        opens_seeds=now.run.fits_form,
        linked=False,
    )
