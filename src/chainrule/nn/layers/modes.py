"""Modes: in what manner a model is run, and whom a layer asks that behaves otherwise in training than in use.

A random draw is an *input* of a program and never frozen into it. So a layer does not draw: it asks the mode it is
run in. Outside a program, ``Mode`` draws on the spot; while a program is traced, training hands in a mode whose
``mask`` returns a traced input, and draws that input anew for each batch with ``draw_mask``.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

import numpy as np

from ...errors import TraceError
from ...graph.trace import Tracer
from ..random import generator

if TYPE_CHECKING:
    from .base import Layer

__all__ = ["Mode", "as_mode", "draw_mask", "surrounding"]


def draw_mask(rng: np.random.Generator, shape: tuple[int, ...], dtype: Any, keep_probability: float) -> np.ndarray:
    """Return an array that is 0 where an entry is dropped and ``1 / keep_probability`` where it is kept.

    So multiplying by it leaves the mean unchanged. Source: Srivastava, Hinton, Krizhevsky, Sutskever and
    Salakhutdinov, "Dropout: a simple way to prevent neural networks from overfitting" (2014), section 10, in the
    form that scales while training.

    >>> sorted({float(entry) for entry in draw_mask(np.random.default_rng(0), (100,), "float32", 0.5)})
    [0.0, 2.0]
    """
    if keep_probability == 0:
        return np.zeros(shape, dtype=dtype)
    kept = rng.random(shape, dtype=np.dtype(dtype).type) < keep_probability
    return np.multiply(kept, 1 / keep_probability, dtype=dtype)


class Mode:
    """How a model is run. Layers receive it as ``training``; it is true in training, and false as ``False`` is in use.

    Tracing replaces it by a subclass whose ``mask`` is a program's input.

    Attributes:
        in_training: whether layers shall behave as in training.
    """

    in_training = True

    def __bool__(self) -> bool:
        return self.in_training

    def mask(self, layer: Layer, like: Any, keep_probability: float) -> Any:
        """Return a dropout mask of the shape and dtype of ``like``, drawn from ``layer.rng`` or the library's source.

        Raises:
            TraceError: ``like`` is a traced value: a mask drawn now would be frozen into the program.
        """
        if isinstance(like, Tracer):
            raise TraceError(
                f"{layer.described} was called with training=True while a program is traced, which would freeze one "
                f"random mask into it. Hand on the training argument of call: layer(x, training=training)"
            )
        return draw_mask(layer.rng or generator(), like.shape, like.dtype, keep_probability)

    def seen(self, layer: Layer, outputs: Any) -> None:
        """Take note of what a layer returned. Here: do nothing."""


# The mode of the layer whose call is running, so that the layers it calls need not be told.
surrounding: ContextVar[Mode | bool] = ContextVar("surrounding", default=False)


def as_mode(training: Mode | bool | None) -> Mode | bool:
    """Turn what a layer was called with into a mode, or False. None means: as the call around this one."""
    around = surrounding.get()
    if training is None:
        return around
    if isinstance(training, Mode) or not training:
        return training
    return around or Mode()
