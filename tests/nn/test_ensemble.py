"""Ensembles, held against the networks they were made of, each of which was trained alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import warnings
import zipfile
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import chainrule as cr
from chainrule.errors import DataError, DivergedError, ShapeError, UnknownNameError
from chainrule.nn import random
from chainrule.nn.ensembles import Ensemble, Group, Member, ranking
from chainrule.nn.ensembles.spread import Spread

X, Y = cr.datasets.toy.moons(60)
EPOCHS = 4
GRID = [{"hidden": hidden, "rate": rate} for hidden in (3, 5) for rate in (0.1, 0.5)]
SEEDS = (1, 2, 3)


def build(hidden=3, rate=0.1, activation="tanh"):
    layers = [cr.Input((2,)), cr.layers.Dense(hidden, activation), cr.layers.Dense(1, "sigmoid")]
    model = cr.Sequential(layers)
    model.compile(cr.optimizers.SGD(rate), "binary_crossentropy", metrics=["accuracy"])
    return model


def trained_alone(make, members, x=X, y=Y):
    """Train a network for each member, one after the other; one that diverges gets NaN from there on."""
    models, histories = [], {}
    for member in members:
        cr.utils.set_random_seed(member.seed)
        models.append(make(**member.params))
        rows = slice(None) if member.rows is None else member.rows
        options = {"epochs": EPOCHS, "validation_data": (x[::3], y[::3]), "seed": 0, "verbose": 0}
        with suppress(DivergedError):
            models[-1].fit(x[rows], y[rows], **options)
        for name in ("loss", "accuracy", "val_loss", "val_accuracy"):
            values = models[-1].history.history.get(name, [])
            histories.setdefault(name, []).append([*values, *[np.nan] * (EPOCHS - len(values))])
    return models, histories


def together(make, members, models, histories):
    """The ensemble of these models, those of one shape in one group."""
    kinds: dict[str, list[int]] = {}
    for number, model in enumerate(models):
        kinds.setdefault(str([w.shape for w in model.get_weights()]), []).append(number)
    groups = [
        Group(
            make(**members[numbers[0]].params),
            numbers,
            [np.stack(arrays) for arrays in zip(*(models[i].get_weights() for i in numbers), strict=True)],
        )
        for numbers in kinds.values()
    ]
    return Ensemble(make, members, groups, histories)


MEMBERS = [Member(seed, params) for params in GRID for seed in SEEDS]


@pytest.fixture(scope="module")
def alone():
    return trained_alone(build, MEMBERS)


@pytest.fixture(scope="module")
def ensemble(alone):
    return together(build, MEMBERS, *alone)


@pytest.fixture
def some_diverged(alone):
    """The same, but networks 2 and 7 diverged."""
    models, histories = alone
    broken = {name: np.array(values) for name, values in histories.items()}
    for values in broken.values():
        values[2, 3:] = values[7, 1:] = np.nan
    return together(build, MEMBERS, models, broken)


KEPT = [number for number in range(len(MEMBERS)) if number not in (2, 7)]


def same(first, second):
    """Whether two ensembles hold the same numbers."""
    return (
        first.seeds == second.seeds
        and first.params == second.params
        and first.histories.keys() == second.histories.keys()
        and all(np.array_equal(v, second.histories[k], equal_nan=True) for k, v in first.histories.items())
        and all(
            (a.rows is None) == (b.rows is None) and np.array_equal(a.rows, b.rows)
            for a, b in zip(first.members, second.members, strict=True)
        )
        and [group.members for group in first.groups] == [group.members for group in second.groups]
        and all(
            np.array_equal(a, b) and a.dtype == b.dtype
            for one, other in zip(first.groups, second.groups, strict=True)
            for a, b in zip(one.weights, other.weights, strict=True)
        )
    )


# --- its networks ---


def test_each_network_is_the_one_that_was_trained(alone, ensemble):
    models, _ = alone
    assert len(ensemble) == len(models) == 12
    assert [len(group.members) for group in ensemble.groups] == [6, 6]
    for model, own in zip(ensemble, models, strict=True):
        np.testing.assert_array_equal(model.predict(X), own.predict(X))
        assert model.compiled
        assert model.optimizer.learning_rate == own.optimizer.learning_rate
    assert ensemble.seeds == [1, 2, 3] * 4
    assert ensemble.params[3] == {"hidden": 3, "rate": 0.5}
    assert ensemble.epochs == EPOCHS


def test_weights_under_other_numbers_would_be_noticed(alone, ensemble):
    models, histories = alone
    wrong = [group._replace(members=group.members[::-1]) for group in ensemble.groups]
    swapped = Ensemble(build, MEMBERS, wrong, histories)
    assert not np.array_equal(swapped[0].predict(X), models[0].predict(X))


def test_a_network_shares_nothing_with_the_others(ensemble):
    before = ensemble.predict_members(X)
    model = ensemble[4]
    model.fit(X, Y, epochs=2, verbose=0)
    assert not np.array_equal(model.predict(X), before[4])
    np.testing.assert_array_equal(ensemble.predict_members(X), before)
    np.testing.assert_array_equal(ensemble[4].predict(X), before[4])


def test_numbers_count_from_both_ends(ensemble):
    np.testing.assert_array_equal(ensemble[-1].get_weights()[0], ensemble[np.int64(11)].get_weights()[0])
    for beyond in (12, -13):
        with pytest.raises(IndexError, match=r"numbers 0 to 11. Received: "):
            ensemble[beyond]


def test_taking_a_network_out_leaves_random_draws_alone(ensemble):
    def draws(between):
        cr.utils.set_random_seed(5)
        between()
        return random.generator().random(3).tolist()

    assert draws(lambda: ensemble[3]) == draws(lambda: None)
    assert draws(build) != draws(lambda: None)


def test_networks_whose_inputs_were_left_open_are_built():
    def open_build():
        model = cr.Sequential([cr.layers.Dense(1)])
        model.compile("sgd", "mse")
        return model

    template = open_build()
    template.build((None, 2))
    weights = [np.arange(4.0).reshape(2, 2, 1), np.zeros((2, 1))]
    pair = Ensemble(
        open_build, [Member(0, {}), Member(1, {})], [Group(template, [0, 1], weights)], {"loss": [[1], [2]]}
    )
    np.testing.assert_array_equal(pair[1].predict([[1.0, 1.0]]), [[5.0]])


# --- using them ---


def test_mean_and_spread_are_those_of_the_networks_predictions(alone, ensemble):
    predictions = np.stack([model.predict(X) for model in alone[0]])
    mean, std = found = ensemble.predict(X)
    assert mean.shape == std.shape == (60, 1)
    assert mean.dtype == std.dtype == np.float32
    np.testing.assert_allclose(mean, predictions.mean(axis=0, dtype=np.float64), rtol=1e-6)
    np.testing.assert_allclose(found.std, predictions.std(axis=0, dtype=np.float64), rtol=1e-5)
    assert not np.allclose(std, predictions.std(axis=0, ddof=1), rtol=1e-3)
    np.testing.assert_array_equal(ensemble.predict_members(X), predictions)


@given(arrays(np.float64, (5, 3), elements=st.floats(-1e3, 1e3)), st.sampled_from([0.0, 1e7]))
def test_the_running_spread_is_numpys(values, far):
    seen = Spread()
    for row in values + far:
        seen.add(row)
    np.testing.assert_allclose(seen.mean, (values + far).mean(axis=0), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(seen.std, (values + far).std(axis=0), rtol=1e-6, atol=1e-6 if far else 1e-10)


def test_the_difference_of_two_sums_would_lose_the_spread():
    values = 1e9 + np.array([[0.0], [1.0], [2.0]])
    seen = Spread()
    for row in values:
        seen.add(row)
    careless = np.sqrt(np.abs((values**2).mean(axis=0) - values.mean(axis=0) ** 2))
    assert seen.std == pytest.approx(np.sqrt(2 / 3), rel=1e-12)
    assert careless != pytest.approx(np.sqrt(2 / 3), rel=1e-2)


def test_evaluate_gives_each_networks_loss_and_metrics(alone, ensemble):
    expected = [model.evaluate(X, Y, verbose=0, return_dict=True) for model in alone[0]]
    found = ensemble.evaluate(X, Y)
    assert found.keys() == expected[0].keys() == {"loss", "accuracy"}
    for name, values in found.items():
        np.testing.assert_allclose(values, [one[name] for one in expected], rtol=1e-6)


def test_evaluate_takes_each_networks_own_loss():
    def scaled(scale):
        model = cr.Sequential([cr.Input((2,)), cr.layers.Dense(1, use_bias=False)])
        model.compile("sgd", lambda y_true, y_pred: scale * np.mean((y_true - y_pred) ** 2, axis=-1))
        return model

    members = [Member(0, {"scale": scale}) for scale in (1.0, 3.0)]
    found = Ensemble(scaled, members, [Group(scaled(2.0), [0, 1], [np.ones((2, 2, 1))])], {"loss": [[1], [2]]})
    single, triple = found.evaluate(X, Y)["loss"]
    assert triple == pytest.approx(3 * single, rel=1e-6)
    assert [single, triple] == pytest.approx([model.evaluate(X, Y, verbose=0) for model in found])


def test_data_that_do_not_fit_are_refused(ensemble):
    with pytest.raises(ShapeError, match="built for 2 features"):
        ensemble.predict(np.zeros((3, 5)))


def test_predictions_of_different_shapes_have_no_mean():
    def wide(units):
        model = cr.Sequential([cr.Input((2,)), cr.layers.Dense(units)])
        model.compile("sgd", "mse")
        return model

    members = [Member(0, {"units": 1}), Member(0, {"units": 2})]
    groups = [Group(wide(n), [n - 1], [np.zeros((1, 2, n)), np.zeros((1, n))]) for n in (1, 2)]
    mixed = Ensemble(wide, members, groups, {"loss": np.ones((2, 1))})
    with pytest.raises(ShapeError, match=r"outputs of different shapes: \[\(1,\), \(2,\)\]"):
        mixed.predict(X)
    assert mixed[1].predict(X).shape == (60, 2)


@pytest.mark.filterwarnings("error")
def test_two_inputs_and_float64_and_weights_that_lie_otherwise_in_memory():
    def pair():
        a, b = cr.Input((2,), dtype="float64"), cr.Input((1,), dtype="float64")
        model = cr.Model([a, b], cr.layers.Dense(1)(cr.layers.Concatenate()([a, b])))
        model.compile("sgd", "mse")
        return model

    last = np.random.default_rng(0).normal(size=(3, 1, 6))  # members last, as they are trained
    weights = [np.moveaxis(last, -1, 0), np.zeros((6, 1))]
    members = [Member(i, {}) for i in range(6)]
    found = Ensemble(pair, members, [Group(pair(), list(range(6)), weights)], {"loss": np.ones((6, 2))})
    mean, std = found.predict([X, X[:, :1]])
    each = np.concatenate([X, X[:, :1]], axis=1) @ last[:, 0]
    np.testing.assert_allclose(mean[:, 0], each.mean(axis=1), rtol=1e-12)
    np.testing.assert_allclose(std[:, 0], each.std(axis=1), rtol=1e-12)
    assert all(weight.flags.c_contiguous for weight in found.groups[0].weights)


# --- networks that diverged ---


def test_networks_that_diverged_are_left_out_and_counted(alone, some_diverged):
    assert np.flatnonzero(some_diverged.diverged).tolist() == [2, 7]
    with pytest.warns(UserWarning, match="2 of 12 networks diverged and are left out"):
        mean, std = some_diverged.predict(X)
    predictions = np.stack([alone[0][number].predict(X) for number in KEPT])
    np.testing.assert_allclose(mean, predictions.mean(axis=0), rtol=1e-5)
    np.testing.assert_allclose(std, predictions.std(axis=0), rtol=1e-4)
    everything = np.stack([model.predict(X) for model in alone[0]])
    assert not np.allclose(mean, everything.mean(axis=0), rtol=1e-5)  # what leaving none out would give


def test_no_warning_without_reason(ensemble):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ensemble.predict(X)


def test_networks_that_diverged_have_nan_in_their_place(some_diverged):
    with pytest.warns(UserWarning, match="2 of 12"):
        members = some_diverged.predict_members(X)
    with pytest.warns(UserWarning, match="2 of 12"):
        scores = some_diverged.evaluate(X, Y)
    bad = np.isin(np.arange(12), [2, 7])
    np.testing.assert_array_equal(np.isnan(members).all(axis=(1, 2)), bad)
    np.testing.assert_array_equal(np.isnan(members).any(axis=(1, 2)), bad)
    np.testing.assert_array_equal(np.isnan(scores["accuracy"]), bad)


def test_nothing_comes_of_networks_that_all_diverged(ensemble):
    lost = Ensemble(build, MEMBERS, ensemble.groups, {"loss": np.full((12, 2), np.inf)})
    for use in (lost.predict, lost.predict_members, lambda x: lost.evaluate(x, Y)):
        with pytest.raises(DataError, match=r"all 12 networks diverged.*smaller learning rates"):
            use(X)
    with pytest.raises(DataError, match="none of the 12 networks has a finite loss"):
        lost.best()
    assert "12 diverged" in str(lost)


def test_a_training_that_diverges_alone_diverges_here():
    members = [Member(1, {"rate": 0.1}), Member(1, {"rate": 1e200})]
    mixed = together(build64, members, *trained_alone(build64, members))
    assert mixed.diverged.tolist() == [False, True]
    assert mixed.ranking().tolist() == [0, 1]


def build64(rate):
    model = cr.Sequential([cr.Input((2,), dtype="float64"), cr.layers.Dense(1)])
    model.compile(cr.optimizers.SGD(rate), "mse", metrics=["accuracy"])
    return model


# --- which is best ---


def test_best_is_the_smallest_validation_loss(alone, ensemble):
    models, histories = alone
    last = [values[-1] for values in histories["val_loss"]]
    assert ensemble.ranking().tolist() == sorted(range(12), key=last.__getitem__)
    best = models[int(np.argmin(last))]
    np.testing.assert_array_equal(ensemble.best().predict(X), best.predict(X))
    training = [values[-1] for values in histories["loss"]]
    assert ensemble.ranking("loss").tolist() == sorted(range(12), key=training.__getitem__)


def test_the_first_epoch_or_the_worst_network_would_be_noticed(ensemble):
    values = ensemble.histories["val_loss"]
    assert ensemble.ranking()[0] != np.argsort(values[:, 0])[0] or ensemble.ranking()[-1] != np.argmin(values[:, -1])
    assert ensemble.ranking().tolist() != ensemble.ranking(mode="max").tolist()


def with_histories(ensemble, **histories):
    return Ensemble(build, MEMBERS, ensemble.groups, {"loss": np.ones((12, 2)), **histories})


@pytest.mark.parametrize(
    ("name", "larger"),
    [
        ("accuracy", True),
        ("val_acc", True),
        ("auc", True),
        ("val_mae", False),
        ("mse", False),
        ("val_mean_absolute_error", False),
    ],
)
def test_which_way_is_better_is_known_by_name(ensemble, name, larger):
    values = np.stack([np.zeros(12), np.random.default_rng(0).permutation(12)], axis=1)
    found = with_histories(ensemble, **{name: values})
    first = int(np.argmax(values[:, 1]) if larger else np.argmin(values[:, 1]))
    assert found.ranking(name)[0] == first
    assert found.ranking(name, mode="min")[0] == np.argmin(values[:, 1])


def test_what_no_name_tells_is_asked(ensemble):
    found = with_histories(ensemble, r2=np.arange(24.0).reshape(12, 2))
    with pytest.raises(DataError, match=r"'r2'.*Say mode='max' or mode='min'"):
        found.best("r2")
    assert found.ranking("r2", mode="max")[0] == 11


def test_without_validation_the_loss_decides_and_nan_comes_last(ensemble):
    loss = np.arange(24.0).reshape(12, 2)[::-1].copy()
    loss[11, 1] = np.nan
    loss[10, 1] = np.inf
    found = with_histories(ensemble, loss=loss, accuracy=np.tile(np.arange(12.0)[:, None], 2))
    assert found.ranking().tolist() == [9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 10, 11]
    assert found.ranking("accuracy").tolist() == [9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 10, 11]


def test_what_is_not_finite_comes_last_either_way():
    for larger in (False, True):
        values = np.array([np.inf, 1.0, np.nan, -np.inf])
        assert ranking.order(values, larger)[0] == 1


def test_unknown_measures_and_modes_are_named(ensemble):
    with pytest.raises(UnknownNameError, match=r"unknown measure 'val_los'. Did you mean 'val_loss'"):
        ensemble.best("val_los")
    with pytest.raises(UnknownNameError, match="unknown mode 'largest'"):
        ensemble.ranking(mode="largest")


def test_without_an_epoch_none_is_best_but_all_can_be_used(ensemble):
    fresh = Ensemble(build, MEMBERS, ensemble.groups, {"loss": np.zeros((12, 0))})
    assert fresh.predict(X).mean.shape == (60, 1)
    with pytest.raises(DataError, match="0 epochs"):
        fresh.best()
    assert str(fresh).startswith("Ensemble of 12 networks, 0 epochs\n6 networks: W1 2×3")


# --- what does not fit together ---


def test_what_does_not_fit_together_is_refused(ensemble):
    first, second = ensemble.groups
    make = lambda groups, histories: Ensemble(build, MEMBERS, groups, histories)
    with pytest.raises(DataError, match="each of its 12 members once"):
        make([first], ensemble.histories)
    with pytest.raises(DataError, match="each of its 12 members once"):
        make([first, second, first], ensemble.histories)
    with pytest.raises(ShapeError, match="members first"):
        make([first._replace(weights=first.weights[::-1]), second], ensemble.histories)
    with pytest.raises(ShapeError, match=r"should have one shape \(12, epochs\)"):
        make(ensemble.groups, {"loss": np.zeros((4, 12))})
    with pytest.raises(ShapeError, match="should have one shape"):
        make(ensemble.groups, {"loss": np.zeros((12, 4)), "val_loss": np.zeros((12, 3))})
    with pytest.raises(DataError, match=r"should have the loss. Received: accuracy"):
        make(ensemble.groups, {"accuracy": np.zeros((12, 4))})
    with pytest.raises(DataError, match="at least one member"):
        Ensemble(build, [], [], {"loss": np.zeros((0, 4))})


def test_a_build_that_returns_no_model_is_refused(ensemble):
    wrong = Ensemble(lambda **params: None, MEMBERS, ensemble.groups, ensemble.histories)
    with pytest.raises(DataError, match=r"build should return a model. Received: None from build\(hidden="):
        wrong.best("loss")


# --- files ---


def test_a_file_gives_back_the_same(ensemble, tmp_path):
    path = tmp_path / "networks"
    ensemble.save(path)
    assert os.listdir(tmp_path) == ["networks"]  # the very name, and nothing else
    loaded = Ensemble.load(path, build)
    assert same(loaded, ensemble)
    np.testing.assert_array_equal(loaded.predict(X), ensemble.predict(X))
    np.testing.assert_array_equal(loaded.best().predict(X), ensemble.best().predict(X))
    ensemble.save(str(path))
    assert same(Ensemble.load(str(path), build), ensemble)


def test_another_ensemble_is_not_the_same(ensemble, some_diverged):
    assert not same(some_diverged, ensemble)


def test_networks_that_diverged_and_samples_of_rows_survive(alone, some_diverged, tmp_path):
    rng = np.random.default_rng(0)
    rows = [None if seed == 2 else rng.integers(0, 60, 60) for seed, _, _ in MEMBERS]
    members = [member._replace(rows=own) for member, own in zip(MEMBERS, rows, strict=True)]
    bootstrapped = Ensemble(build, members, some_diverged.groups, some_diverged.histories)
    bootstrapped.save(tmp_path / "e.npz")
    loaded = Ensemble.load(tmp_path / "e.npz", build)
    assert same(loaded, bootstrapped)
    assert not same(loaded, some_diverged)
    assert loaded.members[1].rows is None


PARAMS = [0.1, np.float32(0.1), np.int64(3), True, None, "tanh", "ünï\n", (3, 5), [1, (2.5, "x")], float("inf"), 1e-300]


@pytest.mark.parametrize("value", PARAMS, ids=repr)
def test_arguments_of_build_survive(value, tmp_path):
    got = []

    def make(option):
        got.append(option)
        model = cr.Sequential([cr.Input((1,)), cr.layers.Dense(1, use_bias=False)])
        model.compile("sgd", "mse")
        return model

    group = Group(make(value), [0], [np.ones((1, 1, 1))])
    Ensemble(make, [Member(0, {"option": value})], [group], {"loss": [[1.0]]}).save(tmp_path / "e")
    loaded = Ensemble.load(tmp_path / "e", make).params[0]["option"]
    assert loaded == value == got[-1]
    assert type(loaded) is type(value.item() if isinstance(value, np.generic) else value)


@pytest.mark.parametrize(
    "value",
    [np.tanh, object(), np.zeros(2), {"a": 1}, 1j, [np.tanh]],
    ids=["function", "object", "array", "dictionary", "complex", "list"],
)
def test_arguments_that_cannot_be_saved_are_named(value, ensemble, tmp_path):
    members = [*MEMBERS[:-1], Member(0, {"hidden": 5, "way": value})]
    with pytest.raises(DataError, match=r"(?s)arguments of build. Received: way=.*\(member 11\)"):
        Ensemble(build, members, ensemble.groups, ensemble.histories).save(tmp_path / "e")
    assert os.listdir(tmp_path) == []


def test_a_fresh_process_predicts_the_same(ensemble, tmp_path):
    ensemble.save(tmp_path / "e.npz")
    np.save(tmp_path / "x.npy", X)
    program = f"""
import sys
import numpy as np
import chainrule as cr
from chainrule.nn.ensembles import Ensemble

def build(hidden, rate):
    layers = [cr.Input((2,)), cr.layers.Dense(hidden, "tanh"), cr.layers.Dense(1, "sigmoid")]
    model = cr.Sequential(layers)
    model.compile(cr.optimizers.SGD(rate), "binary_crossentropy", metrics=["accuracy"])
    return model

ensemble = Ensemble.load({str(tmp_path / "e.npz")!r}, build)
x = np.load({str(tmp_path / "x.npy")!r})
np.save({str(tmp_path / "answer.npy")!r}, np.stack([*ensemble.predict(x), ensemble.best().predict(x)]))
assert not {{"jax", "matplotlib"}} & set(sys.modules)
"""
    subprocess.run([sys.executable, "-c", program], check=True)
    expected = np.stack([*ensemble.predict(X), ensemble.best().predict(X)])
    np.testing.assert_allclose(np.load(tmp_path / "answer.npy"), expected, rtol=1e-6)


@pytest.mark.parametrize("error", [KeyboardInterrupt(), OSError(28, "No space left on device"), ValueError("bad")])
def test_an_interrupted_save_leaves_the_old_file(error, ensemble, some_diverged, tmp_path, monkeypatch):
    path = tmp_path / "e.npz"
    ensemble.save(path)
    before = path.read_bytes()

    def interrupted(file, **arrays):
        file.write(before[: len(before) // 2])
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(np, "savez", interrupted)
        with pytest.raises(type(error)) as raised:
            some_diverged.save(path)
    if isinstance(error, OSError):
        assert raised.value.filename == str(path)
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["e.npz"]
    some_diverged.save(path)
    assert same(Ensemble.load(path, build), some_diverged)


def test_a_save_in_place_would_be_noticed(ensemble, tmp_path):
    path = tmp_path / "e.npz"
    ensemble.save(path)
    before = path.read_bytes()
    path.write_bytes(before[:100])  # what a careless save leaves when it is interrupted
    assert path.read_bytes() != before
    with pytest.raises(DataError, match="is damaged"):
        Ensemble.load(path, build)


def test_where_nothing_can_be_written_or_read_it_is_said(ensemble, tmp_path):
    missing = tmp_path / "no" / "e.npz"
    with pytest.raises(FileNotFoundError, match=r"no/e.npz'$"):
        ensemble.save(missing)
    with pytest.raises(FileNotFoundError):
        Ensemble.load(missing, build)


def _pickled(path):
    np.savez(path, about=np.array([{"format": "chainrule ensemble"}], dtype=object))


def _later(path):
    about = np.frombuffer(json.dumps({"format": "chainrule ensemble", "version": 2}).encode(), np.uint8)
    np.savez(path, about=about)


def _zip(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "hello")


FOREIGN = {
    "empty": lambda path: path.write_bytes(b""),
    "text": lambda path: path.write_text("weights: 1, 2, 3"),
    "npy": lambda path: np.save(path, np.zeros(3)),
    "npz of arrays": lambda path: np.savez(path, weights=np.zeros(3)),
    "npz with pickled objects": _pickled,
    "npz of a later version": _later,
    "zip": _zip,
}


@pytest.mark.parametrize("write", FOREIGN.values(), ids=FOREIGN.keys())
def test_foreign_files_are_refused(write, tmp_path):
    path = tmp_path / "file.npz"
    write(path)
    (path,) = tmp_path.iterdir()
    with pytest.raises(DataError, match=r"is damaged, or is no file that Ensemble.save has written"):
        Ensemble.load(path, build)


def test_nothing_in_a_file_is_ever_run(tmp_path):
    class Bomb:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "exploded"),)

    np.savez(tmp_path / "e.npz", about=np.array([Bomb()], dtype=object))
    with pytest.raises(DataError):
        Ensemble.load(tmp_path / "e.npz", build)
    assert not (tmp_path / "exploded").exists()
    np.load(tmp_path / "e.npz", allow_pickle=True)["about"]  # what a careless load does
    assert (tmp_path / "exploded").exists()


@pytest.fixture(scope="module")
def small(alone):
    """Two networks of different shapes, and the bytes of their file."""
    models, histories = alone
    some = [0, 6]
    return together(
        build,
        [MEMBERS[i] for i in some],
        [models[i] for i in some],
        {name: np.array(values)[some] for name, values in histories.items()},
    )


def test_a_file_cut_short_is_refused(small, tmp_path):
    path = tmp_path / "e.npz"
    small.save(path)
    whole = path.read_bytes()
    for length in np.linspace(0, len(whole) - 1, 40).astype(int):
        path.write_bytes(whole[:length])
        with pytest.raises(DataError, match="is damaged"):
            Ensemble.load(path, build)


@settings(max_examples=150, deadline=None)
@given(st.floats(0, 1, exclude_max=True), st.integers(1, 255))
def test_a_changed_byte_is_refused_or_changes_nothing(tmp_path_factory, small, place, change):
    path = tmp_path_factory.mktemp("damaged") / "e.npz"
    small.save(path)
    data = bytearray(path.read_bytes())
    data[int(place * len(data))] ^= change
    path.write_bytes(data)
    try:
        loaded = Ensemble.load(path, build)
    except DataError:
        return
    assert same(loaded, small)


def test_a_header_that_promises_fewer_bytes_is_noticed(ensemble, tmp_path):
    path = tmp_path / "e.npz"
    Ensemble(build, MEMBERS, ensemble.groups, {"loss": np.ones((12, 3000))}).save(path)
    before, after = path.read_bytes().split(b"histories.npy", 1)
    assert after.index(b"'<f8'") < 120
    path.write_bytes(before + b"histories.npy" + after.replace(b"'<f8'", b"'<f4'", 1))
    assert np.load(path)["histories"].dtype == np.float32  # NumPy reads half of the bytes and does not notice
    with pytest.raises(DataError, match="wrong checksum"):
        Ensemble.load(path, build)


def test_another_build_is_told_what_differs(ensemble, tmp_path):
    ensemble.save(tmp_path / "e")
    with pytest.raises(ShapeError) as raised:
        Ensemble.load(tmp_path / "e", lambda hidden, rate: build(hidden + 1, rate))
    assert str(raised.value) == (
        f"{tmp_path / 'e'} has networks with the weights W1 (2, 3) float32; b1 (3,) float32; W2 (3, 1) float32, but "
        f"build(hidden=3, rate=0.1) makes W1 (2, 4) float32; b1 (4,) float32; W2 (4, 1) float32. Load them with the "
        f"build they were trained with."
    )


def test_a_build_that_computes_something_else_is_told(ensemble, tmp_path):
    ensemble.save(tmp_path / "e")
    with pytest.warns(UserWarning, match=r"computes 'a1 = np.maximum.* computed 'a1 = np.tanh.*changed since"):
        Ensemble.load(tmp_path / "e", lambda hidden, rate: build(hidden, rate, "relu"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Ensemble.load(tmp_path / "e", build)


# --- as a table ---


def test_the_table_lists_the_grid_best_first(alone, ensemble):
    _, histories = alone
    header, *lines = ensemble.table().splitlines()
    assert header.split() == ["hidden", "rate", "networks", "val_loss", "val_accuracy", "loss", "accuracy", "best"]
    last = np.array(histories["val_loss"])[:, -1].reshape(4, 3)
    order = np.argsort(last.mean(axis=1))
    for line, point in zip(lines, order, strict=True):
        cells = line.replace(" ± ", "±").split()
        assert cells[:3] == [str(GRID[point]["hidden"]), str(GRID[point]["rate"]), "3"]
        assert cells[3] == f"{last[point].mean():.4g}±{last[point].std():.2g}"
        assert int(cells[-1]) == 3 * point + np.argmin(last[point])
    by_accuracy = ensemble.table("val_accuracy").splitlines()
    assert by_accuracy[0].split()[3] == "val_accuracy"
    accuracy = np.array(histories["val_accuracy"])[:, -1].reshape(4, 3).mean(axis=1)
    assert by_accuracy[1].split()[:2] == [str(value) for value in GRID[int(np.argmax(accuracy))].values()]
    with pytest.raises(UnknownNameError, match="measure"):
        ensemble.table("los")


def test_the_report_says_what_it_is(ensemble, some_diverged):
    text = str(ensemble)
    assert text.startswith("Ensemble of 12 networks, 4 epochs\n6 networks: W1 2×3, b1 3, W2 3×1, b2 1\n6 networks: ")
    assert ensemble.table() in text
    assert repr(ensemble) == "<Ensemble of 12 networks, 4 epochs>"
    assert "diverged" not in text
    assert repr(some_diverged) == "<Ensemble of 12 networks, 4 epochs, 2 diverged>"
    assert "without those that diverged" in str(some_diverged)
    assert max(map(len, str(some_diverged).splitlines())) <= 96


def test_networks_of_the_same_shapes_stand_in_one_line(ensemble):
    """A grid of penalties makes groups of equal shapes: to a reader they are the same networks."""
    group = next(group for group in ensemble.groups if 0 in group.members)
    parts = [
        Group(group.model, group.members[half], [weight[half] for weight in group.weights])
        for half in (slice(0, 2), slice(2, None))
    ]
    others = [one for one in ensemble.groups if one is not group]
    again = Ensemble(build, MEMBERS, [*parts, *others], ensemble.histories)
    assert str(again) == str(ensemble)


def test_the_table_leaves_out_networks_that_diverged(some_diverged):
    last = some_diverged.histories["val_loss"][:3, -1]
    assert np.isnan(last[2])
    (line,) = [line for line in some_diverged.table().splitlines() if line.split()[:2] == ["3", "0.1"]]
    assert line.split()[2:7] == ["3", "1", f"{last[:2].mean():.4g}", "±", f"{last[:2].std():.2g}"]


def test_a_point_of_the_grid_that_diverged_comes_last(ensemble):
    histories = {name: values.copy() for name, values in ensemble.histories.items()}
    for values in histories.values():
        values[:3, 1:] = np.nan
    lines = Ensemble(build, MEMBERS, ensemble.groups, histories).table().splitlines()
    assert lines[-1].split() == ["3", "0.1", "3", "3", "–", "–", "–", "–"]
    assert "nan" not in "".join(lines)


def test_long_tables_are_cut_and_nothing_in_them_is_obeyed(ensemble):
    members = [Member(1, {"note": f"<b>{number}\x1b[31m"}) for number in range(30)]
    weights = [np.repeat(weight[:1], 30, axis=0) for weight in ensemble.groups[0].weights]
    many = Ensemble(build, members, [Group(build(), list(range(30)), weights)], {"loss": np.arange(30.0)[:, None]})
    text = str(many)
    assert "… and 10 more lines: ensemble.table()" in text
    assert "\x1b" not in text
    assert len(many.table().splitlines()) == 31
    html = many._repr_html_()
    assert "<b>" not in html
    assert "&lt;b&gt;0" in html
    assert html.count("<tr>") == 21


def test_measures_without_room_are_left_out(ensemble):
    names = {f"a_metric_with_a_long_name_{i}": np.ones((12, 4)) for i in range(9)}
    table = Ensemble(build, MEMBERS, ensemble.groups, {**names, **ensemble.histories}).table()
    assert max(map(len, table.splitlines())) <= 96
    assert "val_loss" in table
