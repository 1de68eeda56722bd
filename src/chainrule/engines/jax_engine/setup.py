"""Find JAX: whether it is installed, its double precision, its devices."""

from __future__ import annotations

import importlib
import importlib.util
from contextlib import AbstractContextManager
from typing import Any

from ...errors import EngineError, MissingExtraError

__all__ = ["device", "double_precision", "installed", "load"]


def installed() -> bool:
    """Whether JAX is there, found out without loading it, which takes a second."""
    return importlib.util.find_spec("jax") is not None


def load() -> Any:
    """Return the module ``jax``.

    Raises:
        MissingExtraError: it is not installed.
    """
    if not installed():
        raise MissingExtraError("jax", "jax", "to run programs on JAX")
    return importlib.import_module("jax")


def double_precision() -> AbstractContextManager[Any]:
    """Return a context in which this thread's arrays may have 64 bits, as in NumPy.

    Without it JAX turns float64 into float32. What is float32 stays so: Python numbers take on the dtype they meet.
    """
    jax = load()
    if hasattr(jax, "enable_x64"):
        return jax.enable_x64(True)
    return importlib.import_module("jax.experimental").enable_x64(True)  # before JAX 0.8


def device(kind: str | None) -> Any:
    """Return a device.

    Args:
        kind: ``"cpu"``, ``"gpu"`` or another platform that JAX knows, for the first of that kind; ``None`` for the one
            JAX uses by itself.

    Raises:
        EngineError: there is none of that kind.
        MissingExtraError: JAX is not installed.
    """
    jax = load()
    if kind is None:
        return next(iter(jax.device_put(0).devices()))
    try:
        return jax.devices(kind)[0]
    except RuntimeError as error:
        there = ", ".join(sorted({one.platform for one in jax.devices()}))
        raise EngineError(f"JAX has no device of kind {kind!r} here, only: {there}. {_remedy(kind)}") from error


def _remedy(kind: str) -> str:
    if kind == "gpu":
        return (
            "For an NVIDIA GPU install JAX with its CUDA libraries: pip install 'jax[cuda12]'. If they are there, see "
            "that the environment variable JAX_PLATFORMS does not exclude the GPU. Or leave the device out"
        )
    return "Name one of these, or leave the device out"
