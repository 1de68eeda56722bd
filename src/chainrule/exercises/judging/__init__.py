"""How an answer is judged.

================== =================================================================================
``reference``      the function of an exercise as a graph, and its quantities with faults in it
``faults/``        what can go wrong in each step of a derivation
``forward_faults`` what can go wrong in computing a value
``hypotheses``     all of these for one exercise, each behaviour once
``workbench``      an exercise's cases with the right values, and what each mistake would give
``matching``       when two results are the same, and by what factor they differ
``numerics``       rounded, few digits, finite differences
``returned``       what an answer returned, sorted into quantities
``story``          what is known so far, and what should come next if nothing else went wrong
``search``         which mistake, alone, gives what the answer has
``behaviour``      what only several calls together show
``leads``          what can be said about an error that has no name
``sentences``      what a learner reads about a mistake
``whole``          what keeps an answer from being judged
``judge``          quantity by quantity, each mistake once
================== =================================================================================
"""

from .judge import judge
from .workbench import Workbench

__all__ = ["Workbench", "judge"]
