"""Constants: the numbers that the bindings share with their copies in the browser."""

from bnviz.figures.bindings.binding import SYMLOG_LINEAR
from bnviz.figures.bindings.passage import LEAKY_RELU_SLOPE, SELU_ALPHA, SELU_SCALE
from bnviz.figures.bindings.plane import MAX_BYTE, MAX_SHORT
from bnviz.figures.bindings.shapes import HEAT_SHARES
from bnviz.recording.frames import PERCENTILES
from bnviz.recording.scores import (
    MAX_CODE,
    MAX_SCORE,
    NO_SCORE,
    WIDE_MAX_CODE,
    WIDE_MAX_SCORE,
    WIDE_NO_SCORE,
)

#: Sent with every figure, so that the player's scripts state none of them again.
CONSTANTS = {
    "percentiles": PERCENTILES,
    "heat_shares": HEAT_SHARES,
    "symlog_linear": SYMLOG_LINEAR,
    "max_byte": MAX_BYTE,
    "max_short": MAX_SHORT,
    "leaky_relu_slope": LEAKY_RELU_SLOPE,
    "selu_alpha": SELU_ALPHA,
    "selu_scale": SELU_SCALE,
    "max_score": MAX_SCORE,
    "max_code": MAX_CODE,
    "no_score": NO_SCORE,
    "wide_max_score": WIDE_MAX_SCORE,
    "wide_max_code": WIDE_MAX_CODE,
    "wide_no_score": WIDE_NO_SCORE,
}
