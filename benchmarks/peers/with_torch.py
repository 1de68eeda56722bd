"""The work with PyTorch: the usual hand-written loop, rows taken by index (a DataLoader is slower here)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import torch
from torch import nn

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
ACTIVATIONS = {"tanh": nn.Tanh, "relu": nn.ReLU}


def build(inputs: int, hidden: Sequence[int], classes: int, activation: str) -> nn.Sequential:
    layers: list[nn.Module] = []
    for before, units in pairwise([inputs, *hidden]):
        layers += [nn.Linear(before, units), ACTIVATIONS[activation]()]
    return nn.Sequential(*layers, nn.Linear([inputs, *hidden][-1], classes)).to(DEVICE)


def optimizer_for(model: nn.Module, name: str, learning_rate: float) -> torch.optim.Optimizer:
    if name == "adam":
        return torch.optim.Adam(model.parameters(), lr=learning_rate, eps=1e-7)
    return torch.optim.SGD(model.parameters(), lr=learning_rate)


def accuracy(z: Any, labels: Any) -> float:
    answers = z > 0 if z.shape[1] == 1 else z.argmax(dim=1)
    return (answers == labels).double().mean().item()


def fit(
    model: nn.Module, optimizer: Any, x: Any, y: Any, batch_size: int, epochs: int, tick: Any = None
) -> list[float]:
    """Return the loss of each epoch; the accuracy is computed beside it, both from the outputs of the steps."""
    loss_of = nn.CrossEntropyLoss() if y.ndim == 1 else nn.BCEWithLogitsLoss()
    losses = []
    for _ in range(epochs):
        whole = batch_size >= len(x)
        seen = []
        for rows in [slice(None)] if whole else torch.randperm(len(x), device=x.device).split(batch_size):
            optimizer.zero_grad()
            z, labels = model(x[rows]), y[rows]
            loss_of(z, labels).backward()
            optimizer.step()
            seen.append((z.detach(), labels))
        z, labels = (torch.cat(parts) for parts in zip(*seen, strict=True))
        losses.append(loss_of(z, labels).item())
        accuracy(z, labels)
        if tick:
            tick()
    return losses


def trainer(job: Any) -> Any:
    x, y = torch.from_numpy(job.x).to(DEVICE), torch.from_numpy(job.y).to(DEVICE)
    if job.classes == 1:
        y = y[:, None]
    model = build(job.inputs, job.hidden, job.classes, job.activation).to(x.dtype)

    def train(epochs: int, tick: Any) -> list[float]:
        with torch.no_grad():
            for parameter, weight in zip(model.parameters(), job.weights, strict=True):
                parameter.copy_(torch.from_numpy(weight).T if weight.ndim == 2 else torch.from_numpy(weight))
        optimizer = optimizer_for(model, job.optimizer, job.learning_rate)
        return fit(model, optimizer, x, y, job.batch_size, epochs, tick)

    return train


if __name__ == "__main__":
    from tumours import load

    (x, y), (x_test, y_test) = ([torch.from_numpy(part).to(DEVICE) for part in rows] for rows in load())
    model = build(30, [10], 1, "relu")
    fit(model, optimizer_for(model, "sgd", 0.01), x, y[:, None], batch_size=10, epochs=80)
    print(accuracy(model(x_test), y_test[:, None]))
