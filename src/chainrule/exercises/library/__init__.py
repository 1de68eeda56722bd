"""The exercises, in teaching order; each is a folder with its texts beside it."""

from __future__ import annotations

from ..exercise import Exercise
from .binary_cross_entropy_derive import EXERCISE as BINARY_CROSS_ENTROPY_DERIVE
from .chain_rule import EXERCISE as CHAIN_RULE
from .deep import EXERCISE as DEEP
from .fit_network import EXERCISE as FIT_NETWORK
from .forward import EXERCISE as FORWARD
from .linear_regression import EXERCISE as LINEAR_REGRESSION
from .paths import EXERCISE as PATHS
from .recitation_loops import EXERCISE as RECITATION_LOOPS
from .recitation_matrix import EXERCISE as RECITATION_MATRIX
from .relu_derive import EXERCISE as RELU_DERIVE
from .sigmoid_derive import EXERCISE as SIGMOID_DERIVE
from .softmax_cross_entropy import EXERCISE as SOFTMAX_CROSS_ENTROPY

__all__ = ["EXERCISES"]

EXERCISES: tuple[Exercise, ...] = (
    CHAIN_RULE,
    PATHS,
    RELU_DERIVE,
    SIGMOID_DERIVE,
    BINARY_CROSS_ENTROPY_DERIVE,
    LINEAR_REGRESSION,
    FORWARD,
    RECITATION_LOOPS,
    RECITATION_MATRIX,
    SOFTMAX_CROSS_ENTROPY,
    DEEP,
    FIT_NETWORK,
)
