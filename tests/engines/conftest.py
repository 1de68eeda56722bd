"""Lets tests of engines run the cases of the derivative table; what they compile is not kept in the user's cache."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "graph"))


@pytest.fixture(autouse=True)
def no_programs_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHAINRULE_CACHE_DIR", "")


@pytest.fixture
def without_sorting(monkeypatch):
    """A JAX that cannot sort."""
    jax = pytest.importorskip("jax")
    from chainrule.engines.jax_engine import text, training

    monkeypatch.delattr(jax.numpy, "sort")
    monkeypatch.setattr(training, "_checked", type(training._checked)())
    text._library.cache_clear()
    yield
    text._library.cache_clear()
