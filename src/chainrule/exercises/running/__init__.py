"""Answers run: a function of this process, or a file in a process of its own that can do hardly more than compute.

=================== =================================================================================
``in_process``       ``run_function``: a function of a notebook
``isolated``         ``run_file``: a file, in a child that is started, waited for and never believed
``child``            what that process does (``confinement``: what it may do, with ``landlock``, ``seccomp``,
                     ``auditing``, ``system``); the two talk in ``frames``
``sources``          a file as cells (``flattening``: as statements; ``slicing``: those that a function
                     needs; ``loading``: run)
``calling``          an answer called for each case (``values``: what it returned; ``explaining``: what
                     it raised)
``outcome``          what came of it
=================== =================================================================================
"""

from __future__ import annotations

from .confinement import Limits, Protections, available
from .in_process import run_function
from .isolated import run_file
from .outcome import Call, Problem, Run
from .sources import exercise_of

__all__ = [
    "Call",
    "Limits",
    "Problem",
    "Protections",
    "Run",
    "available",
    "exercise_of",
    "run_file",
    "run_function",
]
