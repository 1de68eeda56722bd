"""What an ensemble is made of: members, and groups of members that one program trains."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from ...errors import DataError, ShapeError
from ..model import Model
from ..random import preserved, set_random_seed

__all__ = [
    "Build",
    "Group",
    "Member",
    "build_call",
    "by_params",
    "checked_groups",
    "checked_histories",
    "made",
    "remade",
]

Build = Callable[..., Model]


class Member(NamedTuple):
    """What sets one network apart.

    Attributes:
        seed: what its starting weights were drawn with.
        params: what ``build`` was called with: its point of the grid.
        rows: (n,) numbers of the rows it was trained on if these were drawn, else None.
    """

    seed: int
    params: dict[str, Any]
    rows: np.ndarray | None = None


class Group(NamedTuple):
    """Members that one program trains: the same layers of the same sizes, other weights.

    They may differ in numbers of the training, such as the learning rate or the strength of a regularizer, but given
    the same weights all of them must compute the same outputs as ``model``: another activation makes another group.

    Attributes:
        model: a built model of that kind. Its own weights mean nothing.
        members: the members' numbers in the ensemble.
        weights: an array for each of ``model.get_weights()``, in that order: (len(members), ...), a row per member.
    """

    model: Model
    members: list[int]
    weights: list[np.ndarray]


def made(build: Build, member: Member) -> Model:
    """Make the model of a member, with random draws from its seed on. To be called within ``random.preserved()``.

    Raises:
        DataError: ``build`` cannot be called like that, or returns no model.
    """
    _check_call(build, member.params)
    set_random_seed(member.seed)
    model = build(**member.params)
    if not isinstance(model, Model):
        raise DataError(f"build should return a model. Received: {model!r} from {build_call(member.params)}")
    return model


def _check_call(build: Build, params: Mapping[str, Any]) -> None:
    if isinstance(build, Model) or not callable(build):
        raise DataError(f"build should be a function that makes a compiled model. Received: {build!r}")
    try:
        signature = inspect.signature(build)
    except (TypeError, ValueError):  # some built-in functions do not say
        return
    try:
        signature.bind(**params)
    except TypeError as error:
        raise DataError(
            f"build is called as {build_call(params)}, with a point of the grid, and takes {signature}: {error}. Name "
            f"in grid what build needs, and nothing else"
        ) from None


def remade(build: Build, member: Member, input_shape: Any) -> Model:
    """Make the model of a member again, built; the next random draws are not changed by it.

    Args:
        build: makes a model.
        member: the member.
        input_shape: what the model's weights are made for if ``build`` left that open.

    Raises:
        DataError: ``build`` returns no model.
    """
    with preserved():
        model = made(build, member)
        if not model.built:
            model.build(input_shape)
    return model


def build_call(params: Mapping[str, Any]) -> str:
    """Return how ``build`` is called.

    >>> build_call({"units": 10, "activation": "tanh"})
    "build(units=10, activation='tanh')"
    """
    return f"build({', '.join(f'{name}={value!r}' for name, value in params.items())})"


def by_params(members: Sequence[Member], numbers: Iterable[int]) -> list[list[int]]:
    """Return the numbers of members, those together that ``build`` was called with the same for.

    >>> by_params([Member(1, {"rate": 0.1}), Member(1, {"rate": 0.2}), Member(2, {"rate": 0.1})], range(3))
    [[0, 2], [1]]
    """
    points: dict[str, list[int]] = {}
    for number in numbers:
        points.setdefault(repr(members[number].params), []).append(number)
    return list(points.values())


def checked_groups(groups: Sequence[Group], count: int) -> tuple[Group, ...]:
    """Return the groups with each member's weights lying together in memory, in the dtype of the model.

    Raises:
        DataError: they do not hold each of the ``count`` members once, or a model has several outputs.
        ShapeError: weights do not fit their model.
    """
    numbers = sorted(number for group in groups for number in group.members)
    if numbers != list(range(count)):
        raise DataError(
            f"the groups of an ensemble should hold each of its {count} members once. Received the members: {numbers}"
        )
    return tuple(_checked_group(*group) for group in groups)


def _checked_group(model: Model, members: Sequence[int], weights: Sequence[np.ndarray]) -> Group:
    slots = model.weight_slots
    expected = [(len(members), *slot.shape) for slot in slots]
    received = [np.shape(weight) for weight in weights]
    if expected != received:
        raise ShapeError(
            f"the weights of {len(members)} networks like {model.described} should have the shapes {expected}, the "
            f"members first. Received: {received}"
        )
    if len(model.outputs) != 1:
        raise DataError(f"an ensemble is made of models with one output. Received: {len(model.outputs)}")
    arrays = [np.asarray(weight, slot.dtype, order="C") for slot, weight in zip(slots, weights, strict=True)]
    return Group(model, [int(number) for number in members], arrays)


def checked_histories(histories: Mapping[str, Any], count: int) -> dict[str, np.ndarray]:
    """Return the histories as float64.

    Raises:
        DataError: there is no loss.
        ShapeError: one has another shape than (members, epochs).
    """
    arrays = {str(name): np.asarray(values, np.float64) for name, values in histories.items()}
    if "loss" not in arrays:
        raise DataError(f"the histories of an ensemble should have the loss. Received: {', '.join(arrays) or 'none'}")
    shapes = {name: values.shape for name, values in arrays.items()}
    if any(len(shape) != 2 or shape[0] != count for shape in shapes.values()) or len(set(shapes.values())) > 1:
        raise ShapeError(
            f"each history of {count} networks should have one shape ({count}, epochs). Received: {shapes}"
        )
    return arrays
