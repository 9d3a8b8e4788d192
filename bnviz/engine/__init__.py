"""The engine: where runs and studies execute, with sharing, a queue and cancelling, on Dask.

Importing this package loads neither Dask, which the engine imports in its own thread, nor
TensorFlow, which only the workers import.
"""

from bnviz.engine.configuration import Configuration
from bnviz.engine.engine import Engine, Status
from bnviz.engine.job import QueuePosition
from bnviz.engine.runs import Run
from bnviz.engine.study_runs import StudyRun

__all__ = ["Configuration", "Engine", "QueuePosition", "Run", "Status", "StudyRun"]
