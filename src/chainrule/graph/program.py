"""A program: the text of a graph, and the function that running this text gives."""

from __future__ import annotations

import itertools
import linecache
import weakref
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from .emit import Emission
from .functions import erf, scatter_add

__all__ = ["Program", "run_text"]

NUMPY = {"np": np, "erf": erf, "scatter_add": scatter_add}  # what programs call by name
_serial = itertools.count(1)


def run_text(emission: Emission, name: str, library: Mapping[str, Any] = NUMPY) -> Callable[..., Any]:
    """Execute a program's text and return the function it defines.

    The text is registered with ``linecache``, so that a traceback shows the line that failed.

    Args:
        emission: the text and the arrays it refers to.
        name: the name of its function.
        library: what stands for ``np`` and the helpers in it; NumPy, unless another engine brings its own.
    """
    filename = f"<chainrule program {next(_serial)}: {name}>"
    lines = emission.source.splitlines(keepends=True)
    linecache.cache[filename] = (len(emission.source), None, lines, filename)
    namespace: dict[str, Any] = {**library, **emission.constants}
    exec(compile(emission.source, filename, "exec"), namespace)
    function: Callable[..., Any] = namespace[name]
    weakref.finalize(
        function, linecache.cache.pop, filename, None
    )  # so that thousands of programs leave nothing behind
    return function


class Program:
    """A NumPy program made from a graph.

    Attributes:
        source: the text. What you read is what runs.
        name: the name of the function it defines.
        inputs: the names of its parameters, in order.
        function: the function itself, without any checks.

    >>> import numpy as np, chainrule as cr
    >>> print(cr.trace(lambda x: x**2 + 5 * x**3, x=2.0).derivative("x").program().source)
    def df_dx(x):
        return 15 * x**2 + 2 * x
    <BLANKLINE>
    """

    def __init__(self, emission: Emission, name: str, inputs: Sequence[str]) -> None:
        self.source, self.name, self.inputs = emission.source, name, tuple(inputs)
        self.constants = emission.constants
        self.function = run_text(emission, name)

    def __call__(self, *args: Any) -> Any:
        """Run the text. Named functions such as the sigmoid may overflow on the way to an exact result."""
        with np.errstate(over="ignore", under="ignore"):
            return self.function(*args)

    def __str__(self) -> str:
        return self.source

    def __repr__(self) -> str:
        return f"<Program {self.name}({', '.join(self.inputs)}), {self.source.count(chr(10)) - 1} lines>"
