"""The breast-cancer table for libraries that bring no data of their own, read with NumPy alone."""

from __future__ import annotations

import sys

import numpy as np

Rows = tuple[np.ndarray, np.ndarray]


def load(seed: int = 113) -> tuple[Rows, Rows]:
    """Read the file named on the command line; shuffle, split 80/20, standardise. float32 (n, 30) and (n,)."""
    table = np.random.default_rng(seed).permutation(np.loadtxt(sys.argv[1], delimiter=",", skiprows=1))
    x, y = table[:, :-1], table[:, -1].astype(np.float32)
    cut = int(len(x) * 0.8)
    x = ((x - x[:cut].mean(axis=0)) / x[:cut].std(axis=0)).astype(np.float32)
    return (x[:cut], y[:cut]), (x[cut:], y[cut:])
