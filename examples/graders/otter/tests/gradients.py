"""The question ``gradients``: one test case, one point for each quantity."""

from functools import cache

from otter.test_files import test_case

from chainrule import exercises

OK_FORMAT = False  # test cases are functions that raise, not doctests

name = "gradients"


@cache
def report(gradients):
    """The answer is checked once, not once for each quantity."""
    return exercises.check("recitation-matrix", gradients)


# Each case is handed what the notebook calls ``gradients``; None if it has no such name.


@test_case(name="delta_2", points=1)
def delta_2(gradients):
    exercises.assert_right(report(gradients), "delta_2")


@test_case(name="w_grad_2", points=1)
def w_grad_2(gradients):
    exercises.assert_right(report(gradients), "w_grad_2")


@test_case(name="u_grad_2", points=1)
def u_grad_2(gradients):
    exercises.assert_right(report(gradients), "u_grad_2")


@test_case(name="delta_1", points=1)
def delta_1(gradients):
    exercises.assert_right(report(gradients), "delta_1")


@test_case(name="w_grad_1", points=1)
def w_grad_1(gradients):
    exercises.assert_right(report(gradients), "w_grad_1")


@test_case(name="u_grad_1", points=1)
def u_grad_1(gradients):
    exercises.assert_right(report(gradients), "u_grad_1")
