"""Look inside a network, check a derivative, find out what ails a training, and judge what a network says.

``looking``: every value of a pass. ``explaining``: one weight's gradient, factor by factor. ``health``: findings and
remedies. ``gradient_check``: functions against central differences (``model_check``: networks).
"""

from __future__ import annotations

from ..nn.scores import confusion_matrix, roc_auc, roc_curve
from .explaining import Explanation, explain
from .gradient_check import GradientCheck, check_grad
from .health import Finding, Report, diagnose
from .looking import LayerPass, Pass, look

__all__ = [
    "Explanation",
    "Finding",
    "GradientCheck",
    "LayerPass",
    "Pass",
    "Report",
    "check_grad",
    "confusion_matrix",
    "diagnose",
    "explain",
    "look",
    "roc_auc",
    "roc_curve",
]
