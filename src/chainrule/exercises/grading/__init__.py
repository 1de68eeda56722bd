"""A class graded: ``grade`` checks a folder of submissions and writes a table, a page for each student and a summary.

``submissions`` finds what was handed in, ``marking`` has each checked on its own, ``grades`` holds the result, and
``table`` and ``pages`` write it.
"""

from __future__ import annotations

from .grades import Grades, Row
from .marking import grade

__all__ = ["Grades", "Row", "grade"]
