"""Neural networks as a glass box. See README.md."""

from .graph import Graph, Program, grad, trace, value_and_grad
