"""An exercise: what to compute, and everything a check of an answer needs to know about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from inspect import signature
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..errors import DataError
from .cases import Case, plan
from .drawing_alike import axes_of, drawing_alike, is_label, shape_words

if TYPE_CHECKING:
    from ..graph import Graph

__all__ = ["Draw", "Exercise", "Quantity", "Variant"]

Draw = Callable[[np.random.Generator, Mapping[str, int], float], dict[str, Any]]


class Quantity(NamedTuple):
    """One thing that an answer returns.

    ``Quantity("w_grad_1", by="w_1")`` is the derivative of the reference's result by its argument or named value
    ``w_1``; with ``of="a"`` it is the derivative of the value named ``a`` instead. Without ``by`` it is the value
    itself.

    Attributes:
        name: its key in the dictionary that the answer returns.
        of: the name of the value in the reference function (an assigned variable, or a key of a returned
            dictionary); None for what the function returns.
        by: what to derive by; None if the value itself is asked for.
        shape: how the statement writes its shape: ``"10×n"``; empty for a number.
        per_sample: whether it has one entry (or row or column) for each sample, as δ has; its factor 1/n may then
            stand here or be left to the gradients that are made from it.
    """

    name: str
    of: str | None = None
    by: str | None = None
    shape: str = ""
    per_sample: bool = False


class Variant(NamedTuple):
    """A wrong answer whose mistake is known, for mistakes that no rewriting of the graph makes.

    Attributes:
        mistake: the identifier of the mistake.
        answer: a function as the learner would write it, with that mistake in it.
        message: the sentence for the learner.
    """

    mistake: str
    answer: Callable[..., Any]
    message: str


class Exercise:
    """What to compute, and what a check needs: draws, a reference, hints.

    Attributes:
        name: its name, as in ``check(name, answer)``.
        title: its title.
        function: the name of the function that an answer defines.
        quantities: what that function returns, in the order of the chain rule: first what is needed first.
        axes: the axes by name with their nominal lengths, ``{"n": 12, "features": 30, "hidden": 10}``; ``n`` counts
            the samples.
        statement: Markdown with formulas and shapes.
        answer: the source of a right answer, in which each line that the learner has to write ends in ``# answer``.
        hints: three, from a nudge to nearly all.
        labels: the arguments that hold labels; an answer must take them as whole numbers and as floats.
        alternatives: other references whose results are right as well, such as one with slope 1 at a kink.
        variants: wrong answers that no rewriting of the graph makes, each with its mistake.
        traced: whether the reference becomes a graph; if not, it is run, and returns the quantities by name.
    """

    def __init__(
        self,
        name: str,
        title: str,
        function: str,
        reference: Callable[..., Any],
        quantities: Sequence[Quantity],
        draw: Draw,
        axes: Mapping[str, int],
        *,
        statement: str,
        answer: str,
        hints: tuple[str, str, str],
        labels: Sequence[str] = (),
        alternatives: Sequence[Callable[..., Any]] = (),
        variants: Sequence[Variant] = (),
        traced: bool = True,
    ) -> None:
        self.name, self.title, self.function = name, title, function
        self.reference, self.quantities = reference, tuple(quantities)
        self.draw, self.axes = draw, dict(axes)
        self.statement, self.answer, self.hints = statement, answer, hints
        self.labels = tuple(labels)
        self.alternatives, self.variants, self.traced = tuple(alternatives), tuple(variants), traced

    @classmethod
    def from_function(
        cls,
        function: Callable[..., Any],
        wrt: str | Sequence[str],
        example: Mapping[str, Any],
        *,
        name: str = "",
        title: str = "",
        answer_name: str = "gradients",
        axes: Mapping[str, int] | None = None,
        draw: Draw | None = None,
        statement: str = "",
        hints: tuple[str, str, str] | None = None,
    ) -> Exercise:
        """Make an exercise from any NumPy function: its derivatives are what is asked for.

        Args:
            function: plain NumPy, returning a number; of an array, the sum of the entries is derived.
            wrt: the arguments to derive by, in the order in which they are judged; also variables that the function
                assigns, such as ``"Z"``.
            example: an example for each argument, in order. Equal lengths are one axis, so give different axes
                different lengths; labels are recognised as whole numbers, one-hot rows and probabilities as such.
            name: what the exercise is called; the function's name with dashes if left out.
            title: its title.
            answer_name: the name of the function that an answer defines. It returns a dictionary with ``dw`` for
                ``w``, or a tuple in the order of ``wrt``.
            axes: names for lengths, for the messages: ``{"n": 8, "features": 5}``. ``n`` counts the samples; left out,
                the first axis that nothing has which is derived by does.
            draw: draws the arguments of a case, ``draw(rng, sizes, spread)``; by default numbers like the example's.
            statement: Markdown; one is made from the function if left out.
            hints: three; made from the function if left out.

        Raises:
            TraceError, UnsupportedError: the function cannot be traced.
            DataError: it has no value of a name in ``wrt``, does not take the arguments of the example, or returns
                several values; the example has equal lengths in one argument; or nothing like it can be drawn at other
                lengths.

        >>> def loss(X, y, w):
        ...     return np.mean((X @ w - y) ** 2)
        >>> example = {"X": np.ones((8, 3)), "y": np.zeros(8), "w": np.array([0.5, -1.0, 2.0])}
        >>> exercise = Exercise.from_function(loss, "w", example)
        >>> exercise.name, [quantity.name for quantity in exercise.quantities]
        ('loss', ['dw'])
        >>> from chainrule.exercises import check
        >>> check(exercise, lambda X, y, w: 2 * X.T @ (X @ w - y)).mistakes
        ('missing-mean',)
        """
        example = _as_arrays(example)
        graph = _traced(function, example)
        wanted = [wrt] if isinstance(wrt, str) else list(dict.fromkeys(wrt))
        named = {node.name: node for node in graph.nodes if node.name}
        unknown = [one for one in wanted if one not in named]
        if unknown or not wanted:
            raise DataError(
                f"expected arguments of {graph.name} or variables that it assigns to derive by, got "
                f"{repr(unknown[0]) if unknown else 'none'}; there are {', '.join(sorted(named))}"
            )
        lengths = axes_of(example, axes or {}, wanted)
        samples = lengths.get("n")
        quantities = []
        for one in wanted:
            inner = one not in example and samples in named[one].shape
            quantities.append(Quantity(f"d{one}", None, one, shape_words(named[one].value, lengths), inner))
        made = cls(
            name or graph.name.replace("_", "-"),
            title or f"The derivative of {graph.name}",
            answer_name,
            function,
            quantities,
            draw or drawing_alike(example, lengths, wanted, function),
            lengths,
            statement=statement,
            answer="",
            hints=hints or _hints(graph, [one.name for one in quantities]),
            labels=[one for one, value in example.items() if one not in wanted and is_label(value)],
        )
        plan(made)  # what cannot be drawn is the teacher's to know, now
        return made

    @cached_property
    def cases(self) -> tuple[Case, ...]:
        """What an answer is called with, always the same."""
        return plan(self)


def _as_arrays(example: Mapping[str, Any]) -> dict[str, Any]:
    """Return an example with arrays where it has lists."""
    if not isinstance(example, Mapping):
        raise DataError(f"expected an example for each argument by its name, as a dictionary, got a {_kind(example)}")
    return {name: np.asarray(value) if isinstance(value, list | tuple) else value for name, value in example.items()}


def _traced(function: Callable[..., Any], example: Mapping[str, Any]) -> Graph:
    """Return the graph of a function that returns one number or array.

    Raises:
        DataError: it does not take these arguments, or returns something else.
    """
    from ..graph import trace

    try:
        signature(function).bind(**example)
    except TypeError as error:
        raise DataError(f"expected a function and an example for each of its arguments: {error}") from None
    with np.errstate(all="ignore"):
        graph = trace(function, **example)
    if isinstance(graph.results, (dict, list, tuple)):
        raise DataError(f"expected a function that returns one number or array, got a {_kind(graph.results)}")
    return graph


def _kind(value: Any) -> str:
    return type(value).__name__


def _hints(graph: Graph, results: Sequence[str]) -> tuple[str, str, str]:
    """Hints from the chain rule: what to begin with, how to go on, and the operations by name."""
    operations = list(dict.fromkeys(node.op.__name__ for node in graph.nodes if node.parents))
    return (
        "Write the function as steps, each with one operation, and give every value in between a name.",
        "Go through the steps backwards. Each operation passes on what arrives from above, times its own derivative; "
        "where a value is used twice, add both.",
        f"The function is made of {', '.join(operations)}: write down the derivative of each. What is returned "
        f"({', '.join(results)}) has the shape of what it is the derivative by. Where shapes differ, a sum or a "
        f"transpose is missing.",
    )
