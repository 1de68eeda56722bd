"""Tracing: run the real function on values that write down what happens to them.

The only file that knows NumPy's protocols. A ``Tracer`` wraps a node and carries its example value, so shapes and
dtypes are simply there, and no operation needs a rule for its shape.

A tracer never silently becomes data: whatever would drop the derivative (``float(t)``, ``np.array([t, t])``, writing
into an array) raises and says what to write instead. ``trace`` makes graphs that hold for all inputs, so branching
on a value raises there too; under ``grad``, which traces anew at each call, ``concrete`` tracers may branch.
"""

from __future__ import annotations

import operator
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, NoReturn

import numpy as np

from ..errors import TraceError, UnsupportedError
from .calls import advice_on, canonical, check_spelling, unsupported
from .names import source_line
from .node import CONSTANT, Node, constant, make
from .rules import RULES
from .sizes import Counted, counted
from .spellings import SPELLINGS

__all__ = ["Tracer", "explaining_assignments", "label", "unwrap", "wrap"]

_HERE = os.path.dirname(__file__)
_PACKAGE = os.path.dirname(_HERE)
# Whatever these make was written by nobody on a line of theirs, unless a function of theirs is called in between.
_AUTHORLESS = {
    os.path.join(_HERE, "derive.py"),
    *(os.path.join(_PACKAGE, "nn", name) for name in ("forward.py", "steps.py", "tracing.py")),
}
_INTERNAL = tuple(
    folder + os.sep
    for folder in (
        _HERE,
        *(os.path.join(_PACKAGE, part) for part in ("engines", "nn", "insight")),
        os.path.dirname(np.__file__),
    )
)


def wrap(node: Node, concrete: bool = False) -> Any:
    """Return a traced value for ``node``; ``concrete`` lets Python branch on it."""
    return Tracer(node, concrete)


def unwrap(value: Any, concrete: bool = False) -> Any:
    """Turn an argument of an operation into what a node stores: nodes, plain numbers and static values."""
    if isinstance(value, Tracer):
        return value.node
    if isinstance(value, Counted):
        return value.node
    if isinstance(value, np.generic):
        value = value.item()  # a Python number takes on the dtype it meets: float32 stays float32
    if isinstance(value, np.ndarray):
        if value.dtype.kind not in "biuf":
            raise UnsupportedError(_bad_dtype(value.dtype))
        return constant(value.copy() if value.flags.writeable else value)  # the user may change it later
    if isinstance(value, complex):
        raise UnsupportedError(_bad_dtype(np.dtype(complex)))
    if isinstance(value, (tuple, list)):
        return type(value)(unwrap(item, concrete) for item in value)
    if isinstance(value, slice):
        return slice(*(unwrap(part, concrete) for part in (value.start, value.stop, value.step)))
    return value


def _bad_dtype(dtype: np.dtype[Any]) -> str:
    if dtype.kind == "c":
        return "complex numbers are not supported; keep the real and the imaginary part in two real arrays"
    return f"expected an array of numbers, got dtype {dtype}; convert it first, for instance with .astype(float)"


@contextmanager
def explaining_assignments() -> Iterator[None]:
    """Say what to write where NumPy refuses to put a traced value into an ordinary array, which it cannot explain."""
    try:
        yield
    except ValueError as error:
        if "setting an array element" not in str(error):
            raise
        raise TraceError(
            "an entry of an ordinary array cannot be set to a traced value: its derivative would be lost. Collect the "
            "values in a list and write np.stack(values), or choose entry by entry with np.where(mask, new, old)"
        ) from error


def label(value: Any, name: str) -> Any:
    """Give a traced value the name it shall have in the program. Plain arrays pass unchanged."""
    if isinstance(value, Tracer) and value.node.name is None:
        value.node.name = name
    return value


def record(op: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any] | None = None) -> Any:
    """Add one operation to the graph and return its traced result."""
    concrete = _all_concrete(args)
    stored = {key: unwrap(value, concrete) for key, value in kwargs.items()} if kwargs else {}
    return wrap(make(op, tuple([unwrap(arg, concrete) for arg in args]), stored, line=_user_line()), concrete)


def _all_concrete(args: tuple[Any, ...] | list[Any]) -> bool:
    for arg in args:
        if isinstance(arg, Tracer):
            if not arg.concrete:
                return False
        elif isinstance(arg, (tuple, list)) and not _all_concrete(arg):
            return False
    return True


@cache
def _is_internal(filename: str) -> bool:
    return filename.startswith(_INTERNAL)


def _user_line() -> tuple[str, int] | None:
    """The file and line of the user's function that is being traced; none for what the library adds.

    What a function of theirs returns belongs to the line that called it: there ``h = relu(x)`` gives it its name.
    """
    frame = sys._getframe(1)
    while frame is not None and _is_internal(frame.f_code.co_filename):
        if frame.f_code.co_filename in _AUTHORLESS:
            return None
        frame = frame.f_back  # type: ignore[assignment]
    while frame is not None and source_line(frame.f_code.co_filename, frame.f_lineno).startswith(("return", "def ")):
        if frame.f_back is None or _is_internal(frame.f_back.f_code.co_filename):
            break
        frame = frame.f_back
    return None if frame is None else (frame.f_code.co_filename, frame.f_lineno)


class Tracer:
    """A value that writes down what happens to it. Behaves as the NumPy array it stands for."""

    __slots__ = ("concrete", "node")
    __hash__ = None  # type: ignore[assignment]  # as for arrays, == compares entries

    def __init__(self, node: Node, concrete: bool) -> None:
        self.node, self.concrete = node, concrete

    # --- the protocols ---

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        if method == "reduce" and ufunc is np.add:
            kwargs.setdefault("axis", 0)
            return _called(np.sum, inputs, kwargs)
        if method != "__call__":
            raise TraceError(f"np.{ufunc.__name__}.{method} cannot be traced; use np.sum, np.cumsum, np.prod or np.max")
        if kwargs.get("out") is not None:
            raise TraceError(
                f"np.{ufunc.__name__} was asked to write a traced value into an array (out= or an in-place "
                f"operator such as +=). Make a new value instead: total = total + t"
            )
        dtype = kwargs.pop("dtype", None)
        if kwargs:
            setting = next(iter(kwargs))
            raise TraceError(f"np.{ufunc.__name__}(..., {setting}=...) cannot be traced: {advice_on(setting)}")
        if ufunc in SPELLINGS:
            return _spelled(ufunc, inputs, {})
        if ufunc not in RULES:
            unsupported(ufunc)
        inputs = tuple(np.asarray(x) if isinstance(x, (list, tuple)) and not _holds_tracer(x) else x for x in inputs)
        if any(isinstance(x, (list, tuple)) for x in inputs):
            raise TraceError("a list of traced values is not an array; write np.stack([...]) instead")
        return record(ufunc, inputs if dtype is None else tuple(_cast(x, dtype) for x in inputs))

    def __array_function__(self, function: Any, types: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if function in SPELLINGS:
            return _spelled(function, args, kwargs)
        if function is np.size:
            return _size(*args, **kwargs)
        if function is np.einsum:
            kwargs.pop("optimize", None)
            if kwargs or not isinstance(args[0], str):
                raise TraceError("np.einsum is traced with its subscripts as text, as in np.einsum('ij,j->i', a, b)")
            return record(np.einsum, args)
        if function in RULES:
            return _called(function, args, kwargs)
        unsupported(function)

    def __array__(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TraceError(
            "a traced value cannot become a plain array: its derivative would be lost. "
            "Write np.stack([a, b]) for np.array([a, b]), and np functions for loops that fill an array"
        )

    # --- facts, all from the example ---

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape. Outside ``grad`` its entries remember where they come from, so batches may vary."""
        if self.concrete:
            return self.node.shape
        return tuple(_size(self, axis) for axis in range(self.node.ndim))

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return self.node.ndim

    @property
    def size(self) -> int:
        """The number of entries."""
        return _size(self)

    @property
    def dtype(self) -> np.dtype[Any]:
        """The dtype."""
        return self.node.dtype

    @property
    def is_constant(self) -> bool:
        """Whether the value is known rather than computed from inputs."""
        return self.node.op is CONSTANT

    @property
    def constant_value(self) -> Any:
        """The value, of a tracer that is constant."""
        return self.node.value

    def __len__(self) -> int:
        if not self.ndim:
            raise TypeError("len() of a traced number")
        return self.node.shape[0]

    def __iter__(self) -> Iterator[Any]:
        return iter([self[i] for i in range(len(self))])

    def __repr__(self) -> str:
        return f"Tracer({self.node.name or self.node.op.__name__}, shape={self.node.shape}, dtype={self.dtype})"

    # --- where Python would need a plain value ---

    def _concrete_value(self, what: str, instead: str) -> Any:
        if not self.concrete:
            raise TraceError(
                f"{what} needs a number, but trace() makes a graph that holds for all inputs. {instead}, "
                f"or use cr.grad, which traces anew at each call"
            )
        return self.node.value

    def __bool__(self) -> bool:
        return bool(self._concrete_value("branching on a traced value", "Write np.where(c, a, b) or np.maximum(t, 0)"))

    def __index__(self) -> int:
        return operator.index(self._concrete_value("using a traced value as an index", "Write np.take_along_axis"))

    def __int__(self) -> int:
        raise TraceError("int() would lose the derivative of a traced value; write np.floor(t) or np.rint(t)")

    def __float__(self) -> float:
        raise TraceError(
            "float() would lose the derivative of a traced value. Keep it as it is, and use NumPy's functions in "
            "place of math's: np.exp(t) for math.exp(t)"
        )

    def __round__(self, digits: int = 0) -> Any:
        return np.round(self, digits or 0)

    def __format__(self, spec: str) -> str:
        return format(self._concrete_value("writing a traced value as text", "Print it with repr()"), spec)

    def __complex__(self) -> complex:
        raise UnsupportedError(_bad_dtype(np.dtype(complex)))

    def __setitem__(self, index: Any, value: Any) -> NoReturn:
        raise TraceError(
            "a traced value cannot be written into. Write np.where(mask, new, old), or build it from parts with "
            "np.concatenate or np.stack"
        )

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if hasattr(np.ndarray, name):
            raise UnsupportedError(f"the array method or attribute .{name} cannot be traced")
        raise AttributeError(f"a traced value has no attribute {name!r}")

    # --- operators ---

    def __add__(self, other: Any) -> Any:
        return np.add(self, other)

    def __radd__(self, other: Any) -> Any:
        return np.add(other, self)

    def __sub__(self, other: Any) -> Any:
        return np.subtract(self, other)

    def __rsub__(self, other: Any) -> Any:
        return np.subtract(other, self)

    def __mul__(self, other: Any) -> Any:
        return np.multiply(self, other)

    def __rmul__(self, other: Any) -> Any:
        return np.multiply(other, self)

    def __truediv__(self, other: Any) -> Any:
        return np.true_divide(self, other)

    def __rtruediv__(self, other: Any) -> Any:
        return np.true_divide(other, self)

    def __floordiv__(self, other: Any) -> Any:
        return np.floor_divide(self, other)

    def __rfloordiv__(self, other: Any) -> Any:
        return np.floor_divide(other, self)

    def __mod__(self, other: Any) -> Any:
        return np.remainder(self, other)

    def __rmod__(self, other: Any) -> Any:
        return np.remainder(other, self)

    def __pow__(self, other: Any) -> Any:
        return np.power(self, other)

    def __rpow__(self, other: Any) -> Any:
        return np.power(other, self)

    def __matmul__(self, other: Any) -> Any:
        return np.matmul(self, other)

    def __rmatmul__(self, other: Any) -> Any:
        return np.matmul(other, self)

    def __and__(self, other: Any) -> Any:
        return np.bitwise_and(self, other)

    def __rand__(self, other: Any) -> Any:
        return np.bitwise_and(other, self)

    def __or__(self, other: Any) -> Any:
        return np.bitwise_or(self, other)

    def __ror__(self, other: Any) -> Any:
        return np.bitwise_or(other, self)

    def __xor__(self, other: Any) -> Any:
        return np.bitwise_xor(self, other)

    def __rxor__(self, other: Any) -> Any:
        return np.bitwise_xor(other, self)

    def __lt__(self, other: Any) -> Any:
        return np.less(self, other)

    def __le__(self, other: Any) -> Any:
        return np.less_equal(self, other)

    def __gt__(self, other: Any) -> Any:
        return np.greater(self, other)

    def __ge__(self, other: Any) -> Any:
        return np.greater_equal(self, other)

    def __eq__(self, other: Any) -> Any:
        return np.equal(self, other)

    def __ne__(self, other: Any) -> Any:
        return np.not_equal(self, other)

    def __neg__(self) -> Any:
        return np.negative(self)

    def __pos__(self) -> Any:
        return np.positive(self)

    def __abs__(self) -> Any:
        return np.absolute(self)

    def __invert__(self) -> Any:
        return np.invert(self)

    def __getitem__(self, index: Any) -> Any:
        return record(operator.getitem, (self, _index(index, self.concrete)))

    # --- the methods of an array ---

    @property
    def T(self) -> Any:  # noqa: N802
        """The transpose."""
        return np.transpose(self)

    @property
    def mT(self) -> Any:  # noqa: N802
        """The transpose of the last two axes."""
        return np.swapaxes(self, -1, -2)

    def reshape(self, *shape: Any) -> Any:
        """As ``np.reshape``; the shape as one tuple or as several numbers."""
        return np.reshape(self, shape[0] if len(shape) == 1 else shape)

    def transpose(self, *axes: Any) -> Any:
        """As ``np.transpose``; the axes as one tuple or as several numbers."""
        return np.transpose(self, axes[0] if len(axes) == 1 else axes or None)

    def astype(self, dtype: Any, copy: bool = True) -> Any:
        """As ``np.astype``."""
        return record(np.astype, (self,), {"dtype": np.dtype(dtype).type})

    def flatten(self, order: str = "C") -> Any:
        """As ``np.ravel``."""
        return np.ravel(self, order=order)  # type: ignore[call-overload]

    def item(self) -> NoReturn:
        """Refuse: a plain number has no derivative."""
        raise TraceError(".item() would lose the derivative of a traced value; keep the array of one entry, or t[0]")

    def sort(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refuse: sorting in place changes a value that the graph has written down."""
        raise TraceError(".sort() works in place, which cannot be traced; write t = np.sort(t)")


def _method(function: Callable[..., Any]) -> Callable[..., Any]:
    def method(self: Tracer, *args: Any, **kwargs: Any) -> Any:
        return function(self, *args, **kwargs)

    method.__name__ = function.__name__
    method.__doc__ = f"As ``np.{function.__name__}``."
    return method


for _name in (
    "all", "any", "argmax", "argmin", "argsort", "clip", "copy", "cumsum", "dot", "max", "mean", "min", "prod",
    "ravel", "repeat", "squeeze", "std", "sum", "swapaxes", "take", "var",
):  # fmt: skip
    setattr(Tracer, _name, _method(getattr(np, _name)))


def _called(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    operands, settings, dtype = canonical(function, args, kwargs)
    if dtype is not None:  # NumPy computes in the dtype asked for, not only returns it
        operands = (_cast(operands[0], dtype), *operands[1:])
    return record(function, operands, settings)


def _cast(value: Any, dtype: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return type(value)(_cast(item, dtype) for item in value)
    return value.astype(dtype) if isinstance(value, Tracer) else np.asarray(value, dtype)


def _spelled(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    check_spelling(function, args, kwargs)
    return SPELLINGS[function](record, *args, **kwargs)


def _holds_tracer(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return any(_holds_tracer(item) for item in value)
    return isinstance(value, Tracer)


def _index(index: Any, concrete: bool) -> Any:
    """Bring an index into a form a node can hold; masks become the integers they select."""
    if isinstance(index, tuple):
        return tuple(item for part in index for item in _index_part(part, concrete))
    parts = _index_part(index, concrete)
    return parts[0] if len(parts) == 1 else parts


def _index_part(part: Any, concrete: bool) -> tuple[Any, ...]:
    if isinstance(part, list):
        part = np.asarray(part, dtype=None if part else np.intp)
    if isinstance(part, Tracer) and part.dtype.kind == "b":
        mask = part._concrete_value("indexing with a traced mask", "Write np.where(mask, a, b)")
        return tuple(np.nonzero(mask))
    if isinstance(part, np.ndarray) and part.dtype.kind == "b":
        return tuple(np.nonzero(part))
    if isinstance(part, np.ndarray) and part.dtype.kind not in "iu":
        raise TraceError(f"expected integers or a mask as index, got dtype {part.dtype}")
    return (part,)


def _size(x: Any, axis: int | None = None) -> Any:
    if not isinstance(x, Tracer) or x.concrete:
        return np.size(x.node.value if isinstance(x, Tracer) else x, axis)
    if axis is None and x.ndim == 1:
        axis = 0
    return counted(make(np.size, (x.node,), {} if axis is None else {"axis": axis % x.ndim}))
