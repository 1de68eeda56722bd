"""Networks of several members, folded into one graph and run each alone: what the tests of members share."""

from __future__ import annotations

import numpy as np
import pytest

from chainrule.graph.emit import emit
from chainrule.graph.members import NotFoldable
from chainrule.graph.node import placeholder
from chainrule.graph.program import run_text

M = 3
RNG = np.random.default_rng(5)
TOLERANCE = {np.dtype("float32"): 1e-5, np.dtype("float64"): 1e-12}


def close(found, expected, scale=None):
    """Equal up to rounding, as seen from the largest entry, or from a size that is given."""
    found, expected = np.asarray(found), np.asarray(expected)
    assert found.shape == expected.shape
    assert found.dtype == expected.dtype
    if expected.dtype.kind != "f":
        np.testing.assert_array_equal(found, expected)
    elif expected.size:
        rtol = TOLERANCE[expected.dtype]
        np.testing.assert_allclose(found, expected, rtol=rtol, atol=rtol * (scale or largest(expected)))


def largest(*arrays):
    return max(np.abs(array[np.isfinite(array)]).max(initial=0) for array in arrays)


def many(node, values=None):
    """An input in the place of ``node``, and its values: those of the node, a little different for each member."""
    shape = (*node.shape, M)
    if values is None:
        values = (np.asarray(node.value)[..., None] + RNG.normal(size=shape) / 5).astype(node.dtype)
    return placeholder(values, node.name)


def program(name, inputs, outputs, library=None):
    return run_text(emit(name, inputs, outputs, comments=False), name, *([library] if library else []))


def as_tuple(results):
    return results if isinstance(results, tuple) else (results,)


def member(values, varying, inputs, i):
    """The arguments of one network: of those that vary, its own."""
    return [value[..., i] if node in varying else value for node, value in zip(inputs, values, strict=True)]


def fails(check, *args):
    with pytest.raises((AssertionError, ValueError, NotFoldable)):
        check(*args)
