"""Figures as tables, with the targets beside them."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from .peers import PEERS, installed_version


def spell_seconds(value: float) -> str:
    return f"{value:.2f} s" if value >= 1 else f"{value * 1e3:.1f} ms"


def spell_bytes(value: float) -> str:
    return f"{value / 1e6:.1f} MB"


SPELL: dict[str, Callable[[float], str]] = {"seconds": spell_seconds, "bytes": spell_bytes}


@dataclass
class Row:
    """One thing measured.

    Attributes:
        name: what it is.
        values: a figure per repeat; empty if it was not measured.
        setup: seconds before the first epoch of a first training.
        result: what came out of the work, to see that it was the same work.
        remark: shown at the end of the row.
    """

    name: str
    values: list[float] = field(default_factory=list)
    setup: float | None = None
    result: float | None = None
    remark: str = ""

    @property
    def median(self) -> float:
        return median(self.values) if self.values else float("nan")


@dataclass
class Target:
    """A figure and what it should be: ``sense`` is "at most", "at least" or "below"."""

    text: str
    value: float
    sense: str
    limit: float

    @property
    def met(self) -> bool:
        if self.sense == "at least":
            return self.value >= self.limit
        return self.value < self.limit if self.sense == "below" else self.value <= self.limit


@dataclass
class Table:
    """One benchmark's rows and targets.

    Attributes:
        title: what was measured.
        about: how, in a line or two.
        rows: the figures; the first row is the one that others are compared with.
        targets: what was aimed at.
        unit: ``"seconds"`` or ``"bytes"``.
        result: what the rows' ``result`` is called.
    """

    title: str
    about: str
    rows: list[Row]
    targets: list[Target]
    unit: str = "seconds"
    result: str = ""

    def row(self, name: str) -> Row | None:
        """Return the row of this name if it was measured."""
        return next((row for row in self.rows if row.name == name and row.values), None)

    def add_ratio(self, top: str, bottom: str, sense: str, limit: float) -> None:
        """Aim at a ratio of two rows' medians, if both were measured."""
        above, below = self.row(top), self.row(bottom)
        if above and below:
            self.targets.append(Target(f"{top} / {bottom}", above.median / below.median, sense, limit))

    def text(self, quick: bool = False) -> str:
        """Return the table to print."""
        lines = [self.title, self.about, "", *_aligned([self._heads(), *(self._cells(row) for row in self.rows)])]
        verdicts = [
            [target.text, f"{target.value:.3g}", f"target: {target.sense} {target.limit:.3g}", _verdict(target, quick)]
            for target in self.targets
        ]
        return "\n".join([*lines, *([""] if verdicts else []), *_aligned(verdicts)])

    def _heads(self) -> list[str]:
        heads = ["", "median", "middle half", "ratio"]
        heads += ["setup"] if any(row.setup is not None for row in self.rows) else []
        return [*heads, *([self.result] if self.result else []), ""]

    def _cells(self, row: Row) -> list[str]:
        spell = SPELL[self.unit]
        if not row.values:
            return [row.name, *[""] * (len(self._heads()) - 2), row.remark]
        low, high = np.quantile(row.values, [0.25, 0.75])
        ratio = row.median / self.rows[0].median
        cells = [row.name, spell(row.median), f"{spell(low)} – {spell(high)}", f"{ratio:.2f}"]
        if "setup" in self._heads():
            cells.append("" if row.setup is None else spell_seconds(row.setup))
        if self.result:
            cells.append("" if row.result is None else f"{row.result:.5f}")
        return [*cells, row.remark]

    def data(self) -> dict[str, Any]:
        """Return everything as plain numbers and text, for JSON."""
        return {**asdict(self), "targets": [{**asdict(target), "met": target.met} for target in self.targets]}


def _verdict(target: Target, quick: bool) -> str:
    if quick:
        return "(too small to tell)"
    return "met" if target.met else "MISSED"


def _aligned(rows: list[list[str]]) -> list[str]:
    """Put cells under one another: the first and last column to the left, the rest to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for first, *middle, last in rows:
        inner = [cell.rjust(width) for cell, width in zip(middle, widths[1:], strict=False)]
        lines.append("  " + "  ".join([first.ljust(widths[0]), *inner, last]).rstrip())
    return lines


def versions() -> dict[str, str]:
    """Return what the figures depend on, by name."""
    blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    packages = sorted({package for peer in PEERS for package in peer.packages})
    return {
        "Python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}, {_processor()}, {_cores()} cores",
        "load": _load(),
        "numpy": f"{np.__version__} ({blas['name']} {blas['version']})",
        "chainrule": installed_version("chainrule") or "not installed",
        **{package: installed_version(package) or "not installed" for package in packages},
    }


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _load() -> str:
    """How busy other programs keep the cores before anything is measured."""
    if not hasattr(os, "getloadavg"):
        return "unknown"
    load = os.getloadavg()[0]
    busy = load > 0.25 * _cores()
    return f"{load:.1f}" + (" – BUSY: do not trust these figures, threaded peers' least of all" if busy else "")


def _processor() -> str:
    listing = Path("/proc/cpuinfo")
    lines = listing.read_text().splitlines() if listing.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or "processor unknown"
