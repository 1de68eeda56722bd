"""``check``: what it takes, and what it does with what it cannot take."""

from __future__ import annotations

import numpy as np
import pytest

from chainrule.errors import DataError, UnknownNameError
from chainrule.exercises import MISTAKES, check, get, names
from chainrule.exercises.judging.sentences import SENTENCES

RIGHT = "import numpy as np\n\ndef relu_derive(z):\n    return z > 0\n"
OWN = """
import numpy as np
from chainrule.exercises import Exercise

def loss(x, w):
    return np.mean((x * w) ** 2)

SQUARES = Exercise.from_function(loss, "w", {"x": np.linspace(-1, 1, 6), "w": 0.5})
"""


def relu_derive(z):
    return z > 0


def test_a_function_and_a_file_get_the_same_report(tmp_path):
    path = tmp_path / "answer.py"
    path.write_text(RIGHT)
    assert check("relu_derive", relu_derive).passed
    assert check("relu_derive", path).passed
    assert check("relu_derive", str(path)).passed


def test_the_result_is_the_same_every_time():
    wrong = lambda z: z > 0.3
    assert [f.error for f in check("relu_derive", wrong)] == [f.error for f in check("relu_derive", wrong)]


def test_the_arguments_are_copies():
    def spoiling(z):
        found = (z > 0) * 1.0
        z[...] = 0
        return found

    report = check("relu_derive", spoiling)
    assert report.passed
    assert "changes z in place" in report.notes[0]
    assert check("relu_derive", relu_derive).passed


def test_an_unknown_name_is_explained():
    with pytest.raises(UnknownNameError, match="Did you mean 'relu_derive'"):
        check("relu_deriv", relu_derive)


def test_no_answer_is_an_answer_without_points():
    report = check("relu_derive", None)
    assert not report.passed
    assert report.score == 0
    assert report.mistakes == ("no-function",)


def test_a_result_in_place_of_a_function_is_explained():
    with pytest.raises(DataError, match="without parentheses"):
        check("relu_derive", np.zeros(3))


def test_a_file_that_is_not_there_is_explained(tmp_path):
    with pytest.raises(DataError, match=r"nothing\.py"):
        check("relu_derive", tmp_path / "nothing.py")


def test_an_exercise_of_ones_own_comes_from_a_file(tmp_path):
    path = tmp_path / "own.py"
    path.write_text(OWN)
    exercise = get(str(path))
    assert exercise.name == "loss"
    assert check(str(path), lambda x, w: 2 * w * np.mean(x**2)).passed
    path.write_text("x = 1\n")
    with pytest.raises(DataError, match="one Exercise at its top level, got 0"):
        get(str(path))
    with pytest.raises(DataError, match="does not exist"):
        get(str(tmp_path / "none.py"))


def test_an_endless_answer_ends():
    def endless(z):
        while True:
            pass

    report = check("relu_derive", endless, timeout=0.5)
    assert report.mistakes == ("timeout",)


@pytest.mark.parametrize(
    "answer",
    [
        lambda z: None,
        lambda z: "text",
        lambda z: z + 1j,
        lambda z: {},
        lambda z: {"wrong": z > 0, "other": z},
        lambda z: (z, z),
        lambda z: np.zeros((0,)),
        lambda z: z * np.nan,
        lambda z: np.array([[]]),
        lambda: 1,
        lambda z: 1 / 0,
        lambda z: [[1], [1, 2]],
        lambda z: iter(z),
        lambda z: z.astype(object),
        lambda z: np.inf,
    ],
)
def test_whatever_comes_back_is_a_report(answer):
    report = check("relu_derive", answer)
    assert not report.passed
    assert str(report)
    assert report.html()


def test_the_reference_answers_are_never_told():
    """No line that a learner has to write stands in a report, whatever was wrong."""
    for name in names():
        exercise = get(name)
        lines = [line.split("# answer")[0].strip() for line in exercise.answer.splitlines() if "# answer" in line]
        secrets = [line.split("=", 1)[-1].strip() for line in lines]
        wrong = {quantity.name: np.full(3, 0.1) for quantity in exercise.quantities}
        report = str(check(name, lambda *args, wrong=wrong: wrong))
        told = [secret for secret in secrets if len(secret) > 8 and secret in report]
        assert not told


def test_every_sentence_belongs_to_a_mistake():
    assert set(SENTENCES) <= set(MISTAKES)
    assert "relu-leaky" in SENTENCES
