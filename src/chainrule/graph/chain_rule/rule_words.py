"""What each rule of the derivative table is called, as one says it when deriving by hand."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from .. import functions as fn
from ..node import Node

__all__ = ["FORM_WORDS", "RULE_WORDS", "form_words", "rule_words"]


def rule_words(user: Node, position: int, operand: Node, name: str = "it") -> str:
    """Return the rule by which ``user`` is derived by the operand at ``position``, called ``name``.

    >>> from chainrule.graph import trace
    >>> y = trace(lambda x: np.tanh(x), x=1.0).outputs[0]
    >>> rule_words(y, 0, y.args[0])
    'derivative of tanh: 1 − tanh²'
    """
    words = RULE_WORDS.get(user.op, f"derivative of np.{user.op.__name__}")
    if isinstance(words, tuple):
        words = words[min(position, len(words) - 1)]
    is_repeated = fn.is_entrywise(user.op) and operand.shape != user.shape
    return f"{words}; summed over the axes along which {name} was repeated" if is_repeated else words


def form_words(form: str) -> str:
    """Return why a stable form is taken; ``form`` is its name in ``stable.FORMS``."""
    return FORM_WORDS.get(form, "the same value, by steps that do not overflow")


SUM, PRODUCT, QUOTIENT, POWER = "sum rule", "product rule", "quotient rule", "power rule"
CHOICE = "passed on where it was chosen"
MOVED = "the entries go back to their places"

RULE_WORDS: dict[Callable[..., Any], str | tuple[str, ...]] = {
    # arithmetic
    np.add: SUM,
    np.subtract: (SUM, "sum rule with a minus"),
    np.multiply: "product rule: times the other factor",
    np.true_divide: (f"{QUOTIENT}: over the denominator", f"{QUOTIENT}: by the denominator"),
    np.power: (f"{POWER}: n xⁿ⁻¹", "derivative of a power by its exponent: times log of the base"),
    np.float_power: (f"{POWER}: n xⁿ⁻¹", "derivative of a power by its exponent: times log of the base"),
    np.remainder: ("slope 1", "minus the whole quotient"),
    np.negative: "sign changed",
    np.positive: "unchanged",
    np.reciprocal: f"{POWER}: −1/x²",
    np.square: f"{POWER}: 2x",
    np.sqrt: f"{POWER}: 1/(2√x)",
    np.cbrt: f"{POWER}: 1/(3∛x²)",
    np.absolute: "derivative of |x|: its sign",
    np.fabs: "derivative of |x|: its sign",
    np.hypot: "derivative of a length: the part over the whole",
    # exponentials and logarithms
    np.exp: "derivative of exp: exp itself",
    np.exp2: "derivative of 2ˣ: 2ˣ log 2",
    np.expm1: "derivative of exp(x) − 1: exp(x)",
    np.log: "derivative of log: 1/x",
    np.log2: "derivative of log₂: 1/(x log 2)",
    np.log10: "derivative of log₁₀: 1/(x log 10)",
    np.log1p: "derivative of log(1 + x): 1/(1 + x)",
    np.logaddexp: "derivative of log(exp a + exp b): its share of the sum",
    np.logaddexp2: "derivative of log₂(2ᵃ + 2ᵇ): its share of the sum",
    # trigonometric and hyperbolic
    np.sin: "derivative of sin: cos",
    np.cos: "derivative of cos: −sin",
    np.tan: "derivative of tan: 1 + tan²",
    np.arcsin: "derivative of arcsin: 1/√(1 − x²)",
    np.arccos: "derivative of arccos: −1/√(1 − x²)",
    np.arctan: "derivative of arctan: 1/(1 + x²)",
    np.arctan2: ("derivative of an angle: b/(a² + b²)", "derivative of an angle: −a/(a² + b²)"),
    np.sinh: "derivative of sinh: cosh",
    np.cosh: "derivative of cosh: sinh",
    np.tanh: "derivative of tanh: 1 − tanh²",
    np.arcsinh: "derivative of arsinh: 1/√(x² + 1)",
    np.arccosh: "derivative of arcosh: 1/√(x² − 1)",
    np.arctanh: "derivative of artanh: 1/(1 − x²)",
    np.deg2rad: "times π/180",
    np.radians: "times π/180",
    np.rad2deg: "times 180/π",
    np.degrees: "times 180/π",
    # choosing
    **dict.fromkeys((np.maximum, np.minimum, np.fmax, np.fmin, np.where), CHOICE),
    np.clip: ("passed on inside the bounds", "passed on at the lower bound", "passed on at the upper bound"),
    # reductions
    np.sum: "sum rule: every entry gets the same",
    np.mean: "derivative of a mean: every entry gets 1/n of it",
    np.var: "derivative of a variance: 2(x − mean)/n",
    np.std: "derivative of a standard deviation: (x − mean)/(n · std)",
    np.prod: f"{PRODUCT}: times the other entries",
    np.max: "derivative of a maximum: the largest entry gets it, ties share it",
    np.min: "derivative of a minimum: the smallest entry gets it, ties share it",
    np.cumsum: "derivative of running sums: sums from the end",
    # products
    np.matmul: ("matrix product C = A · B: dA = dC · Bᵀ", "matrix product C = A · B: dB = Aᵀ · dC"),
    np.dot: ("matrix product C = A · B: dA = dC · Bᵀ", "matrix product C = A · B: dB = Aᵀ · dC"),
    np.inner: "product rule for inner products",
    np.outer: "product rule for outer products",
    np.tensordot: "product rule: contracted with the other factor",
    np.einsum: "product rule: contracted with the other factors",
    np.kron: "product rule for Kronecker products: summed over blocks",
    # shapes
    **dict.fromkeys((np.reshape, np.ravel, np.squeeze, np.expand_dims), "only the shape changes"),
    **dict.fromkeys((np.transpose, np.swapaxes, np.moveaxis), "the axes go back to their places"),
    **dict.fromkeys((np.roll, np.flip, np.sort), MOVED),
    np.broadcast_to: "summed over the axes along which it was repeated",
    np.repeat: "copies are summed",
    np.tile: "copies are summed",
    np.concatenate: "each part gets its piece",
    np.stack: "each part gets its piece",
    np.pad: "the padding is cut off",
    np.tril: "zero above the diagonal",
    np.triu: "zero below the diagonal",
    np.astype: "unchanged",
    np.copy: "unchanged",
    # picking
    operator.getitem: "back to where it was picked, zero elsewhere",
    np.take_along_axis: "back to where it was picked, zero elsewhere",
    fn.scatter_add: "picked where it was added",
    # linear algebra
    np.linalg.inv: "derivative of an inverse: −A⁻ᵀ · dC · A⁻ᵀ",
    np.linalg.det: "derivative of a determinant: det A · A⁻ᵀ",
    np.linalg.solve: ("derivative of A⁻¹ · b: −(A⁻ᵀ · dC) · Cᵀ", "derivative of A⁻¹ · b: A⁻ᵀ · dC"),
    np.linalg.cholesky: "derivative of a Cholesky factor",
    np.linalg.norm: "derivative of a length: x over its length",
    # named functions
    fn.sigmoid: "derivative of σ: σ(1 − σ)",
    fn.softplus: "derivative of softplus: σ",
    fn.softmax: "derivative of softmax: p ⊙ (dp − Σ p ⊙ dp)",
    fn.logsumexp: "derivative of logsumexp: softmax",
    fn.erf: "derivative of erf: 2/√π exp(−x²)",
    fn.probability: "passed on inside the bounds",
}

FORM_WORDS: dict[str, str] = {
    "passed_on": "the variable of an inner derivative",
    "normalised": "a softmax sums to 1 already",
    "uncapped": "no cap is needed on a probability whose logarithm is taken in a stable form",
    "sigmoid": "the sigmoid, however it is spelled, is one step with derivative σ(1 − σ)",
    "half_tanh": "the sigmoid, however it is spelled, is one step with derivative σ(1 − σ)",
    "softplus": "exp(z) overflows for large z, softplus does not",
    "log_sigmoid": "σ rounds to 0 or 1, and log 0 is −∞; softplus does neither",
    "softmax": "the largest entry is taken out first, so that exp cannot overflow",
    "log_softmax": "no logarithm of a probability that rounds to 0",
    "logsumexp": "the largest entry is taken out first, so that exp cannot overflow",
}
