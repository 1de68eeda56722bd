"""Reads formulas back: what a person takes a formula to mean, as an oracle for how formulas are written.

A parser by recursive descent, written from what ``graph.mathematics.notation`` says at its head, evaluates a formula on
values. LaTeX is brought into Unicode first.
"""

from __future__ import annotations

import re

import numpy as np

from chainrule.graph.functions import sigmoid

__all__ = ["Reader", "as_plain"]

SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻ˣʸᶻ", "0123456789−xyz")
TOKEN = re.compile(r"\d+(?:\.\d+)?(?:e[+-]?\d+)?|[A-Za-zσ]+|[⁰¹²³⁴⁵⁶⁷⁸⁹⁻ˣʸᶻ]+|[ΣΠ][ᵢⱼ]*|\S")
FUNCTIONS = {
    "exp": np.exp, "tanh": np.tanh, "sin": np.sin, "log": np.log, "abs": np.abs, "max": np.maximum, "min": np.minimum,
    "sign": np.sign, "σ": sigmoid,
}  # fmt: skip
COMPARISONS = {
    ">": np.greater,
    "<": np.less,
    "≥": np.greater_equal,
    "≤": np.less_equal,
    "≠": np.not_equal,
    "=": np.equal,
}


class Reader:
    """Evaluates a formula as its reader understands it, by recursive descent."""

    def __init__(self, text, values):
        self.tokens, self.place, self.values = [*TOKEN.findall(text), "end"], 0, values

    def read(self):
        value = self.choice()
        assert self.next == "end", f"stopped before {self.tokens[self.place :]}"
        return value

    @property
    def next(self):
        return self.tokens[self.place]

    @property
    def after(self):
        return self.tokens[self.place + 1] if self.place + 1 < len(self.tokens) else "end"

    def take(self, *expected):
        token = self.next
        if expected:
            assert token in expected, f"expected {expected}, got {token}"
        self.place += 1
        return token

    def took(self, *tokens):
        return self.take() if self.next in tokens else None

    def choice(self):
        value = self.either()
        if not self.took("if"):
            return value
        condition = self.either()
        self.take("else")
        return np.where(condition, value, self.choice())

    def either(self):
        value = self.both()
        while self.took("∨"):
            value = value | self.both()
        return value

    def both(self):
        value = self.comparison()
        while self.took("∧"):
            value = value & self.comparison()
        return value

    def comparison(self):
        if self.took("¬"):
            return ~self.atom()
        value = self.sum()
        sign = self.took(*COMPARISONS)
        return COMPARISONS[sign](value, self.sum()) if sign else value

    def sum(self):
        value = -self.product() if self.took("−") else self.product()
        while sign := self.took("+", "−"):
            value = value + self.product() if sign == "+" else value - self.product()
        return value

    def product(self):
        """Products and divisions from left to right. Kinds that do not associate must have been kept apart."""
        value, kinds = self.coefficient(), set()
        while sign := self.took("·", "⊙", "/"):
            factor = self.coefficient()
            arrays = np.ndim(value) and np.ndim(factor)
            kinds |= {sign} if arrays else set()
            assert len(kinds - {"/"}) < 2, "products of entries and of matrices side by side"
            assert not (sign == "·" and "/" in kinds), "a matrix product behind a division"
            value = value / factor if sign == "/" else value @ factor if sign == "·" and arrays else value * factor
        return value

    def coefficient(self):
        """``2x``: a number close to what it multiplies."""
        if (
            self.next[0].isdigit()
            and re.match(r"[A-Za-zσΣΠ(√]", self.after)
            and self.after not in ("if", "else", "end")
        ):
            return float(self.take()) * self.factor()
        return self.factor()

    def factor(self):
        if self.next[0] in "ΣΠ":
            sign, axes = self.next[0], ["ᵢⱼ".index(index) for index in self.take()[1:]]
            value = self.factor()
            return (np.sum if sign == "Σ" else np.prod)(value, axis=tuple(axes) or None, keepdims=True)
        if self.took("√"):
            return np.sqrt(self.atom())
        return self.power()

    def power(self):
        value = self.atom()
        if self.took("ᵀ"):
            return np.transpose(value)
        if self.took("^"):
            return value ** self.atom()
        if self.next[0] in "⁰¹²³⁴⁵⁶⁷⁸⁹⁻ˣʸᶻ":
            return value ** Reader(self.take().translate(SUPERSCRIPTS), self.values).read()
        return value

    def atom(self):
        token = self.take()
        if token == "(":
            value = self.choice()
            self.take(")")
            return value
        if token == "[":
            value = self.either()
            self.take("]")
            return value.astype(float)
        if token == "|":
            value = np.abs(self.choice())
            self.take("|")
            return value
        if token in FUNCTIONS:
            self.take("(")
            arguments = [self.choice()]
            while self.took(","):
                arguments.append(self.choice())
            self.take(")")
            return FUNCTIONS[token](*arguments)
        known = {"e": np.e, "true": np.True_, "false": np.False_, "∞": np.inf, "nan": np.nan} | self.values
        assert token in known or token[0].isdigit(), f"cannot read {token!r}"
        return known[token] if token in known else float(token)


def group(text, start):
    """The end of the braces that open at ``start``."""
    depth = 0
    for place in range(start, len(text)):
        depth += {"{": 1, "}": -1}.get(text[place], 0)
        if depth == 0:
            return place
    raise AssertionError(f"braces do not close: {text[start:]}")


def as_plain(latex):
    """LaTeX as the Unicode that the reader reads; the braces of fractions, powers and roots become parentheses."""
    for a, b in {
        r"\cdot": "·", r"\odot": "⊙", r"\ge": "≥", r"\ne": "≠", r"\land": "∧", r"\lor": "∨", r"\lnot": "¬",
        r"\infty": "∞",
        r"\left|": "abs(", r"\right|": ")", r"\left": "", r"\right": "", r"^{\top}": "ᵀ", r"\sigma": "σ", "-": "−",
        r"\sum_{i}": "Σᵢ", r"\sum_{j}": "Σⱼ", r"\sum": "Σ",
    }.items():  # fmt: skip
        latex = latex.replace(a, b)
    latex = re.sub(r"\\le(?![a-z])", "≤", latex)
    latex = re.sub(r"\\operatorname\{(\w+)\}", r"\1", latex)
    latex = re.sub(r"\\(exp|tanh|sin|log|max|min)", r"\1", latex)
    latex = re.sub(r"\\text\{(true|false|nan)\}", r"\1", latex)
    innermost = r"((?:(?!\\begin).)*?)"
    cases = (
        rf"\\begin\{{cases\}} {innermost} & \\text\{{if \}} {innermost} \\\\ {innermost} "
        r"& \\text\{else\} \\end\{cases\}"
    )
    while re.search(cases, latex):
        latex = re.sub(cases, r"(\1 if \2 else \3)", latex)
    while match := re.search(r"\\frac\{|\\sqrt\{|\^\{", latex):
        start = match.end() - 1
        end = group(latex, start)
        inside, rest = latex[start + 1 : end], latex[end + 1 :]
        before = latex[: match.start()]
        if match.group() == r"\frac{":
            stop = group(rest, 0)
            latex = f"{before}(({inside}) / ({rest[1:stop]})){rest[stop + 1 :]}"
        elif match.group() == r"\sqrt{":
            latex = f"{before}(√({inside})){rest}"
        else:
            latex = f"{before}^({inside}){rest}"
    return latex
