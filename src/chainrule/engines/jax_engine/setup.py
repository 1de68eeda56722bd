"""Find JAX: whether it is installed, the rules by which it computes as NumPy does, its devices."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any

from ...errors import EngineError, MissingExtraError

__all__ = ["device", "installed", "load", "numpy_rules"]

# What NumPy allows, and users may have forbidden JAX for their own code. By JAX's default, some GPUs multiply matrices
# of float32 with a precision of three digits.
RULES = {"numpy_dtype_promotion": "standard", "numpy_rank_promotion": "allow", "transfer_guard": "allow"}
FULL_PRECISION = "highest"


def installed() -> bool:
    """Whether JAX is there, found out without loading it, which takes a second."""
    return importlib.util.find_spec("jax") is not None


def load() -> Any:
    """Return the module ``jax``.

    Raises:
        MissingExtraError: it is not installed.
        EngineError: it is, and cannot be imported.
    """
    if not installed():
        raise MissingExtraError("jax", "jax", "to run programs on JAX")
    try:
        return importlib.import_module("jax")
    except Exception as error:  # such as a jaxlib of another version
        raise EngineError(_does_not_start(error)) from error


def numpy_rules() -> AbstractContextManager[None]:
    """Return a context in which this thread's JAX computes as NumPy does, whatever is set for the user's own programs.

    Arrays may have 64 bits; without it JAX turns float64 into float32. What is float32 stays so: Python numbers take on
    the dtype they meet. Matrix products have the precision of their dtype, unless another one has been chosen.
    """
    return _numpy_rules(load())


@contextmanager
def _numpy_rules(jax: Any) -> Iterator[None]:
    with ExitStack() as stack:
        home = jax if hasattr(jax, "enable_x64") else importlib.import_module("jax.experimental")  # before JAX 0.8
        stack.enter_context(home.enable_x64(True))
        if jax.config.jax_default_matmul_precision is None:
            stack.enter_context(jax.default_matmul_precision(FULL_PRECISION))
        for name, value in RULES.items():
            if getattr(jax.config, f"jax_{name}") != value:
                stack.enter_context(getattr(jax, name)(value))
        yield


def device(kind: str | None) -> Any:
    """Return a device.

    Args:
        kind: ``"cpu"``, ``"gpu"`` or another platform that JAX knows, for the first of that kind; ``None`` for the one
            JAX uses by itself.

    Raises:
        EngineError: there is none of that kind, or none at all.
        MissingExtraError: JAX is not installed.
    """
    jax = load()
    if kind is None:
        try:
            return next(iter(jax.device_put(0).devices()))
        except RuntimeError as error:
            raise EngineError(_does_not_start(error)) from error
    try:
        return jax.devices(kind)[0]
    except RuntimeError as error:
        there = ", ".join(sorted({one.platform for one in jax.devices()}))
        raise EngineError(f"JAX has no device of kind {kind!r} here, only: {there}. {_remedy(kind)}") from error


def _does_not_start(error: Exception) -> str:
    said = str(error).strip().split("\n")[0].rstrip(".")
    return (
        f"JAX is installed, but does not start. It says: {said}. Try import jax; jax.devices() by itself; "
        f"pip install -U jax may mend it. Or let NumPy run it: engine='numpy' for a model, no jit for a function"
    )


def _remedy(kind: str) -> str:
    if kind == "gpu":
        return (
            "For an NVIDIA GPU install JAX with its CUDA libraries: pip install 'jax[cuda12]'. If they are there, see "
            "that the environment variable JAX_PLATFORMS does not exclude the GPU. Or leave the device out"
        )
    return "Name one of these, or leave the device out"
