"""The mistakes that have a name.

One row each: the identifier that reports, grade tables and figures use; the kind it belongs to; and a title of a few
words for a summary of a class. The sentence that a learner reads is written where the mistake is found, because it
speaks of the learner's own quantity.
"""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["KINDS", "MISTAKES", "Mistake"]


class Mistake(NamedTuple):
    """A mistake: what kind it is, and its title."""

    kind: str
    title: str


KINDS = ("scale", "sign", "sigmoid'", "relu'", "chain", "product", "bias and shape", "accumulation", "numerics",
         "generality", "answer")  # fmt: skip

MISTAKES: dict[str, Mistake] = {
    "missing-mean": Mistake("scale", "not divided by the number of samples"),
    "doubled-mean": Mistake("scale", "divided by the number of samples twice"),
    "stray-constant": Mistake("scale", "off by a constant factor"),
    "wrong-count": Mistake("scale", "a factor that counts another axis than the samples"),
    "sign": Mistake("sign", "the opposite sign"),
    "loss-term-sign": Mistake("sign", "one term of the loss with the opposite sign"),
    "loss-term-missing": Mistake("sign", "one term of the loss left out"),
    "ascent": Mistake("sign", "a step along the gradient instead of against it"),
    "sigmoid-derivative-missing": Mistake("sigmoid'", "the sigmoid's derivative left out"),
    "sigmoid-of-activated": Mistake("sigmoid'", "the sigmoid's derivative taken at the activated value"),
    "sigmoid-derivative-twice": Mistake("sigmoid'", "the sigmoid's derivative on top of ŷ − y"),
    "sigmoid-unactivated": Mistake("sigmoid'", "z (1 − z) for a (1 − a)"),
    "relu-mask-without-bias": Mistake("relu'", "relu's mask taken before the bias is added"),
    "relu-mask-from-gradient": Mistake("relu'", "relu's mask taken from the gradient"),
    "relu-derivative-missing": Mistake("relu'", "relu's derivative left out"),
    "relu-activation-for-mask": Mistake("relu'", "multiplied by the activation instead of its mask"),
    "relu-times-z": Mistake("relu'", "multiplied by z instead of its mask"),
    "relu-wrong-layer": Mistake("relu'", "relu's mask taken from another layer"),
    "relu-mask-inverted": Mistake("relu'", "relu's mask the wrong way round"),
    "relu-leaky": Mistake("relu'", "a small slope where relu has none"),
    "inner-derivative-missing": Mistake("chain", "an inner derivative left out"),
    "derivative-at-output": Mistake("chain", "a derivative taken at the function's output"),
    "outer-derivative-missing": Mistake("chain", "an outer derivative left out"),
    "derivative-twice": Mistake("chain", "a derivative multiplied in twice"),
    "path-missing": Mistake("chain", "one path left out of the sum"),
    "path-sign": Mistake("chain", "one path with the opposite sign"),
    "value-for-derivative": Mistake("chain", "the function's value in place of its derivative"),
    "paths-multiplied": Mistake("chain", "paths multiplied instead of added"),
    "wrong-derivative": Mistake("chain", "the derivative of another function"),
    "activation-missing": Mistake("chain", "an activation function left out"),
    "wrong-activation": Mistake("chain", "another activation function"),
    "softmax-diagonal-only": Mistake("chain", "only the diagonal of softmax's derivative"),
    "softmax-derivative-missing": Mistake("chain", "softmax's derivative left out"),
    "softmax-wrong-axis": Mistake("chain", "softmax along the wrong axis"),
    "elementwise-for-matmul": Mistake("product", "* where a matrix product belongs"),
    "transposed": Mistake("product", "transposed"),
    "factor-missing": Mistake("product", "a factor of a product left out"),
    "wrong-partner": Mistake("product", "multiplied by the wrong array"),
    "updated-before-use": Mistake("product", "a weight updated before it was used"),
    "bias-not-summed": Mistake("bias and shape", "not summed over the samples"),
    "bias-wrong-axis": Mistake("bias and shape", "summed over the wrong axis"),
    "bias-times-input": Mistake("bias and shape", "a bias's gradient multiplied by its layer's input"),
    "broadcast-square": Mistake("bias and shape", "broadcast to n × n"),
    "bias-missing": Mistake("bias and shape", "the bias left out"),
    "wrong-shape": Mistake("bias and shape", "another shape than asked for"),
    "last-sample-only": Mistake("accumulation", "only the last sample counts: = for +="),
    "first-sample-only": Mistake("accumulation", "only the first sample counts: returned inside the loop"),
    "sample-left-out": Mistake("accumulation", "a sample left out of the sum"),
    "not-reset": Mistake("accumulation", "not set back to zero between calls or batches"),
    "input-mutated": Mistake("accumulation", "an argument changed before it was used again"),
    "batch-left-out": Mistake("accumulation", "the last, shorter batch left out"),
    "epoch-left-out": Mistake("accumulation", "only the first epoch is trained"),
    "batch-size-ignored": Mistake("accumulation", "other batches than asked for"),
    "order-ignored": Mistake("accumulation", "the order of the samples not followed"),
    "labels-not-shuffled": Mistake("accumulation", "samples shuffled, but not their labels"),
    "history-wrong": Mistake("accumulation", "the history is of another loss than asked for"),
    "log-of-zero": Mistake("numerics", "no finite number: a logarithm of 0, a division by 0"),
    "misplaced-epsilon": Mistake("numerics", "an epsilon that changes the result"),
    "low-precision": Mistake("numerics", "computed with too few digits"),
    "rounded": Mistake("numerics", "rounded"),
    "finite-difference": Mistake("numerics", "a finite difference in place of the derivative"),
    "weight-decay": Mistake("numerics", "a penalty on the weights that nobody asked for"),
    "hard-coded-size": Mistake("generality", "a size written as a number"),
    "global-for-argument": Mistake("generality", "a variable of the notebook in place of an argument"),
    "swapped-arguments": Mistake("generality", "arguments exchanged"),
    "exception": Mistake("answer", "stopped with an exception"),
    "no-submission": Mistake("answer", "nothing that could be judged"),
    "syntax-error": Mistake("answer", "not valid Python"),
    "no-function": Mistake("answer", "the function is not there"),
    "timeout": Mistake("answer", "took too long"),
    "memory": Mistake("answer", "took too much memory"),
    "crashed": Mistake("answer", "ended the process it ran in"),
    "forbidden": Mistake("answer", "did what an answer may not do"),
    "returned-none": Mistake("answer", "returned nothing"),
    "wrong-order": Mistake("answer", "the results in another order"),
    "missing-quantity": Mistake("answer", "a result missing"),
    "not-numbers": Mistake("answer", "returned something other than numbers"),
    "unfinished": Mistake("answer", "something still to be written"),
}
