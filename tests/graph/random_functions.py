"""Random functions of two numbers, and printed formulas read back as numbers: what paths and derivations share."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from hypothesis import strategies as st

OPERATIONS: dict[str, Callable[[Any, Any, Any], Any]] = {
    "add": lambda np, a, b: a + b,
    "subtract": lambda np, a, b: a - b,
    "multiply": lambda np, a, b: a * b,
    "divide": lambda np, a, b: a / (b * b + 1),
    "maximum": lambda np, a, b: np.maximum(a, b),
    "exp": lambda np, a, b: np.exp(a),
    "sin": lambda np, a, b: np.sin(a),
    "tanh": lambda np, a, b: np.tanh(a),
    "square": lambda np, a, b: a**2,
    "cube": lambda np, a, b: a**3,
    "sigmoid": lambda np, a, b: 1 / (1 + np.exp(-a)),
    "power": lambda np, a, b: np.exp(np.tanh(a)) ** np.tanh(b),
}
STEPS = st.lists(st.tuples(st.sampled_from(sorted(OPERATIONS)), st.integers(0, 30), st.integers(0, 30)), max_size=8)
NUMBERS = st.floats(-2, 2).filter(lambda x: abs(x) > 0.1)


def function_of(steps: list[tuple[str, int, int]], np: Any) -> Callable[[Any, Any], Any]:
    """A function of x and y whose steps use any of the values before them."""

    def f(x: Any, y: Any) -> Any:
        values = [x, y]
        for name, i, j in steps:
            values.append(OPERATIONS[name](np, values[-1 - i % len(values)], values[-1 - j % len(values)]))
        return values[-1] + values[-1 - len(steps) // 2] * x

    return f


SUPERSCRIPTS = dict(zip("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789", strict=True))
FUNCTIONS = {
    "exp": np.exp, "log": np.log, "sin": np.sin, "cos": np.cos, "tanh": np.tanh, "max": np.maximum,
    "σ": lambda x: 1 / (1 + np.exp(-x)), "softplus": lambda x: np.logaddexp(0, x), "sqrt": np.sqrt,
}  # fmt: skip


SIGNS = {"−": "-", "·": "*", "^": "**", "[": "1*(", "]": ")", "≥": ">=", "≤": "<=", " = ": " == ", "√": "sqrt"}


def read(text: str, values: Mapping[str, Any]) -> float:
    """Return the number that a printed formula of numbers stands for."""
    text = re.sub("([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)", lambda m: "**(" + "".join(map(SUPERSCRIPTS.__getitem__, m[1])) + ")", text)
    text = re.sub(r"(?<![\w.])(\d+(?:\.\d+)?(?:e[−-]?\d+)?) ?(?!if |else )(?=[^\W\de]|e(?!\d|−|-)|\()", r"\1*", text)
    for sign, python in SIGNS.items():
        text = text.replace(sign, python)
    with np.errstate(all="ignore"):
        return float(eval(text, {"__builtins__": {}}, {**FUNCTIONS, **values}))  # the text is our own
