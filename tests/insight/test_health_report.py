"""The report: worst first, readable, honest about what it did not look at, and the model is left as it was."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import chainrule as cr
from chainrule.callbacks import History
from chainrule.datasets import toy
from chainrule.errors import DataError, ShapeError, UnknownNameError
from chainrule.insight.health import CHECKS, Finding, Report, case, diagnose
from chainrule.layers import Dense, Dropout

X, Y = toy.spirals(200)


def finding(identifier, severity):
    return Finding(identifier, severity, "A title", where="x", evidence=["seen"], why="Because.", remedy="Do this.")


def small(**compiled):
    model = cr.Sequential([cr.Input((2,)), Dense(8, "tanh"), Dense(1, "sigmoid")], name="small")
    model.compile(**({"optimizer": "adam", "loss": "binary_crossentropy"} | compiled))
    return model


# --- the report itself ---


def test_findings_are_sorted_worst_first_and_otherwise_as_they_came():
    report = Report(
        [finding("a", "hint"), finding("b", "serious"), finding("c", "hint"), finding("d", "warning")], [], {}, ""
    )
    assert [one.identifier for one in report] == ["b", "d", "a", "c"]
    assert [one.rank for one in report.findings] == [3, 2, 1, 1]
    assert report.verdict == "1 serious, 1 warning, 2 hints"


@pytest.mark.parametrize(
    ("severities", "healthy", "verdict"),
    [
        ([], True, "nothing found"),
        (["hint"], True, "healthy, with 1 hint"),
        (["warning", "warning"], False, "2 warnings"),
        (["serious", "serious"], False, "2 serious"),
    ],
)
def test_hints_alone_are_healthy(severities, healthy, verdict):
    report = Report([finding(str(i), severity) for i, severity in enumerate(severities)], [], {}, "")
    assert report.healthy is healthy
    assert report.verdict == verdict


def test_an_unknown_finding_lists_those_there_are():
    with pytest.raises(UnknownNameError, match="'dead-units'"):
        Report([finding("dead-units", "hint")], [], {}, "")["dead-unit"]


def test_the_text_says_everything_within_its_width():
    report = diagnose(small(loss="mse"), 50 * X, Y)
    text = str(report)
    assert text.startswith("small, 200 rows: 2 warnings")
    for one in report:
        assert one.identifier in text
        assert one.severity.upper() in text
    assert (
        "Not looked at: rows shared by training and test. Give\n  diagnose(..., validation_data=(x_test, y_test))."
        in text
    )
    assert "Not looked at: overfitting, length of training." in text
    assert max(map(len, text.splitlines())) <= 100
    assert repr(report) == "<Report: 2 warnings>"
    assert "loss-mismatch" in repr(report["loss-mismatch"])


def test_markdown_has_the_same_findings():
    report = diagnose(small(loss="mse"), 1000 * X, Y)
    text = report._repr_markdown_()
    assert all(f"`{one.identifier}`" in text and one.remedy in text for one in report)
    assert "**serious: The inputs are not standardised**" in text


def test_identifiers_are_each_given_once():
    identifiers = [identifier for check in CHECKS for identifier in check.identifiers]
    assert len(set(identifiers)) == len(identifiers)


# --- what is looked at ---


def test_rows_of_a_sample_are_spread_and_always_the_same():
    rows = case.sample_of(60001)
    assert np.array_equal(rows, case.sample_of(60001))
    assert len(rows) == 2000
    assert np.all(np.diff(rows) > 0)
    assert rows[0] < 60
    assert rows[-1] >= 60001 - 31
    alternating = np.arange(4000) % 2
    assert abs(alternating[case.sample_of(4000)].mean() - 0.5) < 0.05


def test_even_steps_would_miss_alternating_rows():
    """What the sample is compared with: the obvious way is wrong, and the test above would see it."""
    assert (np.arange(4000) % 2)[np.linspace(0, 3998, 2000).astype(int)].mean() == 0


def test_a_report_on_many_rows_says_that_it_is_a_sample():
    x, y = toy.spirals(5000)
    assert str(diagnose(small(), x, y)).startswith("small, 2000 of 5000 rows: ")


def test_without_compile_what_needs_a_loss_is_left_out_and_said():
    model = cr.Sequential([cr.Input((2,)), Dense(8, "relu"), Dense(1, "sigmoid")])
    model.layers[0].bias[:] = -100
    report = diagnose(model, 1000 * np.abs(X), Y)
    assert "inputs-not-standardised" in report
    for what in ("learning rate", "gradients across depth", "output function and loss"):
        assert "model.compile" in report.skipped[what]


def test_nothing_but_that_is_said_about_values_that_are_no_numbers():
    model = small()
    model.layers[1].kernel[0] = np.inf
    report = diagnose(model, X, Y)
    assert [one.identifier for one in report] == ["not-finite"]
    assert "finite" in report.skipped["saturated units"]


def test_a_gradient_that_is_no_number_is_found_though_all_values_are():
    model = cr.Sequential([cr.Input((2,)), Dense(8, "relu"), cr.layers.Activation(np.sqrt), Dense(1, "sigmoid")])
    model.compile("adam", "binary_crossentropy")
    report = diagnose(model, X, Y)
    assert "gradient of dense" in report["not-finite"].evidence[0]
    assert "learning rate" in report.skipped
    assert "dead relu units" in report.checked


def test_what_does_not_apply_is_left_out_silently():
    report = diagnose(small(), X, Y)
    assert "dead relu units" not in report.checked
    assert "dead relu units" not in report.skipped
    assert "saturated units" in report.checked


@pytest.mark.parametrize("trained", [False, True])
def test_the_model_is_left_as_it_was(trained):
    def outcome(look):
        cr.utils.set_random_seed(1)
        model = cr.Sequential([cr.Input((2,)), Dense(8, "relu"), Dropout(0.3), Dense(1, "sigmoid")])
        model.compile(cr.optimizers.Adam(5.0), "binary_crossentropy", metrics=["accuracy"])
        if trained:
            model.fit(X, Y, epochs=2, verbose=0)
        before, history = model.get_weights(), model.history
        if look:
            diagnose(model, X, Y)
            assert all(map(np.array_equal, before, model.get_weights()))
            assert model.history is history
        return model.fit(X, Y, epochs=3, verbose=0).history, model.get_weights()

    (history, weights), (history_after, weights_after) = outcome(False), outcome(True)
    assert history == history_after
    assert all(map(np.array_equal, weights, weights_after))


# --- errors are the library's ---


def test_wrong_data_are_refused_as_fit_refuses_them():
    model = small()
    with pytest.raises(ShapeError, match=r"x should have shape \(n, 2\)"):
        diagnose(model, np.ones((4, 3)), Y[:4])
    with pytest.raises(ShapeError, match="one label for each of the 4 rows"):
        diagnose(model, X[:4], Y[:3])
    with pytest.raises(DataError, match="within \\[0, 1\\]"):
        diagnose(model, X, 5 * Y)
    with pytest.raises(DataError, match="a pair"):
        diagnose(model, X, Y, validation_data=X)
    with pytest.raises(ShapeError, match="in validation_data, x should have shape"):
        diagnose(model, X, Y, validation_data=(np.ones((4, 3)), Y[:4]))
    with pytest.raises(DataError, match="what fit returned"):
        diagnose(model, X, Y, history={"loss": [1.0]})


def test_models_with_two_outputs_are_refused():
    x = cr.Input((2,))
    model = cr.Model(x, [Dense(1)(x), Dense(1)(x)])
    with pytest.raises(DataError, match="one output"):
        diagnose(model, X, Y)


def test_a_model_that_cannot_be_copied_is_still_looked_at():
    model = small()
    model.layers[0].log = open(__file__)  # noqa: SIM115
    report = diagnose(model, X, Y)
    model.layers[0].log.close()
    assert "deepcopy" in report.skipped["learning rate"]
    assert "saturated units" in report.checked


# --- networks of many kinds ---


class Scale(cr.Layer):
    """A layer of the user's own."""

    def build(self, input_shape):
        self.s = self.add_weight((input_shape[-1],), initializer="ones")

    def call(self, inputs):
        return np.sin(inputs * self.s)


def test_functional_models_with_two_inputs_and_a_shared_layer():
    a, b = cr.Input((2,), name="a"), cr.Input((3,), name="b")
    shared = Dense(4, "relu", name="shared")
    hidden = cr.layers.Concatenate()([shared(Dense(2)(a)), shared(Dense(2, "tanh")(b))])
    model = cr.Model([a, b], Dense(3, "softmax")(Scale()(hidden)))
    model.compile("sgd", "sparse_categorical_crossentropy")
    rng = np.random.default_rng(0)
    x = [rng.standard_normal((40, 2)), 1000 * rng.standard_normal((40, 3))]
    report = diagnose(model, x, np.arange(40) % 3, validation_data=([part[:5] for part in x], np.arange(5) % 3))
    assert report["inputs-not-standardised"].evidence[1].startswith("column ")
    assert " of x[1]: " in report["inputs-not-standardised"].evidence[1]
    assert report["shared-rows"].details["rows"].tolist() == [[i, i] for i in range(5)]


KINDS = st.sampled_from(["linear", "relu", "tanh", "sigmoid", "softplus", "selu"])
LABELS = {
    "mse": lambda rng, rows, units: rng.standard_normal((rows, units)) * 10.0 ** rng.integers(-3, 4),
    "binary_crossentropy": lambda rng, rows, units: rng.integers(0, 2, (rows, units)),
    "categorical_crossentropy": lambda rng, rows, units: np.eye(units + 1)[rng.integers(0, units + 1, rows)],
    "sparse_categorical_crossentropy": lambda rng, rows, units: rng.integers(0, units + 1, rows),
}


@settings(max_examples=40, deadline=None)
@given(
    hidden=st.lists(st.tuples(KINDS, st.integers(1, 6), st.booleans()), max_size=4),
    output=st.sampled_from(["linear", "sigmoid", "softmax", "relu"]),
    loss=st.sampled_from([None, *LABELS]),
    units=st.integers(1, 3),
    rows=st.integers(1, 12),
    exponent=st.integers(-6, 8),
    rate=st.sampled_from([0.0, 1e-6, 0.01, 1e3]),
    seed=st.integers(0, 1000),
)
def test_a_report_comes_of_any_network_and_data(hidden, output, loss, units, rows, exponent, rate, seed):
    rng = np.random.default_rng(seed)
    outputs = units + (loss is not None and "categorical" in loss)
    layers = [
        part for kind, size, own in hidden for part in (Dense(size, activation=kind), *([Scale()] if own else []))
    ]
    model = cr.Sequential([cr.Input((3,)), *layers, Dense(outputs, activation=output)])
    if loss:
        model.compile(cr.optimizers.SGD(rate), loss)
    x = rng.standard_normal((rows, 3)) * 10.0**exponent
    y = LABELS[loss or "mse"](rng, rows, units)
    report = diagnose(model, x, y, validation_data=(x[:1], y[:1]), history=History())
    assert str(report)
    assert report._repr_markdown_()
    assert [one.rank for one in report] == sorted((one.rank for one in report), reverse=True)
