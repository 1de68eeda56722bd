"""Fairness: what a mistake costs, what counts as right, and what half-finished answers are told."""

from __future__ import annotations

import numpy as np
import pytest

from chainrule.exercises import Exercise, check, get
from chainrule.exercises.judging import Workbench, judge
from chainrule.exercises.running import Call, Run

NAMES = ("delta_2", "w_grad_2", "u_grad_2", "delta_1", "w_grad_1", "u_grad_1")


def gradients(x, y, w_1, u_1, w_2, u_2, error=lambda p, y: (p - y) / y.shape[1], mask=lambda z, x, w: z > 0):
    z_1 = w_1 @ x + u_1
    h = np.maximum(z_1, 0)
    delta_2 = error(1 / (1 + np.exp(-(w_2 @ h + u_2))), y)
    delta_1 = w_2.T @ delta_2 * mask(z_1, x, w_1)
    return {
        "delta_2": delta_2,
        "w_grad_2": delta_2 @ h.T,
        "u_grad_2": delta_2.sum(axis=1, keepdims=True),
        "delta_1": delta_1,
        "w_grad_1": delta_1 @ x.T,
        "u_grad_1": delta_1.sum(axis=1, keepdims=True),
    }


def with_own_mask(*args):
    return gradients(*args, mask=lambda z, x, w: w @ x > 0)


def without(answer, *keys):
    return lambda *args: {name: value for name, value in answer(*args).items() if name not in keys}


def constant(value):
    """The answer that has this number everywhere, in the right shapes."""
    return lambda *args: {name: np.full(v.shape, value) for name, v in gradients(*args).items()}


def passed(report):
    return {finding.quantity: finding.passed for finding in report}


def test_later_quantities_keep_their_points():
    report = check("recitation-matrix", with_own_mask)
    assert report.mistakes == ("relu-mask-without-bias",)
    assert [name for name, ok in passed(report).items() if not ok] == ["delta_1"]
    assert report.score == pytest.approx(5 / 6)


def test_the_mean_may_be_left_to_the_gradients():
    def late(*args):
        n = args[1].shape[1]
        found = gradients(*args, error=lambda p, y: p - y)
        return {name: value if name.startswith("delta") else value / n for name, value in found.items()}

    assert check("recitation-matrix", late).passed


def test_a_mean_that_nobody_takes_is_named_once_and_costs_every_gradient():
    report = check("recitation-matrix", lambda *args: gradients(*args, error=lambda p, y: p - y))
    assert report.mistakes == ("missing-mean",)
    assert [finding.quantity for finding in report if finding.mistake] == ["w_grad_2"]
    assert report.score == pytest.approx(2 / 6)


def test_mending_a_part_is_worth_something():
    """Four loops that overwrite instead of adding: one mended, the score rises."""

    def loops(*args, mended=()):
        found = without(gradients, "delta_2", "delta_1")(*args)
        x, y, *weights = args
        last = without(gradients, "delta_2", "delta_1")(x[:, -1:], y[:, -1:], *weights)
        return {name: found[name] if name in mended else last[name] / y.shape[1] for name in found}

    scores = []
    for mended in ((), ("w_grad_2",), ("w_grad_2", "u_grad_2"), NAMES):
        report = check("recitation-loops", lambda *args, mended=mended: loops(*args, mended=mended))
        assert set(report.mistakes) <= {"last-sample-only"}
        scores.append(report.score)
    assert scores == sorted(set(scores))
    assert scores[-1] == 1


@pytest.mark.parametrize("value", [0.0, np.nan, np.inf])
@pytest.mark.parametrize("name", ["recitation-matrix", "recitation-loops"])
def test_nothing_is_right_given_zeros_or_nan(name, value):
    keys = () if name == "recitation-matrix" else ("delta_2", "delta_1")
    report = check(name, without(constant(value), *keys))
    assert report.score == 0


@pytest.mark.parametrize(
    "answer",
    [
        without(with_own_mask, "u_grad_1"),
        without(lambda *args: gradients(*args, error=lambda p, y: p - y), "delta_1", "w_grad_1", "u_grad_1"),
        lambda *args: {**gradients(*args, error=lambda p, y: y - p), "w_grad_1": ..., "u_grad_1": None},
    ],
)
def test_a_mistake_before_a_blank_is_named(answer):
    report = check("recitation-matrix", answer)
    assert not report.passed
    assert {"missing-quantity", "unfinished"} & set(report.mistakes)
    assert {"relu-mask-without-bias", "missing-mean", "sign"} & set(report.mistakes)


def test_right_results_in_another_order_are_said_to_be_that():
    report = check("recitation-matrix", lambda *args: tuple(gradients(*args).values())[::-1])
    assert report.mistakes == ("wrong-order",)
    assert "expected delta_2, w_grad_2" in report.findings[0].message


def test_finite_differences_are_named_once():
    def differences(x, y, w_1, u_1, w_2, u_2, h=1e-3):
        weights = [w_1, u_1, w_2, u_2]

        def loss():
            p = 1 / (1 + np.exp(-(w_2 @ np.maximum(w_1 @ x + u_1, 0) + u_2)))
            return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))

        found = []
        for weight in weights:
            gradient = np.zeros_like(weight)
            for index in np.ndindex(weight.shape):
                kept, before = weight[index], loss()
                weight[index] = kept + h
                gradient[index] = (loss() - before) / h
                weight[index] = kept
            found.append(gradient)
        return found[2], found[3], found[0], found[1]

    report = check("recitation-loops", differences)
    assert report.mistakes == ("finite-difference",)
    assert report.score == 0


def test_a_factor_left_out_on_the_way_back_is_named():
    def forgetful(*args):
        return without(gradients, "delta_2", "delta_1")(*args[:4], np.ones_like(args[4]), args[5])

    def mixed(*args):
        """The right output, but the way back without w_2."""
        right, x, w_2 = gradients(*args), args[0], args[4]
        z_1 = args[2] @ x + args[3]
        delta_1 = np.ones_like(w_2).T @ right["delta_2"] * (z_1 > 0)
        return right["w_grad_2"], right["u_grad_2"], delta_1 @ x.T, delta_1.sum(axis=1, keepdims=True)

    assert check("recitation-loops", mixed).mistakes == ("factor-missing",)
    assert check("recitation-loops", forgetful).mistakes != ("factor-missing",)


def test_brackets_that_are_missing_are_named():
    def forward(X, y, W1, b1, W2, b2):
        Z1 = X @ W1 + b1
        A1 = np.tanh(Z1)
        Z2 = A1 @ W2 + b2
        A2 = 1 / 1 + np.exp(-Z2)
        with np.errstate(all="ignore"):
            return Z1, A1, Z2, A2, -np.mean(y * np.log(A2) + (1 - y) * np.log(1 - A2))

    report = check("forward", forward)
    assert report.mistakes[0] == "wrong-activation"
    assert "brackets" in next(finding.message for finding in report if not finding.passed)


def test_blanks_that_are_left_are_counted(tmp_path):
    path = tmp_path / "answer.py"
    path.write_text("def relu_derive(z):\n    mask = ...  # answer\n    return z * 0\n")
    assert "1 line is still to be written" in check("relu_derive", path).notes[-1]
    path.write_text("def relu_derive(z):\n    return z > 0\n")
    assert not check("relu_derive", path).notes


def test_a_judge_that_lets_everything_pass_would_be_caught():
    bench = Workbench(get("recitation-matrix"))
    wrong = [{n: v + 1.0 for n, v in bench.right(i).items()} for i in range(len(bench.cases))]
    wrong[1] = wrong[0]
    assert not judge(bench, Run(tuple(Call("dict", values) for values in wrong))).passed


def mixed(mean_above, error, mean_below):
    """An answer with 1/n in delta_2 or not, and in the gradients or not."""

    def answer(*args):
        n = args[1].shape[1]
        found = gradients(*args, error=lambda p, y: error(p, y) / (n if mean_above else 1))
        return {k: v / (n if mean_below and not k.startswith("delta") else 1) for k, v in found.items()}

    return answer


@pytest.mark.parametrize("error", [lambda p, y: 2 * (p - y) * p * (1 - p), lambda p, y: (p > 0.5) - y])
def test_mending_a_delta_without_a_name_does_not_lower_the_score(error):
    """Without a mean anywhere, the gradients are wrong whatever delta_2 is."""
    report = check("recitation-matrix", mixed(False, error, False))
    assert report.mistakes == ("missing-mean",)
    assert report.score < check("recitation-matrix", mixed(False, lambda p, y: p - y, False)).score
    for above, below in ((True, False), (False, True)):
        report = check("recitation-matrix", mixed(above, error, below))
        assert report.mistakes == ()
        assert report.score == pytest.approx(5 / 6)


def test_gradients_keep_to_one_mean():
    """dW as a sum and db as a mean of the same wrong dZ cannot both be right."""

    def answer(X, T, W, b):
        E = np.exp(X @ W + b)
        P = E / E.sum(axis=1, keepdims=True)
        dZ = (P - T) * P / len(X)
        return {"dZ": dZ, "dW": X.T @ dZ, "db": dZ.mean(axis=0)}

    report = check("softmax-cross-entropy", answer)
    assert passed(report) == {"dZ": False, "dW": True, "db": False}
    assert "doubled-mean" in report.mistakes


def test_a_penalty_left_out_is_a_path_and_no_term_of_the_cross_entropy():
    def loss(X, y, w, lam):
        p = 1 / (1 + np.exp(-(X @ w)))
        return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p)) + lam * np.sum(w**2)

    rng = np.random.default_rng(0)
    example = {"X": rng.normal(size=(8, 3)), "y": np.array([0, 1] * 4), "w": rng.normal(size=3), "lam": 0.3}
    exercise = Exercise.from_function(loss, "w", example)

    def data_alone(X, y, w, lam):
        return X.T @ (1 / (1 + np.exp(-(X @ w))) - y) / len(y)

    assert check(exercise, data_alone).mistakes == ("path-missing",)
