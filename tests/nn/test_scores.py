"""Counts and curves against scikit-learn, definitions and hand-counted cases."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.errors import DataError, ShapeError
from chainrule.insight import confusion_matrix, roc_auc, roc_curve

metrics = pytest.importorskip("sklearn.metrics")

PAIRS = st.lists(st.tuples(st.integers(-2, 3), st.integers(-2, 3)), min_size=1, max_size=40)
# Few different scores, so that ties are the rule.
SCORED = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 5).map(lambda k: k / 5)), min_size=2, max_size=40).filter(
    lambda rows: len({truth for truth, _ in rows}) == 2
)


@given(PAIRS)
def test_counts_are_scikit_learns(pairs):
    true, pred = np.array(pairs).T
    labels = list(range(-2, 4))
    expected = metrics.confusion_matrix(true, pred, labels=labels)
    assert np.array_equal(confusion_matrix(true, pred, labels), expected)
    found = np.union1d(true, pred) + 2
    assert np.array_equal(confusion_matrix(true, pred), expected[np.ix_(found, found)])


def test_rows_are_truth_and_columns_answers():
    true, pred = [0, 0, 0, 1], [1, 1, 0, 1]
    assert confusion_matrix(true, pred).tolist() == [[1, 2], [0, 1]]
    assert confusion_matrix(pred, true).tolist() != [[1, 2], [0, 1]]


def test_labels_give_the_order_and_may_name_classes_that_do_not_occur():
    true, pred, labels = ["b", "a", "b"], ["b", "b", "a"], ["c", "b", "a"]
    assert np.array_equal(confusion_matrix(true, pred, labels), metrics.confusion_matrix(true, pred, labels=labels))


@pytest.mark.parametrize("form", [np.asarray, lambda y: np.reshape(y, (-1, 1)), lambda y: np.asarray(y, float)])
def test_columns_booleans_and_whole_floats_are_classes(form):
    assert confusion_matrix(form([0, 1, 1]), np.array([False, True, False])).tolist() == [[1, 0], [1, 1]]


def test_strings_of_an_object_array_are_classes():
    words = np.array(["yes", "no"], dtype=object)
    assert confusion_matrix(words, ["yes", "no"]).tolist() == [[1, 0], [0, 1]]


@pytest.mark.parametrize(
    ("true", "pred", "labels", "error", "message"),
    [
        ([0, 1], [0.2, 0.9], None, DataError, r"y_pred must hold classes.*Received: 0\.2.*p > 0\.5"),
        ([0, 1], [0.0, np.nan], None, DataError, "y_pred must hold classes"),
        ([0, 1], [0.0, np.inf], None, DataError, "y_pred must hold classes"),
        ([0, 1], [0, 1, 1], None, ShapeError, "equally long. Received: 2 and 3"),
        ([0, 1], np.eye(2), None, ShapeError, r"Received: \(2, 2\).*argmax"),
        ([0, 1], ["no", "yes"], None, DataError, "both by numbers or both by strings"),
        ([], [], None, DataError, "empty"),
        ([0, 7], [0, 0], [0, 1], DataError, r"y_true holds 7, which labels=\[0, 1\] does not name"),
        ([0, 1], [0, 1], [0, 1, 1], DataError, "each class once"),
        ([None, 1], [0, 1], None, DataError, "integers or strings"),
    ],
)
def test_bad_classes_are_refused(true, pred, labels, error, message):
    with pytest.raises(error, match=message):
        confusion_matrix(true, pred, labels)


@given(SCORED)
def test_curve_is_scikit_learns(scored):
    true, score = np.array(scored).T
    expected = metrics.roc_curve(true, score, drop_intermediate=False)
    for mine, theirs in zip(roc_curve(true, score), expected, strict=True):
        assert np.allclose(mine, theirs)


@given(SCORED)
def test_area_is_the_share_of_pairs_in_order_with_ties_half(scored):
    true, score = np.array(scored).T
    ones, zeros = score[true == 1][:, None], score[true == 0][None, :]
    in_order = ((ones > zeros) + 0.5 * (ones == zeros)).mean()
    assert roc_auc(true, score) == pytest.approx(in_order, abs=1e-15)
    assert roc_auc(true, score) == pytest.approx(metrics.roc_auc_score(true, score))


def test_ties_taken_one_by_one_would_be_noticed():
    true, score = np.array([1, 0]), np.array([0.5, 0.5])
    one_by_one = np.trapezoid([0, 1, 1], [0, 0, 1])  # the 1 counted before the 0 that ties with it
    assert roc_auc(true, score) == 0.5
    assert roc_auc(true, score) != one_by_one


@given(SCORED)
def test_area_turns_over_with_the_score_and_keeps_under_growth(scored):
    true, score = np.array(scored).T
    assert roc_auc(true, -score) == pytest.approx(1 - roc_auc(true, score))
    assert roc_auc(true, np.exp(score)) == roc_auc(true, score)


def test_perfect_and_columns():
    true, score = np.array([[0], [1], [1]], bool), np.array([[1], [2], [3]], np.uint8)
    assert roc_auc(true, score) == 1.0


@pytest.mark.parametrize("judge", [roc_curve, roc_auc])
@pytest.mark.parametrize(
    ("true", "score", "error", "message"),
    [
        ([1, 1], [0.1, 0.2], DataError, "both of them. Received: 1."),
        ([1, 7], [0.1, 0.2], DataError, "Received: 1, 7.*y_true == that_class"),
        (["a", "b"], [0.1, 0.2], DataError, "Received: 'a', 'b'"),
        ([0, 1], [0.1, np.nan], DataError, "finite"),
        ([0, 1], ["low", "high"], DataError, "finite numbers"),
        ([0, 1], [0.1], ShapeError, "equally long"),
        ([0, 1], np.eye(2), ShapeError, r"\(n,\) or \(n, 1\)"),
        ([], [], DataError, "empty"),
    ],
)
def test_bad_scores_are_refused(judge, true, score, error, message):
    with pytest.raises(error, match=message):
        judge(true, score)
