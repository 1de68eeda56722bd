"""diagnose: every fault is found in a network that has it, and a healthy one is not accused of it."""

from __future__ import annotations

import numpy as np
import pytest

import chainrule as cr
from chainrule.callbacks import History
from chainrule.datasets import breast_cancer, toy
from chainrule.insight import health
from chainrule.insight.health import CHECKS, diagnose
from chainrule.layers import Activation, Dense
from chainrule.optimizers import SGD, Adam

X, Y = toy.spirals(300)
NUMBERS = np.sin(3 * X[:, :1]) + X[:, 1:]


def network(*hidden, answer=("sigmoid", 1), optimizer="adam", loss="binary_crossentropy", features=2, start=None):
    """A compiled network of dense layers, each given as (activation, units); always the same first weights."""
    cr.utils.set_random_seed(0)
    start = start or "glorot_uniform"
    names = [*(f"hidden_{i}" for i in range(1, len(hidden) + 1)), "answer"]
    made = [
        Dense(units, activation=kind, kernel_initializer=start, name=name)
        for name, (kind, units) in zip(names, (*hidden, answer), strict=True)
    ]
    model = cr.Sequential([cr.Input((features,)), *made])
    model.compile(optimizer, loss)
    return model


def curves(loss, val_loss=None):
    history = History()
    history.history = {"loss": list(loss)} | ({} if val_loss is None else {"val_loss": list(val_loss)})
    history.epoch = list(range(len(history.history["loss"])))
    return history


EPOCHS = np.arange(40)
FALLING = np.exp(-EPOCHS / 8) + 0.05


# --- a network that has the fault, and one that has not ---


def sick_loss_mismatch():
    return diagnose(network(("tanh", 8), loss="mse"), X, Y)


def well_loss_mismatch():
    return diagnose(network(("tanh", 8)), X, Y)


def sick_unreachable_labels():
    return diagnose(network(("tanh", 8), loss="mse"), X, 5 * NUMBERS)


def well_unreachable_labels():
    return diagnose(network(("tanh", 8), answer=("tanh", 1), loss="mse"), X, np.tanh(NUMBERS))


def sick_inputs_not_standardised():
    (x, y), _ = breast_cancer.load_data()
    return diagnose(network(("relu", 10), features=30), x, y)


def well_inputs_not_standardised():
    (x, y), _ = breast_cancer.load_data()
    return diagnose(network(("relu", 10), features=30), cr.datasets.standardise(x)[0], y)


def sick_labels_not_standardised():
    return diagnose(network(("tanh", 8), answer=("linear", 1), loss="mse"), X, 2e5 + 1e4 * NUMBERS)


def well_labels_not_standardised():
    return diagnose(network(("tanh", 8), answer=("linear", 1), loss="mse"), X, NUMBERS)


def sick_not_finite():
    model = network(("tanh", 8), ("tanh", 8))
    model.layers[1].bias[3] = np.nan
    return diagnose(model, X, Y)


def well_not_finite():
    return diagnose(network(("tanh", 8), ("tanh", 8)), X, Y)


def sick_learning_rate_too_high():
    return diagnose(network(("tanh", 16), optimizer=SGD(20.0)), X, Y)


def well_learning_rate_too_high():
    return diagnose(network(("tanh", 16), optimizer=SGD(0.1)), X, Y)


def sick_learning_rate_too_low():
    return diagnose(network(("tanh", 16), optimizer=SGD(1e-4)), X, Y)


well_learning_rate_too_low = well_learning_rate_too_high


def sick_vanishing_gradients():
    return diagnose(network(*[("sigmoid", 16)] * 10), X, Y)


def well_vanishing_gradients():
    return diagnose(network(*[("relu", 16)] * 3, start="he_normal"), X, Y)


def sick_exploding_gradients():
    return diagnose(network(*[("relu", 32)] * 10, start=cr.initializers.RandomNormal(stddev=1.0)), X, Y)


well_exploding_gradients = well_vanishing_gradients


def sick_dead_units():
    model = network(("relu", 20))
    model.layers[0].bias[:13] = -100.0
    return diagnose(model, X, Y)


def well_dead_units():
    model = network(("relu", 20))
    model.layers[0].bias[:2] = -100.0  # a few are nothing to worry about
    return diagnose(model, X, Y)


def sick_saturated_units():
    model = network(("tanh", 20))
    model.layers[0].bias[:19] = 10.0
    return diagnose(model, X, Y)


def well_saturated_units():
    return diagnose(network(("tanh", 20)), X, Y)


def sick_shared_rows():
    return diagnose(
        network(("tanh", 8)), X, Y, validation_data=(np.vstack([toy.spirals(60, seed=1)[0], X[:40]]), Y[:100])
    )


def well_shared_rows():
    return diagnose(network(("tanh", 8)), X, Y, validation_data=toy.spirals(100, seed=1))


def sick_overfitting():
    val_loss = 0.3 + FALLING + 0.03 * np.maximum(EPOCHS - 15, 0)
    return diagnose(network(("tanh", 8)), X, Y, history=curves(FALLING, val_loss))


def well_overfitting():
    noisy = FALLING + 0.1 + 0.02 * np.random.default_rng(0).standard_normal(len(EPOCHS))
    return diagnose(network(("tanh", 8)), X, Y, history=curves(FALLING, noisy))


def sick_imbalanced_labels():
    return diagnose(network(("tanh", 8)), X, np.arange(len(X)) < 10)


def well_imbalanced_labels():
    return diagnose(network(("tanh", 8)), X, np.arange(len(X)) < 0.37 * len(X))  # as many as tumours are malignant


def sick_constant_features():
    return diagnose(network(("tanh", 8), features=3), np.hstack([X[:, :1], np.full((len(X), 1), 2.0), X[:, 1:]]), Y)


def well_constant_features():
    return diagnose(network(("tanh", 8)), X, Y)


def sick_unfinished_training():
    return diagnose(network(("tanh", 8)), X, Y, history=curves(1 - EPOCHS / 80))


def well_unfinished_training():
    return diagnose(network(("tanh", 8)), X, Y, history=curves(FALLING))


IDENTIFIERS = [identifier for check in CHECKS for identifier in check.identifiers]


def reported(kind, identifier):
    return globals()[f"{kind}_{identifier.replace('-', '_')}"]()


@pytest.mark.parametrize("identifier", IDENTIFIERS)
def test_the_fault_is_found(identifier):
    finding = reported("sick", identifier)[identifier]
    assert finding.title and finding.where and finding.why and finding.remedy  # noqa: PT018
    assert all(finding.evidence)


@pytest.mark.parametrize("identifier", IDENTIFIERS)
def test_a_healthy_network_is_not_accused(identifier):
    report = reported("well", identifier)
    assert identifier not in report
    assert report.healthy, str(report)


# --- checks with a wrong threshold are caught by the cases above ---

FAULTS = [
    ("learning-rate-too-high", health.rate, "RISE", -1.0),
    ("vanishing-gradients", health.gradients, "FADED", 1.0),
    ("dead-units", health.units, "SOME", 0.05),
    ("saturated-units", health.units, "SOME", 0.0),
    ("inputs-not-standardised", health.inputs, "LARGE", 0.5),
    ("labels-not-standardised", health.labels, "LARGE", 0.5),
    ("imbalanced-labels", health.labels, "UNEVEN", 1.5),
    ("unfinished-training", health.history, "STILL_FALLING", 0.0),
]


@pytest.mark.parametrize(("identifier", "module", "constant", "value"), FAULTS)
def test_a_check_that_accuses_everyone_is_caught(identifier, module, constant, value, monkeypatch):
    monkeypatch.setattr(module, constant, value)
    assert identifier in reported("well", identifier)


BLIND = [
    ("learning-rate-too-high", health.rate, "RISE", 1e9),
    ("learning-rate-too-low", health.rate, "SLOW", 0.0),
    ("vanishing-gradients", health.gradients, "FADED", 0.0),
    ("exploding-gradients", health.gradients, "GROWN", 1e30),
    ("dead-units", health.units, "SOME", 2.0),
    ("saturated-units", health.units, "FLAT", 0.0),
    ("inputs-not-standardised", health.inputs, "LARGE", 1e9),
    ("labels-not-standardised", health.labels, "LARGE", 1e9),
    ("imbalanced-labels", health.labels, "UNEVEN", 1e9),
    ("overfitting", health.history, "RISE", 1e9),
    ("unfinished-training", health.history, "STILL_FALLING", 1.0),
]


@pytest.mark.parametrize(("identifier", "module", "constant", "value"), BLIND)
def test_a_check_that_accuses_no_one_is_caught(identifier, module, constant, value, monkeypatch):
    monkeypatch.setattr(module, constant, value)
    assert identifier not in reported("sick", identifier)


# --- what the findings say ---


def test_dead_units_are_named_by_layer():
    finding = sick_dead_units()["dead-units"]
    assert finding.severity == "warning"
    assert set(range(13)) <= set(finding.details["hidden_1"].tolist())
    assert finding.where == "hidden_1"
    assert "of 20 units" in finding.evidence[0]
    assert "for all 300 rows" in finding.evidence[0]


def test_saturated_units_are_named_and_the_output_is_let_be():
    model = network(("sigmoid", 10))
    model.layers[0].bias[2:9] = 50.0
    model.layers[1].bias[:] = 50.0  # a sure answer is no fault
    finding = diagnose(model, X, Y)["saturated-units"]
    assert finding.details["hidden_1"].tolist() == [2, 3, 4, 5, 6, 7, 8]
    assert finding.severity == "warning"


def test_other_activations_are_never_dead():
    model = network(("leaky_relu", 20))
    model.layers[0].bias[:] = -100.0
    assert "dead-units" not in diagnose(model, X, Y)


def test_so_few_rows_say_nothing_about_units():
    model = network(("relu", 20), ("tanh", 20))
    model.layers[0].bias[:] = -100.0
    model.layers[1].bias[:] = 100.0
    report = diagnose(model, X[:3], Y[:3])
    assert "dead-units" not in report
    assert "saturated-units" not in report
    assert report.skipped["dead relu units"] == report.skipped["saturated units"] == "It takes at least 4 rows."
    assert {"dead-units", "saturated-units"} <= {finding.identifier for finding in diagnose(model, X[:4], Y[:4])}


def test_a_layer_of_dead_units_is_not_called_vanishing_as_well():
    model = network(("relu", 8), ("relu", 8))
    model.layers[1].bias[:] = -100.0
    report = diagnose(model, X, Y)
    assert report["dead-units"].severity == "serious"
    assert "vanishing-gradients" not in report


def test_nor_are_dead_units_of_an_activation_layer():
    model = cr.Sequential([cr.Input((2,)), Dense(8), Activation("relu"), Dense(1, "sigmoid")])
    model.compile("adam", "binary_crossentropy")
    model.layers[0].bias[:] = -100.0
    report = diagnose(model, X, Y)
    assert report["dead-units"].severity == "serious"
    assert "vanishing-gradients" not in report


def test_the_lengths_of_gradients_are_those_of_the_pass():
    model = network(*[("sigmoid", 16)] * 10)
    seen = model.look(X, Y)
    expected = [float(np.linalg.norm(layer.dz) / np.linalg.norm(seen["dz11"])) for layer in seen.layers]
    finding = diagnose(model, X, Y)["vanishing-gradients"]
    assert list(finding.details["lengths"].values()) == pytest.approx(expected, rel=1e-4)
    assert finding.severity == "serious"
    assert finding.where == "hidden_1"


@pytest.mark.parametrize("zeros", [0, 1, 2])
def test_weights_that_are_0_pass_no_gradient_but_a_last_layer_may_start_so(zeros):
    model = network(("tanh", 8), ("tanh", 8))
    for layer in model.layers[3 - zeros :]:
        layer.kernel[:] = 0
    report = diagnose(model, X, Y)
    assert ("vanishing-gradients" in report) == (zeros == 2)
    if zeros == 2:
        assert "weights of a whole layer are 0" in report["vanishing-gradients"].why


def test_ratio_and_losses_of_the_next_steps_are_those_of_fit():
    model = network(("tanh", 16), optimizer=SGD(20.0))
    finding = diagnose(model, X, Y)["learning-rate-too-high"]
    before = [weight.copy() for weight in model.get_weights()]
    losses = model.fit(X, Y, batch_size=len(X), epochs=1, shuffle=False, verbose=0).history["loss"]
    losses += model.fit(X, Y, batch_size=len(X), epochs=5, shuffle=False, verbose=0).history["loss"]
    assert finding.details["losses"] == pytest.approx(losses)
    model.set_weights(before)
    model.fit(X, Y, batch_size=len(X), epochs=1, shuffle=False, verbose=0)
    ratios = {
        name: np.linalg.norm(now - old) / np.linalg.norm(old)
        for name, now, old in zip(
            ["hidden_1/kernel", "", "answer/kernel", ""], model.get_weights(), before, strict=True
        )
        if name
    }
    assert finding.details["ratios"] == pytest.approx(ratios, rel=1e-5)


@pytest.mark.parametrize("optimizer", [SGD(0.1), SGD(0.1, momentum=0.9), Adam(0.001), Adam(0.01)])
def test_usual_rates_are_fine_before_and_after_training(optimizer):
    model = network(("tanh", 16), optimizer=optimizer)
    for _ in range(3):
        assert not any("rate" in finding.identifier for finding in diagnose(model, X, Y))
        model.fit(X, Y, epochs=40, verbose=0, seed=0)


@pytest.mark.parametrize("rate", [1e-7, 1e-5])
def test_a_rate_that_is_much_too_low_is_found_at_any_distance(rate):
    finding = diagnose(network(("tanh", 16), optimizer=Adam(rate)), X, Y)["learning-rate-too-low"]
    assert "model.optimizer.learning_rate = 0.001" in finding.remedy
    assert max(finding.details["ratios"].values()) < 1e-4


def test_a_rate_of_0_is_a_standstill():
    assert diagnose(network(("tanh", 16), optimizer=SGD(0.0)), X, Y)["learning-rate-too-low"].severity == "serious"


def test_a_rate_at_which_the_loss_is_lost_is_too_high():
    model = network(("relu", 16), answer=("linear", 1), optimizer=SGD(100.0), loss="mse")
    finding = diagnose(model, X, NUMBERS)["learning-rate-too-high"]
    assert not np.isfinite(finding.details["losses"][-1])


def test_large_features_are_named_largest_first():
    x = np.column_stack([X, 300 * X[:, :1], 40 + X[:, :1] / 100])
    report = diagnose(network(("tanh", 8), features=4), x, Y)
    assert [line.split(":")[0] for line in report["inputs-not-standardised"].evidence[1:]] == ["column 2", "column 3"]


@pytest.mark.parametrize(
    "x",
    [
        (X > 0).astype(float),
        np.abs(X) / 2,  # pixels between 0 and 1
        np.column_stack([X[:, 0], np.arange(len(X)) < 2]),  # a rare one-hot column
        np.column_stack([X[:, 0], 1 - (np.arange(len(X)) < 2)]),
        4 * X + 3,
    ],
)
def test_harmless_scales_are_not_accused(x):
    assert "inputs-not-standardised" not in diagnose(network(("tanh", 8)), x, Y)


def test_pixels_up_to_255_are_to_be_divided():
    x = np.random.default_rng(0).integers(0, 256, (200, 2))
    x[0] = 0, 255
    assert "x / 255" in diagnose(network(("tanh", 8)), x, Y[:200])["inputs-not-standardised"].remedy
    tiny = diagnose(network(("tanh", 8)), x / 255 / 255, Y[:200])["inputs-not-standardised"]
    assert "divided twice" in tiny.remedy


def test_a_network_that_scales_its_input_itself_is_not_accused():
    model = cr.Sequential([cr.Input((2,)), cr.layers.Activation(lambda x: x / 500), Dense(4), Dense(1, "sigmoid")])
    model.compile("adam", "binary_crossentropy")
    assert "inputs-not-standardised" not in diagnose(model, 500 * X, Y)


def test_columns_of_a_table_are_called_by_name():
    class Table:
        columns = ("age", "income")

        def to_numpy(self):
            return X * [1, 50000]

    report = diagnose(network(("tanh", 8)), Table(), Y)
    assert report["inputs-not-standardised"].evidence[1].startswith("column 1 (income): ")


def test_constant_pixels_are_called_by_their_place():
    model = cr.Sequential([cr.Input((2, 2)), cr.layers.Flatten(), Dense(1, "sigmoid")])
    model.compile("adam", "binary_crossentropy")
    x = np.random.default_rng(0).random((50, 2, 2))
    x[:, 1, 0] = 0
    finding = diagnose(model, x, Y[:50])["constant-features"]
    assert "1 of 4 features are always 0: x[:, 1, 0]." in finding.evidence
    assert finding.details["columns"].tolist() == [2]


def test_rows_that_are_all_alike_are_serious():
    report = diagnose(network(("tanh", 8)), np.ones((20, 2)), Y[:20])
    assert report["constant-features"].severity == "serious"


def test_shared_rows_are_found_by_number_whatever_the_sign_of_zero():
    x, test = X.copy(), toy.spirals(50, seed=1)[0]
    x[7], test[3] = (0.0, 1.0), (-0.0, 1.0)
    finding = diagnose(network(("tanh", 8)), x, Y, validation_data=(test, np.zeros(50)))["shared-rows"]
    assert finding.details["rows"].tolist() == [[3, 7]]
    assert finding.details["share"] == pytest.approx(1 / 50)
    assert finding.severity == "warning"


def test_rows_that_repeat_by_nature_are_only_a_hint():
    x = (X > 0).astype(float)
    assert diagnose(network(("tanh", 8)), x, Y, validation_data=(x[:50], Y[:50]))["shared-rows"].severity == "hint"


@pytest.mark.parametrize(
    ("labels", "counts", "severity"),
    [
        (np.repeat([0, 1, 2], [250, 40, 10]), [250, 40, 10], "warning"),
        (np.repeat([0, 1], [150, 150]), [150, 150, 0], "warning"),
        (np.zeros(300, int), [300, 0, 0], "serious"),
    ],
)
@pytest.mark.parametrize("one_hot", [False, True])
def test_rare_and_missing_classes_are_counted(labels, counts, severity, one_hot):
    loss = "categorical_crossentropy" if one_hot else "sparse_categorical_crossentropy"
    model = network(("tanh", 8), answer=("softmax", 3), loss=loss)
    finding = diagnose(model, X, np.eye(3)[labels] if one_hot else labels)["imbalanced-labels"]
    assert finding.details["counts"].tolist() == counts
    assert finding.severity == severity


def test_of_few_rows_a_class_may_be_missing_by_chance():
    model = network(("tanh", 8), answer=("softmax", 3), loss="sparse_categorical_crossentropy")
    assert "imbalanced-labels" not in diagnose(model, X[:8], np.array([0, 1, 1, 1, 0, 0, 1, 0]))
    assert "imbalanced-labels" in diagnose(model, X[:20], np.repeat([0, 1], 10))
    assert diagnose(model, X[:8], np.ones(8, int))["imbalanced-labels"].severity == "serious"


def test_overfitting_says_when_to_stop():
    finding = sick_overfitting()["overfitting"]
    assert finding.details["epoch"] == pytest.approx(20, abs=6)
    assert f"epochs={finding.details['epoch']}" in finding.remedy


@pytest.mark.parametrize(
    "val_loss",
    [
        FALLING[:9] + np.maximum(EPOCHS[:9] - 4, 0),  # too short to tell
        FALLING + 0.002 * EPOCHS / 40,  # a little
        FALLING + np.where(EPOCHS == 38, 0.1, 0),  # once
        np.ones(40),
    ],
)
def test_other_curves_are_not_overfitting(val_loss):
    history = curves(FALLING[: len(val_loss)], val_loss)
    assert "overfitting" not in diagnose(network(("tanh", 8)), X, Y, history=history)


def test_a_network_that_learned_by_heart_is_found_by_its_own_history():
    x, y = toy.moons(30, noise=0.6)
    model = network(("relu", 64), ("relu", 64), optimizer=Adam(0.01))
    model.fit(x, y, epochs=150, verbose=0, seed=0, validation_data=toy.moons(200, noise=0.6, seed=1))
    finding = diagnose(model, x, y)["overfitting"]
    assert finding.details["epoch"] < 100
    assert finding.severity == "serious"
