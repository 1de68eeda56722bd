"""Mathematics set in LaTeX, for amsmath and MathJax, without dollar signs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar

from .typeset import ATOM, POWER, PRODUCT, Plain, Term

__all__ = ["LATEX", "Latex"]

GREEK = {
    "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "kappa", "lambda", "mu", "nu", "xi", "rho",
    "sigma", "tau", "phi", "chi", "psi", "omega",
}  # fmt: skip
FUNCTIONS = {"arccos", "arcsin", "arctan", "cos", "cosh", "exp", "log", "max", "min", "sin", "sinh", "tan", "tanh"}
FENCES = {"abs": ("|", "|"), "norm": (r"\|", r"\|"), "floor": (r"\lfloor", r"\rfloor"), "ceil": (r"\lceil", r"\rceil")}
SPECIAL = {"\\": r"\backslash ", "^": r"\^{}", "~": r"\sim ", **{sign: "\\" + sign for sign in "_#$%&{}"}}


class Latex(Plain):
    """The same mathematics in LaTeX: ``2 x``, ``X^{\\top} \\cdot \\mathrm{d}z_{1}``, ``\\frac{a_{2} - y}{n}``."""

    minus, infinity, ellipsis, sigma = "-", r"\infty", r"\ldots", r"\sigma"
    signs: ClassVar[dict[str, str]] = {
        "number": r" \cdot ", "entries": r" \odot ", "matrices": r" \cdot ", "outer": r" \otimes ", "by": r" \times ",
        "sum": r"\sum", "product": r"\prod",
        "!=": r"\ne", ">=": r"\ge", "<=": r"\le", "and": r"\land", "or": r"\lor", "not": r"\lnot ", "xor": r"\oplus",
    }  # fmt: skip

    def parenthesised(self, text: str) -> str:
        """Put parentheses around."""
        return rf"\left({text}\right)"

    def bracketed(self, text: str) -> str:
        """Put square brackets around."""
        return rf"\left[{text}\right]"

    def name(self, name: str) -> Term:
        """Set a name: ``dz1`` as the differential of z with index 1, Greek letters as such, words upright."""
        match = re.fullmatch(r"(d?)([^\W\d_])_?(\d*)", name) or re.fullmatch(r"()([^\W\d_]+)_?(\d*)", name)
        if match is None:
            return Term(rf"\mathrm{{{escaped(name)}}}")
        d, letter, index = match.groups()
        shown = letter if len(letter) == 1 else f"\\{letter}" if letter in GREEK else rf"\mathrm{{{letter}}}"
        return Term((r"\mathrm{d}" if d else "") + shown + (f"_{{{index}}}" if index else ""))

    def number(self, text: str) -> Term:
        """Set a number, 1e-07 as a power of ten."""
        digits, e, exponent = text.partition("e")
        if not e or digits.startswith("-"):
            return super().number(text)
        power = f"10^{{{int(exponent)}}}"
        return Term(power if digits == "1" else rf"{digits} \cdot {power}", PRODUCT, literal=True)

    def word(self, text: str) -> str:
        """Set what is no mathematics."""
        return rf"\text{{{escaped(text)}}}"

    def coefficient(self, number: str, rest: str) -> str | None:
        """Return a number with what it multiplies, or nothing if they need a sign between them."""
        apart = re.match(r"\d|-|\\left\[|\\frac\{\d", rest) or not re.fullmatch(r"(\\cdot|[\d. ])+", number)
        return None if apart else f"{number} {rest}"

    def divided(self, a: Term, b: Term, kind: str) -> Term:
        """Write a fraction, which holds together as a power does."""
        return Term(rf"\frac{{{self.standing(a)}}}{{{self.standing(b)}}}", POWER)

    def power(self, base: Term, exponent: Term) -> Term:
        """Write a power."""
        return Term(f"{self.enclosed(base, ATOM)}^{{{self.standing(exponent)}}}", POWER)

    def marked(self, base: Term, mark: str) -> Term:
        """Write a transpose (``"T"``) or an inverse (``"-1"``)."""
        return Term(self.enclosed(base, ATOM) + {"T": r"^{\top}", "-1": "^{-1}"}[mark], POWER)

    def root(self, x: Term, degree: int = 2) -> Term:
        """Write a square or cubic root."""
        return Term(rf"\sqrt{'[3]' if degree == 3 else ''}{{{self.standing(x)}}}", POWER)

    def exponential(self, x: Term) -> Term:
        """Write e to the power of ``x``."""
        return Term(f"e^{{{self.standing(x)}}}", POWER)

    def fenced(self, kind: str, x: Term) -> Term:
        """Write an absolute value, a norm, a floor or a ceiling."""
        left, right = FENCES[kind]
        return Term(rf"\left{left} {self.standing(x)} \right{right}")

    def subscript(self, axes: Sequence[int]) -> str:
        """Name the indices that run."""
        return f"_{{{''.join('ijklmn'[axis] for axis in axes)}}}" if axes else ""

    def function(self, name: str) -> str:
        """Set the name of a function."""
        base = {"log₂": r"\log_{2}", "log₁₀": r"\log_{10}", self.sigma: self.sigma}.get(name)
        return base or (f"\\{name}" if name in FUNCTIONS else rf"\operatorname{{{escaped(name)}}}")

    def choice(self, condition: str, yes: str, no: str) -> Term:
        """Write one value or another."""
        return Term(rf"\begin{{cases}} {yes} & \text{{if }} {condition} \\ {no} & \text{{else}} \end{{cases}}")


def escaped(text: str) -> str:
    """Write text so that LaTeX shows it as it is."""
    return "".join(SPECIAL.get(sign, sign) for sign in text)


LATEX = Latex()
