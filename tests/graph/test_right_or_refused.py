"""NumPy's options and functions outside the derivative table: done properly or refused, never ignored."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from rule_oracle import check_first_order

import chainrule as cr
from chainrule.errors import TraceError
from chainrule.graph.rules import RULES

array = np.array
FEW = array([[1.0, -2.0, 3.0], [4.0, 5.0, -6.0]])


def written(text: str) -> Callable[..., Any]:
    """The function of ``x`` that ``text`` spells: so the test's name says what failed."""
    return eval(f"lambda x: {text}", globals())


@pytest.mark.parametrize(
    "text",
    [
        "np.sum(x, initial=3.0)",
        "np.sum(x, where=FEW > 0)",
        "np.mean(x, where=FEW > 0)",
        "np.max(x, initial=9.0)",
        "np.max(x, axis=0, initial=4.5, where=FEW > 0)",
        "np.var(x, correction=1)",
        "np.var(x, mean=np.zeros((1, 1)))",
        "np.std(x, correction=1, axis=0)",
        "np.prod(x, initial=2.0)",
        'np.reshape(x, (3, 2), order="F")',
        'np.ravel(x, order="F")',
        'np.ravel(x, "F")',
        'x.flatten("F")',
        'np.pad(x, 1, mode="edge")',
        'np.pad(x, 1, mode="reflect")',
        'np.pad(x, 1, mode="wrap")',
        'np.pad(x, 1, mode="symmetric")',
        'np.pad(x, 2, mode="mean")',
        "np.pad(x, 1, constant_values=((1.0, 2.0), (3.0, 4.0)))",
        "np.diff(x, prepend=1.0)",
        "np.diff(x, append=np.ones((2, 1)))",
        'np.sort(x, kind="stable")',
        "np.einsum(x, [0, 1], FEW, [2, 1], [0, 2])",
        "np.exp(x, where=FEW > 0, out=np.zeros((2, 3)))",
        "np.matmul(x, FEW, axes=[(1, 0), (0, 1), (0, 1)])",
        'np.linalg.norm(x, "nuc")',
        "np.linalg.norm(x, 2)",
        "np.linalg.norm(x, -2)",
        "np.linalg.norm(x, 0, axis=0)",
        "np.linalg.norm(x, ord=0.5, axis=0)",
        "np.linalg.inv(x[:, :2]) @ np.linalg.pinv(x[:, :2])",
        "x[FEW > 0]",
        "x[0, FEW[0] > 0]",
        "np.clip(x, 1.0, -1.0)",
        "np.transpose(x, axes=(1, 0))",
        "np.repeat(x, repeats=2, axis=1)",
        "np.tile(A=x, reps=2)",
        "np.roll(x, shift=1, axis=1)",
        "np.sum(a=x, axis=0)",
        "np.median(x)",
        "np.cumprod(x)",
        "np.interp(x, [0.0, 1.0], [0.0, 2.0])",
        "np.nan_to_num(x)",
        "np.cross(x[0], x[1])",
        "np.rot90(x)",
        "np.average(x, weights=np.abs(FEW))",
        "np.nansum(x)",
        "np.insert(x, 0, 1.0)",
        "np.append(x, 1.0)",
        "np.dstack([x, x])",
        "np.linalg.slogdet(x[:, :2])[1]",
        "np.linalg.matrix_power(x[:, :2], 2)",
        "np.linalg.multi_dot([x, FEW.T, x])",
        "np.polyval(array([1.0, 2.0]), x)",
        "np.convolve(x[0], x[1])",
        "np.fmod(x, 1.7)",
        "np.copysign(x, -1.0)",
        "np.sinc(x)",
        "np.i0(x)",
        "np.ldexp(x, 2)",
        "np.choose(array([[0, 1, 0], [1, 1, 0]]), [x, 2 * x])",
        "np.select([FEW > 2, FEW > 0], [x, x * x], 0.0)",
        "np.piecewise(x, [FEW > 2], [lambda v: v, lambda v: v * v])",
        "np.vectorize(lambda v: v * v)(x)",
        "np.apply_along_axis(np.sum, 0, x)",
        "np.gradient(x, axis=1)",
        "np.trapezoid(x)",
        "np.cov(x)",
        "np.partition(x, 1)",
        "np.unwrap(x)",
        "np.real(x)",
        "np.block([[x, x], [x, x]])",
        "np.ediff1d(x)",
        "np.meshgrid(x[0], x[1])[0]",
        "np.outer(x, x, out=None)",
        "np.ptp(x, axis=1, keepdims=True)",
        "np.vecdot(x, FEW, axis=0)",
        "np.average(x, axis=0, keepdims=True)",
        "np.average(x, returned=True)[0]",
        "np.diag(x, k=1)",
        "np.linalg.diagonal(x)",
        "np.linalg.trace(x)",
        "np.linalg.matmul(x, FEW.T)",
        "np.linalg.outer(x[0], x[1])",
        "np.linalg.vector_norm(x, axis=1)",
        "np.linalg.matrix_norm(x)",
        "np.linalg.tensordot(x, FEW, axes=2)",
        "np.linalg.cross(x[0], x[1])",
        "np.linalg.vecdot(x, FEW)",
        "np.fliplr(x)",
        "np.flipud(x)",
        "np.rollaxis(x, 1)",
        "np.permute_dims(x)",
        "np.concat([x, x])",
        "np.acos(x / 20) + np.asin(x / 20) + np.atan(x)",
        "np.pow(np.abs(x), 1.5)",
        "np.cumulative_sum(x, axis=1)",
        "np.unstack(x)[1]",
        "np.hsplit(x, 3)[1]",
        "np.vsplit(x, 2)[0]",
        "np.resize(x, (4, 3))",
        "np.delete(x, 1, axis=1)",
        "np.quantile(x, 0.3)",
        "np.argwhere(x > 0) * 1.0",
        "np.nonzero(x)[0] * 1.0",
        "np.digitize(x, np.arange(5.0)) * 1.0",
        "np.searchsorted(np.arange(5.0), x) * 1.0",
        "np.divmod(x, 1.7)[1]",
        "np.modf(x)[0]",
        "np.frexp(x)[0]",
        "x.round() * x",
        "x.trace()",
        "x.diagonal()",
        "x.take([0, 1], axis=1)",
        "x.argsort(axis=0) * x",
        "x.cumprod()",
        "x.real",
        "x.conj()",
        "x.flat[1]",
        "x.view()",
        "x.mT",
        "np.ascontiguousarray(x)",
        "np.array(x, copy=True)",
        "np.asarray(x)",
        "np.empty_like(x) * 0 + x",
        "np.isclose(x, 1.3) * x",
        "np.allclose(x, 1.3) * x",
        "np.array_equal(x, FEW) * x",
        "np.linspace(x[0], x[1], 3)",
        "np.logspace(x[0], x[1], 3)",
        "np.sum([x, x])",
        "np.sum((x, x))",
        "np.maximum.reduce([x, 2 * x])",
        "np.ix_(x[0])",
        "np.tri(2, 3) * x",
        "np.heaviside(x, 0.5) * x",
        "np.spacing(x) * 0",
        "np.float64(x[0, 0])",
        "x[0, 0].astype(int) * x",
        "x.astype(np.int32) * 1.0 + x",
    ],
)
def test_right_or_refused(text: str) -> None:
    """What NumPy offers beyond the table is done properly or refused with a reason, never dropped."""
    f = written(text)
    x = FEW + 0.3
    expected = f(x)
    try:
        found = cr.trace(f, x)(x)
        check_first_order(f, (x,))
    except TraceError:
        return
    np.testing.assert_allclose(found, expected, rtol=1e-6)
    assert np.asarray(found).dtype == np.asarray(expected).dtype


@pytest.mark.parametrize(
    "f",
    [
        lambda x, **dtype: np.sum(x, **dtype),
        lambda x, **dtype: np.mean(x, axis=0, **dtype),
        lambda x, **dtype: np.prod(x, axis=1, **dtype),
        lambda x, **dtype: np.cumsum(x, axis=1, **dtype),
        lambda x, **dtype: np.add(x, 1.0, **dtype),
        lambda x, **dtype: np.concatenate([x, x], **dtype),
        lambda x, **dtype: np.stack([x, x], axis=1, **dtype),
    ],
)
def test_a_dtype_is_obeyed_or_refused(f: Callable[..., Any]) -> None:
    narrow = lambda x: f(x, dtype=np.float32)
    try:
        found = cr.trace(narrow, FEW)(FEW)
        grad = cr.grad(lambda x: np.sum(narrow(x)))(FEW)
    except TraceError:
        return
    assert found.dtype == np.float32
    assert grad.dtype == np.float64
    np.testing.assert_allclose(grad, cr.grad(lambda x: np.sum(f(x)))(FEW), rtol=1e-6)


def test_an_option_that_is_dropped_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(RULES, np.transpose, (lambda g, y, x, axes=None: np.zeros(x.shape),))
    with pytest.raises(AssertionError):
        test_right_or_refused("np.transpose(x, axes=(1, 0))")
