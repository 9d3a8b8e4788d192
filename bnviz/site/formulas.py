"""Formulas: the TeX of the lesson's formulas as MathML, which browsers draw without a library.

Only what the lesson writes is read; `FormulaError` names whatever else a formula holds.
"""

import html
import re
from collections.abc import Iterator

_SYMBOL = re.compile(r"\\[A-Za-z]+|\\.|\d+(?:\.\d+)?|\s+|.", re.DOTALL)
_GREEK = {
    "\\beta": "β",
    "\\epsilon": "ε",
    "\\gamma": "γ",
    "\\mu": "μ",
    "\\pi": "π",
    "\\sigma": "σ",
}
_OPERATORS = {
    "\\approx": "≈",
    "\\cdot": "·",
    "\\dots": "…",
    "\\leftarrow": "←",
    "\\rightarrow": "→",
    "\\%": "%",
    "-": "−",
    **{sign: sign for sign in "+=/(),>"},
}
_SPACE = "\\,"
_SUM = "\\sum"
_ACCENTS = {"\\hat": "^"}
_WORDS = {"\\text": "mtext", "\\mathrm": "mi"}
_BEGIN, _END, _ALIGNED = "\\begin", "\\end", "aligned"


class FormulaError(ValueError):
    """A formula holds something that is not read here."""


def mathml(tex: str, *, display: bool = False) -> str:
    """Returns a formula in MathML.

    Args:
        tex: The formula, without its dollar signs.
        display: Whether it stands in a line of its own.

    Raises:
        FormulaError: If a part of it is not known.
    """
    symbols = _Symbols(tex)
    inner = _row(symbols, ends=())
    kind = ' display="block"' if display else ""
    return f"<math{kind}><mrow>{inner}</mrow></math>"


class _Symbols:
    """The symbols of a formula, read one by one."""

    def __init__(self, tex: str) -> None:
        self._tex = tex
        self._left: list[str] = _SYMBOL.findall(tex.strip())

    def peek(self) -> str:
        """The next symbol that is not a space; "" at the end."""
        while self._left and self._left[0].isspace():
            self._left.pop(0)
        return self._left[0] if self._left else ""

    def next(self) -> str:
        """Takes that symbol."""
        symbol = self.peek()
        if not symbol:
            raise self.error("ends too early")
        return self._left.pop(0)

    def words(self) -> str:
        """Takes a group in braces as plain text, with its spaces."""
        self.next()
        words = ""
        while self._left and self._left[0] != "}":
            words += self._left.pop(0)
        self.next()
        return words

    def error(self, why: str) -> FormulaError:
        """An error that names the formula."""
        return FormulaError(f"the formula {self._tex!r} {why}")


def _row(symbols: _Symbols, ends: tuple[str, ...]) -> str:
    """Everything up to one of some symbols, or to the end."""
    return "".join(_items(symbols, ends))


def _items(symbols: _Symbols, ends: tuple[str, ...]) -> Iterator[str]:
    while symbols.peek() and symbols.peek() not in ends:
        base_symbol = symbols.peek()
        base, below, above = _atom(symbols), "", ""
        while symbols.peek() in ("_", "^"):
            if symbols.next() == "_":
                below = _atom(symbols)
            else:
                above = _atom(symbols)
        # A sum has its index below it.
        sides = "under" if base_symbol == _SUM else "sub"
        if below and above:
            yield f"<msubsup>{base}{below}{above}</msubsup>"
        elif below:
            yield f"<m{sides}>{base}{below}</m{sides}>"
        elif above:
            yield f"<msup>{base}{above}</msup>"
        else:
            yield base


def _atom(symbols: _Symbols) -> str:
    """One symbol, group or command with its arguments."""
    symbol = symbols.next()
    if symbol == "{":
        inner = _row(symbols, ends=("}",))
        symbols.next()
        return f"<mrow>{inner}</mrow>"
    if symbol == "\\frac":
        return f"<mfrac>{_atom(symbols)}{_atom(symbols)}</mfrac>"
    if symbol == "\\sqrt":
        return f"<msqrt>{_atom(symbols)}</msqrt>"
    if symbol in _ACCENTS:
        return f'<mover accent="true">{_atom(symbols)}<mo>{_ACCENTS[symbol]}</mo></mover>'
    if symbol in _WORDS:
        name = _WORDS[symbol]
        return f"<{name}>{html.escape(symbols.words())}</{name}>"
    if symbol == _BEGIN:
        return _table(symbols)
    if symbol == _SUM:
        return '<mo movablelimits="true">∑</mo>'
    if symbol == _SPACE:
        return '<mspace width="0.17em"></mspace>'
    if symbol in _GREEK or symbol.isalpha():
        return f"<mi>{_GREEK.get(symbol, symbol)}</mi>"
    if symbol[0].isdigit():
        return f"<mn>{symbol}</mn>"
    if symbol in _OPERATORS:
        return f"<mo>{html.escape(_OPERATORS[symbol])}</mo>"
    raise symbols.error(f"has {symbol!r}, which is not known")


def _table(symbols: _Symbols) -> str:
    """Rows whose columns are aligned in turn to the right and to the left."""
    if symbols.words() != _ALIGNED:
        raise symbols.error(f"has another environment than {_ALIGNED!r}")
    rows: list[list[str]] = [[]]
    while True:
        rows[-1].append(_row(symbols, ends=("&", "\\\\", _END)))
        symbol = symbols.next()
        if symbol == _END:
            break
        if symbol == "\\\\":
            rows.append([])
    symbols.words()
    sides = ("right", "left")
    return '<mtable displaystyle="true">{}</mtable>'.format(
        "".join(
            "<mtr>{}</mtr>".format(
                "".join(
                    f'<mtd style="text-align: {sides[column % 2]}; padding-inline: '
                    f'{0 if column % 2 else 0.6}em 0"><mrow>{cell}</mrow></mtd>'
                    for column, cell in enumerate(row)
                )
            )
            for row in rows
        )
    )
