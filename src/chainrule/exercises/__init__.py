"""Exercises whose answers are checked against the graph's own derivative, and whose mistakes are named.

::

    from chainrule import exercises

    exercises.names()                                    # what there is
    exercises.check("recitation-matrix", gradients)      # a function, or the path of a file
    exercises.grade("submissions/")                      # a folder with a file per student
    exercises.Exercise.from_function(f, wrt=["w", "b"], example={...})

=============== ==================================================================================
``exercise``     what to compute, and what a check needs to know
``library``      the exercises, a folder each: statement, hints, answer
``starters``     the files that learners begin with
``cases``        what an answer is called with
``running``      an answer run: here, or isolated in a process of its own
``judging``      right or wrong, where first, and why
``mistakes``     the mistakes that have a name
``report``       what a check says
``checking``     ``check``
``points``       for graders already in use: ``points``, ``assert_right``
``grading``      a whole class: ``grade``
=============== ==================================================================================
"""

from .checking import check, get, names
from .exercise import Exercise, Quantity
from .grading import Grades, grade
from .mistakes import MISTAKES
from .points import assert_right, points
from .report import Finding, Report

__all__ = [
    "MISTAKES",
    "Exercise",
    "Finding",
    "Grades",
    "Quantity",
    "Report",
    "assert_right",
    "check",
    "get",
    "grade",
    "names",
    "points",
]
