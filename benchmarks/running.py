"""Processes to measure: one after the other, never two at once, with every library's own thread settings."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

from .peers import Peer
from .report import Row

ROOT = Path(__file__).parent.parent
PATIENCE = 20.0  # seconds after which a row sits out the rounds that are left, unless its ratios may be close
FIND_GPU = "import jax; print(jax.devices('gpu')[0].device_kind)"


class FailedProcessError(Exception):
    """A measured process ended with an error. The message is all that it wrote about it."""

    @property
    def last_line(self) -> str:
        return str(self).strip().splitlines()[-1]


@dataclass
class Settings:
    """What was asked for.

    Attributes:
        rounds: how often each row is measured, the rows of a table taking turns.
        quick: whether sizes are cut down to see only that everything runs.
        peers: libraries to measure beside chainrule; those that are not installed are listed as such.
        folder: a temporary folder for the data that processes read.
    """

    rounds: int
    quick: bool
    peers: list[Peer]
    folder: Path


def choose_device(name: str) -> str:
    """Let this process and those it starts see the processor alone, or also the GPU. Returns the device's name.

    Raises:
        FailedProcessError: JAX finds no GPU.
    """
    if name == "cpu":
        os.environ |= {"CUDA_VISIBLE_DEVICES": "", "JAX_PLATFORMS": "cpu"}
        return "cpu"
    os.environ.pop("JAX_PLATFORMS", None)
    return output([sys.executable, "-c", FIND_GPU]).strip()


def environment(extra: Mapping[str, str]) -> dict[str, str]:
    """What a measured process sees: this one's variables and some more; it runs from compiled Python files."""
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**inherited, **extra}


def announce(what: str) -> None:
    print(f"… {what}", file=sys.stderr, flush=True)


def take_turns(
    settings: Settings, what: str, peers: Sequence[Peer], measure: Callable[[Peer, Row], None]
) -> dict[str, Row]:
    """Measure each library once in every round, so that a slow minute of the machine meets them all.

    Args:
        settings: what was asked for.
        what: what the work is called while it runs.
        peers: the libraries.
        measure: adds a round to a library's row.

    Returns:
        The rows by their names. One that takes long sits out later rounds; one that fails is marked and left alone.
    """
    rows = {peer.label: Row(peer.label, remark="" if peer.installed else "not installed") for peer in peers}
    spent = dict.fromkeys(rows, 0.0)
    for number in range(settings.rounds):
        for peer in peers:
            row = rows[peer.label]
            if row.remark or (spent[row.name] > PATIENCE and not peer.close):
                continue
            announce(f"{what}, round {number + 1} of {settings.rounds}: {row.name}")
            began = perf_counter()
            try:
                measure(peer, row)
            except FailedProcessError as error:
                row.remark = f"failed: {error.last_line}"
            spent[row.name] += perf_counter() - began
    for row in rows.values():
        if not row.remark and len(row.rounds) < settings.rounds:
            row.remark = f"rounds: {len(row.rounds)}"
    return rows


def train(peer: Peer, job: Path, per_epoch: bool = False, beside: Sequence[str] = ()) -> dict[str, Any]:
    """Return what :func:`benchmarks.worker.measure` returns, from a process of its own.

    Raises:
        FailedProcessError: it ended with an error.
    """
    command = [sys.executable, "-m", "benchmarks.worker", str(peer.script), str(job)]
    command += ["--per-epoch"] * per_epoch + ["--options", json.dumps(dict(peer.options)), "--beside", *beside]
    return json.loads(output(command, peer.environment).splitlines()[-1])


def output(command: list[str], extra: Mapping[str, str] | None = None) -> str:
    """Run a command and return what it prints.

    Raises:
        FailedProcessError: it ended with an error.
    """
    done = subprocess.run(command, env=environment(extra or {}), cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        raise FailedProcessError(done.stderr.strip() or f"exit status {done.returncode}")
    return done.stdout


def seconds_to_end(command: list[str]) -> float:
    """Run a command; return the time from its start to its end."""
    began = perf_counter()
    output(command)
    return perf_counter() - began


def seconds_to_first_line(command: list[str], extra: Mapping[str, str]) -> tuple[float, str]:
    """Run a command; return the time from its start to the first line that it prints, and the line.

    Raises:
        FailedProcessError: it printed none, or ended with an error.
    """
    pipe, began = subprocess.PIPE, perf_counter()
    with subprocess.Popen(command, env=environment(extra), cwd=ROOT, stdout=pipe, stderr=pipe, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline().strip()
        seconds = perf_counter() - began
        _, errors = process.communicate()
    if process.returncode or not line:
        raise FailedProcessError(errors.strip() or "it printed nothing")
    return seconds, line
