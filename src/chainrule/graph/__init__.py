"""A function as a graph, its derivative, and the program that runs.

::

    plain NumPy function ──trace──▶ graph ──derive──▶ graph ──simplify──▶ graph ──emit──▶ program

=============== ====================================================================================
``node``         one operation, its arguments, its example value
``trace``        the traced values that NumPy functions write themselves down on (``calls``: one form for
                 each call; ``spellings``: other ways to write the same; ``sizes``: lengths of axes)
``rules``        the derivative table, one row an operation (``linear_rules``, ``helpers``)
``stable``       named functions recognised, logarithms that cannot overflow
``derive``       reverse mode: the derivative as nodes
``simplify``     fewer and smaller steps (``collect``: sums of products)
``lower``        named functions written in NumPy
``emit``         the text (``names``: from the user's lines; ``buffers``: where results are written)
``members``      the graph of many networks at once
``batch``        programs for every number of rows (``rowwise``: what may be computed block by block)
``program``      the text and the function it defines
``interpret``    a graph evaluated node by node, to look at each value
``graph``        the graph as users hold it; ``gradient``: ``grad`` and ``value_and_grad`` (``structure``:
                 containers of arrays)
``mathematics``  graphs written as formulas
``chain_rule``   its paths, and its derivative step by step
``draw``         its picture
=============== ====================================================================================
"""

from .gradient import grad, value_and_grad
from .graph import Graph, trace
from .program import Program
from .trace import label

__all__ = ["Graph", "Program", "grad", "label", "trace", "value_and_grad"]
