"""How mathematics is set on one line of Unicode; ``latex`` sets the same in LaTeX.

A ``Term`` is a piece of mathematics with what a larger piece must know of it: how tightly it holds together. All rules
about parentheses, signs and products are here. What each operation is written as is the business of ``phrases``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar

__all__ = [
    "AND", "ATOM", "CHOICE", "COMPARE", "CONDITIONS", "NOT", "OR", "PLAIN", "POWER", "PREFIX", "PRODUCT", "SUM",
    "Plain", "Term",
]  # fmt: skip

CHOICE, OR, AND, NOT, COMPARE, SUM, PRODUCT, PREFIX, POWER, ATOM = range(10)
CONDITIONS = (OR, AND, NOT, COMPARE)
SUPERSCRIPTS = dict(zip("0123456789−abcdefghijklmnoprstuvwxyz", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ", strict=True))
SUBSCRIPTS = "ᵢⱼₖₗₘₙ"
FENCES = {"abs": ("|", "|"), "norm": ("‖", "‖"), "floor": ("⌊", "⌋"), "ceil": ("⌈", "⌉")}
FACTOR = re.compile(r"([A-Za-zα-ω]+)|[(√∛⌊⌈ΣΠ]")  # how a factor begins that a coefficient may stand before

# Kinds of products: with a number (``left`` and ``right`` say on which side it is, if an array is on the other), of
# entries, of matrices, and the outer product. With each, the kinds of products that may stand in it without
# parentheses, left and right of its sign.
ARRAYS = frozenset({"entries", "matrices", "outer"})
NUMBER, ALL = frozenset({"number"}), ARRAYS | {"number"}
MIXES = {
    "number": (ALL, ALL),
    "number left": (NUMBER, ALL),
    "number right": (ALL, NUMBER),
    "entries": (NUMBER | {"entries"}, frozenset({"entries"})),
    "matrices": (NUMBER | {"matrices"}, frozenset()),
    "outer": (NUMBER, frozenset()),
}


class Term:
    """A piece of written mathematics.

    Attributes:
        text: what is written.
        level: how tightly it holds together, from ``CHOICE`` to ``ATOM``.
        kinds: of a product, the kinds of products it is made of, as in ``MIXES``.
        open: whether a factor written behind it would be read as part of it, as behind ``a / b`` and ``Σ x``.
        literal: whether it is a plain number such as ``2`` or ``−0.5``.
        opposite: if it has a minus sign, what stands behind the sign.
        factor: if it has a coefficient, that and the rest.
        fraction: if it is a division, what is above and below, and ``"entries"`` if an array is below.
    """

    __slots__ = ("factor", "fraction", "kinds", "level", "literal", "open", "opposite", "text")

    def __init__(
        self,
        text: str,
        level: int = ATOM,
        kinds: frozenset[str] = frozenset(),
        *,
        open: bool = False,
        literal: bool = False,
    ) -> None:
        self.text, self.level, self.kinds, self.open, self.literal = text, level, kinds, open, literal
        self.opposite: Term | None = None
        self.factor: tuple[Term, Term] | None = None
        self.fraction: tuple[Term, Term, str] | None = None


class Plain:
    """One line of Unicode, as one writes mathematics in a mail: ``2x``, ``Xᵀ · dz1``, ``(a2 − y) / n``."""

    minus, infinity, ellipsis, sigma = "−", "∞", "…", "σ"
    signs: ClassVar[dict[str, str]] = {
        "number": " · ", "entries": " ⊙ ", "matrices": " · ", "outer": " ⊗ ", "by": "×",
        "sum": "Σ", "product": "Π",
        "!=": "≠", ">=": "≥", "<=": "≤", "and": "∧", "or": "∨", "not": "¬", "xor": "⊻",
    }  # fmt: skip

    # --- brackets ---

    def parenthesised(self, text: str) -> str:
        """Put parentheses around."""
        return f"({text})"

    def bracketed(self, text: str) -> str:
        """Put square brackets around; a condition in them counts as 1 where it holds and as 0 elsewhere."""
        return f"[{text}]"

    def enclosed(self, term: Term, level: int) -> str:
        """Return the text of ``term`` where something of ``level`` is wanted."""
        if term.level >= level:
            return term.text
        if term.level in CONDITIONS and level > COMPARE:
            return self.bracketed(term.text)
        return self.parenthesised(term.text)

    def standing(self, term: Term) -> str:
        """Return the text of ``term`` where it stands alone, with only the brackets that make a condition a number."""
        return self.bracketed(term.text) if term.level in CONDITIONS else term.text

    # --- names and numbers ---

    def name(self, name: str) -> Term:
        """Set the name of a value."""
        return Term(name)

    def number(self, text: str) -> Term:
        """Set a number that Python writes as ``text``."""
        return self.negated(self.number(text[1:])) if text.startswith("-") else Term(text, literal=True)

    def word(self, text: str) -> str:
        """Set what is no mathematics, such as the name of an option."""
        return text

    # --- sums and products ---

    def plus(self, a: Term, b: Term) -> Term:
        """Write ``a + b``, or ``a − b`` if b has a sign."""
        if b.opposite:
            return self.less(a, b.opposite)
        if b.level == SUM and b.text.startswith(self.minus):
            return Term(f"{self.enclosed(a, SUM)} {self.minus} {b.text[1:]}", SUM)
        return Term(f"{self.enclosed(a, SUM)} + {self.enclosed(b, SUM)}", SUM)

    def less(self, a: Term, b: Term) -> Term:
        """Write ``a − b``, or ``a + b`` if b has a sign."""
        if b.opposite:
            return self.plus(a, b.opposite)
        return Term(f"{self.enclosed(a, SUM)} {self.minus} {self.enclosed(b, PRODUCT)}", SUM)

    def negated(self, x: Term) -> Term:
        """Write ``−x``, and x for ``−(−x)``."""
        if x.opposite:
            return x.opposite
        written = Term(self.minus + self.enclosed(x, PRODUCT), PRODUCT, x.kinds, open=x.open, literal=x.literal)
        written.opposite = x
        if x.fraction:
            top, bottom, kind = x.fraction
            written.fraction = (self.negated(top), bottom, kind)
        return written

    def times(self, a: Term, b: Term, kind: str) -> Term:
        """Write a product: the sign first, then a coefficient, and a division by a number last."""
        if a.opposite or b.opposite:
            signs = (a.opposite is None) + (b.opposite is None)
            bare = self.times(a.opposite or a, b.opposite or b, kind)
            return self.negated(bare) if signs == 1 else bare
        if a.literal != b.literal:
            return self.scaled(a, b) if a.literal else self.scaled(b, a)
        for x, rest in ((a, lambda y: self.times(y, b, kind)), (b, lambda y: self.times(a, y, kind))):
            if x.fraction and x.fraction[2] == "number":
                return self.quotient(rest(x.fraction[0]), x.fraction[1], "number")
            if x.factor:
                return self.scaled(x.factor[0], rest(x.factor[1]))
        if b.fraction and b.fraction[0].literal and kind not in ("matrices", "outer"):
            return self.quotient(self.scaled(b.fraction[0], a), b.fraction[1], "entries")
        return self.product(a, b, kind)

    def scaled(self, number: Term, x: Term) -> Term:
        """Write a coefficient before what it multiplies, close to it where that can be read: ``2x``, ``2 sin(x)``."""
        if number.opposite:
            return self.negated(self.scaled(number.opposite, x))
        if x.opposite:
            return self.negated(self.scaled(number, x.opposite))
        if number.text == "1" and not x.literal:
            return Term(self.enclosed(x, SUM)) if x.level in CONDITIONS else x
        if x.fraction:
            top, bottom, kind = x.fraction
            return self.quotient(number if top.text == "1" else self.scaled(number, top), bottom, kind)
        if x.factor:
            number, x = self.product(number, x.factor[0], "number"), x.factor[1]
        close = self.coefficient(number.text, self.enclosed(x, PRODUCT))
        written = Term(close, PRODUCT, x.kinds, open=x.open) if close else self.product(number, x, "number")
        written.factor = (number, x)
        return written

    def coefficient(self, number: str, rest: str) -> str | None:
        """Return a number with what it multiplies, or nothing if they need a sign between them."""
        start = FACTOR.match(rest)
        if start is None or not re.fullmatch(r"[\d. ·]+", number) or re.match(r"[eE]\d", rest):  # 2e1 is another number
            return None
        close = len((start.group(1) or "").removeprefix("d")) < 2 and rest[0] not in "ΣΠ"
        return number + ("" if close else " ") + rest

    def product(self, a: Term, b: Term, kind: str) -> Term:
        """Write a product as it stands; parentheses keep apart what does not associate."""
        mixing_left, mixing_right = MIXES[kind]
        grouped = b.level == PRODUCT and not b.kinds <= mixing_right
        right = self.parenthesised(b.text) if grouped else self.enclosed(b, PRODUCT)
        inner = (a.kinds if a.kinds <= mixing_left else frozenset()) | (frozenset() if grouped else b.kinds)
        own = kind if kind in ARRAYS else "number"
        text = self.left_of(a, mixing_left) + self.signs[own] + right
        return Term(text, PRODUCT, inner | {own}, open=b.open and not grouped)

    def left_of(self, a: Term, mixing: frozenset[str]) -> str:
        """Return the text of ``a`` where a product or a division goes on behind it."""
        apart = a.open or (a.level == PRODUCT and not a.kinds <= mixing)
        return self.parenthesised(a.text) if apart else self.enclosed(a, PRODUCT)

    def quotient(self, a: Term, b: Term, kind: str) -> Term:
        """Write a division; what is divided twice is divided by a product."""
        if a.opposite:
            return self.negated(self.quotient(a.opposite, b, kind))
        if a.fraction:
            top, bottom, below = a.fraction
            both = "entries" if kind == below == "entries" else "number"
            return self.quotient(top, self.times(bottom, b, both), "entries" if "entries" in (kind, below) else kind)
        written = self.divided(a, b, kind)
        written.fraction = (a, b, kind)
        return written

    def divided(self, a: Term, b: Term, kind: str) -> Term:
        """Write a division as it stands."""
        mixing = MIXES[kind][0]
        kinds = (a.kinds if a.kinds <= mixing else frozenset()) | {kind}
        return Term(f"{self.left_of(a, mixing)} / {self.enclosed(b, PREFIX)}", PRODUCT, kinds, open=True)

    # --- what is set above, below and around ---

    def power(self, base: Term, exponent: Term) -> Term:
        """Write a power: ``x²``, ``xⁿ``, ``x^(n + 1)``."""
        below = self.parenthesised(base.text) if base.literal and "e" in base.text else self.enclosed(base, ATOM)
        if re.fullmatch(r"−?\d+|[a-pr-z]", exponent.text):
            return Term(below + "".join(SUPERSCRIPTS[sign] for sign in exponent.text), POWER)
        return Term(f"{below}^{self.enclosed(exponent, ATOM)}", POWER)

    def marked(self, base: Term, mark: str) -> Term:
        """Write a transpose (``"T"``) or an inverse (``"-1"``)."""
        return Term(self.enclosed(base, ATOM) + {"T": "ᵀ", "-1": "⁻¹"}[mark], POWER)

    def root(self, x: Term, degree: int = 2) -> Term:
        """Write a square or cubic root."""
        return Term({2: "√", 3: "∛"}[degree] + self.enclosed(x, ATOM), PREFIX)

    def exponential(self, x: Term) -> Term:
        """Write e to the power of ``x``."""
        return self.call("exp", [self.standing(x)])

    def fenced(self, kind: str, x: Term) -> Term:
        """Write an absolute value, a norm, a floor or a ceiling."""
        left, right = FENCES[kind]
        if left == right and left in x.text:
            return self.call(kind, [self.standing(x)])
        return Term(left + self.standing(x) + right)

    def subscript(self, axes: Sequence[int]) -> str:
        """Name the indices that run: i over rows, j over columns, then k, l, m, n."""
        return "".join(SUBSCRIPTS[axis] for axis in axes)

    def running(self, sign: str, x: Term, axes: Sequence[int]) -> Term:
        """Write a sum or a product of entries; it takes what stands next to it only."""
        return Term(f"{self.signs[sign]}{self.subscript(axes)} {self.enclosed(x, PREFIX)}", PREFIX, open=True)

    def call(self, name: str, arguments: Sequence[str], axes: Sequence[int] = ()) -> Term:
        """Write a function of its arguments."""
        return Term(self.function(name) + self.subscript(axes) + self.parenthesised(", ".join(arguments)))

    def function(self, name: str) -> str:
        """Set the name of a function."""
        return name

    def choice(self, condition: str, yes: str, no: str) -> Term:
        """Write one value or another."""
        return Term(f"{yes} if {condition} else {no}", CHOICE)


PLAIN = Plain()
