"""Look inside a network, check a derivative, and judge what a network says."""

from __future__ import annotations

from ..nn.scores import confusion_matrix, roc_auc, roc_curve
from .gradient_check import GradientCheck, check_grad

__all__ = ["GradientCheck", "check_grad", "confusion_matrix", "roc_auc", "roc_curve"]
