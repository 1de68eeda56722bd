"""The work with PyTorch: the usual hand-written loop, rows taken by index (a DataLoader is slower here)."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

ACTIVATIONS = {"tanh": nn.Tanh, "relu": nn.ReLU}


def build(inputs: int, hidden: int, activation: str) -> nn.Sequential:
    return nn.Sequential(nn.Linear(inputs, hidden), ACTIVATIONS[activation](), nn.Linear(hidden, 1))


def fit(model: nn.Module, x: Any, y: Any, learning_rate: float, batch_size: int, epochs: int, tick: Any) -> list[float]:
    """Return the loss of each epoch; the accuracy is computed beside it, both from the outputs of the steps."""
    loss_of = nn.BCEWithLogitsLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    losses = []
    for _ in range(epochs):
        whole = batch_size >= len(x)
        seen = []
        for rows in [slice(None)] if whole else torch.randperm(len(x)).split(batch_size):
            optimizer.zero_grad()
            z, labels = model(x[rows]), y[rows]
            loss_of(z, labels).backward()
            optimizer.step()
            seen.append((z.detach(), labels))
        z, labels = (torch.cat(parts) for parts in zip(*seen, strict=True))
        losses.append(loss_of(z, labels).item())
        ((z > 0) == labels).double().mean().item()
        tick()
    return losses


def trainer(job: Any) -> Any:
    x, y = torch.from_numpy(job.x), torch.from_numpy(job.y)[:, None]
    model = build(job.inputs, job.hidden, job.activation).to(x.dtype)
    w_1, b_1, w_2, b_2 = (torch.from_numpy(weight) for weight in job.weights)
    start = {"0.weight": w_1.T, "0.bias": b_1, "2.weight": w_2.T, "2.bias": b_2}

    def train(epochs: int, tick: Any) -> list[float]:
        model.load_state_dict(start)
        return fit(model, x, y, job.learning_rate, job.batch_size, epochs, tick)

    return train


if __name__ == "__main__":
    from tumours import load

    (x, y), (x_test, y_test) = ([torch.from_numpy(part) for part in rows] for rows in load())
    model = build(30, 10, "relu")
    fit(model, x, y[:, None], learning_rate=0.01, batch_size=10, epochs=80, tick=lambda: None)
    print(((model(x_test)[:, 0] > 0) == y_test).double().mean().item())
