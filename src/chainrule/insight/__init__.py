"""Look inside a network, check a derivative, find out what ails a training, and judge what a network says."""

from __future__ import annotations

from ..nn.scores import confusion_matrix, roc_auc, roc_curve
from .gradient_check import GradientCheck, check_grad
from .health import Finding, Report, diagnose

__all__ = [
    "Finding",
    "GradientCheck",
    "Report",
    "check_grad",
    "confusion_matrix",
    "diagnose",
    "roc_auc",
    "roc_curve",
]
