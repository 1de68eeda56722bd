"""The question ``sigmoid_derive``: one point."""

from otter.test_files import test_case

from chainrule import exercises

OK_FORMAT = False  # test cases are functions that raise, not doctests

name = "sigmoid_derive"


@test_case(name="sigmoid_derive", points=1)
def sigmoid_derive(sigmoid_derive):
    exercises.assert_right(exercises.check("sigmoid_derive", sigmoid_derive), "sigmoid_derive")
