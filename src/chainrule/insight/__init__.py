"""Look inside a network, check a derivative, and judge what a network says."""

from __future__ import annotations

from .gradient_check import GradientCheck, check_grad
from .scores import confusion_matrix, roc_auc, roc_curve

__all__ = ["GradientCheck", "check_grad", "confusion_matrix", "roc_auc", "roc_curve"]
