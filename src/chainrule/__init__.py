"""Neural networks as a glass box: a NumPy function becomes a graph, its derivative, and a program that trains.

Functions: ``trace``, ``grad``, ``value_and_grad``, ``check_grad``; compiled: ``jit``. Networks, as in Keras:
``Sequential``, ``Model``, ``Input``, ``layers``, ``activations``, ``losses``, ``metrics``, ``optimizers``,
``initializers``, ``regularizers``, ``callbacks``, ``utils``; many at once: ``fit_many``, ``Ensemble``; what ails one:
``diagnose``. Beside them: ``datasets``, ``plots``, ``course``, ``exercises``.

>>> import chainrule as cr
>>> cr.grad(lambda x: x**2 + 5 * x**3)(2.0)
64.0
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .graph import Graph, Program, grad, trace, value_and_grad

if TYPE_CHECKING:
    from . import (
        activations,
        callbacks,
        course,
        datasets,
        errors,
        exercises,
        initializers,
        insight,
        layers,
        losses,
        metrics,
        models,
        nn,
        optimizers,
        plots,
        regularizers,
        utils,
    )
    from .engines.jit import jit
    from .insight import check_grad, diagnose
    from .nn import config
    from .nn.ensembles import Ensemble, fit_many
    from .nn.layers import Input, Layer
    from .nn.model import Model
    from .nn.sequential import Sequential

__version__ = "0.1.0"

# Members that are loaded when first asked for, so that importing chainrule costs little more than importing NumPy.
# All other lazy names are modules of the package.
_MEMBERS = {
    "Ensemble": ".nn.ensembles",
    "Input": ".nn.layers",
    "Layer": ".nn.layers",
    "Model": ".nn.model",
    "Sequential": ".nn.sequential",
    "check_grad": ".insight",
    "config": ".nn",
    "diagnose": ".insight",
    "fit_many": ".nn.ensembles",
    "jit": ".engines.jit",
}

__all__ = [
    "Ensemble",
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
    "diagnose",
    "errors",
    "exercises",
    "fit_many",
    "grad",
    "initializers",
    "insight",
    "jit",
    "layers",
    "losses",
    "metrics",
    "models",
    "nn",
    "optimizers",
    "plots",
    "regularizers",
    "trace",
    "utils",
    "value_and_grad",
]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'chainrule' has no attribute {name!r}")
    if name in _MEMBERS:
        module = import_module(_MEMBERS[name], __name__)
        found = getattr(module, name, None) or import_module(f"{_MEMBERS[name]}.{name}", __name__)
    else:
        found = import_module(f".{name}", __name__)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
