"""JAX is found, its double precision switched on for the moment, its devices named; or it is said what is missing."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import threading
from typing import Any

import numpy as np
import pytest

from chainrule.engines.jax_engine import setup
from chainrule.errors import EngineError, MissingExtraError


def without_jax(monkeypatch: pytest.MonkeyPatch) -> None:
    real = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *args: None if name == "jax" else real(name, *args))


def test_without_jax_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    without_jax(monkeypatch)
    assert not setup.installed()
    for call in (setup.load, setup.numpy_rules, lambda: setup.device("cpu")):
        with pytest.raises(MissingExtraError, match=r"jax is needed to run programs on JAX.*pip install jax"):
            call()


def test_to_ask_does_not_load_it() -> None:
    code = "import sys; from chainrule.engines import jit; from chainrule.engines.jax_engine import setup; "
    code += "setup.installed(); jit.jit(abs).program(2.0); print('jax' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False"]


def test_numpys_rules_are_for_the_moment_and_the_thread() -> None:
    jax = pytest.importorskip("jax")

    def dtype_of(value: Any) -> Any:
        return jax.numpy.asarray(value).dtype

    elsewhere: list[Any] = []
    value = np.ones(2)
    before = dtype_of(value)
    with setup.numpy_rules():
        assert dtype_of(value) == np.float64
        assert dtype_of(value.astype(np.float32)) == np.float32
        thread = threading.Thread(target=lambda: elsewhere.append(dtype_of(value)))
        thread.start()
        thread.join()
    assert elsewhere == [before]
    assert dtype_of(value) == before == np.float32


def test_numpys_rules_in_older_versions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where JAX has it among its experiments."""
    jax = pytest.importorskip("jax")
    experimental = pytest.importorskip("jax.experimental")
    new = jax.enable_x64 if hasattr(jax, "enable_x64") else experimental.enable_x64
    monkeypatch.setattr(experimental, "enable_x64", new, raising=False)
    monkeypatch.delattr(jax, "enable_x64", raising=False)
    with setup.numpy_rules():
        assert jax.numpy.asarray(1.0).dtype == np.float64


def test_matrix_products_are_precise_unless_chosen_otherwise() -> None:
    """Left to itself, JAX has three digits of float32 on some GPUs."""
    jax = pytest.importorskip("jax")
    assert jax.config.jax_default_matmul_precision is None
    with setup.numpy_rules():
        assert jax.config.jax_default_matmul_precision == "highest"
    with jax.default_matmul_precision("tensorfloat32"), setup.numpy_rules():
        assert jax.config.jax_default_matmul_precision == "tensorfloat32"


@pytest.mark.parametrize(("name", "value"), [("numpy_dtype_promotion", "strict"), ("numpy_rank_promotion", "raise")])
def test_what_is_forbidden_elsewhere_is_allowed_for_the_moment(name: str, value: str) -> None:
    jax = pytest.importorskip("jax")
    with getattr(jax, name)(value):
        with setup.numpy_rules():
            found = jax.numpy.ones((2, 3)) + jax.numpy.arange(3)
        assert found.dtype == np.float64
        with pytest.raises((ValueError, TypeError)):
            jax.numpy.ones((2, 3)) + jax.numpy.arange(3)


def test_an_installation_that_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("jax")

    def broken(name: str) -> Any:
        raise ImportError("jaxlib is too old.")

    monkeypatch.setattr(importlib, "import_module", broken)
    with pytest.raises(EngineError, match=r"does not start. It says: jaxlib is too old\. Try .*pip install -U jax"):
        setup.load()


def test_devices() -> None:
    jax = pytest.importorskip("jax")
    assert setup.device(None) in jax.devices()
    assert setup.device("cpu").platform == "cpu"


def test_a_default_device_of_ones_own_is_the_default() -> None:
    jax = pytest.importorskip("jax")
    with jax.default_device(jax.devices("cpu")[0]):
        assert setup.device(None) == jax.devices("cpu")[0]


def test_a_device_that_is_not_there() -> None:
    jax = pytest.importorskip("jax")
    kinds = {device.platform for device in jax.devices()}
    for kind in {"gpu", "tpu", "abacus"} - kinds:
        with pytest.raises(EngineError, match=rf"no device of kind '{kind}' here, only: .*cpu"):
            setup.device(kind)
    if "gpu" not in kinds:
        with pytest.raises(EngineError, match=r"pip install 'jax\[cuda12\]'"):
            setup.device("gpu")


def test_a_setting_that_stays_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """Had double precision been switched on for good, the test above would notice."""
    jax = pytest.importorskip("jax")
    on = setup.numpy_rules()
    with on, pytest.raises(AssertionError):
        test_numpys_rules_are_for_the_moment_and_the_thread()
    assert jax.numpy.asarray(1.0).dtype == np.float32
