"""Where compiled programs run, and where JAX may keep them while tests run."""

from __future__ import annotations

import pytest


def pytest_addoption(parser):
    parser.addoption("--device", default=None, choices=["cpu", "gpu"], help="what JAX runs the engine's tests on")


@pytest.fixture(scope="session", autouse=True)
def _cache_of_compiled_programs(tmp_path_factory):
    """Tests leave nothing in the user's cache folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CHAINRULE_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture
def jax_device(request):
    """The kind of device that JAX uses by itself, as the engine does; skips if it is not the one asked for."""
    jax = pytest.importorskip("jax")
    there = jax.default_backend()
    asked = request.config.getoption("--device")
    if asked is not None and there != asked:
        pytest.skip(f"JAX runs on {there} here, not on {asked}")
    return there
