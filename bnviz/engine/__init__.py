"""The engine: where runs execute, who shares one, the queue, cancelling. Dask lives here.

Importing this package imports neither Dask, which is loaded in the background, nor TensorFlow,
which is loaded in the workers alone.
"""

from bnviz.engine.configuration import Configuration
from bnviz.engine.engine import Engine, Status
from bnviz.engine.runs import Place, Run

__all__ = ["Configuration", "Engine", "Place", "Run", "Status"]
