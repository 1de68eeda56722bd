"""Every exception chainrule raises, in one small tree.

::

    ChainruleError
    ├── TraceError (TypeError)             a traced value was used in a way no graph can record
    │   └── UnsupportedError               NumPy has the operation, the derivative table does not
    ├── ShapeError (ValueError)            arrays or layers whose shapes do not fit together
    ├── DataError (ValueError)             x, y or an option that cannot be trained on
    ├── UnknownNameError (ValueError)      a name nobody knows; the nearest known ones are listed
    ├── NotCompiledError (RuntimeError)    the model was asked to train before ``compile``
    ├── DivergedError (ArithmeticError)    the loss became NaN or infinite during training
    ├── EngineError (RuntimeError)         the engine asked for cannot run an operation, or has no such device
    └── MissingExtraError (ImportError)    a library is needed that is not installed by default

Each also derives from the built-in exception that fits it, so ``except ValueError`` keeps working for those
who do not know chainrule's names.
"""

from __future__ import annotations

from collections.abc import Iterable

__all__ = [
    "ChainruleError",
    "DataError",
    "DivergedError",
    "EngineError",
    "MissingExtraError",
    "NotCompiledError",
    "ShapeError",
    "TraceError",
    "UnknownNameError",
    "UnsupportedError",
]


class ChainruleError(Exception):
    """The root: ``except ChainruleError`` catches whatever the library raises on purpose."""


class TraceError(ChainruleError, TypeError):
    """A traced value was used in a way that no graph can record, such as ``float(t)`` or ``t[0] = 1``."""


class UnsupportedError(TraceError):
    """NumPy has this operation, but the derivative table has no row for it."""


class ShapeError(ChainruleError, ValueError):
    """Arrays or layers whose shapes do not fit together."""


class DataError(ChainruleError, ValueError):
    """Data or options that cannot be trained on: wrong type, NaN, empty, labels outside their range."""


class UnknownNameError(ChainruleError, ValueError):
    """A name that nobody knows. The message lists the nearest known names.

    >>> raise UnknownNameError("activation", "rleu", ["relu", "tanh"])
    Traceback (most recent call last):
    chainrule.errors.UnknownNameError: unknown activation 'rleu'. Did you mean 'relu'? Known: 'relu', 'tanh'.
    """

    def __init__(self, kind: str, name: object, known: Iterable[str]) -> None:
        from difflib import get_close_matches

        names = sorted(set(known))
        small = str(name).lower()
        near = [one for one in names if one.lower() == small] or get_close_matches(small, names, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        super().__init__(f"unknown {kind} {name!r}.{hint} Known: {', '.join(map(repr, names))}.")


class NotCompiledError(ChainruleError, RuntimeError):
    """The model was asked to train or evaluate before ``compile`` gave it a loss."""


class DivergedError(ChainruleError, ArithmeticError):
    """The loss became NaN or infinite. The weights of the last good epoch are back in the model.

    Attributes:
        epoch: the epoch, counted from 0, in which it happened.
        batch: the batch of that epoch, counted from 0.
        layer: the name of the first layer whose values were not finite, or ``None``.
    """

    def __init__(self, message: str, epoch: int, batch: int, layer: str | None) -> None:
        super().__init__(message)
        self.epoch, self.batch, self.layer = epoch, batch, layer


class EngineError(ChainruleError, RuntimeError):
    """The engine that was asked for cannot run an operation, or there is no such device. Another engine may."""


class MissingExtraError(ChainruleError, ImportError):
    """A library is needed that the base installation leaves out.

    >>> raise MissingExtraError("sympy", "formula", "to write a function as a SymPy expression")
    Traceback (most recent call last):
    chainrule.errors.MissingExtraError: sympy is needed to write a function as a SymPy expression, ...
    """

    def __init__(self, library: str, extra: str, purpose: str) -> None:
        super().__init__(
            f"{library} is needed {purpose}, and is not installed. Write: pip install {library} (it is part of "
            f"chainrule's extra {extra!r})"
        )
