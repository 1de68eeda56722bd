"""The libraries measured, one short script each.

Run as a program, a script ``with_*.py`` does the whole recitation the way its users would write it and prints the test
accuracy. Its function ``trainer(job)`` does any :class:`~benchmarks.jobs.Job` from the job's own starting weights; it
returns ``train(epochs, tick)``, which may be called again and again, begins anew each time, calls ``tick()`` at the end
of each epoch unless it is None, and returns the loss of each epoch. ``many_with_*.py`` train many networks, which
``benchmarks.many`` describes.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

FOLDER = Path(__file__).parent


class Peer(NamedTuple):
    """A library to measure.

    Attributes:
        key: its name on the command line.
        label: its name in the tables.
        script: its file.
        packages: the distributions it needs.
        environment: variables its process is started with.
        options: what its ``trainer`` is given beside the job.
        close: whether its figures may lie so near to others that it takes part in every round.
    """

    key: str
    label: str
    script: Path
    packages: tuple[str, ...]
    environment: Mapping[str, str] = MappingProxyType({})
    options: Mapping[str, Any] = MappingProxyType({})
    close: bool = False

    @property
    def installed(self) -> bool:
        return all(installed_version(package) for package in self.packages)


def installed_version(package: str) -> str | None:
    """Return a distribution's version without importing it, also of one that comes for the processor only; or None."""
    for name in (package, f"{package}-cpu"):
        try:
            return version(name)
        except PackageNotFoundError:
            pass
    return None


def _keras(backend: str, label: str, package: str) -> Peer:
    environment = {"KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3"}
    return Peer(f"keras-{backend}", f"Keras ({label})", FOLDER / "with_keras.py", ("keras", package), environment)


_OURS, _BY_HAND = FOLDER / "with_chainrule.py", FOLDER / "with_jax.py"
CHAINRULE = Peer("chainrule", "chainrule", _OURS, ("chainrule",), close=True)
CHAINRULE_NUMPY = CHAINRULE._replace(label="chainrule (NumPy)", options={"engine": "numpy"})
CHAINRULE_JAX = CHAINRULE._replace(label="chainrule (JAX)", packages=("chainrule", "jax"), options={"engine": "jax"})
SKLEARN = Peer("sklearn", "scikit-learn", FOLDER / "with_sklearn.py", ("scikit-learn",))
JAX = Peer("jax", "JAX by hand", _BY_HAND, ("jax",), close=True)
JAX_ONE_CALL = JAX._replace(label="JAX by hand, one call", options={"one_call": True})
TORCH = Peer("torch", "PyTorch", FOLDER / "with_torch.py", ("torch",))
KERAS = (
    _keras("jax", "JAX", "jax"),
    _keras("torch", "PyTorch", "torch"),
    _keras("tensorflow", "TensorFlow", "tensorflow"),
)
PEERS = (SKLEARN, JAX, TORCH, *KERAS)
