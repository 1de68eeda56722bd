"""Processes to measure: one after the other, never two at once, with every library's own thread settings."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

from .peers import Peer

ROOT = Path(__file__).parent.parent


class FailedProcessError(Exception):
    """A measured process ended with an error. The message is all that it wrote about it."""

    @property
    def last_line(self) -> str:
        return str(self).strip().splitlines()[-1]


@dataclass
class Settings:
    """What was asked for.

    Attributes:
        repeats: trainings, or processes, per figure.
        quick: whether sizes are cut down to see only that everything runs.
        peers: libraries to measure beside chainrule; those that are not installed are listed as such.
        folder: a temporary folder for the data that processes read.
    """

    repeats: int
    quick: bool
    peers: list[Peer]
    folder: Path


def environment(extra: dict[str, str]) -> dict[str, str]:
    """Everything runs on the processor's cores, also where there is a GPU, and from compiled Python files."""
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**inherited, "CUDA_VISIBLE_DEVICES": "", "JAX_PLATFORMS": "cpu", **extra}


def announce(what: str) -> None:
    print(f"… {what}", file=sys.stderr, flush=True)


def train(peer: Peer, job: Path, repeats: int, per_epoch: bool = False, beside: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return what :func:`benchmarks.worker.measure` returns, from a process of its own.

    Raises:
        FailedProcessError: it ended with an error.
    """
    command = [sys.executable, "-m", "benchmarks.worker", str(peer.script), str(job), str(repeats)]
    command += ["--per-epoch"] * per_epoch + ["--beside", *beside]
    return json.loads(output(command, peer.environment).splitlines()[-1])


def output(command: list[str], extra: dict[str, str] | None = None) -> str:
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


def seconds_to_first_line(command: list[str], extra: dict[str, str]) -> tuple[float, str]:
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
