"""How many networks are trained at the same time: as many as fit the memory, on NumPy as many as fit a core's cache."""

from __future__ import annotations

from math import prod

import numpy as np

from ....engines.numpy_engine.blocks import cores
from ....graph.batch import Shapes
from ....graph.buffers import VIEWS
from ....graph.node import CONSTANT, INPUT, Node, topological
from .given import Options
from .teams import Team

__all__ = ["bytes_in_all", "bytes_of_step", "crew_sizes"]

# What a crew on NumPy works on in a step. More would not stay in the cache. With less, NumPy is busier with calls than
# with numbers, and two threads, waiting for Python's lock, do no more than one.
CREW_BYTES = 8 << 20
JUDGED = 8  # how many times the scored values there are while loss and metrics are computed, some in float64


def crew_sizes(team: Team, options: Options, engine: str) -> tuple[list[int], int]:
    """Return how many networks each crew of a team has, and how many crews are trained at the same time."""
    count, most = len(team), max(1, int(options.memory // bytes_in_all(team, options, engine)))
    if engine == "jax":
        return _cut(count, -(-count // most)), 1
    threads, step = min(cores(), most), bytes_of_step(team, options)
    crews = -(-count // max(1, min(most // threads, CREW_BYTES // step)))
    if crews > threads:  # no thread is to be idle while others have a last crew
        crews = min(count, threads * -(-crews // threads))
    return _cut(count, crews), min(threads, crews)


def _cut(count: int, parts: int) -> list[int]:
    return [len(part) for part in np.array_split(np.arange(count), parts)]


def bytes_of_step(team: Team, options: Options) -> int:
    """Return about how many bytes one network has to do with in a step.

    These are the weights, their gradients, what products make on the way to these, what the update computes, the
    optimizer's state, and every value of the step.
    """
    graph = team.networks[0].step.graph
    trained, fixed = (_bytes(nodes, graph.shapes, 0) for nodes in (graph.weights, graph.fixed))
    values = _bytes(_computed(graph.results), graph.shapes, min(options.batch_size, len(team.data.y)))
    return max(1, trained * (5 + len(team.updates[0].slots)) + fixed + values)


def bytes_in_all(team: Team, options: Options, engine: str) -> int:
    """Return about how many bytes the training of one network takes; the data are not counted.

    To those of a step come the scored values of all rows and what loss and metrics compute of them; likewise for the
    validation, where JAX also has every value of all rows at once; and for samples of the rows, their numbers, labels
    and what stands in the rows of a batch.
    """
    network, data, held_out = team.networks[0], team.data, team.data.held_out
    graph, rows = network.step.graph, len(data.y)
    total = bytes_of_step(team, options) + JUDGED * _bytes([graph.scored], graph.shapes, rows)
    if options.bootstrap:
        row = sum(part[:1].nbytes for part in data.x)
        total += rows * (data.y[:1].nbytes + 3 * np.dtype(np.int64).itemsize) + min(options.batch_size, rows) * row
    if network.use is not None and held_out is not None:
        use, rows = network.use, len(held_out[1])
        values = _computed(use.results) if engine == "jax" else []
        total += JUDGED * _bytes(use.results, use.shapes, rows) + _bytes(values, use.shapes, rows)
    return total


def _computed(results: list[Node]) -> list[Node]:
    return [node for node in topological(results) if node.op not in (INPUT, CONSTANT) and node.op not in VIEWS]


def _bytes(nodes: list[Node], shapes: Shapes, rows: int) -> int:
    return sum(prod(shapes.at(node, rows) or node.shape) * node.dtype.itemsize for node in nodes)
