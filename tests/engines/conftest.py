"""Lets tests of engines run the cases of the derivative table; what they compile is not kept in the user's cache."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "graph"))


@pytest.fixture(autouse=True)
def no_programs_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHAINRULE_CACHE_DIR", "")
