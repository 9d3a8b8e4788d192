"""Goals: the targets of the page, and the figures measured against them."""

from dataclasses import dataclass, field

import machine

START = "`streamlit run` to a moving page, s"
FURTHER = "further viewer, while a first one plays: opening to moving, s"
SLOW = "the same over a line of 5 Mbit/s and 100 ms, s"
SEEN = "click to first live frame drawn, architecture seen before, s"
NEW = "click to first live frame drawn, new architecture, s"
COMPLETE = "click to the default run complete, s"
LIVELY = "distinct frames drawn a second, live (in brackets those made)"
RECORDED = "distinct frames drawn a second, recorded, worker busy"
CHART = "the same figures by `st.plotly_chart` in a fragment, drawn a second at the best rate"
REMOUNTS = "remounts of the chart in a whole run"
ALL = "frames drawn of a live run"
AGAIN = "frames drawn of the same run, played again"
PAGE = "Streamlit process at the end, MB"
WORKER = "worker after the default run; at the end of all, MB"

#: The goal of each figure, in the order of the table.
GOALS = {
    START: "4",
    FURTHER: "2.5",
    SLOW: "5",
    SEEN: "0.6",
    NEW: "1.5",
    COMPLETE: "3",
    LIVELY: "at least 24, or all",
    RECORDED: "at least 24",
    CHART: "",
    REMOUNTS: "0",
    ALL: "all, in order",
    AGAIN: "all, in order",
    PAGE: "250",
    WORKER: "900",
}


@dataclass
class Figures:
    """The figures measured, by name.

    Attributes:
        waits: Seconds waited, one value per round.
        plain: The same waits for the bare Streamlit page.
        words: Figures measured once, as text.
    """

    waits: dict[str, list[float]] = field(default_factory=dict)
    plain: dict[str, list[float]] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, seconds: float, plain: float) -> None:
        """Adds one round of a wait."""
        self.waits.setdefault(name, []).append(seconds)
        self.plain.setdefault(name, []).append(plain)

    def print(self, rounds: int) -> None:
        """Prints the table."""
        rows = []
        for name, goal in GOALS.items():
            cells = [self.words.get(name, ""), "", ""]
            if name in self.waits:
                waits, plain = self.waits[name], self.plain[name]
                ratios = [one / other for one, other in zip(waits, plain, strict=True)]
                cells = [machine.spread(values) for values in (waits, plain, ratios)]
            rows.append([name, *cells, goal])
        columns = ["", "ours", "bare Streamlit page", "ratio", "goal"]
        title = f"Page: median (lowest-highest) of {rounds} rounds"
        machine.print_table(title, columns, rows)
