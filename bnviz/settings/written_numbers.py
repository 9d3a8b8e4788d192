"""Written numbers: how a number stands in words, in tables and beside marks.

What is read by programs (JSON, CSV, links, code) has Python's own forms instead. `typed_numbers`
reads both.
"""

import re

#: The sign of negative numbers; "-" is a hyphen.
MINUS = "−"
_ZERO = re.compile(r"-(?=[0.,]+%?$)")
_EXPONENT = re.compile(r"e\+?(-?)0*(?=\d)")


def written(value: float, form: str = "g") -> str:
    """Formats a number with a minus sign where Python writes a hyphen: "−0.5", "1e−5", never "−0".

    Args:
        value: May be infinite or NaN.
        form: One of Python's format specifications.
    """
    text = _ZERO.sub("", format(value, form))
    return _EXPONENT.sub(r"e\1", text).replace("-", MINUS)
