"""What a learner reads about a mistake: what was done, and the question or rule that leads on.

A sentence names the mistake and never the line that would be right.
"""

from __future__ import annotations

from collections.abc import Mapping

from .matching import Law

__all__ = ["law_sentence", "mistakes_of_law", "sentence"]

SENTENCES: Mapping[str, str] = {
    "loss-term-missing": (
        "The cross-entropy has two terms, one for each kind of label; only one arrives here. Left out: {words}."
    ),
    "loss-term-sign": (
        "One term of the loss comes with the opposite sign: {words}. Look at the minus signs around it."
    ),
    "sigmoid-derivative-missing": (
        "The sigmoid's derivative is left out on the way: {words} was passed as if its slope were 1."
    ),
    "sigmoid-of-activated": (
        "The sigmoid's derivative is taken at {words}, which is activated already, so the sigmoid is applied "
        "twice. It belongs at z."
    ),
    "sigmoid-derivative-twice": (
        "The sigmoid's derivative is in there twice. ŷ − y is what remains of cross-entropy' · sigmoid' together; "
        "it contains the sigmoid's derivative."
    ),
    "sigmoid-unactivated": "The sigmoid's derivative is written with z where the activated value belongs: {words}.",
    "relu-mask-without-bias": (
        "relu's mask is taken from {words}, before the bias is added. A unit is on where the sum with its bias is "
        "positive. While the biases are zero this does not show."
    ),
    "relu-mask-from-gradient": (
        "relu's mask is taken from the gradient that arrives from above. Whether a unit lets it through was "
        "decided in the forward pass."
    ),
    "relu-derivative-missing": "relu's derivative is left out: the gradient goes through units that were off.",
    "relu-activation-for-mask": (
        "The gradient is multiplied by {words} itself. relu's slope is 1 or 0, whatever the size of its value."
    ),
    "relu-times-z": "The gradient is multiplied by {words}. relu's slope is 1 or 0: whether z is positive, not z.",
    "relu-mask-inverted": "relu's mask is the wrong way round: the gradient goes through the units that were off.",
    "relu-wrong-layer": "relu's mask is taken from {words}, which belongs to another place of the network.",
    "relu-leaky": "There is a slope of {constant:.3g} where relu has none: that is a leaky relu.",
    "inner-derivative-missing": (
        "The derivative of {words} by what is inside it is left out. The chain rule wants a factor for each "
        "function on the way."
    ),
    "outer-derivative-missing": (
        "The outermost factor is left out: the derivative of {words} by what is directly inside it."
    ),
    "derivative-at-output": "The derivative of {words} is taken at its result. It belongs at what went into it.",
    "derivative-twice": "The derivative of {words} is multiplied in twice.",
    "path-missing": "A path is left out of the sum: the one through {words}.",
    "path-sign": "One path comes with the opposite sign: the one through {words}.",
    "paths-multiplied": (
        "The products along the paths are multiplied with each other. Along a path one multiplies; the paths are added."
    ),
    "value-for-derivative": "This is the value of the function. Asked for is its derivative.",
    "wrong-derivative": "The derivative taken here is {words}.",
    "activation-missing": "The activation function is left out: {words}.",
    "wrong-activation": "Another activation function than asked for: {words}.",
    "softmax-diagonal-only": (
        "Only the diagonal of softmax's derivative is there, {words}. Each score moves all the probabilities of "
        "its row, not only its own."
    ),
    "softmax-derivative-missing": "Softmax's derivative is left out on the way.",
    "softmax-wrong-axis": "Softmax runs along the wrong axis: the probabilities of one sample should sum to 1.",
    "elementwise-for-matmul": (
        "This is an entry-by-entry product with {words} (*). A matrix product (@) also sums over the samples."
    ),
    "transposed": "This is the transpose of what is asked for.",
    "missing-mean": "1/n is missing, n being the number of samples: {words} is a mean.",
    "factor-missing": "A factor is left out of a product: {words}.",
    "wrong-partner": "A product has the wrong partner: {words}.",
    "updated-before-use": (
        "A weight was changed before it was used: {words}. All gradients come from the weights as they were "
        "before the step."
    ),
    "bias-not-summed": "Not summed: a bias is used by every sample, so its gradient is a sum over the samples.",
    "bias-wrong-axis": (
        "Summed over the wrong axis. A bias is shared by the samples, so the samples are what is summed."
    ),
    "bias-times-input": (
        "The gradient of the bias is multiplied by the layer's input. The bias stands in z by itself: its local "
        "derivative is 1."
    ),
    "bias-missing": "The bias {words} is left out of the forward pass.",
    "broadcast-square": (
        "{words} meets the answers as a row meets a column: broadcasting makes n × n of it, and every sample is "
        "compared with the labels of all others."
    ),
    "last-sample-only": (
        "Only the last sample counts: each turn of the loop overwrites what the earlier ones found (= where += "
        "belongs)."
    ),
    "first-sample-only": "Only the first sample counts. Is there a return inside the loop?",
    "sample-left-out": "One sample is left out of the sum. Where does the range begin and end?",
    "misplaced-epsilon": (
        "An epsilon of {words} was added inside the logarithm. It changes the function and so its derivative."
    ),
    "weight-decay": (
        "There is {constant:.3g} times {words} on top: the derivative of a penalty on the weights that is not "
        "part of this loss."
    ),
    "rounded": "Rounded to {words} decimals. Keep all digits; what is small is what training lives on in the end.",
    "low-precision": "Right to about three digits: computed in float16?",
    "finite-difference": (
        "This is a finite difference, {words}, not the derivative: close to it, and as wrong as its step is wide."
    ),
    "not-reset": (
        "Called again with the same arguments it gives twice as much: what was summed up is not set back to zero "
        "at the start."
    ),
    "hard-coded-size": (
        "Right at the sizes of the statement, wrong at others: a size is written as a number. Take sizes from the "
        "shapes of the arguments."
    ),
    "global-for-argument": (
        "The result is the same whatever is passed as {words}: the function takes a variable of the notebook in "
        "place of its argument, or does not use it."
    ),
    "input-mutated": (
        "Changed inside the function: {words}. What is computed from it afterwards is of the changed values. Work on a "
        "copy."
    ),
    "log-of-zero": "Not a finite number: {words}.",
}


def sentence(mistake: str, words: str = "", constant: float = 0.0) -> str:
    """Return the sentence for a mistake.

    >>> sentence("relu-leaky", constant=0.01)
    'There is a slope of 0.01 where relu has none: that is a leaky relu.'
    """
    return SENTENCES[mistake].format(words=words, constant=constant)


FEWEST_SAMPLES = 5  # that somebody writes as a number; smaller ones are factors of another kind


def mistakes_of_law(law: Law) -> tuple[str, ...]:
    """Return the identifiers of a factor.

    >>> mistakes_of_law(Law(-1.0, times="n"))
    ('sign', 'missing-mean')
    """
    size, axes = abs(law.constant), (law.times, law.through)
    sign = ("sign",) if law.constant < 0 and (any(axes) or size == 1) else ()
    if not any(axes):
        return sign or ("stray-constant",)
    if size == 1 and axes in (("n", ""), ("", "n")):
        return (*sign, "missing-mean" if law.times else "doubled-mean")
    if axes == ("n", "") and 1 / size >= FEWEST_SAMPLES and (1 / size).is_integer():
        return (*sign, "hard-coded-size")
    if size == 1:
        return (*sign, "wrong-count")
    return (*mistakes_of_law(law._replace(constant=law.constant / size)), "stray-constant")


def law_sentence(law: Law) -> str:
    """Return what to say about a factor."""
    told = [LAW_SENTENCES[mistake] for mistake in mistakes_of_law(law)]
    constant = f"{abs(law.constant):.4g}" if abs(law.constant) != 1 or not law.times else ""
    above = " · ".join(part for part in (constant, _length(law.times)) if part)
    factor = f"{above} / {_length(law.through)}" if law.through else above
    return " ".join(told).format(
        constant=abs(law.constant) if "sign" in mistakes_of_law(law) else law.constant,
        divisor=1 / abs(law.constant),
        factor=factor,
    )


def _length(axis: str) -> str:
    return f"({'number of samples' if axis == 'n' else f'length of the axis {axis!r}'})" if axis else ""


LAW_SENTENCES = {
    "sign": "The sign is the opposite one. Is a minus lost, or a difference taken the other way round?",
    "missing-mean": "n times too large, n being the number of samples: the loss is a mean, and 1/n is missing.",
    "doubled-mean": "n times too small, n being the number of samples: divided by n twice. The mean is taken once.",
    "hard-coded-size": "Divided by {divisor:g} in place of the number of samples.",
    "stray-constant": "{constant:.4g} times what it should be. Which constant factor is too much, or missing?",
    "wrong-count": (
        "Off by the factor {factor}: another axis than the samples' is counted, or something is added once for each of "
        "its entries."
    ),
}
