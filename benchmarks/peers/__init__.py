"""The libraries measured, one short script each.

Run as a program, a script does the whole recitation the way its users would write it and prints the test accuracy.
Its function ``trainer(job)`` does any :class:`~benchmarks.jobs.Job` from the job's own starting weights; it returns
``train(epochs, tick)``, which may be called again and again, calls ``tick()`` at the end of each epoch and returns
the loss of each epoch.
"""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parent


class Peer(NamedTuple):
    """A library to measure.

    Attributes:
        key: its name on the command line.
        label: its name in the tables.
        script: its file.
        packages: the distributions it needs.
        environment: variables its process is started with.
    """

    key: str
    label: str
    script: Path
    packages: tuple[str, ...]
    environment: dict[str, str]

    @property
    def installed(self) -> bool:
        return all(installed_version(package) for package in self.packages)


def installed_version(package: str) -> str | None:
    """Return a distribution's version without importing it, or None."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _keras(backend: str, label: str, package: str) -> Peer:
    environment = {"KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3"}
    return Peer(f"keras-{backend}", f"Keras ({label})", FOLDER / "with_keras.py", ("keras", package), environment)


CHAINRULE = Peer("chainrule", "chainrule", FOLDER / "with_chainrule.py", ("chainrule",), {})
SKLEARN = Peer("sklearn", "scikit-learn", FOLDER / "with_sklearn.py", ("scikit-learn",), {})
PEERS = (
    SKLEARN,
    Peer("jax", "JAX", FOLDER / "with_jax.py", ("jax",), {}),
    Peer("torch", "PyTorch", FOLDER / "with_torch.py", ("torch",), {}),
    _keras("jax", "JAX", "jax"),
    _keras("torch", "PyTorch", "torch"),
    _keras("tensorflow", "TensorFlow", "tensorflow"),
)
