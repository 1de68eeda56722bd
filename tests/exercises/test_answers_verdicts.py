"""The verdicts of the corpus, checked without the judge: every answer against derivatives written out here."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from corpus_of_answers import Answer, every_answer, read

import chainrule as cr
from chainrule.exercises.mistakes import MISTAKES

ANSWERS = every_answer()
TOLERANCE = 1e-5
FREE_FACTOR = {"delta_2", "delta_1", "dZ", "dZ3", "dZ2", "dZ1"}  # may carry 1/n or leave it to the gradients
Arguments = dict[str, Any]


# --- references: plain NumPy, none of the library's code ---


def sigma(z: Any) -> Any:
    return 1 / (1 + np.exp(-z))


def chain_rule(x: float) -> dict[str, Any]:
    e = np.exp(x**2 / 2)
    return {
        "f_1": 18 * x + 6,
        "f_2": -2 * x * np.exp(-(x**2)),
        "f_3": 2 * x / (1 + x**2),
        "f_4": 3 * np.cos(3 * x) * e + np.sin(3 * x) * x * e,
    }


def paths(x: float) -> dict[str, Any]:
    by_a, by_b = np.sin(x) + 1, x**2
    total = by_a * 2 * x + by_b * np.cos(x)
    return {"da_dx": 2 * x, "db_dx": np.cos(x), "du_dc": 1.0, "du_db": by_b, "du_da": by_a, "du_dx": total}


def recitation(x: Any, y: Any, w_1: Any, u_1: Any, w_2: Any, u_2: Any) -> dict[str, Any]:
    """The gradients of the mean loss, as sums over the samples of products of local derivatives."""
    n = x.shape[1]
    z_1 = w_1 @ x + u_1
    h = np.where(z_1 > 0, z_1, 0)
    d = (sigma(w_2 @ h + u_2) - y)[0] / n
    delta_1 = np.stack([d[i] * w_2[0] * (z_1[:, i] > 0) for i in range(n)], axis=1)
    return {
        "delta_2": d[None],
        "w_grad_2": sum(d[i] * h[:, i] for i in range(n))[None],
        "u_grad_2": np.array([[d.sum()]]),
        "delta_1": delta_1,
        "w_grad_1": sum(np.outer(delta_1[:, i], x[:, i]) for i in range(n)),
        "u_grad_1": delta_1.sum(axis=1)[:, None],
    }


def recitation_loops(**arguments: Any) -> dict[str, Any]:
    found = recitation(**arguments)
    return {name: found[name] for name in ("w_grad_2", "u_grad_2", "w_grad_1", "u_grad_1")}


def cross_entropy(y: Any, y_hat: Any) -> Any:
    return -(y * np.log(y_hat) + (1 - y) * np.log(1 - y_hat))


def fit_network(
    x: Any, y: Any, w_1: Any, u_1: Any, w_2: Any, u_2: Any, orders: Any, batch_size: int, learning_rate: float
) -> dict[str, Any]:
    weights = {"w_1": w_1, "u_1": u_1, "w_2": w_2, "u_2": u_2}
    history = []
    for order in orders:
        losses: list[float] = []
        for first in range(0, len(order), batch_size):
            batch = order[first : first + batch_size]
            xb, yb = x[:, batch], y[:, batch]
            h = np.maximum(weights["w_1"] @ xb + weights["u_1"], 0)
            losses.extend(cross_entropy(yb, sigma(weights["w_2"] @ h + weights["u_2"]))[0])
            slope = recitation_loops(x=xb, y=yb, **weights)
            weights = {key: weights[key] - learning_rate * slope[key.replace("_", "_grad_")] for key in weights}
        history.append(sum(losses) / len(losses))
    return {**weights, "history": np.array(history)}


def linear_regression(X: Any, y: Any, w: Any, b: Any) -> dict[str, Any]:
    residual = X @ w + b - y
    return {"dw": np.array([2 * np.mean(residual * column) for column in X.T]), "db": 2 * np.mean(residual)}


def softmax_cross_entropy(X: Any, T: Any, W: Any, b: Any) -> dict[str, Any]:
    E = np.exp(X @ W + b)
    dZ = (E / E.sum(axis=1)[:, None] - T) / len(X)
    return {"dZ": dZ, "dW": sum(np.outer(x, d) for x, d in zip(X, dZ, strict=True)), "db": dZ.sum(axis=0)}


def deep(X: Any, y: Any, W1: Any, b1: Any, W2: Any, b2: Any, W3: Any, b3: Any) -> dict[str, Any]:
    Z1 = X @ W1 + b1
    A1 = np.where(Z1 > 0, Z1, 0)
    Z2 = A1 @ W2 + b2
    A2 = np.where(Z2 > 0, Z2, 0)
    dZ3 = (sigma(A2 @ W3 + b3) - y) / len(X)
    dZ2 = np.where(Z2 > 0, np.einsum("no,ho->nh", dZ3, W3), 0)
    dZ1 = np.where(Z1 > 0, np.einsum("no,ho->nh", dZ2, W2), 0)
    result = {}
    for layer, A, dZ in ((3, A2, dZ3), (2, A1, dZ2), (1, X, dZ1)):
        result |= {f"dZ{layer}": dZ, f"dW{layer}": np.einsum("ni,no->io", A, dZ), f"db{layer}": dZ.sum(axis=0)}
    return result


def forward(X: Any, y: Any, W1: Any, b1: Any, W2: Any, b2: Any) -> dict[str, Any]:
    Z1 = X @ W1 + b1
    Z2 = np.tanh(Z1) @ W2 + b2
    return {"Z1": Z1, "A1": np.tanh(Z1), "Z2": Z2, "A2": sigma(Z2), "loss": np.mean(cross_entropy(y, sigma(Z2)))}


REFERENCES: dict[str, tuple[str, Callable[..., Any]]] = {
    "chain-rule": ("derivatives", chain_rule),
    "paths": ("derivatives", paths),
    "relu_derive": ("relu_derive", lambda z: {"relu_derive": np.where(z > 0, 1.0, 0.0)}),
    "sigmoid_derive": ("sigmoid_derive", lambda z: {"sigmoid_derive": sigma(z) * (1 - sigma(z))}),
    "binary_cross_entropy_derive": (
        "binary_cross_entropy_derive",
        lambda y, y_hat: {"binary_cross_entropy_derive": np.where(y == 1, -1 / y_hat, 1 / (1 - y_hat))},
    ),
    "recitation-loops": ("gradients", recitation_loops),
    "recitation-matrix": ("gradients", recitation),
    "fit_network": ("fit_network", fit_network),
    "linear-regression": ("gradients", linear_regression),
    "softmax-cross-entropy": ("gradients", softmax_cross_entropy),
    "deep": ("gradients", deep),
    "forward": ("forward", forward),
}


# --- draws: distinct sizes, biases that change masks, labels as floats and as whole numbers ---


def labels(rng: np.random.Generator, n: int, whole: bool) -> Any:
    return rng.permutation(np.arange(n) % 2).astype(int if whole else float)


def network(rng: np.random.Generator, n: int, features: int, hidden: int, whole: bool) -> Arguments:
    return {
        "x": rng.normal(size=(features, n)),
        "y": labels(rng, n, whole)[None],
        "w_1": rng.normal(size=(hidden, features)) / np.sqrt(features),
        "u_1": rng.normal(size=(hidden, 1)),
        "w_2": rng.normal(size=(1, hidden)),
        "u_2": rng.normal(size=(1, 1)) + 0.2,
    }


def stacked(rng: np.random.Generator, n: int, sizes: tuple[int, ...], whole: bool) -> Arguments:
    arguments = {"X": rng.normal(size=(n, sizes[0])), "y": labels(rng, n, whole)[:, None]}
    for layer, (inputs, outputs) in enumerate(pairwise(sizes), start=1):
        arguments[f"W{layer}"] = rng.normal(size=(inputs, outputs)) / np.sqrt(inputs)
        arguments[f"b{layer}"] = rng.normal(size=outputs)
    return arguments


def training(rng: np.random.Generator, n: int, features: int, hidden: int, whole: bool, batch_size: int) -> Arguments:
    orders = np.stack([rng.permutation(n) for _ in range(3)])
    return {
        **network(rng, n, features, hidden, whole),
        "orders": orders,
        "batch_size": batch_size,
        "learning_rate": 0.3,
    }


def one_hot(rng: np.random.Generator, n: int, features: int, classes: int, whole: bool) -> Arguments:
    return {
        "X": rng.normal(size=(n, features)),
        "T": np.eye(classes, dtype=int if whole else float)[rng.permutation(np.arange(n) % classes)],
        "W": rng.normal(size=(features, classes)),
        "b": rng.normal(size=classes),
    }


def line(rng: np.random.Generator, n: int, d: int) -> Arguments:
    return {"X": rng.normal(size=(n, d)), "y": 3 * rng.normal(size=n), "w": rng.normal(size=d), "b": 1.7}


def probabilities(rng: np.random.Generator, shape: tuple[int, ...], whole: bool) -> Arguments:
    y = labels(rng, int(np.prod(shape)), whole).reshape(shape)
    return {"y": y, "y_hat": rng.uniform(0.03, 0.97, size=shape)}


def cases(exercise: str) -> list[Arguments]:
    """The draws for an exercise, the same each time."""
    rng = np.random.default_rng(20)
    if exercise in ("chain-rule", "paths"):
        return [{"x": value} for value in (0.7, -1.3, 1.9, 0.25)]
    if exercise == "relu_derive":
        flat = np.array([-1.5, 0.0, 0.3, 2.0, -0.2])
        return [{"z": z} for z in (flat, rng.normal(size=(4, 3)), rng.normal(size=(2, 3, 4)))]
    if exercise == "sigmoid_derive":
        return [{"z": 2 * rng.normal(size=shape)} for shape in ((5,), (4, 3), (2, 3, 4))]
    if exercise == "binary_cross_entropy_derive":
        return [probabilities(rng, shape, whole) for shape, whole in (((1, 7), False), ((5,), True), ((4, 3), True))]
    if exercise == "fit_network":
        return [training(rng, 12, 30, 10, False, 5), training(rng, 7, 4, 6, True, 3), training(rng, 9, 4, 6, True, 3)]
    if exercise == "linear-regression":
        return [line(rng, 9, 4), line(rng, 5, 7), line(rng, 5, 7)]
    if exercise == "softmax-cross-entropy":
        return [one_hot(rng, 8, 5, 3, False), one_hot(rng, 6, 7, 4, True)]
    if exercise in ("deep", "forward"):
        inside = (6, 4, 5) if exercise == "deep" else (6, 4)
        return [stacked(rng, 9, (*inside, 1), False), stacked(rng, 7, (*inside, 1), True)]
    return [network(rng, 7, 30, 10, False), network(rng, 9, 4, 6, True), network(rng, 5, 4, 6, False)]


# --- comparing ---


def load(answer: Answer) -> Callable[..., Any]:
    """The function that the file defines; whatever is wrong with the file is raised."""
    space: dict[str, Any] = {"__name__": "answer"}
    exec(compile(answer.path.read_text(encoding="utf-8"), str(answer.path), "exec"), space)
    return space[REFERENCES[answer.exercise][0]]


def copied(arguments: Arguments) -> list[Any]:
    return [value.copy() if isinstance(value, np.ndarray) else value for value in arguments.values()]


def error(found: Any, expected: Any, tie: Any = False) -> float:
    """The largest difference as a share of the largest entry; infinite for another shape, or for no numbers."""
    found, expected = np.asarray(found), np.asarray(expected)
    if found.shape != expected.shape or found.dtype.kind not in "bif":
        return np.inf
    difference = np.where(tie, 0, found.astype(float) - expected)
    largest = np.abs(difference).max() / np.abs(expected).max()
    return np.inf if np.isnan(largest) or not np.isfinite(found).all() else float(largest)


def errors_of_call(exercise: str, function: Callable[..., Any], arguments: Arguments) -> dict[str, float]:
    expected = REFERENCES[exercise][1](**arguments)
    with contextlib.redirect_stdout(io.StringIO()), np.errstate(all="ignore"):
        returned = function(*copied(arguments))
    if returned is None:
        raise TypeError("the answer returned nothing")
    if exercise in expected:
        slope_at_zero = np.isin(returned, (0, 1)) & (arguments["z"] == 0) if exercise == "relu_derive" else False
        return {exercise: error(returned, expected[exercise], slope_at_zero)}
    found = returned if isinstance(returned, dict) else dict(zip(expected, returned, strict=True))
    n = len(arguments["X"]) if "X" in arguments else np.shape(arguments["x"])[-1] if "y" in arguments else 1
    return {
        name: min(error(found.get(name), value * factor) for factor in ((1, n) if name in FREE_FACTOR else (1,)))
        for name, value in expected.items()
    }


def errors(answer: Answer) -> dict[str, float]:
    """The largest error over all draws, by quantity in their order; of the answer as a whole if it does not run."""
    try:
        function = load(answer)
        calls = [errors_of_call(answer.exercise, function, arguments) for arguments in cases(answer.exercise)]
    except (Exception, SystemExit):
        return {"": np.inf}
    return {name: max(call[name] for call in calls) for name in calls[0]}


# --- tests ---


@pytest.mark.filterwarnings("ignore:the matrix subclass:PendingDeprecationWarning")
@pytest.mark.parametrize("answer", [a for a in ANSWERS if a.right], ids=lambda answer: answer.name)
def test_right_answers_agree_with_the_references(answer: Answer) -> None:
    assert max(errors(answer).values()) < TOLERANCE


@pytest.mark.parametrize("answer", [a for a in ANSWERS if not a.right and a.runs], ids=lambda answer: answer.name)
def test_wrong_answers_differ_first_where_their_header_says(answer: Answer) -> None:
    differing = [name for name, largest in errors(answer).items() if largest > TOLERANCE]
    assert differing
    assert differing[0] in answer.at[0]


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: answer.name)
def test_headers_use_names_that_exist(answer: Answer) -> None:
    assert answer.path.parent.name == answer.exercise.replace("-", "_")
    assert {name for names in answer.mistakes for name in names} <= {*MISTAKES, "none"}
    assert len(answer.at) == len(answer.mistakes)
    expected = REFERENCES[answer.exercise][1](**cases(answer.exercise)[0])
    assert {name for names in answer.at for name in names} <= {*expected, ""}


@pytest.mark.parametrize(
    ("line", "spoilt_line", "at"),
    [
        ("delta_2 = (y_hat - y) / n", "delta_2 = (y - y_hat) / n", "delta_2"),
        ("w_2.T @ delta_2 * (z_1 > 0)", "w_2.T @ delta_2", "delta_1"),
        ("delta_1.sum(axis=1, keepdims=True)", "1.0001 * delta_1.sum(axis=1, keepdims=True)", "u_grad_1"),
    ],
)
def test_a_spoilt_right_answer_is_noticed(line: str, spoilt_line: str, at: str, tmp_path: Path) -> None:
    right = next(answer for answer in ANSWERS if answer.name == "recitation_matrix/mean_in_delta")
    source = right.path.read_text(encoding="utf-8")
    assert line in source
    spoilt = tmp_path / "spoilt.py"
    spoilt.write_text(source.replace(line, spoilt_line), encoding="utf-8")
    found = errors(read(spoilt))
    assert found[at] > TOLERANCE
    assert next(name for name, largest in found.items() if largest > TOLERANCE) == at


# --- the references against the library's own derivative ---


def mean_loss_of_recitation(w_1: Any, u_1: Any, w_2: Any, u_2: Any, x: Any, y: Any) -> Any:
    return np.mean(cross_entropy(y, sigma(w_2 @ np.maximum(w_1 @ x + u_1, 0) + u_2)))


def mean_loss_of_deep(W1: Any, b1: Any, W2: Any, b2: Any, W3: Any, b3: Any, X: Any, y: Any) -> Any:
    A2 = np.maximum(np.maximum(X @ W1 + b1, 0) @ W2 + b2, 0)
    return np.mean(cross_entropy(y, sigma(A2 @ W3 + b3)))


def mean_loss_of_softmax(W: Any, b: Any, X: Any, T: Any) -> Any:
    E = np.exp(X @ W + b)
    return -np.mean(np.sum(T * np.log(E / np.sum(E, axis=1, keepdims=True)), axis=1))


def mean_squared_error(w: Any, b: Any, X: Any, y: Any) -> Any:
    return np.mean((X @ w + b - y) ** 2)


@pytest.mark.parametrize(
    ("exercise", "loss", "by"),
    [
        ("recitation-matrix", mean_loss_of_recitation, {"w_1": "w_grad_1", "u_1": "u_grad_1", "w_2": "w_grad_2"}),
        ("recitation-loops", mean_loss_of_recitation, {"w_1": "w_grad_1", "w_2": "w_grad_2", "u_2": "u_grad_2"}),
        ("deep", mean_loss_of_deep, {f"{letter}{layer}": f"d{letter}{layer}" for letter in "Wb" for layer in "123"}),
        ("softmax-cross-entropy", mean_loss_of_softmax, {"W": "dW", "b": "db"}),
        ("linear-regression", mean_squared_error, {"w": "dw", "b": "db"}),
    ],
)
def test_references_agree_with_the_graph(exercise: str, loss: Callable[..., Any], by: dict[str, str]) -> None:
    parameters = loss.__code__.co_varnames[: loss.__code__.co_argcount]
    for arguments in cases(exercise):
        expected = REFERENCES[exercise][1](**arguments)
        ordered = [arguments[name] for name in parameters]
        for name, quantity in by.items():
            derivative = cr.grad(loss, argnums=parameters.index(name))(*ordered)
            np.testing.assert_allclose(derivative, expected[quantity], rtol=1e-9, atol=1e-12)


def test_scalar_references_agree_with_the_graph() -> None:
    functions = {
        "f_1": lambda x: (3 * x + 1) ** 2,
        "f_2": lambda x: np.exp(-(x**2)),
        "f_3": lambda x: np.log(1 + x**2),
        "f_4": lambda x: np.sin(3 * x) * np.exp(x**2 / 2),
        "du_dx": lambda x: x**2 * np.sin(x) + x**2,
    }
    for case in cases("chain-rule"):
        expected = chain_rule(**case) | paths(**case)
        for name, function in functions.items():
            assert cr.grad(function)(case["x"]) == pytest.approx(expected[name], rel=1e-12)
