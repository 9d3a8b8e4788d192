"""The engine: where runs and studies execute, who shares one, queue, cancelling. Dask lives here.

Importing this package imports neither Dask, which is loaded in the background, nor TensorFlow,
which is loaded in the workers alone.
"""

from bnviz.engine.configuration import Configuration
from bnviz.engine.engine import Engine, Status
from bnviz.engine.runs import Run
from bnviz.engine.studies import StudyRun
from bnviz.engine.work import Place

__all__ = ["Configuration", "Engine", "Place", "Run", "Status", "StudyRun"]
