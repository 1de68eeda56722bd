"""Write a graph as a short NumPy program: straight-line source with stable names.

Each node becomes an expression. It gets a line and a name of its own if it has a name, is used more than once, or
would make its line too long; else it is written where it is used. With a ``Plan`` (see ``buffers``) chosen results
are written into arrays that are already there: the same lines with ``out=``.
"""

from __future__ import annotations

import keyword
import operator
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from . import functions as fn
from .names import source_line
from .node import CONSTANT, Node, topological

__all__ = ["RESERVED", "Emission", "Update", "emit"]

LONGEST_INLINE = 72
COLUMN = 64  # shapes stand no further right than behind a line of this length
LONGEST_COMMENT = 88  # a longer line is a whole script in one line, or not meant to be read
COMPARE, OR, XOR, AND, SUM, PRODUCT, SIGN, POWER, ATOM = range(1, 10)
INFIX: dict[Callable[..., Any], tuple[str, int]] = {
    np.add: ("+", SUM), np.subtract: ("-", SUM), np.multiply: ("*", PRODUCT), np.true_divide: ("/", PRODUCT),
    np.floor_divide: ("//", PRODUCT), np.remainder: ("%", PRODUCT), np.matmul: ("@", PRODUCT), np.power: ("**", POWER),
    np.greater: (">", COMPARE), np.greater_equal: (">=", COMPARE), np.less: ("<", COMPARE),
    np.less_equal: ("<=", COMPARE), np.equal: ("==", COMPARE), np.not_equal: ("!=", COMPARE),
    np.bitwise_and: ("&", AND), np.bitwise_or: ("|", OR), np.bitwise_xor: ("^", XOR),
}  # fmt: skip
PREFIX = {np.negative: "-", np.invert: "~"}
METHODS = {np.sum, np.mean, np.var, np.std, np.prod, np.max, np.min, np.cumsum}
FREE = {np.size}  # costs nothing, so it is written wherever it is used
HELPERS = {fn.scatter_add: "scatter_add", fn.erf: "erf"}
RESERVED = {"np", "len", *HELPERS.values()}  # what programs call by name
Text = tuple[str, int]


class Update:
    """An input that the program changes in place: its node and its new value."""

    def __init__(self, variable: Node, value: Node) -> None:
        self.variable, self.value = variable, value


class Emission:
    """What was written: the source, the arrays it refers to by name, and each node's name in it."""

    def __init__(self, source: str, constants: dict[str, Any], names: dict[Node, str]) -> None:
        self.source, self.constants, self.names = source, constants, names


def emit(
    name: str,
    inputs: Sequence[Node],
    outputs: Sequence[Node],
    *,
    first: Sequence[Node] = (),
    updates: Sequence[Update] = (),
    plan: Any = None,
    comments: bool = True,
    shapes: Any = None,
) -> Emission:
    """Return the program of ``outputs`` as source.

    Args:
        name: the function's name.
        inputs: its parameters, in order.
        outputs: what it returns.
        first: nodes to compute before the updates begin, such as the gradients.
        updates: inputs to change in place, after everything in ``outputs`` and ``first`` was computed.
        plan: which results go into which arrays; ``None`` writes the plain text.
        comments: whether to quote the user's own line behind each.
        shapes: ``batch.Shapes``, to say the shape of each value behind its line.
    """
    if name in RESERVED:
        raise ValueError(f"{name} has another meaning in a program")
    writer = _Writer(name, inputs, outputs, first, updates, plan, comments, shapes)
    writer.write()
    parameters = [*(writer.names[node] for node in inputs), *(plan.parameters if plan else ())]
    lines = [f"def {name}({', '.join(parameters)}):", *(f"    {line}" for line in writer.commented())]
    return Emission("\n".join(lines) + "\n", writer.constants, writer.names)


class _Writer:
    """The state of writing one program: names taken, texts of nodes written so far, lines."""

    def __init__(self, name, inputs, outputs, first, updates, plan, comments, shapes):  # type: ignore[no-untyped-def]
        self.outputs, self.updates, self.plan, self.comments = list(outputs), list(updates), plan, comments
        self.shapes = shapes
        self.lines: list[str] = []
        self.remarks: dict[int, str] = {}  # what stands behind a line, by its number
        self.texts: dict[Node, Text] = {}
        self.names: dict[Node, str] = {}
        self.constants: dict[str, Any] = {}
        self.counts: Counter[str] = Counter()
        self.taken = {name, *RESERVED, *(plan.parameters if plan else ())}
        self.heirs = {target: node for node, target in plan.targets.items() if isinstance(target, Node)} if plan else {}
        self.variables = {update.variable for update in updates}
        self.inline_reads: dict[Node, set[Node]] = {}  # which variables a text that is not computed yet will read
        self.quoted: tuple[str, int] | None = None
        for node in inputs:
            self.texts[node] = (self._name(node, node.name or "x"), ATOM)
        values = [update.value for update in updates]
        self.phases = [topological([*outputs, *first])]
        self.phases += [topological([value]) for value in values]
        order = topological([*outputs, *first, *values]) if values else self.phases[0]
        self.uses = Counter(parent for node in order for parent in node.parents)
        self.uses.update([*outputs, *values])

    def write(self) -> None:
        changed: set[Node] = set()
        for node in self.phases[0]:
            self._node(node)
        for update, phase in zip(self.updates, self.phases[1:], strict=True):
            for node in phase:
                if node is not update.value and node not in self.texts:
                    self._check_reads(node, changed)
                    self._node(node)
            if update.value not in self.texts or update.value in changed:
                self._check_reads(update.value, changed - {update.variable})
            self._update(update)
            changed.add(update.variable)
        if self.outputs:
            self.lines.append("return " + ", ".join(self._output(node) for node in self.outputs))

    def _check_reads(self, node: Node, changed: set[Node]) -> None:
        """Refuse a line that would read an input after it was replaced, be it through an expression written inline."""
        read = {node, *node.parents}.union(*(self.inline_reads.get(parent, ()) for parent in node.parents))
        if read & changed:
            raise ValueError(f"an update reads the old {node} after it was replaced")

    # --- one node ---

    def _node(self, node: Node) -> None:
        if node in self.texts:
            return
        if node.op is CONSTANT:
            self.texts[node] = self._constant(node)
        elif self.plan is not None and node in self.plan.targets:
            self._into(node, self.plan.targets[node])
        else:
            text = self._expression(node)
            if self._inline(node, text):
                self.texts[node] = text
                inner = (self.inline_reads.get(parent, ()) for parent in node.parents)
                self.inline_reads[node] = self.variables.intersection(node.parents).union(*inner)
            else:
                self._line(node, text[0])

    def _inline(self, node: Node, text: Text) -> bool:
        if node.op in FREE or (node.op is np.transpose and text[0].endswith(".T") and not node.name):
            return True
        if self.plan is not None and node in self.plan.own_line:
            return False
        alone = len(self.outputs) == 1 and self.outputs[0] is node and not self.updates
        return self.uses[node] <= 1 and (alone or node.name is None) and len(text[0]) <= LONGEST_INLINE

    def _line(self, node: Node, text: str) -> None:
        name = self._name(node, self._wish(node))
        statement = f"{name} = {text}"
        self._written_line(node, statement)
        self.texts[node] = (name, ATOM)

    def _wish(self, node: Node) -> str:
        """The node's own name, or that of the value that will take its place in the same buffer."""
        while node.name is None and node in self.heirs:
            node = self.heirs[node]
        return node.name or "t"

    def _written_line(self, node: Node, statement: str) -> None:
        shape = self.shapes.written(node) if self.shapes else ""
        quoted = self._quote(node, statement) if self.comments else ""
        remark = "  ".join(part for part in (shape, quoted) if part)
        if remark:
            self.remarks[len(self.lines)] = remark
        self.lines.append(statement)

    def commented(self) -> list[str]:
        """The lines with their remarks; shapes stand under one another, save behind very long lines."""
        lengths = [len(self.lines[i]) for i in self.remarks if len(self.lines[i]) <= COLUMN]
        column = max(lengths, default=0) if self.shapes else 0
        return [
            f"{line.ljust(column)}  # {self.remarks[i]}" if i in self.remarks else line
            for i, line in enumerate(self.lines)
        ]

    def _quote(self, node: Node, statement: str) -> str:
        """Quote the user's line, once, unless the program's line says the same."""
        if node.line is None or node.line == self.quoted:
            return ""
        self.quoted = node.line
        line = source_line(*node.line)
        says_the_same = line.replace(" ", "") == statement.replace(" ", "")
        return "" if says_the_same or len(line) > LONGEST_COMMENT else line

    def _name(self, node: Node, wish: str) -> str:
        """Take a name like ``wish`` that is still free: ``z``, ``z_2``, ``z_3``; without a wish ``t1``, ``t2``."""
        wish = wish if wish.isidentifier() and not keyword.iskeyword(wish) else "t"
        name = wish
        while name in self.taken or name == "t":
            self.counts[wish] += 1
            name = f"t{self.counts[wish]}" if wish == "t" else f"{wish}_{self.counts[wish] + 1}"
        self.taken.add(name)
        self.names[node] = name
        return name

    def _output(self, node: Node) -> str:
        return self.texts[node][0]

    # --- planned results and updates ---

    def _into(self, node: Node, target: Any) -> None:
        """Write the result into an array that is already there."""
        place = target if isinstance(target, str) else self.texts[target][0]
        if node in self.plan.stores:
            self._store(node, place)
        elif node in self.plan.through:
            self._written(node, place, self._call(node, place))
        elif isinstance(target, Node) and self.plan.same_name(node, target):
            sign = INFIX.get(node.op, ("", 0))[0]
            if sign in ("+", "-", "*", "/") and node.args[0] is target:
                statement = f"{place} {sign}= {self._argument(node.args[1])}"
            else:
                statement = f"{place} = {self._call(node, place)}"
            self._written(node, place, statement)
        else:
            self._line(node, self._call(node, place))

    def _store(self, node: Node, place: str) -> None:
        """Put a result where the caller wants it, unless it is there already."""
        if isinstance(node.args[0], Node) and node.args[0] in self.plan.through:
            self.texts[node], self.names[node] = (place, ATOM), place
        elif isinstance(node.op, np.ufunc) or node.op is np.sum:
            self._written(node, place, self._call(node, place))
        else:
            self._written(node, place, f"{place}[...] = {self._expression(node)[0]}")

    def _written(self, node: Node, place: str, statement: str) -> None:
        self._written_line(node, statement)
        self.texts[node], self.names[node] = (place, ATOM), place

    def _update(self, update: Update) -> None:
        """Change an input: ``W1 -= learning_rate * dW1`` in place on NumPy, bound anew on JAX."""
        name, value = self.names[update.variable], update.value
        sign = "+" if value.op is np.add else "-" if value.op is np.subtract else None
        if value in self.texts:
            self.lines.append(f"{name} = {self.texts[value][0]}" if self.plan is None else
                              f"{name}[...] = {self.texts[value][0]}")  # fmt: skip
            return
        if sign and value.args[0] is update.variable:
            self.lines.append(f"{name} {sign}= {self._argument(value.args[1])}")
        elif self.plan is None:
            self.lines.append(f"{name} = {self._expression(value)[0]}")
        elif isinstance(value.op, np.ufunc):
            self.lines.append(self._call(value, name))
        else:
            self.lines.append(f"{name}[...] = {self._expression(value)[0]}")
        self.texts[value] = (name, ATOM)

    # --- expressions ---

    def _expression(self, node: Node) -> Text:
        op, args = node.op, node.args
        if op in INFIX and not node.kwargs and not self._as_dot(node):
            return self._infix(node)
        if op in PREFIX:
            return PREFIX[op] + self._operand(args[0], SIGN), SIGN
        if op is operator.getitem:
            return f"{self._operand(args[0], ATOM)}[{self._index(args[1])}]", ATOM
        if op is np.size:
            base, axis = self._operand(args[0], ATOM), node.kwargs.get("axis")
            return (f"{base}.size" if axis is None else f"len({base})" if axis == 0 else f"{base}.shape[{axis}]"), ATOM
        if op is np.transpose and not node.kwargs:
            return self._operand(args[0], ATOM) + ".T", ATOM
        if op is np.astype:
            return f"{self._operand(args[0], ATOM)}.astype({self._argument(node.kwargs['dtype'])})", ATOM
        if (op is np.reshape or op in METHODS) and isinstance(args[0], Node) and args[0].ndim:
            inside = self._keywords(node)
            return f"{self._operand(args[0], ATOM)}.{op.__name__}({', '.join(inside)})", ATOM
        return self._call(node), ATOM

    def _infix(self, node: Node) -> Text:
        sign, level = INFIX[node.op]
        left, right = node.args
        if level == POWER:
            return f"{self._operand(left, ATOM)}**{self._operand(right, SIGN)}", POWER
        strict = level == COMPARE or (sign != "@" and getattr(left, "op", None) is np.matmul)
        first = self._operand(left, level + (1 if strict else 0))
        return f"{first} {sign} {self._operand(right, level + 1)}", level

    def _call(self, node: Node, out: str | None = None) -> str:
        if out is not None and node.op is np.power and type(node.args[1]) is int and node.args[1] == 2:
            return f"np.square({self._argument(node.args[0])}, out={out})"  # a fifth of np.power's time
        inside = [self._argument(arg) for arg in node.args]
        if node.op is fn.scatter_add and any(isinstance(i, slice) or i is Ellipsis for i in _parts(node.args[1])):
            inside[1] = f"np.s_[{self._index(node.args[1])}]"
        inside += self._keywords(node)
        if out is not None:
            inside.append(f"out={out}")
            if node.op is np.sum:  # what np.sum calls in the end, with another default
                axis = [] if node.kwargs.get("axis") is not None else ["axis=None"]
                return f"np.add.reduce({', '.join([*inside, *axis])})"
        return f"{'np.dot' if self._as_dot(node) else _dotted(node.op)}({', '.join(inside)})"

    def _as_dot(self, node: Node) -> bool:
        """On NumPy, ``np.dot`` multiplies small matrices in two thirds of the time ``@`` takes."""
        return self.plan is not None and node.op is np.matmul and all(parent.ndim == 2 for parent in node.parents)

    def _keywords(self, node: Node) -> list[str]:
        settings = {k: v for k, v in node.kwargs.items() if not (node.op in METHODS and v is None)}
        return [self._shape(v) if k == "shape" else f"{k}={self._argument(v)}" for k, v in settings.items()]

    def _shape(self, shape: Any) -> str:
        """Write ``x.shape`` where all axes of one array are meant."""
        parts = shape if isinstance(shape, (tuple, list)) else (shape,)
        bases = {p.args[0] for p in parts if isinstance(p, Node) and p.op is np.size}
        if len(bases) == 1 and len(parts) > 1:
            base = bases.pop()
            if len(parts) == base.ndim and all(
                p == n if not isinstance(p, Node) else p.op is np.size and p.kwargs.get("axis") == i
                for i, (p, n) in enumerate(zip(parts, base.shape, strict=True))
            ):
                return self._operand(base, ATOM) + ".shape"
        return self._argument(shape)

    def _operand(self, arg: Any, level: int) -> str:
        text, own = self._text(arg)
        return text if own >= level else f"({text})"

    def _argument(self, arg: Any) -> str:
        return self._text(arg)[0]

    def _text(self, arg: Any) -> Text:
        if isinstance(arg, Node):
            return self.texts[arg]
        if isinstance(arg, (tuple, list)):
            inside = ", ".join(self._argument(item) for item in arg)
            if isinstance(arg, list):
                return f"[{inside}]", ATOM
            return f"({inside}{',' if len(arg) == 1 else ''})", ATOM
        if isinstance(arg, type) and issubclass(arg, np.generic):
            return f"np.{arg.__name__}", ATOM
        if isinstance(arg, slice):
            parts = [arg.start, arg.stop] + ([arg.step] if arg.step is not None else [])
            return ":".join("" if p is None else self._argument(p) for p in parts), ATOM
        return _literal(arg)

    def _index(self, index: Any) -> str:
        if isinstance(index, tuple) and index:
            return ", ".join("..." if part is Ellipsis else self._argument(part) for part in index)
        return "..." if index is Ellipsis else self._argument(index)

    def _constant(self, node: Node) -> Text:
        value = np.asarray(node.value)
        if value.ndim == 0:
            text = _literal(value.item())
            return text if node.is_weak else (f"np.{value.dtype}({text[0]})", ATOM)
        if 0 < value.size <= 8:
            kind = "" if value.dtype in (np.float64, np.int64, np.bool_) else f", dtype=np.{value.dtype}"
            if value.dtype.kind != "f" or np.isfinite(value).all():
                return f"np.array({_nested(value)}{kind})", ATOM
        name = self._name(node, node.name or "c")
        self.constants[name] = node.value
        return name, ATOM


def _nested(value: np.ndarray) -> str:
    """Write an array as lists, each number with the digits it needs, whatever NumPy's print options are."""
    if value.ndim:
        return f"[{', '.join(map(_nested, value))}]"
    return str(value[()]) if value.dtype in (np.float32, np.float16) else repr(value.item())


def _parts(index: Any) -> tuple[Any, ...]:
    return index if isinstance(index, tuple) else (index,)


def _literal(value: Any) -> Text:
    if isinstance(value, float) and not np.isfinite(value):
        text = "np.nan" if value != value else "np.inf" if value > 0 else "-np.inf"
    else:
        text = repr(value)
    return text, SIGN if text.startswith("-") else ATOM


def _dotted(op: Callable[..., Any]) -> str:
    if op in HELPERS:
        return HELPERS[op]
    module = getattr(op, "__module__", "") or ""
    return f"np.linalg.{op.__name__}" if module.startswith("numpy.linalg") else f"np.{op.__name__}"
