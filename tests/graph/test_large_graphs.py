"""Graphs of very many nodes: no step of the way recurses, and the results are right."""

from __future__ import annotations

import gc
import sys

import numpy as np
import pytest

import chainrule as cr


def recurrence(steps):
    """Three nodes a step; each step doubles the paths from w to the result."""

    def f(x, w):
        y = x
        for _ in range(steps):
            y = y + np.tanh(w * y)
        return y

    return f


def alternating(steps):
    """Every earlier value is used again far later: long edges beside the chain."""

    def f(x):
        values = [x]
        for i in range(steps):
            values.append(np.sin(values[-1]) + values[i // 2])
        return values[-1] / steps

    return f


def slope_by_hand(steps, x, w):
    y, dy = x, 0.0
    for _ in range(steps):
        t = np.tanh(w * y)
        dy = dy + (1 - t * t) * (y + w * dy)
        y = y + t
    return dy


@pytest.mark.parametrize("steps", [3_000, pytest.param(33_333, marks=pytest.mark.slow)])
def test_a_long_chain_goes_all_the_way(steps):
    assert 3 * steps > 2 * sys.getrecursionlimit()
    graph = cr.trace(recurrence(steps), 0.3, -0.01)
    assert len(graph.nodes) == 3 * steps + 2
    derivative = graph.derivative("w")
    assert derivative(0.3, -0.01) == pytest.approx(slope_by_hand(steps, 0.3, -0.01), rel=1e-9)
    assert graph.paths("w").count == 2**steps - 1
    assert derivative.program().source.count("\n") > steps
    assert str(graph).count("\n") > 3 * steps
    assert "<svg" in graph.draw().svg


def test_a_single_step_has_a_single_path():
    assert cr.trace(lambda x, w: x + np.tanh(w * x), 0.3, 0.1).paths("w").count == 1


@pytest.mark.parametrize("steps", [3_000])
def test_a_graph_with_long_edges_goes_all_the_way(steps):
    graph = cr.trace(alternating(steps), 0.3)
    h = 1e-6
    numeric = (graph(0.3 + h) - graph(0.3 - h)) / (2 * h)
    assert graph.derivative("x")(0.3) == pytest.approx(numeric, rel=1e-5)
    ways = [1]
    for i in range(steps):
        ways.append(ways[-1] + ways[i // 2])
    assert graph.paths("x").count == ways[-1]


def test_grad_follows_a_long_loop():
    slope = cr.grad(recurrence(5_000), argnums=1)(0.3, -0.01)
    assert slope == pytest.approx(slope_by_hand(5_000, 0.3, -0.01), rel=1e-9)


@pytest.mark.parametrize("enabled", [True, False])
def test_pythons_garbage_collector_is_left_as_it_was(enabled):
    before = gc.isenabled()
    try:
        (gc.enable if enabled else gc.disable)()
        graph = cr.trace(recurrence(3), 0.3, -0.01)
        graph.derivative("w").program()
        with pytest.raises(ValueError, match="unknown argument"):
            graph.derivative("v")
        assert gc.isenabled() == enabled
    finally:
        (gc.enable if before else gc.disable)()
