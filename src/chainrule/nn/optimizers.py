"""Optimizers: how a weight moves, given its gradient.

An optimizer is a few numbers and one pure, elementwise function, ``update``. That function is traced into the
training program, so its lines stand in the program as they stand here. Names, arguments and numbers are those
of ``keras.optimizers``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import numpy as np

from ..errors import DataError, UnknownNameError
from .numbers import as_number

__all__ = ["SGD", "Adam", "AdamW", "Optimizer", "RMSprop", "get"]

State = dict[str, Any]


class Optimizer(ABC):
    """What every optimizer is. A custom one is a subclass with its own ``slots`` and ``update``.

    Attributes:
        slots: names of the arrays kept for each weight, of its shape and dtype, which start as zeros.
        weight_decay: which part of each weight a step takes off it, as a multiple of the learning rate; or None. An
            ``update`` that shall heed it starts from ``self.decayed(w, learning_rate)``.
    """

    slots: tuple[str, ...] = ()

    def __init__(self, learning_rate: float, weight_decay: float | None = None) -> None:
        self.learning_rate = learning_rate
        if weight_decay is not None:
            weight_decay = as_number("weight_decay", weight_decay, lambda v: 0 <= v < np.inf, "at least 0 and finite")
        self.weight_decay = weight_decay

    @property
    def learning_rate(self) -> float:
        """How far a weight moves along its gradient. May be set between epochs; at least 0."""
        return self._learning_rate

    @learning_rate.setter
    def learning_rate(self, value: float) -> None:
        self._learning_rate = as_number("learning_rate", value, lambda v: 0 <= v < np.inf, "at least 0 and finite")

    @abstractmethod
    def update(self, w: Any, dw: Any, state: State, learning_rate: Any, step: Any) -> tuple[Any, State]:
        """Return the new weight and the new state.

        Args:
            w: the weight.
            dw: the derivative of the loss by it, of its shape.
            state: an array of the same shape for each name in ``slots``.
            learning_rate: a number, given anew at each step because it may change in training.
            step: the number of this step, counted from 1.0.
        """

    def decayed(self, w: Any, learning_rate: Any) -> Any:
        """Return the weight that ``update`` starts from: less its ``weight_decay``, if there is one.

        It shrinks each weight by itself, apart from the gradient and whatever scales that. Source: Loshchilov and
        Hutter, "Decoupled weight decay regularization" (2019), algorithms 1 and 2; the decay is multiplied by the
        learning rate, as in Keras.
        """
        return w - learning_rate * self.weight_decay * w if self.weight_decay else w


class SGD(Optimizer):
    """Gradient descent, with momentum if asked for.

    Plain, ``w - learning_rate * dw``. With momentum, the steps before this one carry on: ``velocity`` is
    ``momentum`` times itself, less ``learning_rate * dw``, and is added to ``w``. With ``nesterov``, ``w``
    goes one step of that rule further along the new velocity. ``nesterov`` without momentum changes nothing.

    Source: Sutskever, Martens, Dahl and Hinton, "On the importance of initialization and momentum in deep
    learning" (2013), section 2; Nesterov's step in the form that Keras uses.

    With ``weight_decay``, each step first takes ``learning_rate * weight_decay * w`` off ``w``; see ``decayed``.

    Raises:
        DataError: a negative learning rate or decay, or a momentum outside [0, 1].

    >>> SGD(learning_rate=0.5).update(1.0, 0.2, {}, 0.5, 1.0)
    (0.9, {})
    """

    def __init__(
        self,
        learning_rate: float = 0.01,
        momentum: float = 0.0,
        nesterov: bool = False,
        weight_decay: float | None = None,
    ) -> None:
        super().__init__(learning_rate, weight_decay)
        self.momentum = as_number("momentum", momentum, lambda v: 0 <= v <= 1, "between 0 and 1")
        self.nesterov = nesterov
        self.slots = ("velocity",) if self.momentum else ()

    def update(self, w: Any, dw: Any, state: State, learning_rate: Any, step: Any) -> tuple[Any, State]:
        """Return the new weight and the new state; see ``Optimizer.update``."""
        w = self.decayed(w, learning_rate)
        if not self.momentum:
            return w - learning_rate * dw, {}
        velocity = self.momentum * state["velocity"] - learning_rate * dw
        if self.nesterov:
            return w + (self.momentum * velocity - learning_rate * dw), {"velocity": velocity}
        return w + velocity, {"velocity": velocity}


class Adam(Optimizer):
    """Adam: each weight's step is scaled by the recent size of its gradient.

    ``m`` and ``v`` are running means of the gradient and of its square. Both start at 0, which ``rate`` makes
    up for. With ``weight_decay``, each step first takes ``learning_rate * weight_decay * w`` off ``w``; see
    ``decayed``.

    Source: Kingma and Ba, "Adam: a method for stochastic optimization" (2015): algorithm 1 with the change of
    order in the last paragraph of section 2, so ``epsilon`` is that paragraph's epsilon-hat, as in Keras.

    Raises:
        DataError: a negative learning rate or decay, a beta outside [0, 1), or an epsilon that is not positive.

    >>> w, state = Adam(learning_rate=0.5).update(1.0, 0.2, {"m": 0.0, "v": 0.0}, 0.5, 1.0)
    >>> round(float(w), 4), sorted(state)
    (0.5, ['m', 'v'])
    """

    slots = ("m", "v")

    def __init__(
        self,
        learning_rate: float = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        *,
        weight_decay: float | None = None,
    ) -> None:
        super().__init__(learning_rate, weight_decay)
        self.beta_1 = as_number("beta_1", beta_1, lambda v: 0 <= v < 1, "at least 0 and below 1")
        self.beta_2 = as_number("beta_2", beta_2, lambda v: 0 <= v < 1, "at least 0 and below 1")
        self.epsilon = as_number("epsilon", epsilon, lambda v: 0 < v < np.inf, "positive")

    def update(self, w: Any, dw: Any, state: State, learning_rate: Any, step: Any) -> tuple[Any, State]:
        """Return the new weight and the new state; see ``Optimizer.update``."""
        # Rounded, so that the program reads 0.1 and not 0.09999999999999998.
        m = state["m"] + (dw - state["m"]) * round(1 - self.beta_1, 15)
        v = state["v"] + (np.square(dw) - state["v"]) * round(1 - self.beta_2, 15)
        rate = learning_rate * (1 - self.beta_2**step) ** 0.5 / (1 - self.beta_1**step)
        return self.decayed(w, learning_rate) - m * rate / (np.sqrt(v) + self.epsilon), {"m": m, "v": v}


class AdamW(Adam):
    """Adam with a weight decay unless told otherwise; see ``Optimizer.decayed``.

    >>> AdamW().weight_decay, Adam().weight_decay
    (0.004, None)
    """

    def __init__(
        self,
        learning_rate: float = 0.001,
        weight_decay: float | None = 0.004,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
    ) -> None:
        super().__init__(learning_rate, beta_1, beta_2, epsilon, weight_decay=weight_decay)


class RMSprop(Optimizer):
    """Each weight's step is its gradient over the root of a running mean of that gradient's square.

    ``velocity`` is that mean; ``centered`` takes the square of the running mean of the gradient itself off it. With
    ``momentum``, the steps before this one carry on. ``epsilon`` stands under the root, as in Keras.

    Source: Tieleman and Hinton, "Lecture 6.5 - rmsprop" (2012); Graves, "Generating sequences with recurrent neural
    networks" (2013), equations 38 to 45, for the centered form.

    Raises:
        DataError: a negative learning rate or decay, a rho outside [0, 1), a momentum outside [0, 1], or an epsilon
            that is not positive.

    >>> w, state = RMSprop(rho=0.5, epsilon=1e-12).update(1.0, 0.2, {"velocity": 0.0}, 0.5, 1.0)
    >>> round(float(w), 4), sorted(state)
    (0.2929, ['velocity'])
    """

    def __init__(
        self,
        learning_rate: float = 0.001,
        rho: float = 0.9,
        momentum: float = 0.0,
        epsilon: float = 1e-7,
        centered: bool = False,
        weight_decay: float | None = None,
    ) -> None:
        super().__init__(learning_rate, weight_decay)
        self.rho = as_number("rho", rho, lambda v: 0 <= v < 1, "at least 0 and below 1")
        self.momentum = as_number("momentum", momentum, lambda v: 0 <= v <= 1, "between 0 and 1")
        self.epsilon = as_number("epsilon", epsilon, lambda v: 0 < v < np.inf, "positive")
        self.centered = centered
        self.slots = ("velocity", *["average_gradient"] * bool(centered), *["momentum"] * bool(self.momentum))

    def update(self, w: Any, dw: Any, state: State, learning_rate: Any, step: Any) -> tuple[Any, State]:
        """Return the new weight and the new state; see ``Optimizer.update``."""
        kept, new = self.rho, round(1 - self.rho, 15)  # rounded, so that the program reads 0.1
        after = {"velocity": kept * state["velocity"] + new * np.square(dw)}
        spread = after["velocity"]
        if self.centered:
            after["average_gradient"] = kept * state["average_gradient"] + new * dw
            spread = spread - np.square(after["average_gradient"])
        move = learning_rate * dw / np.sqrt(spread + self.epsilon)
        if self.momentum:
            move = after["momentum"] = self.momentum * state["momentum"] + move
        return self.decayed(w, learning_rate) - move, after


OPTIMIZERS: dict[str, type[Optimizer]] = {"adam": Adam, "adamw": AdamW, "rmsprop": RMSprop, "sgd": SGD}


def get(identifier: Any) -> Optimizer:
    """Return the optimizer that ``identifier`` means.

    Args:
        identifier: a name in upper or lower case, an optimizer, or its class.

    Raises:
        UnknownNameError: no optimizer has this name.
        DataError: ``identifier`` is none of the above.

    >>> get("adam").learning_rate
    0.001
    """
    if isinstance(identifier, str):
        if identifier.lower() not in OPTIMIZERS:
            raise UnknownNameError("optimizer", identifier, OPTIMIZERS)
        identifier = OPTIMIZERS[identifier.lower()]
    if isinstance(identifier, type) and issubclass(identifier, Optimizer):
        identifier = identifier()  # type: ignore[call-arg]  # the base alone needs a learning rate
    if isinstance(identifier, Optimizer):
        return identifier
    raise DataError(f"expected an optimizer: a name, an optimizer or its class. Received: {identifier!r}")
