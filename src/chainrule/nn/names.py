"""Automatic names, as Keras gives them: ``dense``, ``dense_1``, ``dense_2``, counted for each class."""

from __future__ import annotations

import re

__all__ = ["auto_name", "clear_session", "snake_case"]

_given: dict[str, int] = {}


def snake_case(class_name: str) -> str:
    """Spell a class name in small letters.

    >>> snake_case("InputLayer")
    'input_layer'
    """
    words = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", re.sub(r"\W+", "", class_name))
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", words).lower()


def auto_name(class_name: str) -> str:
    """Return a name that no earlier call has returned since the last ``clear_session``.

    >>> clear_session()
    >>> auto_name("Dense"), auto_name("Dense")
    ('dense', 'dense_1')
    """
    name = snake_case(class_name)
    count = _given.get(name, 0)
    _given[name] = count + 1
    return f"{name}_{count}" if count else name


def clear_session() -> None:
    """Start counting again, so that the next dense layer is ``dense``. Layers that exist keep their names."""
    _given.clear()
