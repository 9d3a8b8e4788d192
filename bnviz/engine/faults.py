"""Faults: why the workers could not do what they were given, in a sentence."""

from distributed import KilledWorker

from bnviz.engine.watchdog import ADVICE

#: Times that something is given to the workers before it has failed.
MAX_ATTEMPTS = 5
#: Why it has failed then.
LOST = "The connection to the workers was lost again and again."


def reason(error: BaseException | None) -> str:
    """The sentence on an error that Dask tells of a task."""
    if isinstance(error, KilledWorker):
        return (
            "The worker process ended again and again during this run, most likely for want of "
            f"memory; {ADVICE}."
        )
    # Dask unpacks what is to be run on the scheduler as well as on the worker.
    text = (str(error).strip() or "no reason given").splitlines()[0][:200].rstrip(".")
    return (
        "The scheduler or its workers cannot run experiments; bnviz must be installed for all of "
        f"them ({type(error).__name__}: {text})."
    )
