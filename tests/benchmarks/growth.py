"""How cost grows with depth, width, frames and viewers.

    python tests/benchmarks/growth.py [--quick] [--out growth.svg]

The first three train through `bnviz.lab.experiment.run`, taking turns so that a disturbance hits
all of them; timing starts after the first frames, when everything is compiled. Viewers are sessions
of `viewers.py`: for each count, that many watch a new run on the same server.
"""

import argparse
import asyncio
import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from urllib.parse import urlencode

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import machine
from serving import Server, in_link
from viewers import Viewer

from bnviz.lab.experiment import run
from bnviz.recording.frames import frame_steps
from bnviz.settings import Settings

#: Common settings; each line varies one of them.
BASE = Settings(units=64, hidden_layers=4, batch_size=64, steps=2_000, learning_rate=0.01)
DEPTHS = (1, 2, 4, 8, 16, 32)
WIDTHS = (16, 32, 64, 128, 256)
#: Steps of a run; the shorter the run, the denser its frames.
LENGTHS = (300, 1_000, 3_000, 10_000)
VIEWERS = (1, 10, 30, 100)
#: Frames before timing starts.
WARM = 10


@dataclass
class Line:
    """A cost as a function of one growing quantity.

    Attributes:
        what: The quantity that grows.
        cost: The cost measured, with its unit.
        points: Costs by value of the quantity, one per round.
    """

    what: str
    cost: str
    points: dict[float, list[float]] = field(default_factory=dict)

    def add(self, at: float, cost: float) -> None:
        """Adds a cost measured at one value."""
        self.points.setdefault(at, []).append(cost)

    def rows(self) -> list[list[str]]:
        """Table rows: value, cost, and cost relative to the first value."""
        first = median(next(iter(self.points.values())))
        return [
            [f"{at:g}", machine.spread(costs, 3), f"{median(costs) / first:.2f}"]
            for at, costs in self.points.items()
        ]


def step_ms(settings: Settings) -> float:
    """Milliseconds per paired step, frames included, once compiled."""
    frames = run(settings)
    for _ in range(WARM):
        first = next(frames)
    start = time.perf_counter()
    for frame in frames:
        last = frame
    seconds = time.perf_counter() - start
    return 1e3 * seconds / (int(last["step"]) - int(first["step"]))


def training(rounds: int) -> list[Line]:
    """Measures cost over depth, width and frames."""
    cost = "ms a paired step"
    depth = Line("hidden layers", cost)
    width = Line("units a layer", cost)
    frames = Line("frames for 1,000 steps", cost)
    for _ in range(rounds):
        for layers in DEPTHS:
            depth.add(layers, step_ms(BASE.replace(hidden_layers=layers)))
        for units in WIDTHS:
            width.add(units, step_ms(BASE.replace(units=units)))
        for steps in reversed(LENGTHS):
            dense = 1_000 * len(frame_steps(steps)) / steps
            frames.add(round(dense), step_ms(BASE.replace(steps=steps)))
    return [depth, width, frames]


def viewing(counts: tuple[int, ...]) -> Line:
    """Measures the page's processor time per viewer over the number of viewers of one run."""
    line = Line("viewers of one run", "page's processor time, ms a viewer")
    server = Server(machine.ROOT / "app.py")
    try:
        for number, count in enumerate((1, *counts)):
            settings = Settings(steps=3_000, seed=number)
            link = urlencode(in_link(settings, train="1"))
            before = sum(server.process.cpu_times()[:2])

            async def watch_all(count: int = count, link: str = link) -> None:
                address = server.address
                await asyncio.gather(*(Viewer(address, link).watch() for _ in range(count)))

            asyncio.run(watch_all())
            if number:  # the first run starts the worker
                used = sum(server.process.cpu_times()[:2]) - before
                line.add(count, 1e3 * used / count)
    finally:
        server.close()
    return line


def draw_svg(lines: list[Line]) -> str:
    """Draws the lines as one SVG, one small plot each, both axes starting at 0."""
    width, height, left, foot = 210, 130, 34, 34
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width * len(lines)} {height + 26}" '
        'font-family="sans-serif" font-size="10" fill="#555">'
    ]
    for number, line in enumerate(lines):
        costs = {at: median(found) for at, found in line.points.items()}
        largest, highest = max(costs), max(costs.values())
        x0, y0 = number * width + left, height - foot + 20
        across, up = width - left - 16, height - foot - 8
        points = [
            (x0 + across * at / largest, y0 - up * cost / highest) for at, cost in costs.items()
        ]
        joined = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        parts += [
            f'<text x="{x0 - left + 4}" y="12" font-weight="bold">{line.cost}</text>',
            f'<path d="M{x0},{y0 - up} V{y0} H{x0 + across}" fill="none" stroke="#999"/>',
            f'<text x="{x0 - 4}" y="{y0 - up + 4}" text-anchor="end">{highest:.3g}</text>',
            f'<text x="{x0 - 4}" y="{y0}" text-anchor="end">0</text>',
            f'<text x="{x0 + across}" y="{y0 + 12}" text-anchor="end">{largest:g}</text>',
            f'<text x="{x0}" y="{y0 + 12}">{line.what}</text>',
            f'<polyline points="{joined}" fill="none" stroke="#0072b2" stroke-width="2"/>',
        ]
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5" fill="#0072b2"/>' for x, y in points]
    return "\n".join([*parts, "</svg>", ""])


def main() -> None:
    """Measures, prints the tables and draws the curves."""
    parser = argparse.ArgumentParser(
        description="Measure how cost grows with depth, width, frames and viewers."
    )
    parser.add_argument("--quick", action="store_true", help="trial: one round, at most 30 viewers")
    parser.add_argument("--out", type=Path, help="write the curves to this SVG file")
    given = parser.parse_args()
    lines = training(1 if given.quick else 3)
    lines.append(viewing(VIEWERS[:3] if given.quick else VIEWERS))
    for line in lines:
        machine.print_table(line.cost, [line.what, line.cost, "relative to the first"], line.rows())
    if given.out is not None:
        given.out.write_text(draw_svg(lines))


if __name__ == "__main__":
    main()
