"""One weight's gradient, written factor by factor: symbols over numbers, path by path."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...graph.mathematics.tables import aligned, count_text, markdown_table, number_text, shortened
from .formulas import Words

__all__ = ["Explanation", "Factor", "UnitPath", "partial"]

SAMPLES = 8  # that are shown
MOST = 13  # factors, units and letters that are written one after the other


class Factor:
    """One local derivative: of a unit by one before it, or of a unit by the weight.

    Attributes:
        symbol: ``∂z2/∂a1[7]``, as plain text and as LaTeX.
        formula: ``W2[7, 0]`` likewise; None where it does not fit into a few words.
        values: the number for each sample, (n,).
    """

    def __init__(self, symbol: Words, formula: Words | None, values: np.ndarray) -> None:
        self.symbol, self.formula, self.values = symbol, formula, values

    def __repr__(self) -> str:
        return f"<Factor {self.symbol.text}>"


class UnitPath:
    """A path from the weight to the loss, through one unit of each value on the way.

    Attributes:
        units: where it goes, from the weight on: ``("W1[3, 7]", "z1[7]", "a1[7]", "z2", "a2", "loss")``.
        factors: the local derivatives, from the loss back to the weight.
        products: their product for each sample, (n,).
        product: the mean of the products: what the path adds to the gradient.
    """

    def __init__(self, units: Sequence[str], factors: list[Factor], products: np.ndarray) -> None:
        self.units, self.factors, self.products = tuple(units), factors, products
        self.product = float(products.mean())

    @property
    def text(self) -> str:
        """Its units, from the loss back to the weight, as the factors are written."""
        return " ← ".join(shortened(self.units[::-1], MOST, "…"))

    def __repr__(self) -> str:
        return f"<UnitPath {self.text}: {number_text(self.product)}>"


class Explanation:
    """One weight's gradient as a sum over paths of products of local derivatives. Print it.

    Attributes:
        weight: the weight's name, ``"dense/kernel[3, 7]"``.
        symbol: its name in the program, ``W1[3, 7]``, as plain text and as LaTeX.
        gradient: the derivative of the loss by it: the entry of the program's ``dW1``, if there is one.
        trained: whether there is: a frozen weight has a derivative, but the program leaves it out.
        samples: the derivative of each sample's loss by it, (n,): the sum over all paths. Their mean, and what the
            penalty adds, is the gradient.
        count: the number of paths.
        paths: the largest of them, at most ten, by size of their mean product; those that are 0 only if there are no
            more than ten.
        surely_largest: whether the search for them came to its end; if not, they are the largest that were found.
        rest: what the paths that are not listed add to the gradient.
        chain: the factors that all paths have in common, with letters for the units that differ; empty where paths
            go through different values.
        over: the letters, each with the number of units and the values it stands for.
        note: what is to be said about the factors, or nothing.
        penalty: the derivative of the penalty by it, one number, (1,); None if the weight has none.
    """

    def __init__(
        self,
        weight: str,
        symbol: Words,
        gradient: float,
        trained: bool,
        samples: np.ndarray,
        count: int,
        paths: list[UnitPath],
        surely_largest: bool,
        chain: list[Factor],
        over: dict[str, tuple[int, list[str]]],
        note: str,
        penalty: Factor | None = None,
    ) -> None:
        self.weight, self.symbol, self.gradient, self.trained = weight, symbol, gradient, trained
        self.samples, self.count, self.paths, self.surely_largest = samples, count, paths, surely_largest
        self.chain, self.over, self.note, self.penalty = chain, over, note, penalty
        rest = float(samples.mean()) - sum(path.product for path in paths)
        size = sum(abs(path.product) for path in paths)
        self.rest = rest if abs(rest) > 1e-14 * size else 0.0  # what is smaller comes from rounding

    def __str__(self) -> str:
        return "\n\n".join([self._title(), *self._sections(latex=False)])

    def __repr__(self) -> str:
        return f"<Explanation of {self.weight}: {number_text(self.gradient)}, {count_text(self.count)} paths>"

    def _repr_markdown_(self) -> str:
        return "\n\n".join([f"**{self._title()}**", *self._sections(latex=True)])

    # --- what is written ---

    def _title(self) -> str:
        paths = "1 path" if self.count == 1 else f"{count_text(self.count)} paths"
        samples = "1 sample" if len(self.samples) == 1 else f"{len(self.samples)} samples"
        return f"{self.weight}, {self.symbol.text} in the program: {paths} to the loss, {samples}"

    def _sections(self, latex: bool) -> list[str]:
        if not self.count:
            return [self._no_path(latex)]
        fits = self.count == 1 and len(self.chain) <= MOST
        table = _factor_table(self) if fits else _path_table(self)
        by_sample = ", ".join(number_text(x + 0.0, 4) for x in self.samples[:SAMPLES])
        more = ", …" if len(self.samples) > SAMPLES else ""
        mean = ", the mean over the samples" if len(self.samples) > 1 else ""
        if self.penalty:
            mean += f"{' plus' if mean else ', with'} {self.penalty.symbol.text}"
        name = self.symbol.text
        whose = f"The program's d{name}" if self.trained else f"∂loss/∂{name}, which the program leaves out (frozen)"
        parts = [
            self._equation(latex),
            _table_text(*table, latex),
            f"by sample: {by_sample}{more}" if self.count > 1 and len(self.samples) > 1 else "",
            self._penalty(latex),
            f"{whose}{mean}: {number_text(self.gradient + 0.0, 6)}",
            self.note,
        ]
        return [part for part in parts if part]

    def _no_path(self, latex: bool) -> str:
        name = self.symbol.text
        if not self.penalty:
            return f"No path leads from {name} to the loss: the loss does not depend on it."
        return f"No path leads from {name} to the loss of a sample. It has a penalty alone: {self._penalty(latex)}"

    def _penalty(self, latex: bool) -> str:
        """What the penalty adds: symbol, formula, number; nothing if there is none."""
        if not self.penalty:
            return ""
        parts = [part for part in (self.penalty.symbol, self.penalty.formula) if part]
        text = " = ".join(f"${part.latex}$" if latex else part.text for part in parts)
        return f"{text} = {number_text(self.penalty.values[0] + 0.0, 6)}"

    def _equation(self, latex: bool) -> str:
        """The chain as symbols and, where there are several paths, as formulas."""
        total = "" if self.count == 1 else r"\sum " if latex else "Σ "
        added = "" if not self.penalty else " + " + (self.penalty.symbol.latex if latex else self.penalty.symbol.text)
        if not self.chain:
            products = "The sum over all paths of the products of their local derivatives"
            return f"{products}{' plus the share of the penalty' if added else ''} is ∂loss/∂{self.symbol.text}."
        sides = [f"{total}{_product([factor.symbol for factor in self.chain], latex)}{added}"]
        if self.count > 1 and any(factor.formula for factor in self.chain):
            sides.append(f"{total}{_product([factor.formula or factor.symbol for factor in self.chain], latex)}{added}")
        left = partial(Words("loss", r"\mathrm{loss}"), self.symbol)
        if latex:
            lines = r" \\ ".join(f"&= {side}" for side in sides)
            equation = rf"$$\begin{{aligned}} {left.latex} {lines} \end{{aligned}}$$"
        else:
            margin = " " * len(left.text)
            equation = "\n".join(f"{margin if i else left.text} = {side}" for i, side in enumerate(sides))
        ranges = [f"{letter} = 0 … {size - 1} ({', '.join(names)})" for letter, (size, names) in self.over.items()]
        return equation + (f"\n\nsummed over {'; '.join(shortened(ranges, MOST, '…'))}" if ranges else "")


Cell = Words | str


def partial(top: Words, by: Words) -> Words:
    """Return the symbol of a derivative."""
    return Words(f"∂{top.text}/∂{by.text}", rf"\frac{{\partial {top.latex}}}{{\partial {by.latex}}}")


def _product(parts: Sequence[Words], latex: bool) -> str:
    parts = shortened(parts, MOST, Words("…", r"\ldots"))
    if latex:
        return r" \cdot ".join(rf"\left({part.latex}\right)" if part.is_sum else part.latex for part in parts)
    return " · ".join(f"({part.text})" if part.is_sum else part.text for part in parts)


def _factor_table(explanation: Explanation) -> tuple[list[Cell], list[list[Cell]]]:
    """One path: symbols over formulas over numbers, a row for each sample."""
    (path,) = explanation.paths
    header: list[Cell] = ["sample", *(factor.symbol for factor in path.factors), "product"]
    rows: list[list[Cell]] = [["", *(factor.formula or "" for factor in path.factors), ""]]
    for place in range(min(len(path.products), SAMPLES)):
        numbers = [*(factor.values[place] for factor in path.factors), path.products[place]]
        rows.append([str(place), *(number_text(x + 0.0, 4) for x in numbers)])
    blank = [""] * len(path.factors)
    if len(path.products) > SAMPLES:
        rows.append(["…", *blank, ""])
    if len(path.products) > 1:
        rows.append(["mean", *blank, number_text(path.product + 0.0, 6)])
    return header, rows if any(rows[0]) else rows[1:]


def _path_table(explanation: Explanation) -> tuple[list[Cell], list[list[Cell]]]:
    """Many paths: a row for each of the largest, with its numbers if there is only one sample."""
    alone = len(explanation.samples) == 1
    rows: list[tuple[str, str, float]] = []
    for path in explanation.paths:
        numbers = shortened([number_text(factor.values[0], 3) for factor in path.factors], MOST, "…")
        rows.append((path.text, " · ".join(numbers), path.product))
    others = explanation.count - len(explanation.paths)
    if others:
        rows.append((f"the other {count_text(others)}", "", explanation.rest))
    rows.append(("all", "", float(explanation.samples.mean())))
    listed = "path" if len(explanation.paths) == 1 else f"{len(explanation.paths)} paths"
    found = "" if explanation.surely_largest else " of those found"
    header: list[Cell] = [f"the largest {listed}{found}" if others else "path", "as numbers", "product"]
    cells: list[list[Cell]] = [[units, numbers, number_text(size + 0.0, 5)] for units, numbers, size in rows]
    if not alone:
        header, cells = [header[0], "mean product"], [[row[0], row[2]] for row in cells]
    return header, cells


def _table_text(header: list[Cell], rows: list[list[Cell]], latex: bool) -> str:
    def cell(content: Cell) -> str:
        if isinstance(content, str):
            return content
        return f"${content.latex}$" if latex else content.text

    text = [[cell(content) for content in row] for row in (header, *rows)]
    right = set(range(1, len(header)))
    return markdown_table(text[0], text[1:], right) if latex else "\n".join(aligned(text, right))
