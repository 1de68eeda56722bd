"""Find out, before anything is computed, whether JAX can run a program, and if not, which line of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...errors import EngineError
from ...graph.emit import emit
from ...graph.names import source_line
from ...graph.node import CONSTANT, INPUT, Node, topological
from .setup import load, numpy_rules
from .text import run_on_jax

__all__ = ["check_runs"]

LONGEST_QUOTE = 120


def check_runs(inputs: Sequence[Node], outputs: Sequence[Node]) -> None:
    """Check that JAX can compile the program of ``outputs``. Only shapes and dtypes go through it; nothing is computed.

    Args:
        inputs: the program's parameters. Their example values say shapes and dtypes; Python numbers stay such.
        outputs: what it returns, lowered.

    Raises:
        EngineError: JAX cannot. Says which operation of which line of the user's, why, and what to do.
        MissingExtraError: JAX is not installed.
    """
    error = _error(inputs, outputs)
    if error is None:
        return
    order = [node for node in topological(outputs) if node.op not in (INPUT, CONSTANT)]
    runs, fails = 0, len(order)  # the first so many of them run; the first so many do not
    while fails - runs > 1:
        middle = (runs + fails) // 2
        found = _error(inputs, order[:middle])
        runs, fails, error = (middle, fails, error) if found is None else (runs, middle, found)
    raise EngineError(_message(order[runs], error)) from error


def _error(inputs: Sequence[Node], outputs: Sequence[Node]) -> Exception | None:
    """What JAX says of a program on abstract values: an error, or nothing."""
    jax = load()
    function = run_on_jax(emit("f", inputs, outputs, comments=False), "f")
    try:
        with numpy_rules():
            jax.eval_shape(function, *(_abstract(jax, node) for node in inputs))
    except Exception as error:  # whatever JAX raises on the user's program
        return error
    return None


def _abstract(jax: Any, node: Node) -> Any:
    return node.value if node.is_weak else jax.ShapeDtypeStruct(node.shape, node.dtype)


def _message(node: Node, error: Exception) -> str:
    operation = "indexing" if node.op.__name__ == "getitem" else f"np.{node.op.__name__}"
    of_what = ", ".join(f"{parent.dtype} of shape {parent.shape}" for parent in node.parents)
    said = _quoted(str(error).strip().split("\n")[0])
    return f"JAX cannot run {operation} on {of_what}{_place(node)}. It says: {said}. {_advice(node)}"


def _place(node: Node) -> str:
    if node.line is None:
        return ""
    text = source_line(*node.line)
    return f" ({node.line[0]}, line {node.line[1]}" + (f": {_quoted(text)})" if text else ")")


def _quoted(text: str) -> str:
    return (text if len(text) <= LONGEST_QUOTE else text[: LONGEST_QUOTE - 1] + "…").rstrip(".")


def _advice(node: Node) -> str:
    return f'{_another_way(node)}. Or let NumPy run it: engine="numpy" for a model, no jit for a function'


def _another_way(node: Node) -> str:
    """What to write instead, where it is known."""
    if any(parent.dtype.itemsize > 8 for parent in (node, *node.parents)):
        return "JAX has no numbers wider than float64; convert with .astype(np.float64)"
    if any(parent.dtype.kind in "biu" and parent.op is not CONSTANT for parent in node.parents[1:]):
        return (
            "JAX compiles for fixed shapes: a number that decides the shape of a result cannot be an argument. "
            "Write it into the function, or use one function for each such number"
        )
    return "Write this line with other operations"
