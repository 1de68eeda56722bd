"""What the two processes say to each other: a line of JSON, then the bytes of the arrays that it announces.

Reading never unpickles, never makes an array larger than the bytes that came, takes only plain numbers, and of JSON
only as much as the reader allows, for small JSON can become large objects; whatever else comes is a ``ValueError``.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Frame", "pack", "unpack"]

Frame = tuple[dict[str, Any], dict[str, NDArray[Any]]]
DTYPES = frozenset(
    ["bool", *(f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)), "float16", "float32", "float64"]
)
MOST_ARRAYS = 10_000
MOST_AXES = 32


def pack(said: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]] | None = None) -> bytes:
    """Write a message with its arrays.

    >>> pack({"kind": "call"}, {"w": np.array([True])})
    b'{"kind": "call", "arrays": [["w", "bool", [1]]]}\\n\\x01'
    """
    held = arrays or {}
    announced = [[name, value.dtype.name, list(value.shape)] for name, value in held.items()]
    header = json.dumps({**said, "arrays": announced}).encode()
    return b"".join([header, b"\n", *(value.tobytes() for value in held.values())])


def unpack(data: bytes, most_json: float = math.inf) -> Iterator[Frame]:
    """Read the messages in some bytes; one that is cut off at the end is left out.

    Args:
        data: the bytes.
        most_json: bytes that all lines of JSON together may have.

    Raises:
        ValueError: if the bytes are no such messages.

    >>> list(unpack(pack({"kind": "call"}, {"w": np.array([1.5])})))
    [({'kind': 'call'}, {'w': array([1.5])})]
    """
    start = 0
    while True:
        end = data.find(b"\n", start)
        if end < 0:
            return
        most_json -= end - start
        if most_json < 0:
            raise ValueError("too many words")
        said = _header(data[start:end])
        start, arrays = end + 1, {}
        for name, dtype, shape in said.pop("arrays"):
            size = np.dtype(dtype).itemsize * math.prod(shape)
            if start + size > len(data):
                return
            flat = np.frombuffer(data, dtype, math.prod(shape), start) if size else np.empty(0, dtype)
            arrays[name] = flat.reshape(shape).copy()
            start += size
        yield said, arrays


def _header(line: bytes) -> dict[str, Any]:
    try:
        said = json.loads(line)
    except RecursionError:
        raise ValueError("nested too deep") from None
    announced = said.get("arrays") if isinstance(said, dict) else None
    if not isinstance(announced, list) or len(announced) > MOST_ARRAYS or not all(map(_is_plain, announced)):
        raise ValueError("no message")
    return said


def _is_plain(announced: Any) -> bool:
    """Whether an array is announced by a name, a dtype of plain numbers and lengths."""
    if not isinstance(announced, list) or len(announced) != 3:
        return False
    name, dtype, shape = announced
    return (
        isinstance(name, str)
        and isinstance(dtype, str)
        and dtype in DTYPES
        and isinstance(shape, list)
        and len(shape) <= MOST_AXES
        and all(type(length) is int and 0 <= length < 2**40 for length in shape)
    )
