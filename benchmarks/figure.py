"""One picture of the tables in which the same work is done by several libraries."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from textwrap import fill
from typing import Any

from .report import Row, Table, spell_seconds
from .running import announce

COLUMNS, WIDTH, ROW_HEIGHT, PANEL_HEIGHT = 2, 13.0, 0.24, 1.0  # inches
FURTHER = 6  # times the longest bar: room for what is written at its end


def draw(tables: Sequence[Table], described: dict[str, str], path: Path) -> None:
    """Draw a panel for each such table and write the file; its ending, ``.svg`` or ``.png``, says which format."""
    from chainrule.plots.style import GREY, new_figure

    shown = [table for table in tables if table.ours and table.base.counts]
    if not shown:
        announce("no table compares libraries: no figure")
        return
    lines = [shown[first : first + COLUMNS] for first in range(0, len(shown), COLUMNS)]
    heights = [PANEL_HEIGHT + ROW_HEIGHT * max(len(_measured(table)) for table in line) for line in lines]
    figure = new_figure(WIDTH, sum(heights) + 1.0)
    grid = figure.subplots(len(lines), COLUMNS, squeeze=False, height_ratios=heights)
    for line, panels in zip(lines, grid, strict=True):
        places = max(len(_measured(table)) for table in line)
        for table, panel in zip(line, panels, strict=False):
            _draw_panel(panel, table, places)
    for panel in grid.flat[len(shown) :]:
        panel.set_axis_off()
    versions = " · ".join(f"{name} {value}" for name, value in described.items())
    footer = "Median times, the scale is logarithmic; 2× is twice as long as chainrule's fastest."
    figure.supxlabel(f"{footer}\n{fill(versions, 150)}", fontsize=7.5, color=GREY)
    figure.savefig(path)


def _measured(table: Table) -> list[Row]:
    return sorted((row for row in table.rows if row.counts), key=lambda row: row.median)


def _draw_panel(axes: Any, table: Table, places: int) -> None:
    """Bars from the fastest down, chainrule's in blue, each with its time and its ratio to chainrule's best.

    ``places`` are the bars there is room for: all panels of a line have bars of the same height.
    """
    from chainrule.plots.style import BLUE, GREY, tidy

    rows = _measured(table)
    medians = [row.median for row in rows]
    name, _, what = table.title.partition(": ")
    tidy(axes, "", "", "")
    axes.set_title(f"{name}\n", loc="left", fontsize=10, fontweight="bold")
    axes.text(0, 1.02, fill(what, 95), transform=axes.transAxes, fontsize=7, color=GREY, va="bottom")
    axes.grid(visible=False, axis="y")
    colours = [BLUE if row.name in table.ours else "#BBBBBB" for row in rows]
    axes.barh([row.name for row in rows], medians, color=colours, height=0.7)
    axes.set_xscale("log")
    axes.set_xlim(min(medians) / 2, max(medians) * FURTHER)
    axes.xaxis.set_major_formatter(lambda value, _: _round_seconds(value))
    axes.xaxis.set_minor_formatter(lambda value, _: "")  # within a single decade there would be one at each tick
    axes.set_ylim(places - 0.5, -0.5)
    axes.tick_params(labelsize=8, length=0)
    for number, (row, label) in enumerate(zip(rows, axes.get_yticklabels(), strict=True)):
        ratio = "" if row is table.base else f" · {row.over(table.base):.3g}×"
        axes.text(row.median, number, f" {spell_seconds(row.median)}{ratio}", va="center", fontsize=8)
        if row.name in table.ours:
            label.set(color=BLUE, fontweight="bold")


def _round_seconds(value: float) -> str:
    """A power of ten of seconds, for the scale: ``10 ms``."""
    factor, unit = (1.0, "s") if value >= 1 else (1e3, "ms") if value >= 1e-3 else (1e6, "µs")
    return f"{value * factor:g} {unit}"
