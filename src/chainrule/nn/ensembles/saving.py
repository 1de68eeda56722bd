"""Ensembles in files: numbers as NumPy writes them, everything else as JSON beside them, no pickled objects."""

from __future__ import annotations

import json
import warnings
import zipfile
from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import IO, Any, TypeAlias

import numpy as np

from ...errors import DataError, ShapeError
from ...writing.files import replacing
from ..model import Model
from .members import Build, Group, Member, build_call, remade

__all__ = ["read", "write"]

FORMAT, VERSION = "chainrule ensemble", 1
ALL_ROWS = -1  # instead of a number of rows, for a member that has no sample of its own
Content: TypeAlias = "tuple[list[Member], list[Group], dict[str, np.ndarray], str, str]"


def write(
    path: str | PathLike[str],
    members: Sequence[Member],
    groups: Sequence[Group],
    histories: Mapping[str, np.ndarray],
    engine: str,
    engine_reason: str,
) -> None:
    """Write an ensemble; see ``Ensemble.save``."""
    about = {
        "format": FORMAT,
        "version": VERSION,
        "members": [
            {"seed": int(member.seed), "params": _plain_params(number, member.params)}
            for number, member in enumerate(members)
        ],
        "groups": [_about(group) for group in groups],
        "histories": list(histories),
        "engine": engine,
        "engine_reason": engine_reason,
    }
    samples = [member.rows for member in members if member.rows is not None]
    arrays = {
        "about": np.frombuffer(json.dumps(about).encode(), np.uint8),
        "histories": np.stack(list(histories.values())),
        "rows": np.concatenate(samples) if samples else np.zeros(0, np.int64),
        "row_counts": np.array([ALL_ROWS if member.rows is None else len(member.rows) for member in members]),
    }
    for i, group in enumerate(groups):
        arrays |= {_key(i, k): weight for k, weight in enumerate(group.weights)}
    with replacing(Path(path)) as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]  # the stubs take one of them for the option allow_pickle


def _about(group: Group) -> dict[str, Any]:
    program = _lines_of_code(group.model)  # which also numbers the layers, for the symbols
    return {
        "members": group.members,
        "weights": [slot.symbol for slot in group.model.weight_slots],
        "input_shape": _plain(group.model.input_shape),
        "program": program,
    }


def _lines_of_code(model: Model) -> list[str]:
    """What a model's program computes, line by line."""
    return [line.partition("#")[0].strip() for line in model.program().source.splitlines()]


def _key(group: int, weight: int) -> str:
    return f"group_{group}_weight_{weight}"


# --- params as JSON ---


def _plain_params(number: int, params: Mapping[str, Any]) -> dict[str, Any]:
    found = {}
    for name, value in params.items():
        try:
            found[name] = _plain(value)
        except TypeError:
            raise DataError(
                f"an ensemble is saved with numbers, strings, booleans, None, and lists and tuples of these as "
                f"arguments of build. Received: {name}={value!r} (member {number}). Give build the name of what it "
                f"shall use, and let it look that up."
            ) from None
    return found


def _plain(value: Any) -> Any:
    """Return a value as JSON knows it; a tuple as ``{"tuple": [...]}``."""
    value = value.item() if isinstance(value, np.generic) else value
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, (list, tuple)):
        entries = [_plain(entry) for entry in value]
        return {"tuple": entries} if isinstance(value, tuple) else entries
    raise TypeError


def _restored(value: Any) -> Any:
    """Undo ``_plain``.

    >>> _restored(_plain([1, ("a", None)]))
    [1, ('a', None)]
    """
    if isinstance(value, dict):
        return tuple(map(_restored, value["tuple"]))
    return list(map(_restored, value)) if isinstance(value, list) else value


# --- reading ---


def read(path: str | PathLike[str], build: Build) -> Content:
    """Read an ensemble and have ``build`` make a model for each of its groups; see ``Ensemble.load``."""
    with open(path, "rb") as file:
        try:
            about, arrays = _parts(file)
            members, histories = _members(about, arrays), _histories(about, arrays)
            weights = [
                [arrays[_key(i, k)] for k in range(len(one["weights"]))] for i, one in enumerate(about["groups"])
            ]
            first = [members[one["members"][0]] for one in about["groups"]]
            engine, engine_reason = str(about["engine"]), str(about["engine_reason"])
        except Exception as error:  # whatever a damaged file leads to
            raise DataError(f"{path} is damaged, or is no file that Ensemble.save has written: {error!r}") from error
    groups = []
    for one, arrays_of_one, member in zip(about["groups"], weights, first, strict=True):
        model = remade(build, member, _restored(one["input_shape"]))
        _check(f"{path}", build_call(member.params), model, one, arrays_of_one)
        groups.append(Group(model, one["members"], arrays_of_one))
    return members, groups, histories, engine, engine_reason


def _parts(file: IO[bytes]) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Return what is told in JSON, and all arrays."""
    with zipfile.ZipFile(file) as archive:
        damaged = archive.testzip()  # NumPy reads what a header tells it to, and so may miss a wrong checksum
    if damaged:
        raise ValueError(f"{damaged} has a wrong checksum")
    file.seek(0)
    with np.load(file, allow_pickle=False) as archive:
        arrays = dict(archive)
    about = json.loads(bytes(arrays["about"]))
    if about["format"] != FORMAT or about["version"] != VERSION:
        raise ValueError(f"it is {about['format']!r}, version {about['version']}, not {FORMAT!r}, version {VERSION}")
    return about, arrays


def _members(about: dict[str, Any], arrays: dict[str, np.ndarray]) -> list[Member]:
    counts = arrays["row_counts"]
    ends = np.cumsum(np.maximum(counts, 0))
    samples = np.split(arrays["rows"], ends[:-1])
    return [
        Member(one["seed"], {name: _restored(value) for name, value in one["params"].items()}, rows)
        for one, rows in zip(
            about["members"],
            [None if count == ALL_ROWS else rows for count, rows in zip(counts, samples, strict=True)],
            strict=True,
        )
    ]


def _histories(about: dict[str, Any], arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return dict(zip(about["histories"], arrays["histories"], strict=True))


def _check(path: str, call: str, model: Model, saved: dict[str, Any], weights: Sequence[np.ndarray]) -> None:
    """Raise ShapeError if a model's weights are not like those in the file; warn if its program is another."""
    program = _lines_of_code(model)
    slots = model.weight_slots
    there = [f"{name} {w.shape[1:]} {w.dtype}" for name, w in zip(saved["weights"], weights, strict=True)]
    here = [f"{slot.symbol} {slot.shape} {slot.dtype}" for slot in slots]
    if [text.split(" ", 1)[1] for text in there] != [text.split(" ", 1)[1] for text in here]:
        raise ShapeError(
            f"{path} has networks with the weights {_only(there, here)}, but {call} makes {_only(here, there)}. Load "
            f"them with the build they were trained with."
        )
    if program != saved["program"]:
        new, old = _only(program, saved["program"]), _only(saved["program"], program)
        warnings.warn(
            f"{call} makes a network that computes {new!r} where those in {path} computed {old!r}: has build been "
            f"changed since?",
            stacklevel=4,
        )


def _only(texts: Sequence[str], others: Sequence[str]) -> str:
    """Those of ``texts`` that are not in ``others``."""
    return "; ".join(text for text in texts if text not in others) or "nothing"
