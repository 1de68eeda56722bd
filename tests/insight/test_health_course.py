"""The course's networks are healthy, before training and after; the same networks made ill are not."""

from __future__ import annotations

import pytest

from chainrule.course import lecture, recitation
from chainrule.datasets import breast_cancer
from chainrule.insight.health import diagnose


@pytest.mark.parametrize("seed", [0, 1])
def test_the_recitation_is_healthy_before_and_after(seed):
    data = recitation.load_data()
    model = recitation.build()
    recitation.to_model(model, recitation.start(seed))
    test = (data.x_test, data.y_test)
    assert not diagnose(model, data.x_train, data.y_train, validation_data=test).findings
    model.fit(data.x_train, data.y_train, batch_size=10, epochs=80, validation_data=test, seed=seed, verbose=0)
    assert not diagnose(model, data.x_train, data.y_train, validation_data=test).findings


@pytest.mark.parametrize(("units", "activation"), [(256, "tanh"), (10, "relu")])
def test_the_lecture_is_healthy_before_and_after(units, activation):
    data = lecture.load_data()
    model = lecture.build(units, activation, seed=0)
    for epochs in (0, 10):
        model.fit(data.x_train, data.y_train, epochs=epochs, batch_size=len(data.x_train), verbose=0)
        report = diagnose(model, data.x_train, data.y_train)
        assert report.healthy
        assert {one.identifier for one in report} <= {"constant-features", "unfinished-training"}


def test_the_recitation_on_measurements_as_they_are_is_ill():
    train, test = breast_cancer.load_data()
    report = diagnose(recitation.build(), *train, validation_data=test)
    assert report.findings[0].identifier == "inputs-not-standardised"
    assert report.findings[0].severity == "serious"
    assert "learning-rate-too-high" in report


def test_the_lecture_at_ten_thousand_times_its_rate_is_ill_and_the_advice_holds():
    data = lecture.load_data()
    model = lecture.build(seed=0)
    model.optimizer.learning_rate *= 10000
    finding = diagnose(model, data.x_train, data.y_train)["learning-rate-too-high"]
    assert "model.optimizer.learning_rate = 1;" in finding.remedy
    model.optimizer.learning_rate = 1
    losses = model.fit(data.x_train, data.y_train, batch_size=13007, epochs=6, verbose=0).history["loss"]
    assert losses == sorted(losses, reverse=True)
