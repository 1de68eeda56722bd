"""Training passes: what a layer asks when it behaves otherwise in training than in use.

A random draw is an *input* of a program and never frozen into it. So a layer does not draw: it asks the pass it is
part of. Outside a program, ``Pass`` draws on the spot; while a program is traced, training hands in a pass whose
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

__all__ = ["Pass", "as_pass", "draw_mask", "surrounding"]


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


class Pass:
    """A training pass outside a program. Layers receive it as ``training``; it is true, as ``False`` is not.

    Training replaces it by a subclass whose ``mask`` is a program's input.
    """

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


# The pass of the layer whose call is running, so that the layers it calls need not be told.
surrounding: ContextVar[Pass | bool] = ContextVar("surrounding", default=False)


def as_pass(training: Pass | bool | None) -> Pass | bool:
    """Turn what a layer was called with into a pass, or False. None means: as the call around this one."""
    around = surrounding.get()
    if training is None:
        return around
    if not training:
        return False
    return training if isinstance(training, Pass) else around or Pass()
