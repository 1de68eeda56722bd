"""Every example in a docstring runs and says what it prints; every public function and class has a docstring."""

from __future__ import annotations

import doctest
import importlib
import inspect
import pkgutil

import pytest

import chainrule

MODULES = ["chainrule", *(m.name for m in pkgutil.walk_packages(chainrule.__path__, "chainrule."))]
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE | doctest.IGNORE_EXCEPTION_DETAIL


@pytest.mark.parametrize("name", MODULES)
def test_examples_run(name):
    module = importlib.import_module(name)
    results = doctest.testmod(module, optionflags=FLAGS, extraglobs={"np": importlib.import_module("numpy")})
    assert results.failed == 0


def test_a_wrong_example_is_caught():
    wrong = doctest.DocTestParser().get_doctest(">>> 1 + 1\n3\n", {}, "wrong", None, 0)
    runner = doctest.DocTestRunner(optionflags=FLAGS, verbose=False)
    assert runner.run(wrong, out=lambda text: None).failed == 1


@pytest.mark.parametrize("name", MODULES)
def test_public_names_have_docstrings(name):
    module = importlib.import_module(name)
    for public in getattr(module, "__all__", []):
        member = getattr(module, public)
        if inspect.isfunction(member) or inspect.isclass(member) or inspect.ismodule(member):
            assert inspect.getdoc(member), f"{name}.{public} has no docstring"
