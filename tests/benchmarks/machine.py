"""Machine: what a benchmark ran on, and its figures as a Markdown table.

Importing this module puts the repository's root on the path, so that each benchmark is started by
its file name alone.
"""

import os
import platform
import sys
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

LIBRARIES = ("streamlit", "tensorflow-cpu", "tensorflow", "keras", "numpy", "distributed")


def description() -> str:
    """The machine in one line: cores and how busy they are, processor, system, versions."""
    libraries = ", ".join(f"{name} {found}" for name in LIBRARIES if (found := _version(name)))
    system = f"{platform.system()} {platform.machine()}"
    return (
        f"{os.cpu_count()} cores, {_processor()}, {system}, Python {platform.python_version()}, "
        f"{libraries}{_load()}"
    )


def _load() -> str:
    """How many processes wanted a core in the last minute, this one among them."""
    return f"; load average {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""


def _version(library: str) -> str:
    try:
        return version(library)
    except ImportError:
        return ""


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    models = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor() or "processor unknown"


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Prints rows of figures as a Markdown table under a heading and the machine."""
    print(f"\n### {title}\n\n{description()}\n")
    print("| " + " | ".join(columns) + " |")
    print("|" + "---|" * len(columns))
    for row in rows:
        print("| " + " | ".join(str(cell) for cell in row) + " |")
    sys.stdout.flush()


def spread(values: Sequence[float], digits: int = 2) -> str:
    """The median of some rounds and, in brackets, the lowest and the highest."""
    low, middle, high = min(values), median(values), max(values)
    if len(values) == 1:
        return f"{middle:.{digits}f}"
    return f"{middle:.{digits}f} ({low:.{digits}f}-{high:.{digits}f})"
