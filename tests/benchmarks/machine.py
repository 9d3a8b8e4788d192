"""Machine: a description of the machine, and figures as a Markdown table.

Importing this module puts the repository root on `sys.path`, so that each benchmark can be started
by its file name alone.
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
    """The machine in one line: cores, processor, system, library versions, load."""
    libraries = ", ".join(f"{name} {found}" for name in LIBRARIES if (found := _version(name)))
    system = f"{platform.system()} {platform.machine()}"
    return (
        f"{os.cpu_count()} cores, {_processor()}, {system}, Python {platform.python_version()}, "
        f"{libraries}{_load()}"
    )


def _load() -> str:
    """The load average of the last minute, where the system reports one."""
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
    """Prints a heading, the machine, and rows of figures as a Markdown table."""
    print(f"\n### {title}\n\n{description()}\n")
    print("| " + " | ".join(columns) + " |")
    print("|" + "---|" * len(columns))
    for row in rows:
        print("| " + " | ".join(str(cell) for cell in row) + " |")
    sys.stdout.flush()


def spread(values: Sequence[float], digits: int = 2) -> str:
    """The median over rounds and, in parentheses, the lowest and highest values."""
    low, middle, high = min(values), median(values), max(values)
    if len(values) == 1:
        return f"{middle:.{digits}f}"
    return f"{middle:.{digits}f} ({low:.{digits}f}-{high:.{digits}f})"
