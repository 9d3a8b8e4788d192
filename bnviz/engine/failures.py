"""Failures: explains in one sentence why a job failed.

Both the page's process and the workers import this module; it loads neither Dask nor TensorFlow.
"""

#: How often a job is submitted before it fails with `CONNECTION_LOST`.
MAX_ATTEMPTS = 5
CONNECTION_LOST = "The connection to the workers was lost several times."
#: What a viewer can do about a lack of memory.
_ADVICE = "try fewer units, fewer layers or a smaller data set"
OUT_OF_MEMORY = f"The worker process ran out of memory; {_ADVICE}."

WORKERS_DIED = (
    "The worker process died several times during this run, most likely because it ran out of "
    f"memory; {_ADVICE}."
)


def first_line(error: BaseException) -> str:
    """Returns the first line of an error's message, at most 200 characters."""
    return (str(error).strip() or "no reason given").splitlines()[0][:200]


def in_job(job: str, error: BaseException) -> str:
    """Explains an unexpected error inside a job.

    Args:
        job: What failed, such as "experiment".
        error: The error.
    """
    return f"The {job} failed with an error ({type(error).__name__}: {first_line(error)})."


def of_task(error: BaseException | None) -> str:
    """Explains an error that Dask reports for a task, as opposed to one inside the task."""
    # Imported here because this is only called where Dask is already loaded.
    from distributed import KilledWorker

    if isinstance(error, KilledWorker):
        return WORKERS_DIED
    # Dask unpickles a task on the scheduler as well as on the worker.
    reason = "no reason given" if error is None else first_line(error).rstrip(".")
    return (
        "The scheduler or its workers cannot run experiments; bnviz must be installed on all of "
        f"them ({type(error).__name__}: {reason})."
    )


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error means that memory ran out, including TensorFlow's own and a thread's.

    SystemError counts: Python raises it when there is no memory to create another exception.
    """
    names = {kind.__name__ for kind in type(error).__mro__}
    return bool(names & {"MemoryError", "ResourceExhaustedError", "SystemError"}) or (
        "can't start new thread" in str(error)
    )
