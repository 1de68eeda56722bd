"""Neural networks as a glass box: a NumPy function becomes a graph, its derivative, and a program that trains.

Functions: ``trace``, ``grad``, ``value_and_grad``, ``check_grad``. Networks, as in Keras: ``Sequential``, ``Model``,
``Input``, ``layers``, ``activations``, ``losses``, ``metrics``, ``optimizers``, ``initializers``, ``callbacks``,
``utils``. Beside them: ``datasets``, ``plots``, ``course``.

>>> import chainrule as cr
>>> cr.grad(lambda x: x**2 + 5 * x**3)(2.0)
64.0
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .graph import Graph, Program, grad, trace, value_and_grad

if TYPE_CHECKING:
    from . import course, datasets, errors, insight, nn, plots
    from .insight import check_grad
    from .nn import activations, callbacks, config, initializers, layers, losses, metrics, models, optimizers, utils
    from .nn.layers import Input, Layer
    from .nn.model import Model
    from .nn.sequential import Sequential

__version__ = "0.1.0"

# Loaded when first asked for, so that importing chainrule costs little more than importing NumPy.
_LAZY = {
    **{name: f".{name}" for name in ("course", "datasets", "errors", "insight", "nn", "plots")},
    **{
        name: f".nn.{name}"
        for name in ("activations", "callbacks", "initializers", "layers", "losses", "metrics", "optimizers", "utils")
    },
    "Input": ".nn.layers:Input",
    "Layer": ".nn.layers:Layer",
    "Model": ".nn.model:Model",
    "Sequential": ".nn.sequential:Sequential",
    "check_grad": ".insight:check_grad",
    "config": ".nn.config",
    "models": ".nn.models",
}

__all__ = [
    "Graph",
    "Input",
    "Layer",
    "Model",
    "Program",
    "Sequential",
    "activations",
    "callbacks",
    "check_grad",
    "config",
    "course",
    "datasets",
    "errors",
    "grad",
    "initializers",
    "insight",
    "layers",
    "losses",
    "metrics",
    "models",
    "nn",
    "optimizers",
    "plots",
    "trace",
    "utils",
    "value_and_grad",
]


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module 'chainrule' has no attribute {name!r}")
    module, _, member = _LAZY[name].partition(":")
    found = import_module(module, __name__)
    found = getattr(found, member) if member else found
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
