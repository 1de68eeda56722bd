"""Look inside a network, and judge what it says."""

from __future__ import annotations

from .scores import confusion_matrix, roc_auc, roc_curve

__all__ = ["confusion_matrix", "roc_auc", "roc_curve"]
