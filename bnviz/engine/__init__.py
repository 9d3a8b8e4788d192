"""The engine: where runs and studies execute, who shares one, queue, cancelling. Dask lives here.

Importing this package imports neither Dask, which is loaded in the background, nor TensorFlow,
which is loaded in the workers alone.
"""

from bnviz.engine.configuration import Configuration
from bnviz.engine.engine import Engine, Status
from bnviz.engine.job import QueuePosition
from bnviz.engine.runs import Run
from bnviz.engine.study_runs import StudyRun

__all__ = ["Configuration", "Engine", "QueuePosition", "Run", "Status", "StudyRun"]
