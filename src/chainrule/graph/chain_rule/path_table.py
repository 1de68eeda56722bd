"""The table of all paths, as text and as Markdown with LaTeX.

Paths with few factors are one row each. Longer ones are a table each, one row for a local derivative.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ..mathematics.latex import LATEX
from ..mathematics.notation import shape_text
from ..mathematics.tables import aligned, count_text, markdown_table, shortened, value_text
from ..node import Node
from .factors import Factor
from .path_text import numbers_text

if TYPE_CHECKING:
    from .paths import Path, Paths

__all__ = ["markdown", "text"]

WIDEST = 100  # characters of a row
ROWS = 12  # paths that are shown of many, if one row each
LINES = 40  # of all paths together, if they are a table each
STEPS = 20  # of such a table
LONGEST = 160  # characters of the sum over all paths
DEFINITIONS = 8
PASSED_ON = "passes a value on through layers of the graph in which it is not used: a factor 1 for each."
DELTA = "is the derivative that arrives from the output; the steps go from the output back to the input."
AS_WRITTEN = (
    "The paths follow the function as it is written, where numbers overflow, round or are capped. The derivative is "
    "taken of its stable form, which graph.derivation shows."
)


def text(paths: Paths) -> str:
    """Return the table of paths, what they add up to, and what the signs in it mean."""
    return "\n\n".join(_Table(paths, latex=False).sections())


def markdown(paths: Paths) -> str:
    """Return the same as Markdown."""
    return "\n\n".join(_Table(paths, latex=True).sections())


class _Table:
    """What is written of some paths."""

    def __init__(self, paths: Paths, latex: bool) -> None:
        self.paths, self.factors, self.latex = paths, paths.factors, latex
        self.seen: list[str] = []  # what was written, to explain the names in it
        self.output = self.factors.label(self.factors.output, latex)
        self.listed = paths.first(ROWS)
        self.in_rows = all(self.fits(path) for path in self.listed)
        if not self.in_rows:
            steps = min(STEPS, max(len(path.uses) for path in self.listed))
            self.listed = self.listed[: max(1, LINES // steps)]

    def sections(self) -> list[str]:
        title = self.title()
        if not self.paths.count:
            return [title]
        tables = [self.rows()] if self.in_rows else [self.block(i, path) for i, path in enumerate(self.listed, 1)]
        end = [*self.sum(), *self.notes()]
        return [title, *tables, *(end if self.latex else ["\n".join(end)] if end else [])]

    def title(self) -> str:
        paths, output = self.paths, self.math(self.output)
        count, s = count_text(paths.count) if paths.count else "no", "s" * (paths.count != 1)
        shape = f" ({shape_text(paths.variable)})" if paths.index is None and paths.variable.ndim else ""
        why = "" if paths.count else f": {output} does not depend on it, so the derivative is 0"
        return f"{count} path{s} from {self.math(paths.label(self.latex))}{shape} to {output}{why}"

    def math(self, text: str) -> str:
        return f"${text}$" if self.latex and text else text

    def table(self, header: list[str], rows: list[list[str]], right: set[int]) -> str:
        self.seen += [cell for row in rows for cell in row]
        return markdown_table(header, rows, right) if self.latex else "\n".join(aligned([header, *rows], right))

    # --- one row for each path ---

    def fits(self, path: Path) -> bool:
        """Whether the path can be read as one row."""
        few = len(path.uses) <= WIDEST // 4
        return few and sum(len(cell) + 2 for cell in self.cells(path, latex=False)) <= WIDEST

    def rows(self) -> str:
        numbers = ["as numbers"] if self.factors.numbers_only else []
        header = ["path", "local derivatives", *numbers, "product", ""]
        space = [""] * (len(header) - 3)
        rows = [[*self.cells(path, self.latex), ""] for path in self.listed]
        if self.paths.count > len(self.listed):
            rows.append(["…", *space, "…", ""])
        if self.paths.count <= self.paths.most:
            same = f"= {self.derivative}" if self.paths.agree else ""
            rows.append(["total", *space, value_text(self.paths.total), self.math(same)])
        return self.table(header, rows, {len(header) - 2})

    def cells(self, path: Path, latex: bool) -> list[str]:
        texts = [self.steps(path, latex), path.latex if latex else path.text]
        if self.factors.numbers_only:
            texts.append(numbers_text(self.factors, path.uses, latex))
        return [*(f"${text}$" if latex else text for text in texts), value_text(path.product)]

    def steps(self, path: Path, latex: bool) -> str:
        """Return the nodes of a path with arrows between them."""
        straight, dashed = (r"\to", r"\dashrightarrow") if latex else ("→", "⇢")
        parts = [self.factors.label(self.paths.variable, latex)]
        for use in reversed(path.uses):
            parts += [dashed if self.factors.skipped(use) else straight, self.factors.label(use.user, latex)]
        return " ".join(parts)

    # --- a table for each path ---

    def block(self, number: int, path: Path) -> str:
        gap = ["…", "…", "…", ""]
        uses = shortened(path.uses, STEPS, None)
        rows = [gap if use is None else self.step(use) for use in uses]
        header = ["derivative of", "by", "is", "on the example"]
        table = self.table(header, rows, {3} if self.factors.numbers_only else set())
        return f"path {number} adds {value_text(path.product)}" + ("\n\n" if self.latex else "\n") + table

    def step(self, use: Factor) -> list[str]:
        user, operand = (self.factors.label(node, self.latex) for node in (use.user, use.operand))
        formula = use.latex if self.latex else use.text
        number = value_text(use.value) if use.value is not None else ""
        return [*map(self.math, (user, operand, formula)), number]

    # --- below ---

    @property
    def derivative(self) -> str:
        """The derivative as a fraction of differentials."""
        by, d = self.paths.label(self.latex), "d" if self.paths.is_only_input else "∂"
        d = r"\partial " if self.latex and d == "∂" else d
        return rf"\frac{{{d}{self.output}}}{{{d}{by}}}" if self.latex else f"{d}{self.output}/{d}{by}"

    def sum(self) -> list[str]:
        """Return the derivative as the sum over the paths, and its value where no table has said it."""
        paths, lines = self.paths, []
        if self.in_rows and paths.count <= ROWS and len(paths.formula) <= LONGEST:
            formula = paths.latex if self.latex else paths.formula
            self.seen.append(formula)
            lines.append(self.math(f"{self.derivative} = {formula}"))
        if not self.in_rows and paths.count <= paths.most:
            same = f" = {self.math(self.derivative)}" if paths.agree else ""
            lines.append(f"total {value_text(paths.total)}{same}")
        if paths.count > paths.most or not paths.agree:
            lines.append(f"{self.math(self.derivative)} = {value_text(paths.derivative)}")
        return lines

    def notes(self) -> list[str]:
        """Return what the signs, δ and the names mean."""
        paths, notes = self.paths, []
        arrow = self.math(r"\dashrightarrow" if self.latex else "⇢")
        delta = LATEX.name(self.factors.delta).text if self.latex else self.factors.delta
        if paths.count > len(self.listed):
            shown = f"These are the first {len(self.listed)}" if len(self.listed) > 1 else "This is the first"
            notes.append(f"{shown}; paths.first(50) gives more.")
        if any("⇢" in text or "dashrightarrow" in text for text in self.seen):
            notes.append(f"{arrow} {PASSED_ON}")
        if any(delta in text for text in self.seen):
            notes.append(f"{self.math(delta)} {DELTA}")
        if paths.count <= paths.most and not paths.agree:
            notes.append(AS_WRITTEN)
        return [*notes, *self.definitions()]

    def definitions(self) -> list[str]:
        """Return what the names stand for that were made up for the table."""
        found: dict[Node, str] = {}
        pending = list(self.seen)
        while pending and len(found) <= DEFINITIONS:
            for number in re.findall(r"u(?:_\{)?(\d+)", pending.pop(0)):
                node = self.factors.made_up.get(f"u{number}")
                if node is not None and node not in found:
                    found[node] = self.factors.definition(node, self.latex)
                    pending.append(found[node])
        lines = [self.math(f"{self.factors.label(node, self.latex)} = {text}") for node, text in found.items()]
        lines = [*lines[:DEFINITIONS], *["…"] * (len(lines) > DEFINITIONS)]
        if self.latex:
            return ["where " + ", ".join(lines)] if lines else []
        return [f"{'      ' if i else 'where '}{line}" for i, line in enumerate(lines)]
